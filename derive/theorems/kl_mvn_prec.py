"""KL between two multivariate normal laws given by precision matrices, and by Cholesky factors of those."""

import sympy as sp

from ..derivation import Derivation
from ..nodes import Group
from ..rewrite import matmul, matsub
from . import kl_mvn
from .kl_mvn_chol import factors, named, plain, summed_by_rows, without_cancellation
from .registry import theorem, theorems
from .symbols import covariance, squares

mu1, mu2 = kl_mvn.mu1, kl_mvn.mu2
P1, P2, R1, R2 = squares("P1", "P2", "R1", "R2")
TITLE = kl_mvn.TITLE + ", by precision matrices"
FACTORS, PARAMETERS = TITLE + " with Cholesky factors", (mu1, R1, mu2, R2)


@theorem("kl_mvn_prec", TITLE, "mvn", parameters=(mu1, P1, mu2, P2))
def kl_mvn_prec() -> Derivation:
    values = {kl_mvn.Sigma1: sp.Inverse(P1), kl_mvn.Sigma2: sp.Inverse(P2)}
    line = theorems["kl_mvn"].specialise(values, *covariance(P1, P2)).all("inverse_inverse").all("det_inverse")
    return line.apply("expand", line.line.args[1].args[-1].args[0])


N, difference = matmul(sp.Inverse(R1), R2), matmul(sp.Inverse(R1), Group(matsub(R2, R1)))
w = matmul(sp.Transpose(R2), Group(matsub(mu1, mu2)))


def by_rows() -> Derivation:
    """As for covariances, with M = R1^-1 R2 and w = R2^T (mu1 - mu2) in place of z."""
    values = {P1: matmul(R1, sp.Transpose(R1)), P2: matmul(R2, sp.Transpose(R2))}
    line = theorems["kl_mvn_prec"].specialise(values, *factors(R1, R2)).apply("inverse_product").apply("inverse_transpose")
    line = line.apply("trace_cycle").apply("transpose_product (backwards)").apply("trace_cycle")
    line = named(line, M=N).apply("transpose_transpose (backwards)", R2).apply("transpose_product (backwards)")
    return summed_by_rows(named(line, w=w))


@theorem("kl_mvn_prec_chol", FACTORS, "mvn", parameters=PARAMETERS)
def kl_mvn_prec_chol() -> Derivation:
    return plain(by_rows())


@theorem("kl_mvn_prec_difference", FACTORS + ", without cancellation", "mvn", parameters=PARAMETERS)
def kl_mvn_prec_difference() -> Derivation:
    return named(without_cancellation(by_rows()), E=difference)


@theorem("kl_mvn_prec_factors", FACTORS + ", as matrices", "mvn", parameters=PARAMETERS)
def kl_mvn_prec_factors() -> Derivation:
    """What by_rows begins with, matrices whole: gradients start from it."""
    values = {P1: matmul(R1, sp.Transpose(R1)), P2: matmul(R2, sp.Transpose(R2))}
    return theorems["kl_mvn_prec"].specialise(values, *factors(R1, R2)).apply("inverse_product").apply("inverse_transpose")
