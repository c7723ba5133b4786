"""The questions that a backend answers: its name, what it writes, how it spells an expression and an array.

A backend prepares finished text (one spelling a statement, one line a sentence) as fields of pages; its templates arrange them and
decide nothing. `emit.py` fills the templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sympy as sp

from ..kernel import Argument, Kernel, Result


@dataclass(frozen=True)
class Page:
    """One file to be written: its place below generated/, its template, and the fields that the template asks for."""

    path: str
    template: Path
    fields: Mapping[str, object]


class Backend(Protocol):
    """A language in which kernels are written."""

    @property
    def name(self) -> str: ...

    def expression(self, expression: sp.Expr) -> str:
        """The expression in this language; CannotPrint for a node it has no spelling for."""

    def spell(self, part: Argument | Result) -> str:
        """The array or number in the signature of a function."""

    def pages(self, kernels: Sequence[Kernel]) -> Sequence[Page]:
        """The files of this backend, for all kernels at once."""
