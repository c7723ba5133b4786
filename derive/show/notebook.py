"""What a notebook shows where it takes LaTeX alone; where it takes HTML, it shows the table of html.py."""

from __future__ import annotations

from ..derivation import Theorem
from .account import account_of
from .tex import SIGNS, WebTex, escaped

WIDTH = 60.0  # em
INDENT = 1.0
QUAD = r"\quad "


def as_latex(theorem: Theorem) -> str:
    """One display: the lines under each other, the names of the rules beside them."""
    account = account_of(theorem, None)
    printer = WebTex()
    rows = [f"& {row.text}" for row in printer.rows(account.start, WIDTH, INDENT)]
    for line in account.lines:
        broken = printer.rows(line.shape, WIDTH, INDENT)
        rows.append(rf"& \quad {SIGNS[line.relation]} {broken[0].text}")
        rows += ["& " + QUAD * (row.depth + 2) + row.text for row in broken[1:]]
        rows[-1] += rf" && \text{{{escaped(line.by)}}}"
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"
