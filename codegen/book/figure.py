"""The moving picture of a divergence: its formulas as JavaScript, printed from theorems and densities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from closedform.derive.derivation import Theorem


@dataclass(frozen=True)
class Figure:
    script: str


def figure_of(theorem: Theorem, theorems: Mapping[str, Theorem]) -> Figure | None:
    return None
