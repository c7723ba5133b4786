"""Gradients of KL by the parts of low-rank plus diagonal covariances: dense gradients times W, and their diagonals, by Woodbury's inverses.

With G the gradient by the whole covariance, that by W is 2 G W and that by d the diagonal of G. The two covariances stand in it as
their difference between two inverses, and that difference as one of the diagonals and one of the factors: laws that nearly agree keep
their digits, equal ones have gradients of exactly 0.
"""

from collections.abc import Callable
from functools import partial

import sympy as sp

from ..derivation import Derivation
from ..nodes import Group, MatrixGradient
from .kl_mvn_chol import named
from .kl_mvn_lowrank import TITLE, d1, d2, mu1, mu2
from .kl_mvn_lowrank_difference import C1, C2, PARAMETERS, Q1, Q2
from .low_rank_squares import W1, W2
from .registry import theorem, theorems

MATRICES = "kl_mvn_lowrank_matrices"


def gradient(parameter: sp.MatrixSymbol) -> Derivation:
    """The gradient by one parameter, carried out."""
    start = MatrixGradient(theorems[MATRICES].lhs, parameter)
    return Derivation(start, theorems[MATRICES].hypotheses).apply(f"lemma:{MATRICES}").apply("matrix_gradient")


def by_woodbury(line: Derivation) -> Derivation:
    """Inverses of the covariances by those of matrices no larger than the rank, under the names of the value."""
    line = line.all("lemma:woodbury")
    for name, C, Q in (("1", C1, Q1), ("2", C2, Q2)):
        if line.line.has(C.body):
            line = named(line, **{f"C{name}": C.body})
        if line.line.has(Q):
            line = named(line, **{f"Q{name}": Q})
    return line


def by_mean(parameter: sp.MatrixSymbol) -> Derivation:
    return by_woodbury(gradient(parameter))


def subtracted(line: Derivation) -> Derivation:
    """The two covariances: their diagonals from each other, and their factors."""
    return line.apply("pair_differences").apply("difference_of_products")


def by_W1() -> Derivation:
    """(Sigma2^-1 - Sigma1^-1) W1, the difference between the two inverses."""
    line = gradient(W1).apply("difference_of_products", B=W1, D=W1).apply("cancel_matrices")
    line = line.apply("drop_bracket", Group(sp.ZeroMatrix(*W1.shape))).apply("multiply_by_zero").apply("add_zero")
    line = line.apply("difference_of_inverses").apply("drop_bracket", (0,))
    return by_woodbury(subtracted(line).apply("lemma:inverse_times_factors"))


def by_W2() -> Derivation:
    return by_woodbury(subtracted(gradient(W2).apply("common_inverse")).apply("lemma:inverse_times_factors"))


def by_diagonal(parameter: sp.MatrixSymbol, rule: str, *lemmas: str) -> Derivation:
    """The diagonal of a product of two inverses and what is between them, term by term."""
    line = subtracted(gradient(parameter).apply(rule))
    _, between, _ = line.line.args[-1].arg.args
    line = line.apply("drop_bracket", between).apply("distribute_product")
    for lemma in lemmas:
        line = line.all(f"lemma:{lemma}")
    return by_woodbury(line)


SCRIPTS: dict[sp.MatrixSymbol, Callable[[], Derivation]] = {
    mu1: partial(by_mean, mu1),
    W1:  by_W1,
    d1:  partial(by_diagonal, d1, "difference_of_inverses", "inverse_times_factors", "factors_times_inverse"),
    mu2: partial(by_mean, mu2),
    W2:  by_W2,
    d2:  partial(by_diagonal, d2, "common_inverse", "factors_times_inverse"),
}  # fmt: skip

for _parameter, _script in SCRIPTS.items():
    theorem(
        f"kl_mvn_lowrank_by_{_parameter}", f"{TITLE}: gradient by {_parameter}", theorems.subject(MATRICES), parameters=PARAMETERS,
    )(_script)  # fmt: skip
