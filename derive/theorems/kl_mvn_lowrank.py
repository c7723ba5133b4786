"""KL between two multivariate normal laws with low-rank plus diagonal covariances, by matrices no larger than the rank."""

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..derivation import Derivation
from ..facts import positive_entries
from ..nodes import Abbreviation, Group, SumOver
from ..rewrite import matadd, matmul, matsub, substitute
from . import kl_mvn, woodbury
from .kl_mvn_chol import named
from .registry import theorem, theorems
from .symbols import columns, k

r, s = (sp.Symbol(name, integer=True, positive=True) for name in "rs")
mu1, mu2 = kl_mvn.mu1, kl_mvn.mu2
d1, d2 = columns("d1", "d2")
W1, W2 = sp.MatrixSymbol("W1", k, r), sp.MatrixSymbol("W2", k, s)
PARAMETERS = (mu1, W1, d1, mu2, W2, d2)
TITLE = kl_mvn.TITLE + " with covariances diag(d) + W W^T"

D1, D2 = sp.DiagMatrix(d1), sp.DiagMatrix(d2)
Sigma1, Sigma2 = (matadd(D, matmul(W, sp.Transpose(W))) for D, W in ((D1, W1), (D2, W2)))
gap = Group(matsub(D1, D2))


def small(factor: MatrixExpr, diagonal: MatrixExpr) -> MatrixExpr:
    """I + W^T D^-1 W, as large as the rank."""
    return substitute(woodbury.small, {woodbury.D: sp.DiagMatrix(diagonal), woodbury.W: factor, woodbury.r: factor.shape[1]})


def without(C: MatrixExpr, D: MatrixExpr, W: MatrixExpr) -> MatrixExpr:
    """D^-1 - D^-1 W C^-1 W^T D^-1, Woodbury's inverse of D + W W^T."""
    down = sp.Inverse(D)
    return matsub(down, matmul(down, W, sp.Inverse(C), sp.Transpose(W), down))


C1, C2 = Abbreviation("C1", small(W1, d1)), Abbreviation("C2", small(W2, d2))
Q1, Q2 = without(C1, D1, W1), without(C2, D2, W2)


def specialised() -> Derivation:
    values = {kl_mvn.Sigma1: Sigma1, kl_mvn.Sigma2: Sigma2}
    return theorems["kl_mvn"].specialise(values, positive_entries(d1), positive_entries(d2))


@theorem("kl_mvn_lowrank_matrices", TITLE + ", as matrices", "mvn", parameters=PARAMETERS)
def kl_mvn_lowrank_matrices() -> Derivation:
    """Covariances whole, which is what gradients by their parts start from."""
    return specialised()


@theorem("kl_mvn_lowrank", TITLE, "mvn", parameters=PARAMETERS)
def kl_mvn_lowrank() -> Derivation:
    line = specialised().all("lemma:determinant_lemma").all("lemma:woodbury")
    line = named(line, C1=C1.body, C2=C2.body)
    return line.all("distribute_product").all("trace_sum")


def by_parts() -> Derivation:
    """tr Sigma2^-1 (Sigma1 - Sigma2), with the two diagonals subtracted first, then Woodbury's inverse and the determinant lemma."""
    line = specialised().apply("trace_minus_dimension").apply("pair_differences")
    difference = Group(matadd(gap, matmul(W1, sp.Transpose(W1)), matmul(-1, W2, sp.Transpose(W2))))
    line = line.apply("drop_bracket", difference).apply("distribute_product").all("trace_sum")
    for W in (W1, W2):
        for product in (matmul(sp.Inverse(Sigma2), W, sp.Transpose(W)), matmul(W, sp.Transpose(W), sp.Inverse(Sigma2))):
            line = line.apply("trace_cycle", sp.Trace(product))
    return named(line.all("lemma:determinant_lemma").all("lemma:woodbury"), C1=C1.body, C2=C2.body)


def diagonals(line: Derivation) -> Derivation:
    """tr D2^-1 (D1 - D2) + log |D2|/|D1| as one sum of logratiomx over the coordinates."""
    line = line.apply("trace_minus_dimension (backwards)", sp.Trace(matmul(sp.Inverse(D2), gap))).apply("log_div").all("log_mul")
    line = line.apply("diagonal_inverse", sp.Trace(matmul(sp.Inverse(D2), D1))).apply("diagonal_product").all("entry")
    line = line.apply("diagonal_trace").all("entry").all("diagonal_determinant").all("log_product").apply("expand", (1,))
    line = line.apply("join_sums")
    return line.apply("log_div (backwards)", next(iter(line.line.atoms(SumOver)))).apply("logratiomx_of_log")


@theorem("kl_mvn_lowrank_difference", TITLE + ", differences first", "mvn", parameters=PARAMETERS)
def kl_mvn_lowrank_difference() -> Derivation:
    down = sp.Inverse(D2)
    back = matmul(sp.Inverse(C2), sp.Transpose(W2), down, gap)
    line = by_parts().apply("distribute_product", sp.Trace(matmul(Q2, gap))).all("trace_sum")
    line = line.apply("trace_cycle", sp.Trace(matmul(down, W2, back))).apply("trace_cycle", sp.Trace(matmul(W2, back, down)))
    return diagonals(named(line, Q2=Q2))
