"""Notation of hypotheses: sigma1 > 0, Sigma1 symmetric positive definite."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..facts import Facts
from .notation import PLAIN, NotPrintable, Pen, write
from .shapes import Compare, Indexed, Name, Number, Phrase, Shape

SIGNS = {"positive": ">", "nonnegative": ">=", "nonzero": "!="}
WORDS = {
    "symmetric": "symmetric",
    "positive_definite": "positive definite",
    "invertible": "invertible",
    "lower_triangular": "lower triangular",
    "diagonal": "diagonal",
    "orthogonal": "orthogonal",
}
INDEX = {"positive_entries": ("j",), "positive_diagonal": ("j", "j")}


def claim(condition: AppliedPredicate, pen: Pen = PLAIN) -> Shape:
    """One condition: x > 0, v_j > 0 for every entry, or words."""
    name = str(condition.function.name)
    subject = write(condition.arguments[0], pen.unmarked())
    if name in SIGNS:
        return Compare(subject, SIGNS[name], Number(0))  # type: ignore[arg-type]
    if name in INDEX:
        return Phrase(Compare(Indexed(subject, tuple(map(Name, INDEX[name]))), ">", Number(0)), "for every j")
    if name in WORDS:
        return Phrase(subject, WORDS[name])
    raise NotPrintable(f"no notation is known for the condition {condition}")


def claims(conditions: Iterable[AppliedPredicate], pen: Pen = PLAIN) -> list[Shape]:
    """Each thing once: its words are gathered, and `symmetric positive definite` is said in one breath."""
    words: dict[sp.Basic, list[str]] = {}
    found: dict[sp.Basic, Shape] = {}
    for condition in sorted(conditions, key=_rank):
        name = str(condition.function.name)
        subject = condition.arguments[0]
        if name in WORDS:
            words.setdefault(subject, []).append(WORDS[name])
            found[subject] = Phrase(write(subject, pen.unmarked()), " ".join(words[subject]))
        else:
            found[condition] = claim(condition, pen)
    return list(found.values())


def _rank(condition: AppliedPredicate) -> tuple[str, int]:
    """By subject, and for one subject in the order of the tables above."""
    order = [*SIGNS, *INDEX, *WORDS]
    name = str(condition.function.name)
    return str(condition.arguments[0]), order.index(name) if name in order else len(order)


def hypotheses(facts: Facts, pen: Pen = PLAIN) -> list[Shape]:
    return claims(facts.sorted(), pen)
