"""Numbers taken from matrices, brackets that stay, functions in rules, gradients."""

from __future__ import annotations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from .inert import Inert


class Scalar(Inert):
    """The number that a 1x1 matrix holds."""

    def __new__(cls, matrix: MatrixExpr) -> Scalar:
        rows, columns = matrix.shape
        if sp.sympify(rows) != 1 or sp.sympify(columns) != 1:
            raise ValueError(f"Scalar takes a 1x1 matrix, not one of shape {matrix.shape}: {matrix}")
        return super().__new__(cls, matrix)

    matrix = property(lambda self: self.args[0])


class Entry(Inert):
    """M[i, j], or v[i] of a column; indices count from 1."""

    def __new__(cls, matrix: MatrixExpr, *index: sp.Expr) -> Entry:
        return super().__new__(cls, matrix, *map(sp.sympify, index))

    matrix = property(lambda self: self.args[0])
    index = property(lambda self: self.args[1:])


class LogDet1pmx(Inert):
    """log(|A + B|/|A|) - tr(A^-1 B): what log |I + X| differs by from its linear part tr X, for X = A^-1 B.

    Never positive where A and A + B are positive definite, and 0 at B = 0 alone.
    """

    def __new__(cls, base: MatrixExpr, change: MatrixExpr) -> LogDet1pmx:
        return super().__new__(cls, base, change)

    base = property(lambda self: self.args[0])
    change = property(lambda self: self.args[1])


class Paren(Inert):
    """(expression), kept together: neither flattened into a sum nor distributed over."""

    def __new__(cls, body: sp.Expr) -> Paren:
        return super().__new__(cls, body)

    body = property(lambda self: self.args[0])


class Apply(Inert):
    """g(x): in a rule, any scalar expression in which x may occur; a plain symbol stands for one in which it does not."""

    def __new__(cls, name: str | Str, x: sp.Basic) -> Apply:
        return super().__new__(cls, name if isinstance(name, Str) else Str(name), x)

    name = property(lambda self: self.args[0].name)
    x = property(lambda self: self.args[1])


class Gradient(Inert):
    """d body / d variable for a scalar variable (a symbol, or an Entry of one)."""

    def __new__(cls, body: sp.Expr, variable: sp.Expr) -> Gradient:
        return super().__new__(cls, body, variable)

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
