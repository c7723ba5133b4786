"""A derivation in HTML: a table of steps whose mathematics MathJax or KaTeX sets, as notebooks do.

With `standalone`, a page that loads MathJax.
"""

from __future__ import annotations

from html import escape

from ..derivation import Theorem
from .account import Account, Entry, Line, Options, Verdicts, account_of
from .shapes import Shape
from .tex import SIGNS, WebTex
from .words import here, listed

WIDTH = 60.0  # em
INDENT = 1.0
QUAD, NEXT, DISPLAY, BEGIN, END = r"\quad ", r" \\ ", r"\displaystyle ", r"\begin{aligned} ", r" \end{aligned}"
MATHJAX = "https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js"
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><script async src="{mathjax}"></script></head>
<body>
{body}</body>
</html>
"""


def html(theorem: Theorem, verdicts: Verdicts | None, options: Options) -> str:
    """Title, statement, a row for each step with its rule, conditions and verdict, and the verdict on the whole."""
    account = account_of(theorem, verdicts, options)
    body = "\n".join([*_head(account), *_table(account), *_foot(account)]) + "\n"
    return PAGE.format(title=escape(account.title), mathjax=MATHJAX, body=body) if options.standalone else body


def _head(account: Account) -> list[str]:
    needs = f"<p>Assume {listed(account.hypotheses, _inline)}. Then</p>" if account.hypotheses else ""
    sentence = here(account, _inline)
    about = f"<p>{sentence}</p>" if sentence else ""
    title = f"<h3>{escape(account.title)} <code>{escape(account.name)}</code></h3>"
    return [row for row in (title, needs, f"<p>{_display(account.statement)}</p>", about) if row]


def _table(account: Account) -> list[str]:
    rows = [f"<tr><td>{_display(account.start)}</td><td></td></tr>", *map(_row, account.lines)]
    return ["<table>", *rows, "</table>"]


def _row(line: Line) -> str:
    verdict = f" <em>{escape(line.verdict)}</em>" if line.verdict else ""
    remarks = [f"at {listed(line.arguments, _inline)}"] if line.arguments else []
    remarks += [escape(line.note)] if line.note else []
    remarks += [f"needs {listed(shapes, _inline)}: {escape(by)}" for shapes, by in line.needs]
    small = f"<br><small>{'<br>'.join(remarks)}</small>" if remarks else ""
    return f"<tr><td>{_display(line.shape, SIGNS[line.relation])}</td><td><code>{escape(line.by)}</code>{verdict}{small}</td></tr>"


def _foot(account: Account) -> list[str]:
    equality = f"<p>Equality holds exactly where {listed(account.equality, _inline)}.</p>" if account.equality else ""
    rules = ["<h4>Rules</h4>", *map(_rule, account.rules)] if account.rules else []
    whole = f" As a whole: {escape(', '.join(account.whole))}." if account.whole else ""
    return [row for row in (equality, f"<p><strong>{escape(account.verdict)}</strong>{whole}</p>", *rules) if row]


def _rule(entry: Entry) -> str:
    needs = f", where {listed(entry.needs, _inline)}" if entry.needs else ""
    return f"<p><code>{escape(entry.name)}</code> ({escape(entry.source)}){needs}<br>{_display(entry.statement)}</p>"


def _display(shape: Shape, relation: str = "") -> str:
    """Set as in a display, flush left."""
    lead = rf"\quad {relation} " if relation else ""
    rows = WebTex().rows(shape, WIDTH, INDENT)
    if len(rows) == 1:
        return f"${DISPLAY}{lead}{escape(rows[0].text)}$"
    text = ["& " + (lead if index == 0 else QUAD * (row.depth + 2)) + row.text for index, row in enumerate(rows)]
    return f"${BEGIN}{escape(NEXT.join(text))}{END}$"


def _inline(shape: Shape) -> str:
    return f"${escape(WebTex(small=True).draw(shape))}$"
