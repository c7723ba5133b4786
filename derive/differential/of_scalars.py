"""Sums, products, powers, functions, and sums over an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp
from sympy import Q

from ..monomials import monomial
from ..nodes import Entry, Paren, SumOver
from ..rewrite import log, mul, power, substitute
from .functions import FUNCTIONS
from .pull import NoDerivative, Tape, pull, pulled
from .terms import Term, merged, scalar_sum


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


@pull.register(SumOver)
def _sum_over(node: SumOver, term: Term, tape: Tape) -> Iterator[Term]:
    """d/dv of sum_j f(j) is sum_j df(j)/dv; by v[i], the summand's derivative by v[j], at j := i, is added to it."""
    if isinstance(tape.variable, sp.MatrixSymbol):
        raise NoDerivative(
            f"no derivative of a sum over {node.variable} by the whole of {tape.variable}: {node}\n"
            f"  take it by an entry, Entry({tape.variable}, i)"
        )
    scope = tape.scope
    if tape.sifted is not None and node.domain == tape.sifted.matrix.shape[0]:
        yield from _sift(node, term, tape, tape.sifted)
        scope = (*scope, node.variable)
    slope = scalar_sum(merged(pulled(node.body, Term(), replace(tape, scope=scope))))
    if slope != 0:
        yield Term(term.weight * monomial(SumOver(slope, node.variable, node.domain)))


def _sift(node: SumOver, term: Term, tape: Tape, entry: Entry) -> Iterator[Term]:
    """sum_j dv[j]/dv[i] g(j) = g(i), where g(j) is the derivative of the summand by v[j] as it stands in it."""
    at_j, t = Entry(entry.matrix, node.variable), tape.variable
    for part in merged(pulled(substitute(node.body, {at_j: t, t: entry}), Term(), Tape(t, tape.ledger))):
        slope = substitute(substitute(part.weight.expr, {t: at_j}), {node.variable: entry.index[0]})
        yield Term(term.weight * monomial(substitute(slope, {entry: t})))


@pull.register(Entry)
def _entry(node: Entry, term: Term, tape: Tape) -> Iterator[Term]:
    if tape.sifted is None or node.matrix != tape.sifted.matrix or node.index[0] not in tape.scope:
        raise NoDerivative(
            f"no derivative of {node} by {tape.variable if tape.sifted is None else tape.sifted}: it is one entry among others, "
            "and no sum runs over its index"
        )
    yield from ()
