"""KL between two multivariate normal laws with low-rank plus diagonal covariances, by matrices no larger than the rank."""

import sympy as sp

from ..derivation import Derivation
from ..facts import positive_entries
from ..rewrite import matadd, matmul, substitute
from . import kl_mvn, woodbury
from .kl_mvn_chol import named
from .registry import theorem, theorems
from .symbols import columns, k

r, s = (sp.Symbol(name, integer=True, positive=True) for name in "rs")
mu1, mu2 = kl_mvn.mu1, kl_mvn.mu2
d1, d2 = columns("d1", "d2")
W1, W2 = sp.MatrixSymbol("W1", k, r), sp.MatrixSymbol("W2", k, s)


def small(factor: sp.MatrixSymbol, diagonal: sp.MatrixSymbol) -> sp.MatrixExpr:
    """I + W^T D^-1 W, as large as the rank."""
    return substitute(woodbury.small, {woodbury.D: sp.DiagMatrix(diagonal), woodbury.W: factor, woodbury.r: factor.shape[1]})


@theorem(
    "kl_mvn_lowrank", kl_mvn.TITLE + " with covariances diag(d) + W W^T", "mvn", parameters=(mu1, W1, d1, mu2, W2, d2),
)  # fmt: skip
def kl_mvn_lowrank() -> Derivation:
    values = {
        kl_mvn.Sigma1: matadd(sp.DiagMatrix(d1), matmul(W1, sp.Transpose(W1))),
        kl_mvn.Sigma2: matadd(sp.DiagMatrix(d2), matmul(W2, sp.Transpose(W2))),
    }
    line = theorems["kl_mvn"].specialise(values, positive_entries(d1), positive_entries(d2))
    line = line.all("lemma:determinant_lemma").all("lemma:woodbury")
    line = named(line, C1=small(W1, d1), C2=small(W2, d2))
    return line.all("distribute_product").all("trace_sum")
