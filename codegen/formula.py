"""Formulas in ASCII for docstrings and comments: printed from the theorem by the printer that `closedform show` uses, never typed."""

from __future__ import annotations

import sympy as sp

from closedform.derive import show  # noqa: F401 - importing it registers the notation of every node
from closedform.derive.show.notation import write
from closedform.derive.show.plain import Plain


def formula(node: sp.Basic) -> str:
    """The expression as one line."""
    return Plain().draw(write(node))
