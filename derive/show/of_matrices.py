"""Notation of matrices and of the numbers taken from them."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from ..nodes import Abbreviation, Entrywise, Group, LogDet1pmx, LowerTriangle, MatrixApply, MatrixGradient
from ..rewrite import add, substitute
from .names import name_of
from .notation import Pen, negated, notation, part, upright, write
from .of_scalars import in_exponent
from .shapes import Bars, Call, Indexed, Listed, Marked, Name, Number, Power, Product, Shape, Slope, Transposed, bare, product


@notation.register(sp.MatMul)
def _matmul(expression: sp.MatMul, pen: Pen) -> Shape:
    """Numbers in front, the sign outside, factors in their order."""
    shapes: list[Shape] = []
    negative = False
    for index, factor in enumerate(expression.args):
        if index == 0 and factor.is_Number and factor.is_negative:
            negative = True
            if factor == -1:
                continue
            factor = -factor
        shape = write(factor, pen.down(index))
        shapes.append(Marked(bare(shape)) if pen.marks(index) else shape)
    return negated(product(shapes)) if negative else product(shapes)


@notation.register(sp.Inverse)
def _inverse(expression: sp.Inverse, pen: Pen) -> Shape:
    """A^-1, and L^-T for the inverse of a transpose."""
    if isinstance(expression.arg, sp.Transpose):
        return Transposed(write(expression.arg.arg, pen.down(0).down(0)), inverse=True)
    return Power(part(expression, 0, pen), negated(Number(1)))


@notation.register(sp.Transpose)
def _transpose(expression: sp.Transpose, pen: Pen) -> Shape:
    if isinstance(expression.arg, sp.Inverse):
        return Transposed(write(expression.arg.arg, pen.down(0).down(0)), inverse=True)
    return Transposed(part(expression, 0, pen))


@notation.register(sp.MatPow)
def _matpow(expression: sp.MatPow, pen: Pen) -> Shape:
    return Power(part(expression, 0, pen), part(expression, 1, pen))


@notation.register(sp.Identity)
def _identity(expression: sp.Identity, pen: Pen) -> Shape:
    return Indexed(Name("I"), (part(expression, 0, pen),), size=True)


@notation.register(sp.ZeroMatrix)
@notation.register(sp.OneMatrix)
def _constant(expression: sp.Basic, pen: Pen) -> Shape:
    """A bold 0 or 1 with its size: one number for a column."""
    rows, columns = (part(expression, index, pen) for index in range(2))
    size = (rows,) if expression.shape[1] == 1 else (rows, columns)
    return Indexed(Name("0" if isinstance(expression, sp.ZeroMatrix) else "1", face="bold"), size, size=True)


@notation.register(LogDet1pmx)
def _logdet1pmx(expression: LogDet1pmx, pen: Pen) -> Shape:
    return Call(upright("logdet1pmx"), (part(expression, 0, pen), part(expression, 1, pen)))


@notation.register(sp.Trace)
def _trace(expression: sp.Trace, pen: Pen) -> Shape:
    return Call(upright("tr"), (part(expression, 0, pen),))


@notation.register(sp.Determinant)
def _determinant(expression: sp.Determinant, pen: Pen) -> Shape:
    return Bars(part(expression, 0, pen))


@notation.register(Entrywise)
def _entrywise(column: Entrywise, pen: Pen) -> Shape:
    return Listed(*(part(column, index, pen) for index in range(3)))


@notation.register(sp.DiagMatrix)
def _diagonal(expression: sp.DiagMatrix, pen: Pen) -> Shape:
    """diag(v), or diag(a_1, ..., a_k) where the entries are known."""
    column = expression.args[0]
    if isinstance(column, Entrywise) and not column.body.has(Entrywise):
        first, last = (write(substitute(column.body, {column.variable: end}), pen.unmarked()) for end in (sp.S.One, column.domain))
        return Call(upright("diag"), (first, Name("dots"), last))
    return Call(upright("diag"), (part(expression, 0, pen),))


@notation.register(sp.DiagonalOf)
def _diagonal_of(expression: sp.DiagonalOf, pen: Pen) -> Shape:
    """The column of the diagonal entries; diag makes a matrix of a column."""
    return Call(upright("diagonal"), (part(expression, 0, pen),))


@notation.register(LowerTriangle)
def _lower_triangle(expression: LowerTriangle, pen: Pen) -> Shape:
    return Call(upright("tril"), (part(expression, 0, pen),))


@notation.register(sp.HadamardPower)
def _entrywise_power(expression: sp.HadamardPower, pen: Pen) -> Shape:
    """A circle before the exponent says that each entry is meant."""
    return Power(part(expression, 0, pen), in_exponent(expression.exp, pen.down(1)), entrywise=True)


@notation.register(sp.HadamardProduct)
def _entrywise_product(expression: sp.HadamardProduct, pen: Pen) -> Shape:
    return Product(tuple(part(expression, index, pen) for index in range(len(expression.args))), entrywise=True)


@notation.register(Group)
def _group(expression: Group, pen: Pen) -> Shape:
    """Nothing by itself: brackets come where precedence needs them."""
    return part(expression, 0, pen)


@notation.register(Abbreviation)
def _abbreviation(expression: Abbreviation, pen: Pen) -> Shape:
    """Its letter; what it stands for is said beside the lines."""
    return name_of(expression.name)


@notation.register(MatrixApply)
def _apply(expression: MatrixApply, pen: Pen) -> Shape:
    return Call(name_of(expression.name), (part(expression, 1, pen),))


@notation.register(MatrixGradient)
def _gradient(expression: MatrixGradient, pen: Pen) -> Shape:
    return Slope(part(expression, 0, pen), part(expression, 1, pen), matrix=True)


@notation.register(MatrixElement)
def _element(expression: MatrixElement, pen: Pen) -> Shape:
    """SymPy's own entry counts from 0; on paper indices count from 1."""
    counted = tuple(
        write(sp.Integer(i + 1) if i.is_Integer else add(i, sp.S.One), pen.unmarked()) for i in expression.args[1:]
    )
    return Indexed(part(expression, 0, pen), counted)
