"""KL between two multivariate normal laws of any dimension k, by two routes through the trace.

The first route writes x - mu2 = (x - mu1) + (mu1 - mu2); the second expands x x^T about zero. Their last lines are the same.
"""

import sympy as sp

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import KL, Group, Law, Scalar
from ..rewrite import add, div, log, matadd, matmul, matsub, neg
from .registry import theorem
from .symbols import columns, covariance, half, k, squares

mu1, mu2, x = columns("mu1", "mu2", "x")
Sigma1, Sigma2 = squares("Sigma1", "Sigma2")
mvn1, mvn2 = Law("mvn", mu1, Sigma1), Law("mvn", mu2, Sigma2)
TITLE = "KL divergence between two multivariate normal laws"
PARAMETERS = (mu1, Sigma1, mu2, Sigma2)

gap1, gap2, shift = Group(matsub(x, mu1)), Group(matsub(x, mu2)), Group(matsub(mu1, mu2))
outer_shift = matmul(shift, sp.Transpose(shift))
quadratic = Scalar(sp.MatMul(sp.Transpose(shift), sp.Inverse(Sigma2), shift))
TERMS = {
    "trace": sp.Trace(matmul(sp.Inverse(Sigma2), Sigma1)),
    "mean": quadratic,
    "constant": neg(k),
    "logdet": log(div(sp.Determinant(Sigma2), sp.Determinant(Sigma1))),
}


def expected_log_ratio() -> Derivation:
    """E1 of half the log-determinants and quadratic forms: the 2 pi is gone, E stands before each term."""
    line = Derivation(KL(mvn1, mvn2), Facts.of(*covariance(Sigma1, Sigma2)))
    line = line.apply("kl_definition").apply("integral_as_expectation").apply("log_div")
    line = line.all("density_mvn").all("log_mul").all("log_exp").all("log_pow")
    line = line.all("det_scale").all("log_mul").apply("expand", note="the two k log(2 pi) cancel")
    return line.apply("expect_sum").all("expect_constant").all("expect_scale")


def under_the_trace(line: Derivation, weight: sp.MatrixExpr, gap: sp.MatrixExpr) -> Derivation:
    """E[gap^T weight gap] as the trace of weight times the expected outer product."""
    form = matmul(sp.Transpose(gap), weight, gap)
    line = line.apply("scalar_as_trace", Scalar(form)).apply("trace_cycle", sp.Trace(form))
    return line.apply("expect_trace").apply("expect_product")


def dimension(line: Derivation) -> Derivation:
    """tr S^-1 E[(x - mu)(x - mu)^T] = k under the law itself."""
    return line.apply("expect_outer_gap_mvn").apply("cancel_inverse").apply("trace_identity")


def recentred(line: Derivation) -> Derivation:
    """E1[(x - mu2)(x - mu2)^T] = Sigma1 + (mu1 - mu2)(mu1 - mu2)^T."""
    line = line.all("recentre_column", gap2, w=mu1).apply("transpose_sum").apply("distribute_product").apply("expect_sum")
    line = line.apply("expect_outer_gap_mvn").all("expect_product").apply("expect_transpose").all("expect_gap_mvn")
    return line.all("multiply_by_zero").apply("add_zero").apply("expect_constant")


def taken_apart(line: Derivation) -> Derivation:
    """tr Sigma2^-1 (Sigma1 + d d^T) = tr Sigma2^-1 Sigma1 + d^T Sigma2^-1 d."""
    line = line.apply("distribute_product", sp.Trace(matmul(sp.Inverse(Sigma2), matadd(Sigma1, outer_shift)))).apply("trace_sum")
    line = line.apply("trace_cycle", sp.Trace(matmul(sp.Inverse(Sigma2), outer_shift)))
    line = line.apply("trace_cycle", sp.Trace(matmul(outer_shift, sp.Inverse(Sigma2))))
    return line.apply("scalar_as_trace (backwards)", sp.Trace(quadratic.matrix)).apply("factor_out", c=half)


def ordered(line: Derivation) -> Derivation:
    """Trace, quadratic form, dimension, log-determinants."""
    line = line.apply("log_div (backwards)")
    return line.apply("commute", a=add(TERMS["constant"], TERMS["logdet"]))


@theorem("kl_mvn", TITLE, "mvn", parameters=PARAMETERS, terms=TERMS)
def kl_mvn() -> Derivation:
    line = dimension(under_the_trace(expected_log_ratio(), sp.Inverse(Sigma1), gap1))
    return ordered(taken_apart(recentred(under_the_trace(line, sp.Inverse(Sigma2), gap2))))


@theorem("kl_mvn_raw_moments", TITLE + ", from moments about zero", "mvn", parameters=PARAMETERS, terms=TERMS)
def kl_mvn_raw_moments() -> Derivation:
    line = dimension(under_the_trace(expected_log_ratio(), sp.Inverse(Sigma1), gap1))
    line = under_the_trace(line, sp.Inverse(Sigma2), gap2).apply("outer_of_difference").apply("expect_sum")
    line = line.apply("expect_outer_point_mvn").all("expect_product").apply("expect_transpose")
    line = line.all("expect_point_mvn").apply("expect_constant")
    return ordered(taken_apart(line.apply("outer_of_difference (backwards)")))
