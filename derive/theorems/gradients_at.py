"""Gradients of KL by a symmetric matrix where that has the value S, for which another expression may be put in.

A gradient by Sigma1 says nothing of one by L1 L1^T, which is no variable; said of every value S it does, at S = L1 L1^T.
"""

from functools import partial

import sympy as sp

from ..derivation import Derivation
from ..facts import Facts, instantiate
from ..nodes import MatrixAt, MatrixGradient
from . import kl_mvn, kl_mvn_prec, kl_mvn_standard
from .registry import theorem, theorems
from .symbols import squares

(S,) = squares("S")
MATRICES = {
    "kl_mvn": (kl_mvn.Sigma1, kl_mvn.Sigma2),
    "kl_mvn_standard": (kl_mvn_standard.Sigma,),
    "kl_mvn_prec": (kl_mvn_prec.P1, kl_mvn_prec.P2),
}


def at_any_value(law: str, matrix: sp.MatrixSymbol) -> Derivation:
    facts = Facts.of(*(instantiate(known, {matrix: S}) for known in theorems[law].hypotheses.sorted()))
    start = MatrixAt(MatrixGradient(theorems[law].lhs, matrix, "symmetric"), matrix, S)
    return Derivation(start, facts).apply("at").apply(f"lemma:{law}").apply("matrix_gradient")


for _law, _matrices in MATRICES.items():
    for _matrix in _matrices:
        theorem(
            f"{_law}_by_{_matrix}_at", f"{theorems.title(_law)}: gradient by {_matrix}, where that is S", theorems.subject(_law),
            parameters=tuple(S if one == _matrix else one for one in theorems.parameters(_law)),
        )(partial(at_any_value, _law, _matrix))  # fmt: skip
