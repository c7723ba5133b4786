"""Gradients of KL by symmetric matrices that are products of Cholesky factors: what a kernel has at hand that has factored them.

The value stands in E and in z or w of the two factors, and so do its gradients, which then lose nothing where the laws nearly agree:

    by Sigma1      1/2 (Sigma2^-1 - Sigma1^-1) = 1/2 L1^-T (M^T M - I) L1^-1      and      M^T M - I = E + E^T + E^T E

A gradient by Sigma1 at L1 L1^T is no gradient by L1 L1^T. So `<law>_by_Sigma1_at` puts any matrix S in for the variable, and L1 L1^T is
then put in for S.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import MatrixAt, MatrixGradient
from ..rewrite import matmul
from ..rule import DoesNotApply
from . import gradients, kl_mvn, kl_mvn_chol, kl_mvn_prec  # noqa: F401 - registers the dense gradients
from .kl_mvn_chol import L1, L2, factors, named
from .kl_mvn_prec import R1, R2
from .registry import theorem, theorems
from .symbols import covariance, half, squares

(S,) = squares("S")
Script = Callable[["Factored", sp.MatrixSymbol], Derivation]


@dataclass(frozen=True, eq=False)
class Factored:
    """A theorem of KL by two symmetric matrices, their factors, and the names that its difference form gives."""

    law: str
    factors: Mapping[sp.MatrixSymbol, sp.MatrixSymbol]
    quotient: MatrixExpr
    names: Mapping[str, MatrixExpr]

    def other(self, matrix: sp.MatrixSymbol) -> sp.MatrixSymbol:
        return next(one for one in self.factors if one != matrix)

    def at_any(self, matrix: sp.MatrixSymbol) -> Derivation:
        """The gradient by a matrix, which is then put equal to S."""
        start = MatrixAt(MatrixGradient(theorems[self.law].lhs, matrix, "symmetric"), matrix, S)
        line = Derivation(start, Facts.of(*covariance(S, self.other(matrix)))).apply("at")
        return line.apply(f"lemma:{self.law}").apply("matrix_gradient")

    def at_factors(self, gradient: str, *matrices: tuple[sp.MatrixSymbol, sp.MatrixSymbol]) -> Derivation:
        """A dense gradient where each of the matrices is the product of its factor and its transpose; inverses taken apart."""
        values = {matrix: matmul(factor, sp.Transpose(factor)) for matrix, factor in matrices}
        line = theorems[gradient].specialise(values, *factors(*self.factors.values()))
        return line.all("inverse_product").all("inverse_transpose") if line.line.has(sp.Inverse) else line

    def by_matrix(self, matrix: sp.MatrixSymbol) -> Derivation:
        other = self.other(matrix)
        return self.at_factors(f"{self.law}_by_{matrix}_at", (S, self.factors[matrix]), (other, self.factors[other]))

    def by_mean(self, column: sp.MatrixSymbol) -> Derivation:
        return self.with_names(self.at_factors(f"{self.law}_by_{column}", *self.factors.items()))

    def with_names(self, line: Derivation) -> Derivation:
        """The names of the value, for those that stand in the line."""
        for name, matrix in self.names.items():
            with suppress(DoesNotApply):
                line = named(line, **{name: matrix})
        return line

    def by_dividing(self, matrix: sp.MatrixSymbol) -> Derivation:
        """By the matrix whose factor A divides in M = A^-1 B: A^-T A^-1 - A^-T M M^T A^-1 = -A^-T (M M^T - I) A^-1."""
        A = sp.Inverse(self.factors[matrix])
        line = self.with_names(self.by_matrix(matrix).all("transpose_product (backwards)"))
        line = line.apply("factor_product", A=matmul(-half, sp.Transpose(A)), B=A)
        return self.with_names(line.apply("square_minus_identity"))

    def by_divided(self, matrix: sp.MatrixSymbol) -> Derivation:
        """By the matrix whose factor B is divided in M = A^-1 B: A^-T A^-1 - B^-T B^-1 = B^-T (M^T M - I) B^-1."""
        A, B = sp.Inverse(self.factors[self.other(matrix)]), self.factors[matrix]
        line = self.by_matrix(matrix)
        line = line.apply("insert_inverse", matmul(sp.Transpose(A), A), B=B).apply("insert_inverse", A, B=B)
        line = named(line, M=self.quotient).apply("transpose_product")
        line = line.apply("factor_product", A=sp.Transpose(sp.Inverse(B)), B=sp.Inverse(B))
        return self.with_names(line.apply("square_minus_identity"))


COVARIANCES = Factored("kl_mvn", {kl_mvn.Sigma1: L1, kl_mvn.Sigma2: L2}, kl_mvn_chol.M, {"z": kl_mvn_chol.z, "E": kl_mvn_chol.E})
PRECISIONS = Factored(
    "kl_mvn_prec", {kl_mvn_prec.P1: R1, kl_mvn_prec.P2: R2}, kl_mvn_prec.N, {"w": kl_mvn_prec.w, "E": kl_mvn_prec.difference}
)
SCRIPTS: dict[Factored, tuple[Script, ...]] = {
    COVARIANCES: (Factored.by_mean, Factored.by_divided, Factored.by_mean, Factored.by_dividing),
    PRECISIONS: (Factored.by_mean, Factored.by_dividing, Factored.by_mean, Factored.by_divided),
}

for _family, _scripts in SCRIPTS.items():
    _law, _names = _family.law, theorems.parameters(f"{_family.law}_difference")
    for _parameter, _script in zip(theorems.parameters(_law), _scripts, strict=True):
        _title, _subject = theorems.title(_law), theorems.subject(_law)
        theorem(
            f"{_law}_difference_by_{_parameter}", f"{_title}, without cancellation: gradient by {_parameter}, by Cholesky factors",
            _subject, parameters=_names,
        )(partial(_script, _family, _parameter))  # fmt: skip
        if _parameter in _family.factors:
            theorem(
                f"{_law}_by_{_parameter}_at", f"{_title}: gradient by {_parameter}, where that is S", _subject,
                parameters=tuple(S if one == _parameter else one for one in theorems.parameters(_law)),
            )(partial(_family.at_any, _parameter))  # fmt: skip
