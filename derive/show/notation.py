"""An expression as a shape: signs, fractions, brackets, labels of laws. One function a kind of node.

Printing changes no mathematics: terms stay in place (a theorem that wants them in another order applies `commute`), and so do
factors, but for the sign and the denominator. A node that no function is registered for is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch

import sympy as sp

from ..rewrite import Site
from ..rule import DeriveError
from .shapes import Marked, Name, Shape, Sum, Term, is_marked


class NotPrintable(DeriveError):
    """No notation is known for a kind of node."""


@dataclass(frozen=True)
class Pen:
    """How to write: labels for laws that are meant often, and the places to mark, seen from the node in hand."""

    labels: Mapping[sp.Basic, str] = field(default_factory=dict)
    places: tuple[Site, ...] = ()

    def down(self, index: int) -> Pen:
        """The pen for one argument of the node."""
        inside = tuple(Site(site.path[1:], site.items) for site in self.places if site.path and site.path[0] == index)
        return replace(self, places=inside)

    def unmarked(self) -> Pen:
        return replace(self, places=())

    def marks(self, index: int) -> bool:
        """Is the argument one of the terms or factors that are marked together?"""
        return any(not site.path and site.items is not None and index in site.items for site in self.places)


PLAIN = Pen()


def write(node: sp.Basic, pen: Pen = PLAIN) -> Shape:
    """The node as a shape. What is marked but not visible by itself (a sign, an exponent -1) marks what it stands in."""
    shape = notation(node, pen)
    return Marked(shape) if pen.places and not is_marked(shape) else shape


def part(node: sp.Basic, index: int, pen: Pen) -> Shape:
    """One argument of the node as a shape."""
    return write(node.args[index], pen.down(index))


@singledispatch
def notation(node: sp.Basic, pen: Pen) -> Shape:
    raise NotPrintable(f"no notation is known for {type(node).__name__}: {node}\n  give it one in derive/show, beside its kind")


def negated(shape: Shape) -> Sum:
    return Sum((Term(shape, negative=True),))


def upright(word: str) -> Name:
    return Name(word, face="upright")
