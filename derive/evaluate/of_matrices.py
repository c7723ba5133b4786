"""Matrices, and the numbers taken from them: entries, traces, determinants."""

from __future__ import annotations

import mpmath
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from ..nodes import Entry, Entrywise, LogDet1pmx, LowerTriangle, MatrixApply, MatrixAt, Scalar
from . import matrices as mx
from .environment import Environment, NoMeaning, OutsideDomain, TooExpensive
from .matrices import Matrix, Number, Value
from .meaning import integer_of, matrix_of, meaning, scalar_of, value_of
from .of_scalars import power

POWER_LIMIT = 200


@meaning.register(sp.Identity)
def _identity(expression: sp.Identity, env: Environment) -> Matrix:
    return mx.identity(integer_of(expression.shape[0], env))


@meaning.register(sp.ZeroMatrix)
def _zeros(expression: sp.ZeroMatrix, env: Environment) -> Matrix:
    return mx.constant(mx.ZERO, *(integer_of(n, env) for n in expression.shape))


@meaning.register(sp.OneMatrix)
def _ones(expression: sp.OneMatrix, env: Environment) -> Matrix:
    return mx.constant(mx.ONE, *(integer_of(n, env) for n in expression.shape))


@meaning.register(sp.ImmutableDenseMatrix)
def _explicit(expression: sp.ImmutableDenseMatrix, env: Environment) -> Matrix:
    return tuple(tuple(scalar_of(entry, env) for entry in row) for row in expression.tolist())


@meaning.register(sp.MatAdd)
def _matadd(expression: sp.MatAdd, env: Environment) -> Matrix:
    first, *rest = expression.args
    total = matrix_of(first, env)
    for term in rest:
        total = mx.add(total, matrix_of(term, env))
    return total


@meaning.register(sp.MatMul)
def _matmul(expression: sp.MatMul, env: Environment) -> Value:
    """From the end where the product is a column, so that no larger matrix is formed."""
    factors = [value_of(arg, env) for arg in expression.args]
    matrices = [value for value in factors if isinstance(value, tuple)]
    if len(matrices[-1][0]) == 1:
        total = matrices[-1]
        for matrix in reversed(matrices[:-1]):
            total = mx.product(matrix, total)
    else:
        total = matrices[0]
        for matrix in matrices[1:]:
            total = mx.product(total, matrix)
    for value in factors:
        if not isinstance(value, tuple):
            total = mx.scale(value, total)
    return total


@meaning.register(sp.MatPow)
def _matpow(expression: sp.MatPow, env: Environment) -> Matrix:
    base, exponent = expression.args
    matrix, times = _square(base, env), integer_of(exponent, env)
    if times < 0:
        matrix, times = _inverted(matrix, expression), -times
    if times > POWER_LIMIT:
        raise TooExpensive(f"a power {times} of a matrix: {expression}")
    total = mx.identity(len(matrix))
    for _ in range(times):
        total = mx.product(total, matrix)
    return total


@meaning.register(sp.Inverse)
def _inverse(expression: sp.Inverse, env: Environment) -> Matrix:
    return _inverted(_square(expression.arg, env), expression)


def _inverted(matrix: Matrix, where: sp.Basic) -> Matrix:
    try:
        return mx.inverse(matrix)
    except mx.SingularMatrix as problem:
        raise OutsideDomain(f"{problem}: {where}") from None


def _square(expression: sp.Basic, env: Environment) -> Matrix:
    matrix = matrix_of(expression, env)
    if len(matrix) != len(matrix[0]):
        raise NoMeaning(f"a square matrix is wanted, not one of shape {mx.shape(matrix)}: {expression}")
    return matrix


@meaning.register(sp.Transpose)
def _transpose(expression: sp.Transpose, env: Environment) -> Matrix:
    return mx.transpose(matrix_of(expression.arg, env))


@meaning.register(sp.Trace)
def _trace(expression: sp.Trace, env: Environment) -> Number:
    return mx.trace(_square(expression.arg, env))


