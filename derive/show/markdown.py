"""A derivation in Markdown with mathematics that GitHub renders: fenced math blocks, in which no character needs escaping."""

from __future__ import annotations

from ..derivation import Theorem
from .account import Account, Entry, Line, Options, Verdicts, account_of
from .shapes import Shape
from .tex import SIGNS, WebTex
from .words import here, listed

WIDTH = 46.0  # em, the column of a page on GitHub
INDENT = 1.0
QUAD = r"\quad "


def markdown(theorem: Theorem, verdicts: Verdicts | None, options: Options) -> str:
    """Statement, hypotheses, and a numbered paragraph for each step with its rule, conditions and verdict."""
    account = account_of(theorem, verdicts, options)
    blocks = [f"# {account.title}", f"`{account.name}`", *_statement(account), "## Derivation", _math(account.start)]
    for number, line in enumerate(account.lines, 1):
        blocks += [_heading(number, line), _math(line.shape, SIGNS[line.relation])]
    if account.equality:
        blocks.append(f"Equality holds exactly where {listed(account.equality, _inline)}.")
    blocks.append(f"**{account.verdict}**" + (f" As a whole: {', '.join(account.whole)}." if account.whole else ""))
    if account.rules:
        blocks += ["## Rules", *(block for entry in account.rules for block in _rule(entry))]
    return "\n\n".join(blocks) + "\n"


def _statement(account: Account) -> list[str]:
    needs = f"Assume {listed(account.hypotheses, _inline)}. Then" if account.hypotheses else ""
    return [*filter(None, [needs]), _math(account.statement), *filter(None, [here(account, _inline)])]


def _heading(number: int, line: Line) -> str:
    verdict = f" *{line.verdict}*" if line.verdict else ""
    remarks = [f"at {listed(line.arguments, _inline)}"] if line.arguments else []
    remarks += [line.note] if line.note else []
    remarks += [f"needs {listed(shapes, _inline)} ({by})" for shapes, by in line.needs]
    return f"**{number}.** `{line.by}`{verdict}" + (f": {'; '.join(remarks)}" if remarks else "")


def _math(shape: Shape, relation: str = "") -> str:
    """A block of its own; more than one row is aligned."""
    lead = f"{relation} " if relation else ""
    rows = WebTex().rows(shape, WIDTH, INDENT)
    if len(rows) == 1:
        return f"```math\n{lead}{rows[0].text}\n```"
    text = ["& " + (lead if index == 0 else QUAD * (row.depth + 1)) + row.text for index, row in enumerate(rows)]

    body = " \\\\\n".join(text)
    return f"```math\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n```"


def _inline(shape: Shape) -> str:
    """Mathematics between $` and `$, in which Markdown leaves every character alone."""
    return f"$`{WebTex(small=True).draw(shape)}`$"


def _rule(entry: Entry) -> list[str]:
    needs = f", where {listed(entry.needs, _inline)}" if entry.needs else ""
    return [f"`{entry.name}` ({entry.source}){needs}", _math(entry.statement)]
