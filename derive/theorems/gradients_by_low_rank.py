"""Gradients of KL by the parts of low-rank plus diagonal covariances: dense gradients times W, and their diagonals, by Woodbury's inverses.

With G the gradient by the whole covariance, that by W is 2 G W and that by d the diagonal of G. Differences of the two laws stand in one
bracket between two inverses, so that equal laws have gradients of exactly 0.
"""

from collections.abc import Callable

import sympy as sp

from ..derivation import Derivation
from ..nodes import MatrixGradient
from .kl_mvn_chol import named
from .kl_mvn_lowrank import C1, C2, PARAMETERS, Q1, Q2, TITLE, W1, W2, d1, d2, mu1, mu2
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
            line = named(line, **{f"C{name}": C.body, f"Q{name}": Q})
    return line


def between_inverses(rule: str, parameter: sp.MatrixSymbol) -> Derivation:
    """The difference of the two covariances between two inverses, in it the two diagonals subtracted first."""
    return by_woodbury(gradient(parameter).apply(rule).apply("pair_differences"))


SCRIPTS: dict[sp.MatrixSymbol, Callable[[], Derivation]] = {
    mu1: lambda: by_woodbury(gradient(mu1)),
    W1:  lambda: by_woodbury(gradient(W1)),
    d1:  lambda: between_inverses("difference_of_inverses", d1),
    mu2: lambda: by_woodbury(gradient(mu2)),
    W2:  lambda: between_inverses("common_inverse", W2),
    d2:  lambda: between_inverses("common_inverse", d2),
}  # fmt: skip

for _parameter, _script in SCRIPTS.items():
    theorem(
        f"kl_mvn_lowrank_by_{_parameter}", f"{TITLE}: gradient by {_parameter}", theorems.subject(MATRICES), parameters=PARAMETERS,
    )(_script)  # fmt: skip
