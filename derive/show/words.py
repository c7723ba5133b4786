"""Sentences that forms with mathematics in running text share; `math` sets a shape within a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .account import Account
from .shapes import Phrase, Shape

Math = Callable[[Shape], str]


def said(shape: Shape, math: Math) -> str:
    """A claim; its words stand outside the mathematics, so that a row may end between them."""
    if not isinstance(shape, Phrase):
        return math(shape)
    at = f" {math(shape.at)}" if shape.at else ""
    return f"{listed(shape.subjects, math)} {shape.words}{at}"


def listed(shapes: Iterable[Shape], math: Math) -> str:
    """a, b and c; claims that name several things themselves are only set apart by commas."""
    shapes = list(shapes)
    words = [said(shape, math) for shape in shapes]
    if any(isinstance(shape, Phrase) and len(shape.subjects) > 1 for shape in shapes):
        return ", ".join(words)
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def here(account: Account, math: Math) -> str:
    """What the labels and letters mean, as one sentence; empty where they explain themselves."""
    parts = [f"{f'law {label}' if label else 'the law'} is {math(law)}" for label, law in account.labels]
    parts += [f"{listed(names, math)} {words}" for names, words in account.legend]
    parts += [math(shape) for shape in account.abbreviations]
    return f"Here {' and '.join(parts)}." if parts else ""