@meaning.register(sp.Determinant)
def _determinant(expression: sp.Determinant, env: Environment) -> Number:
    return mx.determinant(_square(expression.arg, env))


@meaning.register(LogDet1pmx)
def _logdet1pmx(expression: LogDet1pmx, env: Environment) -> Number:
    """Determinants and a trace cancel where the change is small: with twice the digits."""
    base, change = _square(expression.base, env), _square(expression.change, env)
    with mpmath.extraprec(mpmath.mp.prec):
        ratio = mx.determinant(mx.add(base, change)) / mx.determinant(base)
        if ratio <= 0:
            raise OutsideDomain(f"{expression} needs determinants of one sign, and their ratio is {mpmath.nstr(ratio, 5)}")
        value = mpmath.log(ratio) - mx.trace(mx.product(mx.inverse(base), change))
    return +value


@meaning.register(sp.DiagMatrix)
def _diagonal(expression: sp.DiagMatrix, env: Environment) -> Matrix:
    return mx.diagonal([row[0] for row in matrix_of(expression.args[0], env)])


@meaning.register(Entrywise)
def _entrywise(expression: Entrywise, env: Environment) -> Matrix:
    indices = range(1, integer_of(expression.domain, env) + 1)
    return mx.column([scalar_of(expression.body, env.bind(expression.variable, mpmath.mpf(i))) for i in indices])


@meaning.register(sp.DiagonalOf)
def _diagonal_of(expression: sp.DiagonalOf, env: Environment) -> Matrix:
    return tuple((row[i],) for i, row in enumerate(_square(expression.arg, env)))


@meaning.register(sp.HadamardPower)
def _hadamard_power(expression: sp.HadamardPower, env: Environment) -> Matrix:
    exponent = scalar_of(expression.exp, env)
    return mx.entrywise(lambda x: power(x, exponent, expression), matrix_of(expression.base, env))


@meaning.register(sp.HadamardProduct)
def _hadamard_product(expression: sp.HadamardProduct, env: Environment) -> Matrix:
    first, *rest = (matrix_of(arg, env) for arg in expression.args)
    for other in rest:
        first = tuple(tuple(x * y for x, y in zip(p, q, strict=True)) for p, q in zip(first, other, strict=True))
    return first


@meaning.register(LowerTriangle)
def _lower_triangle(expression: LowerTriangle, env: Environment) -> Matrix:
    matrix = matrix_of(expression.matrix, env)
    return tuple(tuple(x if j <= i else mx.ZERO for j, x in enumerate(row)) for i, row in enumerate(matrix))


@meaning.register(MatrixApply)
def _matrix_apply(expression: MatrixApply, env: Environment) -> Matrix:
    rows, columns = (integer_of(n, env) for n in expression.shape)
    return env.functions.matrix(expression.name, value_of(expression.x, env), rows, columns)


@meaning.register(MatrixAt)
def _at_a_value(expression: MatrixAt, env: Environment) -> Matrix:
    return matrix_of(expression.body, env.bind(expression.variable, value_of(expression.domain, env)))


@meaning.register(Scalar)
def _entry_of_1x1(expression: Scalar, env: Environment) -> Number:
    return matrix_of(expression.matrix, env)[0][0]


@meaning.register(Entry)
def _entry(expression: Entry, env: Environment) -> Number:
    index = [integer_of(i, env) for i in expression.index]
    return _at(matrix_of(expression.matrix, env), *index, where=expression)


@meaning.register(MatrixElement)
def _element(expression: MatrixElement, env: Environment) -> Number:
    matrix, *index = expression.args
    return _at(matrix_of(matrix, env), *(integer_of(i, env) + 1 for i in index), where=expression)


def _at(matrix: Matrix, row: int, column: int = 1, *, where: sp.Basic) -> Number:
    if not (1 <= row <= len(matrix) and 1 <= column <= len(matrix[0])):
        raise NoMeaning(f"no entry {row}, {column} in a matrix of shape {mx.shape(matrix)}: {where}")
    return matrix[row - 1][column - 1]
