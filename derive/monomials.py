"""Sums of products of powers, with rational coefficients: the arithmetic behind computed results.

An atom is whatever is no product, power or number: a symbol, an entry, a bracket, a function. Order is kept throughout: atoms stand
where they first occur, and so do terms. Nothing is compared by hash, so the result is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd, lcm

import sympy as sp

from .errors import DeriveError
from .rewrite import add, div, mul, neg, power


class DivisionByZero(DeriveError):
    """0 to a negative power: the product has no value."""


@dataclass(frozen=True)
class Monomial:
    """coefficient * atom^exponent * ..., each atom once and no exponent 0."""

    coefficient: sp.Rational = sp.S.One
    powers: tuple[tuple[sp.Expr, sp.Rational], ...] = ()

    def __mul__(self, other: Monomial) -> Monomial:
        exponents = dict(self.powers)
        for atom, exponent in other.powers:
            exponents[atom] = exponents.get(atom, sp.S.Zero) + exponent
        kept = tuple((atom, exponent) for atom, exponent in exponents.items() if exponent != 0)
        return Monomial(self.coefficient * other.coefficient, kept)

    def __pow__(self, exponent: int) -> Monomial:
        if self.coefficient == 0 and exponent <= 0:
            raise DivisionByZero(f"0 to the power {exponent}")
        return Monomial(self.coefficient**exponent, tuple((atom, e * exponent) for atom, e in self.powers if exponent))

    def scaled(self, number: sp.Rational) -> Monomial:
        return Monomial(self.coefficient * number, self.powers)

    @property
    def key(self) -> frozenset[tuple[sp.Expr, sp.Rational]]:
        """Equal for like terms."""
        return frozenset(self.powers)

    @property
    def expr(self) -> sp.Expr:
        """p a/(q b) with what is below the line in one power -1; a coefficient alone stands in front, a minus sign foremost."""
        size = abs(self.coefficient)
        above = [_power(atom, exponent) for atom, exponent in self.powers if exponent > 0]
        below = [_power(atom, -exponent) for atom, exponent in self.powers if exponent < 0]
        if not below:
            whole = mul(*([size] if size != 1 or not above else []), *above)
        else:
            numerator = mul(*([sp.Integer(size.p)] if size.p != 1 else []), *above)
            denominator = mul(*([sp.Integer(size.q)] if size.q != 1 else []), *below)
            # 1/(a b) has no factor 1 above the line, and 1/a^2 is one power.
            whole = div(numerator, denominator) if above or size.p != 1 else _reciprocal(denominator)
        return neg(whole) if self.coefficient < 0 else whole


ONE = Monomial()
Polynomial = tuple[Monomial, ...]


def _power(atom: sp.Expr, exponent: sp.Rational) -> sp.Expr:
    return atom if exponent == 1 else power(atom, exponent)


def _reciprocal(denominator: sp.Expr) -> sp.Expr:
    if isinstance(denominator, sp.Pow) and denominator.exp.is_Rational and denominator.exp > 0:
        return power(denominator.base, -denominator.exp)
    return power(denominator, -1)


def monomial(expr: sp.Expr) -> Monomial:
    """Read a product; a sum that is a factor counts as an atom. Equal to the expression wherever it is defined.

    Raises DivisionByZero where that is nowhere.
    """
    if expr.is_Rational:
        return Monomial(expr)
    if isinstance(expr, sp.Mul):
        total = ONE
        for factor in expr.args:
            total = total * monomial(factor)
        return total
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and not (expr.base == 0 and expr.exp == 0):
        return monomial(expr.base) ** int(expr.exp)
    if isinstance(expr, sp.Pow) and expr.exp.is_Rational and not expr.base.is_Rational:
        return Monomial(sp.S.One, ((expr.base, expr.exp),))
    return Monomial(sp.S.One, ((expr, sp.S.One),))


def gathered(terms: Iterable[Monomial]) -> Polynomial:
    """Like terms added up, each where the first of them stood; what cancels is gone."""
    first: dict[object, Monomial] = {}
    for term in terms:
        known = first.get(term.key)
        first[term.key] = term if known is None else Monomial(known.coefficient + term.coefficient, known.powers)
    return tuple(term for term in first.values() if term.coefficient != 0)


def polynomial(expr: sp.Expr) -> Polynomial:
    """Read a sum, products of sums multiplied out; a power of a sum, and a bracket, count as atoms."""
    if isinstance(expr, sp.Add):
        return gathered(term for part in expr.args for term in polynomial(part))
    if isinstance(expr, sp.Mul):
        total: Polynomial = (ONE,)
        for factor in expr.args:
            total = gathered(left * right for left in total for right in polynomial(factor))
        return total
    return gathered([monomial(expr)])


def positive_first(terms: Sequence[Monomial]) -> Polynomial:
    """The terms as they stand, led by the first with a positive coefficient, if there is one."""
    lead = next((i for i, term in enumerate(terms) if term.coefficient > 0), 0)
    return (*terms[lead : lead + 1], *terms[:lead], *terms[lead + 1 :])


def total(terms: Iterable[Monomial]) -> sp.Expr:
    """The sum of the terms; 0 if there is none."""
    return add(*(term.expr for term in terms))


def content(coefficients: Iterable[sp.Rational]) -> sp.Rational:
    """The largest positive number by which every coefficient is a whole multiple; 1 if there is none."""
    numbers = list(coefficients)
    if not numbers:
        return sp.S.One
    return sp.Rational(gcd(*(int(c.p) for c in numbers)), lcm(*(int(c.q) for c in numbers)))


def common_size(coefficients: Iterable[sp.Rational]) -> sp.Rational:
    """The absolute value that all of two or more coefficients share, else 1."""
    numbers = list(coefficients)
    return abs(numbers[0]) if len(numbers) > 1 and len({abs(c) for c in numbers}) == 1 else sp.S.One

