"""Notation of hypotheses: sigma1 > 0, Sigma1 symmetric positive definite."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..facts import Facts
from ..nodes import Entrywise
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
    if name in INDEX and isinstance(condition.arguments[0], Entrywise):
        column = condition.arguments[0]
        entry = write(column.body, pen.unmarked())
        return Phrase((Compare(entry, ">", Number(0)),), "for every", write(column.variable))
    if name in INDEX:
        entry = Indexed(subject, tuple(map(Name, INDEX[name])))
        return Phrase((Compare(entry, ">", Number(0)),), "for every", Name("j"))
    if name in WORDS:
        return Phrase((subject,), WORDS[name])
    raise NotPrintable(f"no notation is known for the condition {condition}")


def claims(conditions: Iterable[AppliedPredicate], pen: Pen = PLAIN) -> list[Shape]:
    """What is said of one thing in one breath (`symmetric positive definite`), and of several things once."""
    words: dict[sp.Basic, list[str]] = {}
    found: list[Shape] = []
    for condition in sorted(conditions, key=_rank):
        name = str(condition.function.name)
        if name in WORDS:
            words.setdefault(condition.arguments[0], []).append(WORDS[name])
        else:
            found.append(claim(condition, pen))
    said = [Phrase((write(subject, pen.unmarked()),), " ".join(what)) for subject, what in words.items()]
    return merged([*said, *found])


def merged(said: Iterable[Shape]) -> list[Shape]:
    """Each claim once, and phrases with the same words as one."""
    found: dict[object, Shape] = {}
    for shape in said:
        key = (shape.words, shape.at) if isinstance(shape, Phrase) else shape
        known = found.get(key)
        if isinstance(shape, Phrase) and isinstance(known, Phrase):
            found[key] = Phrase(tuple(dict.fromkeys((*known.subjects, *shape.subjects))), shape.words, shape.at)
        else:
            found[key] = shape
    return list(found.values())


def _rank(condition: AppliedPredicate) -> tuple[str, int]:
    """By subject, and for one subject in the order of the tables above."""
    order = [*SIGNS, *INDEX, *WORDS]
    name = str(condition.function.name)
    return str(condition.arguments[0]), order.index(name) if name in order else len(order)


def hypotheses(facts: Facts, pen: Pen = PLAIN) -> list[Shape]:
    return claims(facts.sorted(), pen)
