"""A derivation as plain text for a terminal: a step a line, the name of its rule at the right edge, the verdict last."""

from __future__ import annotations

import textwrap

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..derivation import Theorem
from ..rule import DeriveError
from .account import Account, Entry, Line, Options, Verdicts, account_of
from .claims import claim
from .notation import write
from .plain import Plain
from .shapes import Shape

MARGIN, INDENT, NOTE = 4, 2, 8


def text(theorem: Theorem, verdicts: Verdicts | None, options: Options) -> str:
    """The derivation, a step a line, `options.width` columns wide."""
    account = account_of(theorem, verdicts, options)
    printer = Plain()
    out = textwrap.wrap(f"{account.name}: {account.title}", options.width, subsequent_indent="  ")
    out += ["", *_step(printer, "", account.start, "", options.width)]
    for line in account.lines:
        right = f"{line.by}  {line.verdict}".rstrip()
        out += _step(printer, line.relation, line.shape, right, options.width)
        out += [f"{' ' * NOTE}{remark}" for remark in _remarks(printer, line, options.width)]
    out += ["", *(row for sentence in _footer(printer, account) for row in _wrapped(sentence, options.width))]
    if account.rules:
        out += ["", "Rules", *(row for entry in account.rules for row in _rule(printer, entry, options.width))]
    return "\n".join(row.rstrip() for row in out) + "\n"


def in_text(node: sp.Basic) -> str:
    """An expression or a condition on one line; as SymPy writes it, if a stranger made it of what has no notation."""
    try:
        return Plain().draw(claim(node) if isinstance(node, AppliedPredicate) else write(node))
    except DeriveError:
        return str(node)


def _step(printer: Plain, relation: str, shape: Shape, right: str, width: int) -> list[str]:
    """The rows of one line; the rule stands at the right edge of the first row, or of a row of its own."""
    lead = f"{' ' * MARGIN}{relation} " if relation else ""
    room = width - len(lead)
    rows = printer.rows(shape, room - len(right) - 2 if len(right) < room // 2 else room, INDENT)
    found = []
    for index, row in enumerate(rows):
        start = lead if index == 0 else " " * (len(lead) + INDENT * (row.depth + 1))
        found.append(start + row.text)
    if not right:
        return found
    if len(found[0]) + 2 + len(right) > width:
        return [*found, right.rjust(width)]
    return [found[0] + right.rjust(width - len(found[0])), *found[1:]]


def _remarks(printer: Plain, line: Line, width: int) -> list[str]:
    needs = [f"{', '.join(map(printer.draw, claims))}: {by}" for claims, by in line.needs]
    said = [f"at {', '.join(map(printer.draw, line.arguments))}"] if line.arguments else []
    said += ([f"note: {line.note}"] if line.note else []) + ([f"needs {'; '.join(needs)}"] if needs else [])
    return [row for remark in said for row in _wrapped(remark, width - NOTE)]


def _wrapped(remark: str, width: int) -> list[str]:
    """Broken after marks of punctuation that stand in no bracket."""
    rows: list[str] = []
    for piece in _pieces(remark):
        if rows and len(rows[-1]) + 1 + len(piece) <= width:
            rows[-1] += f" {piece}"
        else:
            rows.append(f"{'  ' if rows else ''}{piece}")
    return rows


def _pieces(remark: str) -> list[str]:
    pieces, depth = [""], 0
    for word in remark.split(" "):
        pieces[-1] += f" {word}" if pieces[-1] else word
        depth += sum(word.count(bracket) for bracket in "([{") - sum(word.count(bracket) for bracket in ")]}")
        if word.endswith((",", ";", ":", ".")) and depth == 0:
            pieces.append("")
    return [piece for piece in pieces if piece]


def _footer(printer: Plain, account: Account) -> list[str]:
    said = [f"{label or 'the law'} = {printer.draw(law)}" for label, law in account.labels]
    said += [printer.draw(shape) for shape in account.abbreviations]
    rows = [f"Here {', '.join(said)}."] if said else []
    if account.equality:
        rows.append(f"Equality exactly where {' and '.join(map(printer.draw, account.equality))}.")
    needs = ", ".join(map(printer.draw, account.hypotheses)) or "nothing"
    whole = [f"As a whole: {', '.join(account.whole)}."] if account.whole else []
    return [*rows, f"{account.verdict} Needs: {needs}.", *whole]


def _rule(printer: Plain, entry: Entry, width: int) -> list[str]:
    statement = printer.rows(entry.statement, width - 4, INDENT)
    needs = ", ".join(map(printer.draw, entry.needs))
    return [
        f"  {entry.name}" + f"   [{entry.source}]",
        *(f"    {' ' * INDENT * row.depth}{row.text}" for row in statement),
        *([f"    where {needs}"] if needs else []),
    ]
