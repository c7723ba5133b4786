r"""A derivation in LaTeX: a fragment for a document that loads amsmath and amssymb, or (`standalone`) a document of its own.

What a step has changed stands in \changed{...}. The fragment falls back to no mark at all; a document that wants one says, say,
\newcommand{\changed}[1]{{\color{blue}#1}}. Names of rules stand at the right edge. Lines are broken for a text 160 mm wide.
"""

from __future__ import annotations

from ..derivation import Theorem
from .account import Account, Entry, Line, Options, Verdicts, account_of
from .claims import merged
from .shapes import Shape
from .tex import SIGNS, Tex, escaped
from .words import here, listed

LINE = 45.0  # em of \normalsize in 160 mm, less half an em
LEAD = 3.0  # em that a line starts with: its relation, or the indentation of a further row
INDENT = 1.0
TAG = 0.45  # em, a letter of a rule's name in \footnotesize\sffamily

PREAMBLE = r"""\documentclass[10pt,a4paper,fleqn]{article}
\usepackage[textwidth=160mm,textheight=245mm]{geometry}
\usepackage{amsmath,amssymb,xcolor}
\definecolor{changed}{RGB}{0,84,166}
\newcommand{\changed}[1]{{\color{changed}#1}}
\setlength{\mathindent}{0pt}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\allowdisplaybreaks
\setlength{\jot}{5pt}
\raggedright
\raggedbottom
"""


def latex(theorem: Theorem, verdicts: Verdicts | None, options: Options) -> str:
    """The derivation as one align* with the statement above it, hypotheses and verdict below it."""
    account = account_of(theorem, verdicts, options)
    body = [*_statement(account), *_derivation(account), *_below(account)]
    if account.rules:
        body += ["", r"\subsection*{Rules}", *(row for entry in account.rules for row in _rule(entry))]
    if not options.standalone:
        return "\n".join([r"\providecommand{\changed}[1]{#1}", *body]) + "\n"
    title = rf"\section*{{{_sentence(account.title)} \quad\normalsize\texttt{{{escaped(account.name)}}}}}"
    return "\n".join([PREAMBLE.rstrip(), r"\begin{document}", title, *body, r"\end{document}"]) + "\n"


def _statement(account: Account) -> list[str]:
    needs = account.hypotheses
    said = [r"\textbf{Theorem.}" + (f" Assume {listed(needs, _inline)}. Then" if needs else "")]
    return [*said, *_aligned([_rows(account.statement)]), *filter(None, [here(account, _inline)]), ""]


def _derivation(account: Account) -> list[str]:
    steps = [_rows(account.start), *map(_step, account.lines)]
    return [r"\textbf{Derivation.}", *_aligned(steps)]


def _aligned(blocks: list[list[str]]) -> list[str]:
    """Rows that belong together stay on one page and close to each other."""
    body = " \\\\[2pt]\n".join(" \\\\*[-2pt]\n".join(f"  &{row}" for row in rows) for rows in blocks)
    return [r"\begin{align*}", body, r"\end{align*}"]


def _rows(shape: Shape) -> list[str]:
    """The shape alone, with no rule beside it."""
    return [_indent(row.depth) + row.text for row in Tex().rows(shape, LINE, INDENT)]


def _step(line: Line) -> list[str]:
    """The rows of a line; the rule's name stands beside the last one."""
    name = line.by + (f"  {line.verdict}" if line.verdict else "")
    tag = 1 + len(name) * TAG
    printer = Tex()
    rows = printer.rows(line.shape, LINE - LEAD, INDENT)
    if printer.width(rows[-1].text) + rows[-1].depth * INDENT + tag > LINE - LEAD:
        rows = printer.rows(line.shape, LINE - LEAD - tag, INDENT)
    drawn = [rf"\qquad {_indent(row.depth + 1)}{row.text}" for row in rows]
    drawn[0] = rf"\quad {SIGNS[line.relation]} {rows[0].text}"
    drawn[-1] += rf" \tag*{{{_tag(line)}}}"
    return drawn


def _tag(line: Line) -> str:
    verdict = rf"\ \textit{{{escaped(line.verdict)}}}" if line.verdict else ""
    return rf"\footnotesize\textsf{{{escaped(line.by)}}}{verdict}"


def _indent(depth: int) -> str:
    return r"\quad " * depth


def _below(account: Account) -> list[str]:
    out = [""]
    if remarks := _remarks(account):
        out += [rf"\textbf{{Conditions.}} {'; '.join(remarks)}.", ""]
    if account.equality:
        out += [rf"\textbf{{Equality}} holds exactly where {listed(account.equality, _inline)}.", ""]
    whole = f" As a whole: {escaped(', '.join(account.whole))}." if account.whole else ""
    return [*out, rf"\textbf{{Verdict.}} {escaped(account.verdict)}{whole}"]


def _remarks(account: Account) -> list[str]:
    """What the steps needed, by what it rests on, said once; then what single steps remarked."""
    reasons: dict[str, list[Shape]] = {}
    for line in account.lines:
        for shapes, by in line.needs:
            reasons.setdefault(by, []).extend(shapes)
    found = [f"{listed(merged(shapes), _inline)} ({escaped(by)})" for by, shapes in reasons.items()]
    found += [rf"\textsf{{{escaped(line.rule)}}} at {listed(line.arguments, _inline)}" for line in account.lines if line.arguments]
    found += [rf"\textsf{{{escaped(line.rule)}}}: {escaped(line.note)}" for line in account.lines if line.note]
    return list(dict.fromkeys(found))


def _inline(shape: Shape) -> str:
    return f"${Tex(small=True).draw(shape)}$"


def _sentence(words: str) -> str:
    return escaped(words[:1].upper() + words[1:])


def _rule(entry: Entry) -> list[str]:
    needs = f" where {listed(entry.needs, _inline)}" if entry.needs else ""
    return [rf"\textsf{{{escaped(entry.name)}}} ({escaped(entry.source)}){needs}", *_aligned([_rows(entry.statement)])]


