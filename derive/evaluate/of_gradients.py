"""Gradients by high-precision central differences."""

from __future__ import annotations

import mpmath
import sympy as sp

from ..nodes import Entry, Gradient, MatrixGradient
from . import matrices as mx
from .environment import Environment, NoMeaning
from .matrices import Matrix, Number, Value
from .meaning import integer_of, matrix_of, meaning, scalar_of, value_of


@meaning.register(Gradient)
def _gradient(expression: Gradient, env: Environment) -> Number:
    variable = expression.variable
    if isinstance(variable, sp.Symbol):
        return _slope(expression.body, variable, mx.ONE, env)
    if isinstance(variable, Entry) and isinstance(variable.matrix, sp.MatrixSymbol):
        row, *rest = (integer_of(i, env) for i in variable.index)
        at = (row - 1, rest[0] - 1 if rest else 0)
        return _slope(expression.body, variable.matrix, _unit(matrix_of(variable.matrix, env), at), env)
    raise NoMeaning(f"a gradient by {variable}, which is neither a symbol nor an entry of one")


@meaning.register(MatrixGradient)
def _matrix_gradient(expression: MatrixGradient, env: Environment) -> Matrix:
    body, variable, structure = expression.body, expression.variable, expression.structure
    if not isinstance(variable, sp.MatrixSymbol):
        raise NoMeaning(f"a gradient by {variable}, which is no matrix symbol")
    here = matrix_of(variable, env)
    rows, columns = mx.shape(here)

    def slope(*places: tuple[int, int]) -> Number:
        return _slope(body, variable, _unit(here, *places), env)

    def entry(i: int, j: int) -> Number:
        if structure == "full":
            return slope((i, j))
        if structure == "lower":
            return slope((i, j)) if i >= j else mx.ZERO
        if structure == "symmetric":
            # tr(G^T dX) with dX = E_ij + E_ji is 2 G_ij.
            return slope((i, i)) if i == j else slope((i, j), (j, i)) / 2
        raise NoMeaning(f"a gradient of structure {structure!r}: full, symmetric and lower are known")

    return tuple(tuple(entry(i, j) for j in range(columns)) for i in range(rows))


def _unit(like: Matrix, *places: tuple[int, int]) -> Matrix:
    rows, columns = mx.shape(like)
    if any(not (0 <= i < rows and 0 <= j < columns) for i, j in places):
        raise NoMeaning(f"no entry {places[0]} in a matrix of shape {(rows, columns)}")
    return tuple(tuple(mx.ONE if (i, j) in places else mx.ZERO for j in range(columns)) for i in range(rows))


def _slope(body: sp.Basic, variable: sp.Basic, direction: Value, env: Environment) -> Number:
    """The derivative of the body along the direction, by a central difference carried with half as many digits again.

    With d digits wanted and a step h = 10^(-d/2), truncation (h^2) and rounding (10^(-3d/2)/h) both stay below 10^-d.
    """
    digits = mpmath.mp.dps
    with mpmath.workdps(digits * 3 // 2):
        step = mpmath.ldexp(1, -mpmath.mp.prec // 3)
        here = value_of(variable, env)

        def at(distance: Number) -> Number:
            if isinstance(here, tuple):
                return scalar_of(body, env.bind(variable, mx.add(here, mx.scale(distance, direction))))
            return scalar_of(body, env.bind(variable, here + distance))

        return (at(step) - at(-step)) / (2 * step)
