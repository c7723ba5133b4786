"""Products of matrices as chains of factors, and the order in which a chain is multiplied without forming a k x k matrix.

A factor is an array, which can be stored, or an operator, which can only be multiplied with one: a k x k matrix, or the inverse of a
small one.
"""

from __future__ import annotations

from collections.abc import Container

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from closedform.derive.nodes import Abbreviation, Group
from closedform.derive.rewrite import matadd, matmul

Factors = tuple[MatrixExpr, ...]

LONG, THIN = 1000, 10  # what k and a rank count for: any numbers of which the first is much the larger give the same order
NEVER = float("inf")


def chain(node: MatrixExpr) -> tuple[sp.Rational, Factors]:
    """The number in front of a product, and its factors; brackets around products are opened."""
    if isinstance(node, Group) and isinstance(node.body, sp.MatMul):
        return chain(node.body)
    if not isinstance(node, sp.MatMul):
        return sp.S.One, (node,)
    number, factors = sp.S.One, list[MatrixExpr]()
    for part in node.args:
        if isinstance(part, MatrixExpr):
            inner, parts = chain(part)
            number, factors = number * inner, [*factors, *parts]
        else:
            number *= part
    return number, tuple(factors)


def terms(node: MatrixExpr) -> tuple[MatrixExpr, ...] | None:
    """The terms of a sum, in a bracket or under a name; None for everything else."""
    while isinstance(node, (Group, Abbreviation)):
        node = node.body
    return node.args if isinstance(node, sp.MatAdd) else None


def diagonal(node: MatrixExpr) -> tuple[MatrixExpr, bool] | None:
    """The column that is the diagonal of the matrix, or whose reciprocals are; None where it has other entries."""
    if isinstance(node, sp.DiagMatrix):
        return node.args[0], False
    if isinstance(node, (Group, Abbreviation)):
        return diagonal(node.body)
    if isinstance(node, sp.Inverse):
        inside = diagonal(node.arg)
        return (inside[0], not inside[1]) if inside else None
    if isinstance(node, sp.MatAdd):
        columns = []
        for term in node.args:
            number, factors = chain(term)
            inside = diagonal(factors[0]) if len(factors) == 1 else None
            if inside is None or inside[1]:
                return None
            columns.append(matmul(number, inside[0]) if number != 1 else inside[0])
        return matadd(*columns), False
    return None


def transposed(node: MatrixExpr) -> MatrixExpr:
    """The transpose, without a mark where the matrix is seen to be symmetric."""
    if isinstance(node, (sp.DiagMatrix, sp.Identity)):
        return node
    if isinstance(node, sp.Transpose):
        return node.arg
    if isinstance(node, sp.Inverse):
        return sp.Inverse(transposed(node.arg))
    if isinstance(node, sp.MatAdd):
        return matadd(*map(transposed, node.args))
    if isinstance(node, sp.MatMul):
        number, factors = chain(node)
        return matmul(*[number] * (number != 1), *turned(factors))
    if isinstance(node, Group):
        return Group(transposed(node.body))
    if isinstance(node, Abbreviation) and transposed(node.body) == node.body:
        return node
    return sp.Transpose(node)


def turned(factors: Factors) -> Factors:
    """The factors of the transpose of a product."""
    return tuple(transposed(factor) for factor in reversed(factors))


# ---------------------------------------------------------------------------------------------------- the order of multiplication


def size(dimension: sp.Expr) -> int:
    return 1 if dimension == 1 else LONG if str(dimension) == "k" else THIN


def is_operator(factor: MatrixExpr) -> bool:
    rows, columns = map(size, factor.shape)
    return rows == columns == LONG or isinstance(factor, sp.Inverse)


class Plan:
    """In which order products are multiplied, given which of them are there already."""

    def __init__(self, known: Container[object]) -> None:
        self.known = known
        self._found: dict[Factors, tuple[float, int]] = {}

    def cost(self, factors: Factors) -> float:
        """The least work to make an array of the product; NEVER where it is none."""
        return self._planned(factors)[0]

    def split(self, factors: Factors) -> int:
        """How many of the factors are multiplied with each other before they are with the rest."""
        return self._planned(factors)[1]

    def _planned(self, factors: Factors) -> tuple[float, int]:
        if factors not in self._found:
            self._found[factors] = self._plan(factors)
        return self._found[factors]

    def _plan(self, factors: Factors) -> tuple[float, int]:
        if len(factors) == 1:
            return (NEVER if is_operator(factors[0]) else 0), 0
        rows, columns = size(factors[0].shape[0]), size(factors[-1].shape[1])
        best: tuple[float, int] = (NEVER, 0)
        if rows == columns == LONG:
            return best
        for place in range(1, len(factors)):
            left, right = factors[:place], factors[place:]
            if len(left) == 1 and is_operator(left[0]):
                work = self.cost(right) + _applied(left[0]) * columns
            elif len(right) == 1 and is_operator(right[0]):
                work = self.cost(left) + _applied(right[0]) * rows
            else:
                work = self.cost(left) + self.cost(right) + rows * size(right[0].shape[0]) * columns
            best = min(best, (work, place))
        there = factors in self.known or turned(factors) in self.known
        return (0, best[1]) if there else best


def _applied(operator: MatrixExpr) -> int:
    """The work to multiply an operator with one column."""
    if diagonal(operator) is not None:
        return LONG
    return THIN * THIN if size(operator.shape[0]) < LONG else 4 * LONG * THIN
