"""Quotients of polynomials in numbered atoms, in normal form: two are equal exactly if they are written alike.

An exponent is a fraction and may be negative: an atom stands for a number that admits the exponents given to it (a fractional
one only a positive number). Negative numbers are the atoms of primes, so that sqrt(2) sqrt(8) is 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor, lcm
from typing import TypeAlias

from sympy import QQ
from sympy.polys.rings import PolyElement, ring

Monomial: TypeAlias = tuple[tuple[int, Fraction], ...]  # (atom, exponent), by atom; no exponent is 0
Terms: TypeAlias = tuple[tuple[Monomial, Fraction], ...]  # (monomial, coefficient), sorted; no coefficient is 0
Sum: TypeAlias = Mapping[Monomial, Fraction]

LIMIT = 3_000  # terms of a product; beyond that a decision would take seconds
UNIT: Monomial = ()


class Beyond(Exception):
    """More than the decision procedures can do; the answer is then "undecided"."""


def product_of_monomials(a: Monomial, b: Monomial) -> tuple[Monomial, Fraction]:
    """The product, and the integer powers of primes that come out of it."""
    if not a or not b:
        return a or b, Fraction(1)
    exponents = dict(a)
    for atom, exponent in b:
        exponents[atom] = exponents.get(atom, Fraction(0)) + exponent
    return monomial(exponents.items())


def monomial(powers: Iterable[tuple[int, Fraction]]) -> tuple[Monomial, Fraction]:
    kept, number = [], Fraction(1)
    for atom, exponent in powers:
        rest = exponent
        if atom < 0:
            number *= Fraction(-atom) ** floor(exponent)
            rest = exponent - floor(exponent)
        if rest:
            kept.append((atom, rest))
    return tuple(sorted(kept)), number


def sum_of(terms: Iterable[tuple[Monomial, Fraction]]) -> dict[Monomial, Fraction]:
    total: dict[Monomial, Fraction] = {}
    for mono, coefficient in terms:
        total[mono] = total.get(mono, Fraction(0)) + coefficient
    return {mono: coefficient for mono, coefficient in total.items() if coefficient}


def product_of(a: Terms, b: Terms) -> dict[Monomial, Fraction]:
    if len(a) * len(b) > LIMIT:
        raise Beyond(f"a product of {len(a)} by {len(b)} terms")
    products = []
    for left, c in a:
        for right, d in b:
            mono, number = product_of_monomials(left, right)
            products.append((mono, c * d * number))
    return sum_of(products)


def frozen(terms: Sum) -> Terms:
    return tuple(sorted(terms.items()))


ONE_TERMS: Terms = ((UNIT, Fraction(1)),)


@dataclass(frozen=True)
class Quotient:
    """num/den. The denominator is 1, or has several terms, no common monomial, last coefficient 1, no factor of num."""

    num: Terms
    den: Terms = ONE_TERMS

    def __add__(self, other: Quotient) -> Quotient:
        if self.den == other.den:
            return quotient(sum_of((*self.num, *other.num)), self.den)
        left, right = product_of(self.num, other.den), product_of(other.num, self.den)
        return quotient(sum_of((*left.items(), *right.items())), frozen(product_of(self.den, other.den)))

    def __mul__(self, other: Quotient) -> Quotient:
        den = frozen(product_of(self.den, other.den)) if ONE_TERMS not in (self.den, other.den) else max_den(self, other)
        return quotient(product_of(self.num, other.num), den)

    def __neg__(self) -> Quotient:
        return Quotient(tuple((mono, -c) for mono, c in self.num), self.den)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + -other

    def inverse(self) -> Quotient:
        if not self.num:
            raise Beyond("a division by 0")
        return quotient(dict(self.den), self.num)

    def __pow__(self, exponent: int) -> Quotient:
        if abs(exponent) > 12:
            raise Beyond(f"a power {exponent}")
        base = self if exponent >= 0 else self.inverse()
        total = ONE
        for _ in range(abs(exponent)):
            total = total * base
        return total

    @property
    def atoms(self) -> set[int]:
        return {atom for terms in (self.num, self.den) for mono, _ in terms for atom, _ in mono}

    def single(self) -> tuple[Monomial, Fraction] | None:
        """(monomial, coefficient) if there is one term and no denominator."""
        return self.num[0] if len(self.num) == 1 and self.den == ONE_TERMS else None

    def number(self) -> Fraction | None:
        if not self.num:
            return Fraction(0)
        single = self.single()
        return single[1] if single and single[0] == UNIT else None


def max_den(a: Quotient, b: Quotient) -> Terms:
    return b.den if a.den == ONE_TERMS else a.den


ZERO = Quotient(())
ONE = Quotient(ONE_TERMS)


def constant(number: Fraction | int) -> Quotient:
    return Quotient(((UNIT, Fraction(number)),)) if number else ZERO


def atom_power(atom: int, exponent: Fraction | int = 1) -> Quotient:
    mono, number = monomial([(atom, Fraction(exponent))])
    return Quotient(((mono, number),))


def term(mono: Monomial, coefficient: Fraction) -> Quotient:
    return Quotient(((mono, coefficient),))


def quotient(num: Sum, den: Terms) -> Quotient:
    """The normal form."""
    if not num:
        return ZERO
    if len(den) == 1:
        ((mono, coefficient),) = den
        if mono == UNIT:
            return Quotient(frozen({m: c / coefficient for m, c in num.items()}))
        inverted = tuple((atom, -exponent) for atom, exponent in mono)
        return Quotient(frozen(product_of(((inverted, 1 / coefficient),), tuple(num.items()))))
    return _cancelled(num, den)


def _cancelled(num: Sum, den: Terms) -> Quotient:
    """Common factors removed, by polynomials with whole exponents: every atom is replaced by a root of it."""
    atoms = sorted({atom for terms in (num, dict(den)) for mono in terms for atom, _ in mono})
    roots = {
        atom: lcm(*(e.denominator for terms in (num, dict(den)) for mono in terms for a, e in mono if a == atom))
        for atom in atoms
    }
    domain = ring([f"a{index}" for index in range(len(atoms))], QQ)[0]

    def lowered(terms: Sum) -> tuple[PolyElement, dict[int, Fraction]]:
        least = {atom: min(dict(mono).get(atom, Fraction(0)) for mono in terms) for atom in atoms}
        exponents = {
            tuple(int((dict(mono).get(atom, Fraction(0)) - least[atom]) * roots[atom]) for atom in atoms): QQ(
                c.numerator, c.denominator
            )
            for mono, c in terms.items()
        }
        return domain.from_dict(exponents), least

    def raised(element: PolyElement) -> dict[Monomial, Fraction]:
        collected = []
        for exponents, c in element.terms():
            powers = [(atom, Fraction(e, roots[atom])) for atom, e in zip(atoms, exponents, strict=True)]
            mono, number = monomial(powers)
            collected.append((mono, number * Fraction(int(c.numerator), int(c.denominator))))
        return sum_of(collected)

    (over, least_num), (under, least_den) = lowered(num), lowered(dict(den))
    over, under = over.cancel(under)
    moved, number = monomial([(atom, least_num[atom] - least_den[atom]) for atom in atoms])
    top, bottom = product_of(frozen(raised(over)), ((moved, number),)), frozen(raised(under))
    if len(bottom) == 1:
        return quotient(top, bottom)
    last = bottom[-1][1]
    return Quotient(
        frozen({mono: c / last for mono, c in top.items()}), tuple((mono, c / last) for mono, c in bottom)
    )
