"""The two kinds of node: a number and a matrix that stay as they are."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr


class Inert(sp.Expr):
    """A real scalar that stays as it is."""

    is_commutative = True
    is_extended_real = True


class InertMatrix(MatrixExpr):
    """A real matrix that stays as it is."""

    is_commutative = False
