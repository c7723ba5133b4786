"""Columns by entries, brackets, abbreviations, functions in rules and gradients with a shape."""

from __future__ import annotations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from .inert import InertMatrix


class ExpectMatrix(InertMatrix):
    """E[body], entry by entry, when variable has the law `domain`."""

    def __new__(cls, body: MatrixExpr, variable: sp.Basic, domain: sp.Basic) -> ExpectMatrix:
        return super().__new__(cls, body, variable, domain)

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    domain = property(lambda self: self.args[2])
    law = property(lambda self: self.args[2])
    shape = property(lambda self: self.args[0].shape)

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.variable}) | self.domain.free_symbols


class Entrywise(InertMatrix):
    """The column whose entry number `variable` is `body`, for variable = 1 .. domain."""

    def __new__(cls, body: sp.Expr, variable: sp.Symbol, domain: sp.Expr) -> Entrywise:
        return super().__new__(cls, body, variable, sp.sympify(domain))

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    domain = property(lambda self: self.args[2])
    shape = property(lambda self: (self.args[2], sp.S.One))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.variable}) | self.domain.free_symbols


class Group(InertMatrix):
    """(matrix), kept together: neither flattened into a sum or product nor distributed over."""

    def __new__(cls, body: MatrixExpr) -> Group:
        return super().__new__(cls, body)

    body = property(lambda self: self.args[0])
    shape = property(lambda self: self.args[0].shape)


class Abbreviation(InertMatrix):
    """A name for a matrix: M := L2^-1 L1. It has the value of its body, and stays one letter in print and one array in a kernel."""

    def __new__(cls, name: str | Str, body: MatrixExpr) -> Abbreviation:
        return super().__new__(cls, name if isinstance(name, Str) else Str(name), body)

    name = property(lambda self: self.args[0].name)
    body = property(lambda self: self.args[1])
    shape = property(lambda self: self.args[1].shape)


class MatrixApply(InertMatrix):
    """Y(x), rows by columns: in a rule, any matrix expression in which x may occur."""

    def __new__(cls, name: str | Str, x: sp.Basic, rows: sp.Expr, columns: sp.Expr) -> MatrixApply:
        return super().__new__(cls, name if isinstance(name, Str) else Str(name), x, *map(sp.sympify, (rows, columns)))

    name = property(lambda self: self.args[0].name)
    x = property(lambda self: self.args[1])
    shape = property(lambda self: (self.args[2], self.args[3]))


class MatrixGradient(InertMatrix):
    """The matrix G with d body = tr(G^T dX) for every admissible dX.

    `structure` is "full", "symmetric" (dX symmetric, and G chosen symmetric) or "lower" (dX and G lower triangular).
    """

    def __new__(cls, body: sp.Expr, variable: MatrixExpr, structure: str | Str = "full") -> MatrixGradient:
        return super().__new__(cls, body, variable, structure if isinstance(structure, Str) else Str(structure))

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    structure = property(lambda self: self.args[2].name)
    shape = property(lambda self: self.args[1].shape)


class MatrixAt(InertMatrix):
    """body at variable = domain, the body a matrix: a gradient by Sigma where Sigma = L L^T."""

    def __new__(cls, body: MatrixExpr, variable: sp.Basic, domain: sp.Basic) -> MatrixAt:
        return super().__new__(cls, body, variable, sp.sympify(domain))

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    domain = property(lambda self: self.args[2])
    shape = property(lambda self: self.args[0].shape)

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.variable}) | self.domain.free_symbols


class LowerTriangle(InertMatrix):
    """tril(M): M with the entries above the diagonal set to 0."""

    def __new__(cls, matrix: MatrixExpr) -> LowerTriangle:
        return super().__new__(cls, matrix)

    matrix = property(lambda self: self.args[0])
    shape = property(lambda self: self.args[0].shape)
