"""KL between two multivariate normal laws with low-rank plus diagonal covariances, by matrices no larger than the rank."""

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..derivation import Derivation
from ..facts import positive_entries
from ..rewrite import matadd, matmul, matsub, substitute
from . import kl_mvn, woodbury
from .kl_mvn_chol import named
from .registry import theorem, theorems
from .symbols import columns, k

r, s = (sp.Symbol(name, integer=True, positive=True) for name in "rs")
mu1, mu2 = kl_mvn.mu1, kl_mvn.mu2
d1, d2 = columns("d1", "d2")
D1, D2 = sp.DiagMatrix(d1), sp.DiagMatrix(d2)
W1, W2 = sp.MatrixSymbol("W1", k, r), sp.MatrixSymbol("W2", k, s)
TITLE = kl_mvn.TITLE + " with covariances diag(d) + W W^T"


def small(factor: MatrixExpr, diagonal: MatrixExpr) -> MatrixExpr:
    """I + W^T D^-1 W, as large as the rank."""
    return substitute(woodbury.small, {woodbury.D: sp.DiagMatrix(diagonal), woodbury.W: factor, woodbury.r: factor.shape[1]})


def covariance(factor: MatrixExpr, diagonal: MatrixExpr) -> MatrixExpr:
    return matadd(sp.DiagMatrix(diagonal), matmul(factor, sp.Transpose(factor)))


def specialised(factor1: MatrixExpr, factor2: MatrixExpr) -> Derivation:
    """kl_mvn of such covariances."""
    values = {kl_mvn.Sigma1: covariance(factor1, d1), kl_mvn.Sigma2: covariance(factor2, d2)}
    return theorems["kl_mvn"].specialise(values, positive_entries(d1), positive_entries(d2))


def precision(C: MatrixExpr, factor: MatrixExpr, diagonal: MatrixExpr) -> MatrixExpr:
    """D^-1 - D^-1 W C^-1 W^T D^-1, Woodbury's inverse of D + W W^T."""
    down = sp.Inverse(sp.DiagMatrix(diagonal))
    return matsub(down, matmul(down, factor, sp.Inverse(C), sp.Transpose(factor), down))


@theorem("kl_mvn_lowrank", TITLE, "mvn", parameters=(mu1, W1, d1, mu2, W2, d2))
def kl_mvn_lowrank() -> Derivation:
    line = specialised(W1, W2).all("lemma:determinant_lemma").all("lemma:woodbury")
    line = named(line, C1=small(W1, d1), C2=small(W2, d2))
    return line.all("distribute_product").all("trace_sum")
