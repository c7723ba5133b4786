"""How wide a piece of LaTeX mathematics is, in em, without asking TeX: an estimate, a little generous, by which lines are broken."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_]|\s+|.", re.DOTALL)
SCRIPT = 0.74
BELOW_AND_ABOVE = frozenset([r"\sum", r"\prod", r"\lim"])
INVISIBLE = frozenset([
    r"\displaystyle", r"\limits", r"\mathrm", r"\mathbf", r"\mathbb", r"\operatorname", r"\mathop", r"\text", r"\changed", r"\!",
    r"\mathrel",
])  # fmt: skip
COMMANDS = {
    r"\,": 0.17, r"\;": 0.28, r"\ ": 0.33, r"\quad": 1.0, r"\qquad": 2.0, r"\mathcal": 0.35, r"\dots": 1.4, r"\Sigma": 0.75,
    r"\sum": 1.5, r"\prod": 1.4, r"\int": 1.1, r"\log": 1.6, r"\exp": 1.8, r"\sqrt": 1.0, r"\partial": 0.6, r"\nabla": 0.9,
    r"\lim": 1.5, r"\to": 1.4, r"\infty": 1.0,
    r"\parallel": 1.1, r"\sim": 1.4, r"\le": 1.4, r"\ge": 1.4, r"\ne": 1.4, r"\mid": 0.9,
    r"\cdot": 0.75, r"\circ": 0.6, r"\odot": 1.3, r"\times": 1.3, r"\top": 0.8, r"\lvert": 0.3, r"\rvert": 0.3,
    r"\bigl": 0.08, r"\bigr": 0.08, r"\biggl": 0.24, r"\biggr": 0.24,
}  # fmt: skip
CHARACTERS = {
    "+": 1.25, "-": 1.25, "=": 1.4, "<": 1.4, ">": 1.4, "(": 0.4, ")": 0.4, "[": 0.32, "]": 0.32, ",": 0.45, "/": 0.52, ";": 0.45,
    "W": 1.05, "M": 1.05,
}  # fmt: skip
LETTER, CAPITAL = 0.6, 0.84


def width(tex: str) -> float:
    """The width in em."""
    tokens = [token for token in TOKEN.findall(tex) if not token.isspace()]
    total, rest = _group(tokens, display=True)
    assert not rest, f"unbalanced braces: {tex}"
    return total


def _group(tokens: list[str], *, display: bool) -> tuple[float, list[str]]:
    """The width up to the closing brace, and what follows it. In a fraction, where there is no display, limits stand beside."""
    total = 0.0
    while tokens:
        if tokens[0] == "}":
            return total, tokens[1:]
        head = tokens[0]
        inner, tokens = _argument(tokens, display=display)
        below, tokens = _scripts(tokens)
        total += max(inner, below) if display and head in BELOW_AND_ABOVE else inner + below
    return total, tokens


def _scripts(tokens: list[str]) -> tuple[float, list[str]]:
    """An index and an exponent stand one above the other."""
    widest = 0.0
    while tokens and tokens[0] in "^_":
        inner, tokens = _argument(tokens[1:], display=False)
        widest = max(widest, SCRIPT * inner)
    return widest, tokens


def _argument(tokens: list[str], *, display: bool) -> tuple[float, list[str]]:
    """One group, one fraction, or one token."""
    token, *rest = tokens
    if token == "{":
        return _group(rest, display=display)
    if token in (r"\frac", r"\tfrac"):
        over, rest = _argument(rest, display=False)
        under, rest = _argument(rest, display=False)
        return (0.3 + max(over, under)) * (SCRIPT if token == r"\tfrac" else 1), rest
    if token == r"\color":
        return 0.0, _argument(rest, display=display)[1]
    if token in INVISIBLE:
        return 0.0, rest
    return COMMANDS.get(token, CHARACTERS.get(token, CAPITAL if token.isupper() else LETTER)), rest
