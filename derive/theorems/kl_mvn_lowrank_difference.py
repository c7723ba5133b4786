"""The same without cancellation, for two laws of one rank: columns of zeros beside a factor W make any two ranks the same.

What is left of the traces are squares of differences: the divergence of the joint laws of x and its factors z, less what the laws of z
given x diverge by. Both are as small as the square of the distance of the parameters.
"""

import sympy as sp

from ..derivation import Derivation
from ..nodes import Abbreviation, Group, SumOver
from ..rewrite import matadd, matmul, matsub
from . import low_rank_squares as squares
from .kl_mvn_chol import named
from .kl_mvn_lowrank import D1, D2, TITLE, covariance, d1, d2, mu1, mu2, precision, small, specialised
from .low_rank_squares import W1, W2
from .registry import theorem

PARAMETERS = (mu1, W1, d1, mu2, W2, d2)
DIFFERENCES = TITLE + ", differences first"
Sigma1, Sigma2 = covariance(W1, d1), covariance(W2, d2)
C1, C2 = Abbreviation("C1", small(W1, d1)), Abbreviation("C2", small(W2, d2))
Q1, Q2 = precision(C1, W1, d1), precision(C2, W2, d2)
down = sp.Inverse(D2)

# What low_rank_squares speaks of: W1 and W2 divided by the variances, the precisions of the factors, and the gains.
dP = Group(matadd(matmul(down, Group(matsub(D1, D2)), sp.Inverse(D1), W2), matmul(sp.Inverse(D1), squares.dW)))
dC = Group(matadd(
    matmul(Group(matsub(sp.Transpose(W2), sp.Transpose(W1))), down, W2), matmul(sp.Transpose(W1), Abbreviation("dP", dP)),
))  # fmt: skip
Z = Group(matsub(Abbreviation("dP", dP), matmul(sp.Inverse(D1), W1, sp.Inverse(C1), Abbreviation("dC", dC))))


def traces(line: Derivation) -> Derivation:
    """tr Sigma2^-1 Sigma1 by Woodbury's inverse, then as squares of differences."""
    whole, lost = Abbreviation("M", Sigma1), matmul(W2, sp.Inverse(C2.body), sp.Transpose(W2), down)
    line = line.all("abbreviate", A=Sigma1)
    line = line.apply("distribute_product", sp.Trace(matmul(precision(C2.body, W2, d2), whole))).all("trace_sum")
    for product in (matmul(down, lost, whole), matmul(lost, whole, down)):
        line = line.apply("trace_cycle", sp.Trace(product))
    line = line.all("abbreviate (backwards)").apply("distribute_product", sp.Trace(matmul(down, Sigma1))).apply("trace_sum")
    for product in (matmul(down, W1, sp.Transpose(W1)), matmul(W1, sp.Transpose(W1), down)):
        line = line.apply("trace_cycle", sp.Trace(product))
    return line.apply("lemma:low_rank_squares (backwards)")


def determinants(line: Derivation) -> Derivation:
    """The diagonals as one sum of logratiomx over the coordinates, the small matrices as logdet1pmx of their difference."""
    line = line.apply("log_div").all("log_mul").apply("diagonal_inverse", sp.Trace(matmul(down, D1)))
    line = line.apply("diagonal_product").all("entry").apply("diagonal_trace").all("entry").all("diagonal_determinant")
    line = line.all("log_product").apply("expand", (1,)).apply("join_sums")
    line = line.apply("log_div (backwards)", next(iter(line.line.atoms(SumOver)))).apply("logratiomx_of_log")
    return line.apply("log_div (backwards)").apply("logdet1pmx_of_log").apply("expand", (1,))


def differences(line: Derivation) -> Derivation:
    """Differences of what is computed from the parameters, from those of the parameters; then names for all of them."""
    line = line.all("lemma:difference_of_small").all("lemma:difference_of_scaled")
    line = named(line, C1=C1.body, C2=C2.body)
    for name, body in (("dP", dP), ("dC", dC), ("Z", Z), ("dW", squares.dW), ("Q2", Q2)):
        line = named(line, **{name: body})
    return line


@theorem("kl_mvn_lowrank_matrices", TITLE + ", as matrices", "mvn", parameters=PARAMETERS)
def kl_mvn_lowrank_matrices() -> Derivation:
    """Covariances whole, which is what gradients by their parts start from."""
    return specialised(W1, W2)


@theorem("kl_mvn_lowrank_difference", DIFFERENCES, "mvn", parameters=PARAMETERS)
def kl_mvn_lowrank_difference() -> Derivation:
    line = specialised(W1, W2).all("lemma:determinant_lemma").all("lemma:woodbury")
    return differences(determinants(traces(line)))
