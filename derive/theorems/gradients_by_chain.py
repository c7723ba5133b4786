"""Gradients of KL by Cholesky factors once more, from those by the matrices that they are factors of.

Where Sigma = L L^T the gradient by L is the lower triangle of 2 G L, with G the gradient by Sigma. The first route differentiates the
formula in factors; both end in the same line.
"""

from functools import partial

import sympy as sp

from ..derivation import Derivation
from ..nodes import MatrixGradient
from .gradients_at import MATRICES
from .gradients_by_factors import ROUTES, Tidying, inverses_taken_apart
from .registry import theorem, theorems

# The law by factors, and the law by the matrices that they are factors of.
DENSE = {"kl_mvn_chol": "kl_mvn", "kl_mvn_vae_chol": "kl_mvn_standard", "kl_mvn_prec_chol": "kl_mvn_prec"}


def by_chain(lemma: str, dense: str, factor: sp.MatrixSymbol, tidying: Tidying) -> Derivation:
    start = MatrixGradient(theorems[lemma].lhs, factor, "lower")
    line = Derivation(start, theorems[lemma].hypotheses).apply("chain_rule").apply(f"lemma:{dense}").apply("distribute_product")
    return tidying(inverses_taken_apart(line))


for _name, _law in DENSE.items():
    _lemma, _tidyings = ROUTES[_name]
    _factors = [both for both in zip(theorems.parameters(_name), _tidyings, strict=True) if both[0].is_square]
    for (_factor, _tidying), _matrix in zip(_factors, MATRICES[_law], strict=True):
        theorem(
            f"{_name}_by_{_factor}_from_{_matrix}", f"{theorems.title(_name)}: gradient by {_factor}, from that by {_matrix}",
            theorems.subject(_name), parameters=theorems.parameters(_name),
        )(partial(by_chain, _lemma, f"{_law}_by_{_matrix}_at", _factor, _tidying))  # fmt: skip
