"""Notation of numbers, their functions, sums and products."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ..nodes import Apply, At, Entry, Gradient, LimitTo, MatrixAt, Paren, ProductOver, Scalar, SumOver
from ..special import expm1, expm1mx, log1pmx, logratiomx
from .names import name_of
from .notation import Pen, negated, notation, part, upright, write
from .shapes import (
    Approach,
    Bars,
    Call,
    Compare,
    Exponential,
    Fraction,
    Indexed,
    Marked,
    Name,
    Number,
    Over,
    Power,
    Root,
    Shape,
    Slope,
    Sum,
    Term,
    bare,
    on_one_line,
    product,
)

FUNCTIONS = {
    sp.log: "log", sp.erf: "erf", sp.erfc: "erfc", sp.cosh: "cosh", sp.sinh: "sinh", sp.tanh: "tanh", sp.cos: "cos", sp.sin: "sin",
    expm1: "expm1", expm1mx: "expm1mx", log1pmx: "log1pmx", logratiomx: "logratiomx",
}  # fmt: skip
LETTERS = {sp.gamma: "Gamma", sp.digamma: "psi"}
CONSTANTS = {sp.pi: "pi", sp.E: "e", sp.EulerGamma: "gamma"}


# ---------------------------------------------------------------------------------------------------- leaves


@notation.register(sp.Symbol)
@notation.register(sp.MatrixSymbol)
def _symbol(symbol: sp.Basic, pen: Pen) -> Shape:
    return name_of(symbol.name)


@notation.register(sp.Rational)
def _rational(number: sp.Rational, pen: Pen) -> Shape:
    size = Number(abs(number.p)) if number.q == 1 else Fraction(Number(abs(number.p)), Number(number.q), "small")
    return negated(size) if number.is_negative else size


@notation.register(sp.Float)
def _float(number: sp.Float, pen: Pen) -> Shape:
    return negated(Name(str(-number))) if number.is_negative else Name(str(number))


@notation.register(sp.NumberSymbol)
def _constant(number: sp.NumberSymbol, pen: Pen) -> Shape:
    if number not in CONSTANTS:
        return notation.dispatch(sp.Basic)(number, pen)
    return Name(CONSTANTS[number])


@notation.register(sp.core.numbers.Infinity)
@notation.register(sp.core.numbers.NegativeInfinity)
def _infinite(number: sp.Number, pen: Pen) -> Shape:
    return Name("infinity") if number == sp.oo else negated(Name("infinity"))


# ---------------------------------------------------------------------------------------------------- sums and products


@notation.register(sp.Add)
@notation.register(sp.MatAdd)
def add(expression: sp.Basic, pen: Pen) -> Shape:
    """Terms with their signs, in their order; a sum within a sum keeps its brackets by precedence."""
    terms = [signed(part(expression, index, pen)) for index in range(len(expression.args))]
    return Sum(tuple(replace(term, marked=term.marked or pen.marks(index)) for index, term in enumerate(terms)))


def signed(shape: Shape) -> Term:
    """A shape as a term: the minus in front of it becomes the sign of the term, also where it is marked."""
    inner = bare(shape)
    if isinstance(inner, Sum) and len(inner.terms) == 1:
        (term,) = inner.terms
        return Term(term.shape, term.negative, marked=term.marked or isinstance(shape, Marked))
    return Term(shape)


@notation.register(sp.Mul)
def mul(expression: sp.Mul, pen: Pen) -> Shape:
    """Sign, numerator and denominator; a minus that is neither in front nor alone keeps its place and its brackets."""
    minus = [index for index, factor in enumerate(expression.args) if factor.is_Number and factor.is_negative]
    outside = minus[0] if len(minus) == 1 else 0 if minus[:1] == [0] else None
    over: list[Shape] = []
    under: list[Shape] = []
    for index, factor in enumerate(expression.args):
        if index == outside and factor == -1:
            continue
        shape = write(-factor, pen.down(index)) if index == outside else part(expression, index, pen)
        turned = _denominator(factor, shape)
        place = over if turned is None else under
        place.append(_marked(shape if turned is None else turned, pen, index))
    whole = _fraction(over, under)
    return whole if outside is None else negated(whole)


def _marked(shape: Shape, pen: Pen, index: int) -> Shape:
    return Marked(bare(shape)) if pen.marks(index) else shape


def _denominator(factor: sp.Basic, shape: Shape) -> Shape | None:
    """What stands under the line for a factor b^-n."""
    inner = bare(shape)
    if not (isinstance(factor, sp.Pow) and isinstance(inner, Fraction)):
        return None
    return Marked(bare(inner.under)) if isinstance(shape, Marked) else inner.under


def _fraction(over: list[Shape], under: list[Shape]) -> Shape:
    """A leading number such as 1/2 stays in front of the fraction."""
    if not under:
        return product(over)
    first = bare(over[0]) if over else None
    front = over[:1] if isinstance(first, Fraction) and first.size == "small" else []
    rest = over[len(front) :]
    return product([*front, Fraction(product(rest), product(under))])


@notation.register(sp.Pow)
def power(expression: sp.Pow, pen: Pen) -> Shape:
    """Roots, fractions for negative numbers in the exponent, powers otherwise."""
    base, exponent = part(expression, 0, pen), expression.exp
    if not exponent.is_Number:
        return Power(base, in_exponent(expression.exp, pen.down(1)))
    positive = _positive_power(base, abs(exponent), pen.down(1))
    return Fraction(Number(1), positive) if exponent.is_negative else positive


def _positive_power(base: Shape, exponent: sp.Rational, pen: Pen) -> Shape:
    if exponent == 1:
        return base
    return Root(base) if exponent == sp.Rational(1, 2) else Power(base, in_exponent(exponent, pen))


def in_exponent(expression: sp.Basic, pen: Pen) -> Shape:
    return on_one_line(write(expression, pen))


# ---------------------------------------------------------------------------------------------------- functions


@notation.register(sp.Function)
def _function(expression: sp.Function, pen: Pen) -> Shape:
    arguments = tuple(part(expression, index, pen) for index in range(len(expression.args)))
    if expression.func in FUNCTIONS:
        return Call(upright(FUNCTIONS[expression.func]), arguments, bare=expression.func is sp.log)
    if expression.func in LETTERS:
        return Call(Name(LETTERS[expression.func]), arguments)
    return notation.dispatch(sp.Basic)(expression, pen)


@notation.register(sp.loggamma)
def _loggamma(expression: sp.loggamma, pen: Pen) -> Shape:
    return Call(upright("log"), (Call(Name("Gamma"), (part(expression, 0, pen),)),), bare=True)


@notation.register(sp.exp)
def _exp(expression: sp.exp, pen: Pen) -> Shape:
    return Exponential(part(expression, 0, pen))


@notation.register(sp.Abs)
def _abs(expression: sp.Abs, pen: Pen) -> Shape:
    return Bars(part(expression, 0, pen))


@notation.register(Apply)
def _apply(expression: Apply, pen: Pen) -> Shape:
    return Call(name_of(expression.name), (part(expression, 1, pen),))


@notation.register(Paren)
@notation.register(Scalar)
def _bracket(expression: Paren | Scalar, pen: Pen) -> Shape:
    """Nothing by itself: brackets come where precedence needs them."""
    return part(expression, 0, pen)


@notation.register(Entry)
def _entry(expression: Entry, pen: Pen) -> Shape:
    index = tuple(part(expression, place, pen) for place in range(1, len(expression.args)))
    return Indexed(part(expression, 0, pen), index)


@notation.register(At)
@notation.register(MatrixAt)
def _at(expression: At | MatrixAt, pen: Pen) -> Shape:
    body, variable, value = (part(expression, index, pen) for index in range(3))
    return Indexed(body, (Compare(variable, "=", value),))


@notation.register(LimitTo)
def _limit(expression: LimitTo, pen: Pen) -> Shape:
    body, variable, point = (part(expression, index, pen) for index in range(3))
    return Approach(body, variable, point, above=expression.domain.is_finite is not False)


@notation.register(SumOver)
@notation.register(ProductOver)
def _over(expression: SumOver | ProductOver, pen: Pen) -> Shape:
    kind = "sum" if isinstance(expression, SumOver) else "product"
    return Over(kind, *(part(expression, index, pen) for index in range(3)))  # type: ignore[arg-type]


@notation.register(Gradient)
def _gradient(expression: Gradient, pen: Pen) -> Shape:
    return Slope(part(expression, 0, pen), part(expression, 1, pen))
