"""What an expression means at concrete numbers: the way in, and the memory. Each kind of node has one short function.

`evaluate(expression, environment)` is the whole story told to a user; inside, `value_of` is called again and again and
remembers every value in the outermost scope in which it holds. The functions stand in of_scalars.py, of_matrices.py,
of_laws.py and of_gradients.py, each registered for its node; an unknown node is an error.
"""

from __future__ import annotations

from functools import singledispatch

import mpmath
import sympy as sp

from .environment import GUARD, Environment, NoMeaning
from .matrices import Matrix, Number, ShapeMismatch, Value


def evaluate(expression: sp.Basic, environment: Environment) -> Value:
    """The value: an mpf, or a matrix as a tuple of rows, with the environment's digits and some to spare.

    Raises an EvaluationError: NoMeaning for an unknown node or a symbol without value, OutsideDomain, TooExpensive.
    """
    with mpmath.workdps(environment.digits + GUARD):
        return value_of(expression, environment)


def value_of(expression: sp.Basic, env: Environment) -> Value:
    home = env.home(expression)
    found: Value | None = home.memo.get(expression)
    if found is None:
        try:
            found = home.memo[expression] = meaning(expression, home)
        except ShapeMismatch as problem:
            raise NoMeaning(f"{problem}: {expression}") from None
    return found


def scalar_of(expression: sp.Basic, env: Environment) -> Number:
    value = value_of(expression, env)
    if isinstance(value, tuple):
        raise NoMeaning(f"a matrix where a number is wanted: {expression}")
    return value


def matrix_of(expression: sp.Basic, env: Environment) -> Matrix:
    value = value_of(expression, env)
    if not isinstance(value, tuple):
        raise NoMeaning(f"a number where a matrix is wanted: {expression}")
    return value


def integer_of(expression: sp.Basic, env: Environment) -> int:
    value = scalar_of(expression, env)
    if value != int(value):
        raise NoMeaning(f"{expression} is {mpmath.nstr(value, 5)}, which is no size or index")
    return int(value)


@singledispatch
def meaning(expression: sp.Basic, env: Environment) -> Value:
    raise NoMeaning(f"no meaning is given to {type(expression).__name__}: {expression}")
