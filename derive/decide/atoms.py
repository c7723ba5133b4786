"""The numbers that a normal form treats as indivisible, and what is known of them.

An atom is known by its key: a symbol, the logarithm of a normal form, the trace of a word of matrices, an expectation. Two
atoms of different keys may have the same value; that is why "not written alike" is, in general, no proof of difference.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

import sympy as sp
from sympy.assumptions import AppliedPredicate


@dataclass(frozen=True)
class Atom:
    """What stands behind a number: the key, the symbols that occur in it, and, for a matrix, its shape and the tree it was read from."""

    key: Hashable
    symbols: frozenset[sp.Basic]
    positive: bool = False
    shape: tuple[sp.Expr, sp.Expr] | None = None
    symmetric: bool = False
    definite: bool = False
    tree: sp.Basic | None = None
    plain: bool = False  # a free real variable, or a generic matrix: independent of all the others


@dataclass
class Atoms:
    """All atoms of one decision, numbered from 1; and the hypotheses under which it is made."""

    assumed: frozenset[AppliedPredicate]
    listed: list[Atom] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict)

    def number(self, atom: Atom) -> int:
        if atom.key not in self._numbers:
            self.listed.append(atom)
            self._numbers[atom.key] = len(self.listed)
        return self._numbers[atom.key]

    def __getitem__(self, number: int) -> Atom:
        return self.listed[number - 1]

    def is_positive(self, number: int) -> bool:
        """Negative numbers are primes."""
        return number < 0 or self[number].positive

    def symbols(self, numbers: Iterable[int]) -> frozenset[sp.Basic]:
        return frozenset().union(*(self[number].symbols for number in numbers if number > 0))

    def known(self, subject: sp.Basic, *predicates: str) -> bool:
        """Is one of these assumed of the subject, as it stands?"""
        return any(str(fact.function.name) in predicates and fact.arguments[0] == subject for fact in self.assumed)
