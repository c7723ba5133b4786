"""`pull`: how a small change of a node's arguments moves the node. Each kind of node has one short function.

`pull(node, term, tape)` is told that df = weight tr(factors^T d node) and yields the terms of the gradient that come of it; where the
node is the variable itself, that is the term it was given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

import sympy as sp

from ..nodes import Entry
from ..rewrite import contains
from ..rule import DeriveError
from .terms import Ledger, Term


class NoDerivative(DeriveError):
    """Something for which there is no rule of differentiation, or by which none is taken."""


@dataclass(frozen=True)
class Tape:
    """By what is differentiated. If the variable stands for an entry v[i], `sifted` is that entry, and `scope` the indices over
    which sums run around the node: v[j] with such a j is the business of its sum."""

    variable: sp.Basic
    ledger: Ledger
    sifted: Entry | None = None
    scope: tuple[sp.Basic, ...] = ()

    def reaches(self, node: sp.Basic) -> bool:
        """Does it occur in the node? A variable of that name which the node binds is another one."""
        if isinstance(self.variable, (sp.Symbol, sp.MatrixSymbol)) and self.variable not in node.free_symbols:
            return self.sifted is not None and contains(node, self.sifted.matrix)
        return True


def pulled(node: sp.Basic, term: Term, tape: Tape) -> Iterator[Term]:
    """The terms that the node contributes; none if the variable does not occur in it."""
    if node == tape.variable:
        yield term
    elif tape.reaches(node):
        yield from pull(node, term, tape)


@singledispatch
def pull(node: sp.Basic, term: Term, tape: Tape) -> Iterator[Term]:
    raise NoDerivative(
        f"no derivative of {type(node).__name__} by {tape.variable}\n  expression: {node}\n"
        "  expand it first, by its definition or a lemma, or give it a rule in derive/differential/"
    )
