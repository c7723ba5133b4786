"""Matrices as tuples of rows of mpmath numbers: small, hashable, and faster than mpmath.matrix, which is a dictionary.

Nothing here knows about expressions. Sizes are those of a check, k <= 8 or so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import mpmath

Number: TypeAlias = mpmath.mpf
Matrix: TypeAlias = tuple[tuple[Number, ...], ...]
Value: TypeAlias = Number | Matrix

ZERO, ONE = mpmath.mpf(0), mpmath.mpf(1)


class ShapeMismatch(ValueError):
    """Two matrices that do not fit together; the text names both shapes."""


class SingularMatrix(ArithmeticError):
    """No inverse, or no Cholesky factor."""


def identity(n: int) -> Matrix:
    return tuple(tuple(ONE if i == j else ZERO for j in range(n)) for i in range(n))


def constant(entry: Number, rows: int, columns: int) -> Matrix:
    return tuple((entry,) * columns for _ in range(rows))


def column(entries: Sequence[Number]) -> Matrix:
    return tuple((entry,) for entry in entries)


def diagonal(entries: Sequence[Number]) -> Matrix:
    return tuple(tuple(entry if i == j else ZERO for j in range(len(entries))) for i, entry in enumerate(entries))


def shape(a: Matrix) -> tuple[int, int]:
    return len(a), len(a[0])


def transpose(a: Matrix) -> Matrix:
    return tuple(zip(*a, strict=True))


def product(a: Matrix, b: Matrix) -> Matrix:
    if len(a[0]) != len(b):
        raise ShapeMismatch(f"a {shape(a)} matrix times a {shape(b)} matrix")
    columns = transpose(b)
    return tuple(tuple(dot(row, other) for other in columns) for row in a)


def dot(a: Sequence[Number], b: Sequence[Number]) -> Number:
    return mpmath.fdot(zip(a, b, strict=True))


def add(a: Matrix, b: Matrix) -> Matrix:
    if shape(a) != shape(b):
        raise ShapeMismatch(f"a {shape(a)} matrix plus a {shape(b)} matrix")
    return tuple(tuple(x + y for x, y in zip(p, q, strict=True)) for p, q in zip(a, b, strict=True))


def entrywise(function: Callable[[Number], Number], a: Matrix) -> Matrix:
    return tuple(tuple(map(function, row)) for row in a)


def scale(factor: Number, a: Matrix) -> Matrix:
    return tuple(tuple(factor * x for x in row) for row in a)


def trace(a: Matrix) -> Number:
    return sum((a[i][i] for i in range(1, len(a))), a[0][0])


def determinant(a: Matrix) -> Number:
    """By elimination with row exchanges."""
    rows, n, value = [list(row) for row in a], len(a), ONE
    for j in range(n):
        pivot = max(range(j, n), key=lambda i: abs(rows[i][j]))
        if not rows[pivot][j]:
            return ZERO
        if pivot != j:
            rows[j], rows[pivot], value = rows[pivot], rows[j], -value
        top = rows[j]
        value *= top[j]
        for i in range(j + 1, n):
            if rows[i][j]:
                factor = rows[i][j] / top[j]
                rows[i] = [x - factor * y for x, y in zip(rows[i], top, strict=True)]
    return value


def inverse(a: Matrix) -> Matrix:
    """By elimination with row exchanges on [A | I]."""
    n = len(a)
    rows = [list(row) + list(unit) for row, unit in zip(a, identity(n), strict=True)]
    for j in range(n):
        pivot = max(range(j, n), key=lambda i: abs(rows[i][j]))
        if not rows[pivot][j]:
            raise SingularMatrix("a singular matrix has no inverse")
        rows[j], rows[pivot] = rows[pivot], rows[j]
        head = ONE / rows[j][j]
        top = rows[j] = [head * x for x in rows[j]]
        for i in range(n):
            if i != j and rows[i][j]:
                factor = rows[i][j]
                rows[i] = [x - factor * y for x, y in zip(rows[i], top, strict=True)]
    return tuple(tuple(row[n:]) for row in rows)


def cholesky(a: Matrix) -> Matrix:
    """The lower triangular L with L L^T = A and a positive diagonal, for a symmetric positive definite A."""
    n = len(a)
    lower: list[list[Number]] = [[ZERO] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            if not mpmath.almosteq(a[i][j], a[j][i]):
                raise SingularMatrix("a matrix that is not symmetric has no Cholesky factor")
            rest = a[i][j] - sum((lower[i][m] * lower[j][m] for m in range(j)), ZERO)
            if i == j:
                if rest <= 0:
                    raise SingularMatrix("a matrix that is not positive definite has no Cholesky factor")
                lower[i][i] = mpmath.sqrt(rest)
            else:
                lower[i][j] = rest / lower[j][j]
    return tuple(map(tuple, lower))


def forward(lower: Matrix, right: Sequence[Number]) -> list[Number]:
    """L^-1 b by forward substitution."""
    solution: list[Number] = []
    for i, row in enumerate(lower):
        solution.append((right[i] - mpmath.fdot(zip(row[:i], solution, strict=True))) / row[i])
    return solution
