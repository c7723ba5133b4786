"""Sums, products, powers and functions."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Q

from ..monomials import monomial
from ..nodes import Paren
from ..rewrite import log, mul, power
from .functions import FUNCTIONS
from .pull import NoDerivative, Tape, pull, pulled
from .terms import Term


@pull.register(sp.Add)
def _add(node: sp.Add, term: Term, tape: Tape) -> Iterator[Term]:
    for part in node.args:
        yield from pulled(part, term, tape)


@pull.register(sp.Mul)
def _mul(node: sp.Mul, term: Term, tape: Tape) -> Iterator[Term]:
    for index, factor in enumerate(node.args):
        others = mul(*node.args[:index], *node.args[index + 1 :])
        yield from pulled(factor, term.times(monomial(others)), tape)


@pull.register(sp.Pow)
def _pow(node: sp.Pow, term: Term, tape: Tape) -> Iterator[Term]:
    """d b^n = n b^(n-1) db + log(b) b^n dn; b > 0 unless n is a whole number, b != 0 if that is negative."""
    base, exponent = node.args
    if not (exponent.is_Integer and exponent > 0):
        tape.ledger.needs(Q.nonzero(base) if exponent.is_Integer else Q.positive(base))
    lowered = power(base, exponent - 1) if exponent.is_Rational else mul(node, power(base, -1))
    yield from pulled(base, term.times(monomial(mul(exponent, lowered))), tape)
    yield from pulled(exponent, term.times(monomial(mul(log(base), node))), tape)


@pull.register(sp.Function)
def _function(node: sp.Function, term: Term, tape: Tape) -> Iterator[Term]:
    if node.func not in FUNCTIONS:
        raise NoDerivative(
            f"no derivative of the function {node.func.__name__}: {node}\n  it needs a row in derive/differential/functions.py"
        )
    slopes, domain = FUNCTIONS[node.func]
    tape.ledger.needs(*domain(*node.args))
    for argument, slope in zip(node.args, slopes(*node.args), strict=True):
        yield from pulled(argument, term.times(monomial(slope)), tape)


@pull.register(Paren)
def _paren(node: Paren, term: Term, tape: Tape) -> Iterator[Term]:
    yield from pulled(node.body, term, tape)
