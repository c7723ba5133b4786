"""How wide a piece of LaTeX mathematics is, in em, without asking TeX: a generous estimate by which long lines are broken."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_]|\s+|.", re.DOTALL)
SCRIPT = 0.72
INVISIBLE = frozenset(
    r"\displaystyle \textstyle \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \limits \mathrm \mathbf \mathbb \mathcal \operatorname "
    r"\text \changed \! \left \right".split()
)
WIDE = {
    r"\,": 0.17, r"\;": 0.28, r"\ ": 0.33, r"\quad": 1.0, r"\qquad": 2.0, r"\sum": 1.5, r"\prod": 1.4, r"\int": 1.0, r"\log": 1.5, r"\exp": 1.8,
    r"\sqrt": 1.0, r"\parallel": 1.1, r"\sim": 1.4, r"\cdot": 1.0, r"\circ": 0.6, r"\top": 0.8, r"\mid": 0.9, r"\partial": 0.6, r"\nabla": 0.9,
    r"\succ": 1.4, r"\le": 1.4, r"\ge": 1.4, r"\ne": 1.4, r"\lvert": 0.32, r"\rvert": 0.32, r"\Sigma": 0.8,
}  # fmt: skip
CHARACTERS = {"+": 1.3, "-": 1.3, "=": 1.4, "<": 1.4, ">": 1.4, "(": 0.42, ")": 0.42, "[": 0.35, "]": 0.35, ",": 0.5, "/": 0.55, ";": 0.6}


def width(tex: str) -> float:
    """The width in em."""
    tokens = [token for token in TOKEN.findall(tex) if not token.isspace()]
    total, rest = _group(tokens)
    assert not rest, f"unbalanced braces: {tex}"
    return total


def _group(tokens: list[str]) -> tuple[float, list[str]]:
    """The width up to the closing brace, and what follows it."""
    total = 0.0
    while tokens:
        token, *tokens = tokens
        if token == "}":
            return total, tokens
        if token in "^_":
            # An index below an exponent costs no width of its own; counting both is on the safe side.
            inner, tokens = _argument(tokens)
            total += SCRIPT * inner
        elif token in (r"\frac", r"\dfrac", r"\tfrac"):
            over, tokens = _argument(tokens)
            under, tokens = _argument(tokens)
            total += (0.3 + max(over, under)) * (SCRIPT if token == r"\tfrac" else 1)
        else:
            inner, tokens = _argument([token, *tokens])
            total += inner
    return total, tokens


def _argument(tokens: list[str]) -> tuple[float, list[str]]:
    """One group, or one token."""
    token, *rest = tokens
    if token == "{":
        return _group(rest)
    if token in INVISIBLE:
        return 0.0, rest
    return WIDE.get(token, CHARACTERS.get(token, 0.62)), rest
