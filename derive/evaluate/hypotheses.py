"""Is a predicate true at concrete numbers?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

import mpmath
import sympy as sp
from sympy.assumptions import AppliedPredicate

from . import matrices as mx
from .environment import GUARD, Environment, NoMeaning, OutsideDomain
from .matrices import Matrix, Number
from .meaning import evaluate, scalar_of


def holds(fact: AppliedPredicate, environment: Environment) -> bool:
    """Is it true at these numbers? A singular or undefined argument does not satisfy it. Raises NoMeaning for an unknown predicate."""
    try:
        return holds_where_defined(fact, environment)
    except OutsideDomain:
        return False


def holds_where_defined(fact: AppliedPredicate, environment: Environment) -> bool:
    """`holds`, but raises OutsideDomain for an undefined argument."""
    name, argument = name_of(fact), fact.arguments[0]
    if name not in TESTS:
        raise NoMeaning(f"no test is known for the predicate {fact}")
    value = evaluate(argument, environment)
    with mpmath.workdps(environment.digits + GUARD):
        if isinstance(value, tuple) and name in OF_MATRICES:
            return OF_MATRICES[name](value)
        if not isinstance(value, tuple) and name in SIGNS:
            return (0 if _vanishes(value, argument, environment) else 1 if value > 0 else -1) in SIGNS[name]
        if not isinstance(value, tuple) and name in OF_NUMBERS:
            return OF_NUMBERS[name](value)
    raise NoMeaning(f"{name} is asked of {'matrices' if name in OF_MATRICES else 'numbers'}: {fact}")


def name_of(fact: AppliedPredicate) -> str:
    return str(fact.function.name)


# The signs that a number may have.
SIGNS = {"positive": {1}, "negative": {-1}, "nonnegative": {0, 1}, "nonpositive": {-1, 0}, "nonzero": {-1, 1}, "zero": {0}}


def _vanishes(x: Number, argument: sp.Basic, environment: Environment) -> bool:
    """Is a small number 0? Then it is rounding alone, and becomes smaller where more digits are carried."""
    if x == 0 or abs(x) > mpmath.mpf("1e-20"):
        return bool(x == 0)
    finer = environment.finer
    with mpmath.workdps(finer.digits + GUARD):
        return bool(abs(scalar_of(argument, finer)) < abs(x) * mpmath.mpf("1e-30"))


def _definite(a: Matrix) -> bool:
    try:
        mx.cholesky(mx.add(a, mx.transpose(a)))
    except mx.SingularMatrix:
        return False
    return True


def _is_square(a: Matrix) -> bool:
    return len(a) == len(a[0])


def _is_small(x: Number, a: Matrix) -> bool:
    """Is it nothing but rounding, in a matrix of such entries?"""
    return bool(abs(x) <= mpmath.mpf(10) ** -30 * max(abs(entry) for row in a for entry in row))


def _invertible(a: Matrix) -> bool:
    """The determinant is not 0, compared with the product of the lengths of the rows, which is its bound."""
    return _is_square(a) and bool(abs(mx.determinant(a)) > mpmath.mpf(10) ** -20 * prod(mpmath.sqrt(mx.dot(row, row)) for row in a))


def _pattern(keep: Callable[[int, int], bool]) -> Callable[[Matrix], bool]:
    return lambda a: _is_square(a) and all(keep(i, j) or _is_small(x, a) for i, row in enumerate(a) for j, x in enumerate(row))


# A test is asked of the kind of value that its predicate speaks of.
OF_MATRICES: Mapping[str, Callable[[Matrix], bool]] = {
    "symmetric": lambda a: _is_square(a) and all(_is_small(a[i][j] - a[j][i], a) for i in range(len(a)) for j in range(i)),
    "positive_definite": lambda a: _is_square(a) and _definite(a),
    "invertible": _invertible,
    "fullrank": _invertible,
    "square": _is_square,
    "real_elements": lambda _: True,
    "lower_triangular": _pattern(lambda i, j: i >= j),
    "upper_triangular": _pattern(lambda i, j: i <= j),
    "diagonal": _pattern(lambda i, j: i == j),
    "positive_entries": lambda a: all(x > 0 for row in a for x in row),
    "positive_diagonal": lambda a: _is_square(a) and all(a[i][i] > 0 for i in range(len(a))),
}
OF_NUMBERS: Mapping[str, Callable[[Number], bool]] = {
    "real": lambda _: True,
    "integer": mpmath.isint,
}
TESTS = {*SIGNS, *OF_NUMBERS, *OF_MATRICES}  # all that are known
