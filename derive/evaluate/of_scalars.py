"""Numbers, their functions, sums and products over an index."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import sympy as sp

from ..nodes import Abbreviation, Apply, At, Density, Group, Paren, ProductOver, SumOver
from ..special import expm1, expm1mx, log1pmx, logratiomx
from .environment import Environment, NoMeaning, OutsideDomain, TooExpensive
from .matrices import ZERO, Number, Value
from .meaning import integer_of, meaning, scalar_of, value_of

TERMS_LIMIT = 2_000
EXPONENT_LIMIT = 400  # binary digits before the point


@meaning.register(sp.Symbol)
@meaning.register(sp.MatrixSymbol)
def _symbol(symbol: sp.Basic, env: Environment) -> Value:
    if symbol not in env.values:
        raise NoMeaning(f"no value for {symbol}")
    return env.values[symbol]


@meaning.register(sp.Rational)
def _rational(number: sp.Rational, env: Environment) -> Number:
    return mpmath.mpf(number.p) / number.q


@meaning.register(sp.Float)
def _float(number: sp.Float, env: Environment) -> Number:
    return mpmath.mpf(number._mpf_)


@meaning.register(sp.NumberSymbol)
def _constant(number: sp.NumberSymbol, env: Environment) -> Number:
    return mpmath.make_mpf(number._as_mpf_val(mpmath.mp.prec))


@meaning.register(sp.core.numbers.Infinity)
@meaning.register(sp.core.numbers.NegativeInfinity)
def _infinite(number: sp.Number, env: Environment) -> Number:
    return mpmath.inf if number == sp.oo else -mpmath.inf


@meaning.register(sp.Add)
def _add(expression: sp.Add, env: Environment) -> Number:
    first, *rest = expression.args
    total = scalar_of(first, env)
    for term in rest:
        total += scalar_of(term, env)
    return _a_number(total, expression)


@meaning.register(sp.Mul)
def _mul(expression: sp.Mul, env: Environment) -> Number:
    """Where a density is 0, so is its product with what has no value there: f log f is 0 outside the support."""
    try:
        first, *rest = (scalar_of(factor, env) for factor in expression.args)
    except OutsideDomain:
        if any(isinstance(factor, Density) and scalar_of(factor, env) == 0 for factor in expression.args):
            return ZERO
        raise
    total = first
    for factor in rest:
        total *= factor
    return _a_number(total, expression)


def _a_number(value: Number, where: sp.Basic) -> Number:
    """A limit may be infinite, but neither oo - oo nor 0 oo has a value."""
    if mpmath.isnan(value):
        raise OutsideDomain(f"oo - oo or 0 oo in {where}")
    return value


@meaning.register(sp.Pow)
def _pow(expression: sp.Pow, env: Environment) -> Number:
    base, exponent = (scalar_of(arg, env) for arg in expression.args)
    return power(base, exponent, expression)


def power(base: Number, exponent: Number, where: sp.Basic) -> Number:
    if exponent == int(exponent):
        if base == 0 and exponent < 0:
            raise OutsideDomain(f"division by 0 in {where}")
        return base ** int(exponent)
    if base <= 0:
        raise OutsideDomain(f"a power {mpmath.nstr(exponent, 5)} of {mpmath.nstr(base, 5)} in {where}")
    return mpmath.sqrt(base) if exponent == 0.5 else base**exponent


def _reachable(exponent: Number) -> Number:
    """e to it can be had: beyond, the digits of the exponent alone fill the memory."""
    if mpmath.isfinite(exponent) and mpmath.mag(exponent) > EXPONENT_LIMIT:
        raise TooExpensive("an exponential of an exponential, too large to be computed")
    return exponent


def _exp(exponent: Number) -> Number:
    return mpmath.exp(_reachable(exponent))


FUNCTIONS: dict[type[sp.Function], Callable[[Number], Number]] = {
    sp.exp: _exp,
    sp.Abs: abs,
    sp.erf: mpmath.erf,
    sp.erfc: mpmath.erfc,
    sp.gamma: mpmath.gamma,
    sp.digamma: mpmath.digamma,
    sp.cosh: mpmath.cosh,
    sp.sinh: mpmath.sinh,
    sp.tanh: mpmath.tanh,
    sp.cos: mpmath.cos,
    sp.sin: mpmath.sin,
    expm1: lambda x: expm1.at(_reachable(x)),
    expm1mx: lambda x: expm1mx.at(_reachable(x)),
}


@meaning.register(sp.Function)
def _function(expression: sp.Function, env: Environment) -> Number:
    if expression.func not in FUNCTIONS:
        raise NoMeaning(f"no meaning is given to the function {expression.func.__name__}: {expression}")
    return FUNCTIONS[expression.func](scalar_of(expression.args[0], env))


@meaning.register(sp.log)
def _log(expression: sp.log, env: Environment) -> Number:
    return mpmath.log(_positive(expression.args[0], env, "log"))


@meaning.register(sp.loggamma)
def _loggamma(expression: sp.loggamma, env: Environment) -> Number:
    return mpmath.loggamma(_positive(expression.args[0], env, "loggamma"))


@meaning.register(log1pmx)
def _log1pmx(expression: log1pmx, env: Environment) -> Number:
    x = scalar_of(expression.args[0], env)
    if x <= -1:
        raise OutsideDomain(f"log1pmx of {mpmath.nstr(x, 5)}: {expression}")
    return log1pmx.at(x)


@meaning.register(logratiomx)
def _logratiomx(expression: logratiomx, env: Environment) -> Number:
    return logratiomx.at(*(_positive(arg, env, "logratiomx") for arg in expression.args))


def _positive(argument: sp.Basic, env: Environment, function: str) -> Number:
    value = scalar_of(argument, env)
    if value <= 0:
        raise OutsideDomain(f"{function} of {mpmath.nstr(value, 5)}: {argument}")
    return value


@meaning.register(Paren)
@meaning.register(Group)
@meaning.register(Abbreviation)
def _bracket(expression: Paren | Group | Abbreviation, env: Environment) -> Value:
    return value_of(expression.body, env)


@meaning.register(Apply)
def _apply(expression: Apply, env: Environment) -> Number:
    return env.functions.scalar(expression.name, value_of(expression.x, env))


@meaning.register(SumOver)
def _sum(expression: SumOver, env: Environment) -> Number:
    return mpmath.fsum(_terms(expression, env))


@meaning.register(ProductOver)
def _product(expression: ProductOver, env: Environment) -> Number:
    return mpmath.fprod(_terms(expression, env))


@meaning.register(At)
def _at(expression: At, env: Environment) -> Number:
    return scalar_of(expression.body, env.bind(expression.variable, scalar_of(expression.domain, env)))


def _terms(expression: SumOver | ProductOver, env: Environment) -> list[Number]:
    indices = range(1, integer_of(expression.domain, env) + 1)
    if len(indices) > TERMS_LIMIT:
        raise TooExpensive(f"a sum or product of {len(indices)} terms: {expression}")
    return [scalar_of(expression.body, env.bind(expression.variable, mpmath.mpf(i))) for i in indices]
