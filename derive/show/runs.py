"""Consecutive applications of one rule, told as one line: what is done to both laws alike need not be read twice.

The line is the last of the run; every place that a step of the run has changed is found again in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import sympy as sp

from ..derivation import Step
from ..rewrite import Path, Site, at_path, at_site


def runs(steps: Sequence[Step]) -> list[tuple[Step, ...]]:
    """The steps in order, those of one rule and relation that follow each other together; a note of a step's own keeps it apart."""
    numbered = enumerate(steps)
    return [tuple(step for _, step in group) for _, group in groupby(numbered, lambda pair: _kind(*pair))]


def _kind(index: int, step: Step) -> tuple[object, ...]:
    return (step.rule, step.line_relation, step.given, index if step.note else -1)


def changed(run: Sequence[Step]) -> tuple[Site, ...]:
    """Where the terms that the run has put in stand in its last line."""
    found: list[Site] = []
    for step in run:
        found = [site for site in (_carried(one, step) for one in found) if site is not None]
        found.append(step.span)
    return tuple(dict.fromkeys(found))


def _carried(site: Site, step: Step) -> Site | None:
    """The site in the line before the step, in the line after it; None if the step rewrote it or something around it."""
    change, here = step.site.path, site.path
    shared = _shared(here, change)
    if shared == len(change):
        if step.site.items is None or (shared < len(here) and here[shared] in step.site.items) or shared == len(here):
            return None
        return Site((*here[:shared], _moved(here[shared], step, change), *here[shared + 1 :]), site.items)
    if shared == len(here):
        return site if site.items is None or change[shared] not in site.items else None
    parent = here[:shared]
    grown = len(at_path(step.after, parent).args) - len(at_path(step.before, parent).args)
    moved = here[shared] + grown if here[shared] > change[shared] else here[shared]
    carried = Site((*parent, moved, *here[shared + 1 :]), site.items)
    return carried if _holds(carried, step.after, at_site(step.before, site)) else None  # a number may have moved to the front


def _holds(site: Site, line: sp.Basic, term: sp.Basic) -> bool:
    try:
        return at_site(line, site) == term
    except IndexError:
        return False


def _moved(index: int, step: Step, parent: Path) -> int:
    """An argument of a sum or product of which some other arguments were exchanged."""
    items = step.site.items or ()
    kept = [place for place in range(len(at_path(step.before, parent).args)) if place not in items]
    width = len(at_path(step.after, parent).args) - len(kept)
    before = sum(1 for place in kept if place < items[0])
    position = kept.index(index)
    return position if position < before else position + width


def _shared(one: Path, other: Path) -> int:
    """How many steps two paths have in common."""
    return next((depth for depth, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


