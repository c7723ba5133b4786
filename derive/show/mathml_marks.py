"""Marks on a line in MathML: characters of their own until the end, so that several of them can be laid over one line.

What came with this line is one mark, what goes with the next another; each is a class in the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

# Private characters, which no name contains: round what is marked, and before a sign that stands between two terms.
BEGIN, END, BETWEEN = "\ue000", "\ue001", "\ue002"
TOKENS = re.compile(rf"({BEGIN}|{END}|<[^>]*>|[^<{BEGIN}{END}]+)")


def plain(text: str) -> str:
    """Without marks."""
    return text.replace(BEGIN, "").replace(END, "")


def one(text: str) -> str:
    """The elements as a single one, as a base, an index or a numerator must be; marks do not count."""
    depth = count = 0
    for token in TOKENS.findall(plain(text)):
        count += depth == 0
        depth += -1 if token.startswith("</") else token.startswith("<") and not token.endswith("/>")
    return text if count == 1 else f"<mrow>{text}</mrow>"


def overlaid(texts: Sequence[tuple[str, str]]) -> str | None:
    """One line that was drawn several times, each time with another mark: all marks at once, each under its class.

    None where the drawings differ in more than the marks, so that nothing can be laid over anything.
    """
    if len({plain(text) for text, _ in texts}) != 1:
        return None
    tokens = TOKENS.findall(plain(texts[0][0]))
    marks: list[set[str]] = [set() for _ in tokens]
    for text, name in texts:
        depth = place = 0
        for token in TOKENS.findall(text):
            if token in (BEGIN, END):
                depth += 1 if token == BEGIN else -1
            else:
                if depth:
                    marks[place].add(name)
                place += 1
    return _text("", _tree(tokens, marks), tuple(dict.fromkeys(name for _, name in reversed(texts))))


Node = tuple[str, list["Node"], str, set[str]]  # opening tag or text, children, closing tag, marks


def _tree(tokens: list[str], marks: list[set[str]]) -> list[Node]:
    roots: list[Node] = []
    stack: list[list[Node]] = [roots]
    for token, found in zip(tokens, marks, strict=True):
        if token.startswith("</"):
            stack.pop()
            opening, inner, _, of = stack[-1][-1]
            stack[-1][-1] = (opening, inner, token, of)
        else:
            node: Node = (token, [], "", found)
            stack[-1].append(node)
            if token.startswith("<") and not token.endswith("/>"):
                stack.append(node[1])
    return roots


def _text(parent: str, nodes: Sequence[Node], names: tuple[str, ...], inside: frozenset[str] = frozenset()) -> str:
    """The nodes as text: a row round neighbours that are marked, the first name outermost; where the number of nodes has a
    meaning, a row round each."""
    return "".join(_run(parent, nodes, names, names, inside))


def _run(
    parent: str, nodes: Sequence[Node], names: tuple[str, ...], left: tuple[str, ...], inside: frozenset[str]
) -> Iterator[str]:
    if not left:
        for opening, children, closing, _ in nodes:
            yield opening + _text(opening, children, names, inside) + closing
        return
    name, *later = left
    counted = parent.startswith(COUNTED)
    numbered = enumerate(nodes)
    for (marked, _), group in groupby(numbered, lambda pair: (name in pair[1][3] - inside, counted and pair[0])):
        run = [node for _, node in group]
        if marked and run[0][0].startswith("<"):
            yield f'<mrow class="{name}">{"".join(_run("", run, names, tuple(later), inside | {name}))}</mrow>'
        else:
            yield from _run(parent, run, names, tuple(later), inside)


COUNTED = ("<mfrac", "<msub", "<msup", "<munder")
