"""A derivation as HTML with MathML, which browsers set by themselves: no script, no font and nothing to fetch.

With `standalone`, a whole page; without it, what can be put into a page of one's own. A row is not broken: it scrolls where it is too wide.
"""

from __future__ import annotations

from html import escape

from ..derivation import Theorem
from .account import Account, Entry, Line, Options, Verdicts, account_of
from .mathml import inline, row
from .shapes import Shape
from .words import here, listed

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
{body}</body>
</html>
"""


def mathml(theorem: Theorem, verdicts: Verdicts | None, options: Options) -> str:
    """Title, hypotheses, statement, a paragraph for each step with its rule, conditions and verdict, and the verdict on the whole."""
    account = account_of(theorem, verdicts, options)
    body = "\n".join([*_head(account), *map(_step, account.lines), *_foot(account)]) + "\n"
    return PAGE.format(title=escape(account.title), body=body) if options.standalone else body


def _head(account: Account) -> list[str]:
    needs = f"<p>Assume {listed(account.hypotheses, inline)}. Then</p>" if account.hypotheses else ""
    about = here(account, inline)
    title = f"<h3>{escape(account.title)} <code>{escape(account.name)}</code></h3>"
    found = [title, needs, _row(account.statement), f"<p>{about}</p>" if about else "", "<h4>Derivation</h4>", _row(account.start)]
    return [part for part in found if part]


def _step(line: Line) -> str:
    verdict = f" <em>{escape(line.verdict)}</em>" if line.verdict else ""
    remarks = [f"at {listed(line.arguments, inline)}"] if line.arguments else []
    remarks += [escape(line.note)] if line.note else []
    remarks += [f"needs {listed(shapes, inline)}: {escape(by)}" for shapes, by in line.needs]
    grounds = f"<br><small>{'<br>'.join(remarks)}</small>" if remarks else ""
    return f"{_row(line.shape, line.relation)}\n<p><code>{escape(line.by)}</code>{verdict}{grounds}</p>"


def _foot(account: Account) -> list[str]:
    equality = f"<p>Equality holds exactly where {listed(account.equality, inline)}.</p>" if account.equality else ""
    rules = ["<h4>Rules</h4>", *map(_rule, account.rules)] if account.rules else []
    whole = f" As a whole: {escape(', '.join(account.whole))}." if account.whole else ""
    return [part for part in (equality, f"<p><strong>{escape(account.verdict)}</strong>{whole}</p>", *rules) if part]


def _rule(entry: Entry) -> str:
    needs = f", where {listed(entry.needs, inline)}" if entry.needs else ""
    return f"<p><code>{escape(entry.name)}</code> ({escape(entry.source)}){needs}</p>\n{_row(entry.statement)}"


def _row(shape: Shape, relation: str = "") -> str:
    return f'<div style="overflow-x: auto">{row(shape, relation)}</div>'
