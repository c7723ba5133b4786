"""Sums over an index, by entries of a column: the derivative of v[j] by v[i] is 1 where j = i, so a sum over j leaves one term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from ..monomials import monomial
from ..nodes import BINDERS, Entry, SumOver
from ..rewrite import build, substitute
from .pull import NoDerivative, Tape, pull, pulled
from .terms import Term, merged, scalar_sum


@pull.register(SumOver)
def _sum_over(node: SumOver, term: Term, tape: Tape) -> Iterator[Term]:
    """d/dv of sum_j f(j) is sum_j df(j)/dv; by v[i], the summand's derivative by v[j], at j := i, is added to it."""
    if isinstance(tape.variable, sp.MatrixSymbol):
        raise NoDerivative(
            f"no derivative of a sum over {node.variable} by the whole of {tape.variable}: {node}\n"
            f"  take it by an entry, Entry({tape.variable}, i)"
        )
    if tape.reaches(node.domain):
        raise NoDerivative(f"no derivative by {tape.variable} of a sum of {node.domain} terms: {node}")
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
    for part in merged(pulled(substitute(apart(node.body, node.variable), {at_j: t, t: entry}), Term(), Tape(t, tape.ledger))):
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


def apart(tree: sp.Basic, index: sp.Basic) -> sp.Basic:
    """The tree with no variable bound in it that has the name of the index: v[index] then means one thing throughout."""
    if isinstance(tree, BINDERS) and tree.variable == index:
        taken = {str(symbol) for symbol in tree.body.atoms(sp.Symbol)}
        name = str(index) + "'"
        while name in taken:
            name += "'"
        fresh = sp.Symbol(name, **index.assumptions0)
        tree = build(type(tree), (substitute(tree.body, {index: fresh}), fresh, tree.domain))
    args = [apart(arg, index) for arg in tree.args]
    return tree if all(a is b for a, b in zip(args, tree.args, strict=True)) else build(type(tree), args)
