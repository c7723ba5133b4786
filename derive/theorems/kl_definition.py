"""KL(1 || 2) = E1[log f1(x) - log f2(x)]: the definition, read as an expectation."""

from sympy import Q

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import KL, Density
from .registry import theorem
from .symbols import law1, law2, x

BOTH_POSITIVE = Facts.of(Q.positive(Density(law1, x)), Q.positive(Density(law2, x)))


@theorem("kl_definition", "KL divergence as the expected log-ratio of two densities", "divergence", source="Kullback, Leibler 1951")
def kl_definition() -> Derivation:
    return Derivation(KL(law1, law2), BOTH_POSITIVE).apply("kl_definition").apply("integral_as_expectation").apply("log_div")
