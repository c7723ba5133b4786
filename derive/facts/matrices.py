"""Kinds of matrices: symmetric, positive definite, invertible, triangular; columns of positive entries."""

from __future__ import annotations

import sympy as sp
from sympy import Q
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..nodes import Entrywise, Group
from .answers import UNKNOWN, Answer, Anything, Facts, positive_diagonal, positive_entries, question, yes


def is_square(a: Anything) -> bool:
    rows, columns = a.shape
    return bool(rows == columns)


def _matrices(product: Anything) -> tuple[sp.Basic, ...]:
    return tuple(arg for arg in product.args if isinstance(arg, MatrixExpr))


def _numbers(product: Anything) -> tuple[sp.Basic, ...]:
    return tuple(arg for arg in product.args if not isinstance(arg, MatrixExpr))


@question("symmetric")
def symmetric(facts: Facts, a: Anything) -> Answer:
    if not is_square(a):
        return UNKNOWN
    if isinstance(a, (sp.Identity, sp.ZeroMatrix, sp.DiagMatrix)):
        return yes("diagonal")
    if isinstance(a, (sp.Inverse, sp.Transpose, Group)):
        return facts.ask(Q.symmetric(a.args[0]))
    if isinstance(a, sp.MatAdd):
        return facts.all(map(Q.symmetric, a.args), "sum of symmetric matrices")
    if isinstance(a, sp.MatMul):
        mirrored = tuple(_transposed(facts, factor) for factor in reversed(_matrices(a)))
        return yes("its own transpose") if mirrored == _matrices(a) else UNKNOWN
    return UNKNOWN


def _transposed(facts: Facts, a: Anything) -> sp.Basic:
    if isinstance(a, sp.Transpose):
        return a.arg
    return a if facts.holds(Q.symmetric(a)) else sp.Transpose(a)


@question("positive_definite")
def positive_definite(facts: Facts, a: Anything) -> Answer:
    if not is_square(a):
        return UNKNOWN
    if isinstance(a, sp.Identity):
        return yes("identity")
    if isinstance(a, (sp.Inverse, Group)):
        return facts.all([Q.positive_definite(a.args[0])], "inverse of a positive definite matrix")
    if isinstance(a, sp.DiagMatrix):
        return facts.all([positive_entries(a.args[0])], "diagonal with positive entries")
    if isinstance(a, sp.MatAdd):
        strict = [part for part in a.args if not _is_gram(facts, part)]
        return facts.all(map(Q.positive_definite, strict), "sum of positive definite matrices and Gram matrices")
    if isinstance(a, sp.MatMul) and len(a.args) == 2 and a.args[1] == sp.Transpose(a.args[0]) and is_square(a.args[0]):
        return facts.all([Q.invertible(a.args[0])], "A A^T with A invertible")
    if isinstance(a, sp.MatMul) and len(_matrices(a)) == 1 and _numbers(a):
        asked = [*map(Q.positive, _numbers(a)), *map(Q.positive_definite, _matrices(a))]
        return facts.all(asked, "positive multiple of a positive definite matrix")
    return UNKNOWN


def _is_gram(facts: Facts, a: Anything) -> bool:
    """W W^T, or W^T P W with P positive definite: never negative in any direction."""
    if not (isinstance(a, sp.MatMul) and len(a.args) in (2, 3) and len(_matrices(a)) == len(a.args)):
        return False
    mirrored = sp.Transpose(a.args[0]) == a.args[-1] or sp.Transpose(a.args[-1]) == a.args[0]
    return mirrored and all(facts.holds(Q.positive_definite(part)) for part in a.args[1:-1])


@question("invertible")
def invertible(facts: Facts, a: Anything) -> Answer:
    if not is_square(a):
        return UNKNOWN
    if facts.holds(Q.positive_definite(a)):
        return yes("positive definite")
    if isinstance(a, (sp.Inverse, sp.Transpose, Group)):
        return facts.all([Q.invertible(a.args[0])], "inverse or transpose of an invertible matrix")
    if isinstance(a, sp.MatMul):
        return facts.all([*map(Q.nonzero, _numbers(a)), *map(Q.invertible, _matrices(a))], "product of invertible matrices")
    return facts.all([Q.lower_triangular(a), positive_diagonal(a)], "triangular with positive diagonal")


@question("lower_triangular")
def lower_triangular(facts: Facts, a: Anything) -> Answer:
    if not is_square(a):
        return UNKNOWN
    if isinstance(a, (sp.Identity, sp.DiagMatrix)):
        return yes("diagonal")
    if isinstance(a, (sp.Inverse, Group)):
        return facts.ask(Q.lower_triangular(a.args[0]))
    if isinstance(a, (sp.MatMul, sp.MatAdd)):
        return facts.all(map(Q.lower_triangular, _matrices(a)), "of lower triangular matrices")
    return UNKNOWN


@question("positive_diagonal")
def diagonal_positive(facts: Facts, a: Anything) -> Answer:
    if isinstance(a, sp.Identity):
        return yes("identity")
    if isinstance(a, Group):
        return facts.ask(positive_diagonal(a.args[0]))
    if isinstance(a, sp.Inverse):
        return facts.all([positive_diagonal(a.args[0]), Q.lower_triangular(a.args[0])], "inverse of a triangular matrix")
    if isinstance(a, sp.MatMul):
        triangular = [ask(part) for part in _matrices(a) for ask in (Q.lower_triangular, positive_diagonal)]
        return facts.all([*map(Q.positive, _numbers(a)), *triangular], "product of triangular matrices")
    return UNKNOWN


@question("positive_entries")
def entries_positive(facts: Facts, v: Anything) -> Answer:
    if isinstance(v, sp.OneMatrix):
        return yes("ones")
    if isinstance(v, Entrywise):
        return facts.hiding([v.variable]).all([Q.positive(v.body)], "positive entries")
    return UNKNOWN
