"""Gradients of KL by symmetric matrices that are products of Cholesky factors: what a kernel has at hand that has factored them.

The value stands in E and in z or w of the two factors, and so do its gradients, which then lose nothing where the laws nearly agree:

    by Sigma1      1/2 (Sigma2^-1 - Sigma1^-1) = 1/2 L1^-T (M^T M - I) L1^-1      and      M^T M - I = E + E^T + E^T E
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..derivation import Derivation
from ..rewrite import matmul
from ..rule import DoesNotApply
from . import gradients, kl_mvn, kl_mvn_chol, kl_mvn_prec  # noqa: F401 - registers the dense gradients
from .gradients_at import S
from .kl_mvn_chol import L1, L2, factors, named
from .kl_mvn_prec import R1, R2
from .registry import theorem, theorems
from .symbols import half

Script = Callable[["Factored", sp.MatrixSymbol], Derivation]


@dataclass(frozen=True, eq=False)
class Factored:
    """A theorem of KL by two symmetric matrices, their factors, M = A^-1 B, and the names that its difference form gives."""

    law: str
    factors: Mapping[sp.MatrixSymbol, sp.MatrixSymbol]
    quotient: MatrixExpr
    names: Mapping[str, MatrixExpr]

    def by_mean(self, column: sp.MatrixSymbol) -> Derivation:
        return self.with_names(self.at_factors(f"{self.law}_by_{column}", self.factors))

    def by_dividing(self, matrix: sp.MatrixSymbol) -> Derivation:
        """By the matrix of A: A^-T A^-1 - A^-T M M^T A^-1 = -A^-T (M M^T - I) A^-1."""
        inverse = sp.Inverse(self.factors[matrix])
        line = self.with_names(self.by_matrix(matrix).all("transpose_product (backwards)"))
        line = line.apply("factor_product", A=matmul(-half, sp.Transpose(inverse)), B=inverse)
        return self.with_names(line.apply("square_minus_identity"))

    def by_divided(self, matrix: sp.MatrixSymbol) -> Derivation:
        """By the matrix of B: A^-T A^-1 - B^-T B^-1 = B^-T (M^T M - I) B^-1, because A^-1 = M B^-1."""
        inverse, B = sp.Inverse(self.factors[self.other(matrix)]), self.factors[matrix]
        line = self.by_matrix(matrix).apply("insert_inverse", matmul(sp.Transpose(inverse), inverse), B=B)
        line = named(line.apply("insert_inverse", inverse, B=B), M=self.quotient).apply("transpose_product")
        line = line.apply("factor_product", A=sp.Transpose(sp.Inverse(B)), B=sp.Inverse(B))
        return self.with_names(line.apply("square_minus_identity"))

    def by_matrix(self, matrix: sp.MatrixSymbol) -> Derivation:
        other = self.other(matrix)
        return self.at_factors(f"{self.law}_by_{matrix}_at", {S: self.factors[matrix], other: self.factors[other]})

    def other(self, matrix: sp.MatrixSymbol) -> sp.MatrixSymbol:
        return next(one for one in self.factors if one != matrix)

    def at_factors(self, gradient: str, matrices: Mapping[sp.MatrixSymbol, sp.MatrixSymbol]) -> Derivation:
        """A dense gradient where each matrix is the product of its factor and its transpose; inverses taken apart."""
        values = {matrix: matmul(factor, sp.Transpose(factor)) for matrix, factor in matrices.items()}
        line = theorems[gradient].specialise(values, *factors(*matrices.values()))
        return line.all("inverse_product").all("inverse_transpose") if line.line.has(sp.Inverse) else line

    def with_names(self, line: Derivation) -> Derivation:
        """Under the names of the value, where what they stand for stands in the line."""
        for name, matrix in self.names.items():
            with suppress(DoesNotApply):
                line = named(line, **{name: matrix})
        return line


COVARIANCES = Factored("kl_mvn", {kl_mvn.Sigma1: L1, kl_mvn.Sigma2: L2}, kl_mvn_chol.M, {"z": kl_mvn_chol.z, "E": kl_mvn_chol.E})
PRECISIONS = Factored(
    "kl_mvn_prec", {kl_mvn_prec.P1: R1, kl_mvn_prec.P2: R2}, kl_mvn_prec.N, {"w": kl_mvn_prec.w, "E": kl_mvn_prec.difference}
)
SCRIPTS: dict[Factored, tuple[Script, ...]] = {
    COVARIANCES: (Factored.by_mean, Factored.by_divided, Factored.by_mean, Factored.by_dividing),
    PRECISIONS: (Factored.by_mean, Factored.by_dividing, Factored.by_mean, Factored.by_divided),
}

for _family, _scripts in SCRIPTS.items():
    _name = f"{_family.law}_difference"
    for _parameter, _script in zip(theorems.parameters(_family.law), _scripts, strict=True):
        theorem(
            f"{_name}_by_{_parameter}", f"{theorems.title(_name)}: gradient by {_parameter}", theorems.subject(_name),
            parameters=theorems.parameters(_name),
        )(partial(_script, _family, _parameter))  # fmt: skip
