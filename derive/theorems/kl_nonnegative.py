"""KL(1 || 2) >= 0, and = 0 for equal laws alone: Gibbs' inequality through log t <= t - 1."""

import sympy as sp

from ..derivation import Derivation
from .registry import theorem, theorems
from .symbols import law1, law2


@theorem("kl_nonnegative", "KL divergence is never negative", "divergence", source="Gibbs' inequality")
def kl_nonnegative() -> Derivation:
    line = theorems["kl_definition"].derivation.apply("factor_out", c=sp.S.NegativeOne).apply("log_div (backwards)")
    line = line.apply("log_at_most").apply("expect_scale").apply("expect_sum").apply("expect_of_ratio").apply("expect_constant")
    return line.apply("expand")


@theorem("kl_of_equal_laws", "KL divergence of a law from itself is 0", "divergence")
def kl_of_equal_laws() -> Derivation:
    line = theorems["kl_definition"].specialise({law2: law1}, *theorems["kl_definition"].hypotheses.sorted())
    return line.apply("expand").apply("expect_constant")
