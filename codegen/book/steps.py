"""A derivation as the page tells it: a line for each run of one rule, and behind each line its single steps.

In a line two things are told apart: what its own step has put in, and what the next step takes out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp
from markupsafe import Markup

from closedform.derive.check import Report, StepReport
from closedform.derive.check.report import weakest
from closedform.derive.derivation import Step, Theorem
from closedform.derive.rewrite import Path, Site, at_path, at_site, sites
from closedform.derive.rule import LEMMA, Statement
from closedform.derive.rules import RULES
from closedform.derive.show.account import conditions_of, labels_of, letters_of
from closedform.derive.show.claims import claims
from closedform.derive.show.mathml import flow, inline, relation
from closedform.derive.show.notation import Pen, write
from closedform.derive.show.runs import changed, runs
from closedform.derive.show.shapes import Compare, Shape
from closedform.derive.show.words import listed

from .shelf import plain_name


@dataclass(frozen=True)
class Found:
    """What engines that agree have found."""

    engines: str
    verdict: str
    detail: str


@dataclass(frozen=True)
class Single:
    """One application of a rule; nothing is `exchanged` where a whole line gives way to the next."""

    number: int
    exchanged: Markup
    letters: Markup
    needs: tuple[tuple[Markup, str], ...]
    note: str
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Line:
    """The line after a run of one rule, with what its steps do, and the rule itself."""

    number: int
    math: Markup
    rule: str
    times: int
    verdict: str
    link: str
    statement: Markup
    words: str
    where: Markup
    source: str
    singles: tuple[Single, ...]


def math(shape: Shape) -> Markup:
    """Mathematics in a sentence."""
    return Markup(inline(shape))


def display(*marked: tuple[Shape, str], before: str = "") -> Markup:
    return Markup(flow(marked, before))


def sentence(shapes: Sequence[Shape]) -> Markup:
    return Markup(listed(shapes, inline))


def lines(theorem: Theorem, report: Report, skip: int) -> tuple[Markup, tuple[Line, ...]]:
    """The first line, and the lines after the first `skip` steps, which another theorem has told."""
    steps = theorem.derivation.steps[skip:]
    found = report.steps[skip:]
    pen = Pen(labels_of(theorem))
    told = list(runs(steps))
    first = _marked(theorem.lhs if not skip else steps[0].before, (), told[0] if told else (), pen)
    return first, tuple(_lines(told, found, pen, skip))


def _lines(told: Sequence[tuple[Step, ...]], found: Sequence[StepReport], pen: Pen, done: int) -> Iterator[Line]:
    start = 0
    for run, following in zip(told, [*told[1:], ()], strict=True):
        reports = found[start : start + len(run)]
        last = run[-1]
        sign = relation(last.line_relation)
        rule = RULES[last.rule]
        yield Line(
            number=done + start + 1,
            math=_marked(last.after, changed(run), following, pen, before=sign),
            rule=last.rule,
            times=len(run),
            verdict=str(weakest(report.verdict for report in reports)),
            link=rule_link(last.rule),
            statement=statement(rule.statement),
            words=rule.words,
            where=sentence(claims(rule.where)),
            source=rule.source,
            singles=tuple(
                _single(done + start + place + 1, step, report, pen, told=len(run) == 1 and step.site == Site())
                for place, (step, report) in enumerate(zip(run, reports, strict=True))
            ),
        )
        start += len(run)


def _marked(line: sp.Basic, new: Sequence[Site], following: Sequence[Step], pen: Pen, before: str = "") -> Markup:
    """The line with what has come and what is about to go."""
    new = tuple(site for site in new if site != Site())
    old = tuple(site for site in leaving(line, following) if site != Site())
    return display((write(line, Pen(pen.labels, new)), "new"), (write(line, Pen(pen.labels, old)), "old"), before=before)


def leaving(line: sp.Basic, run: Sequence[Step]) -> tuple[Site, ...]:
    """Where the terms that the steps of a run exchange stand in the line before the run, so far as they stand in it."""
    found: list[Site] = []
    for step in run:
        if _holds(line, step.site, step.old):
            site = step.site
        else:
            path = next((path for path in sites(line) if step.site.items is None and at_path(line, path) == step.old), None)
            if path is None:
                continue
            site = Site(path)
        if not any(_inside(site.path, other) for other in found):
            found.append(site)
    return tuple(dict.fromkeys(found))


def _inside(path: Path, other: Site) -> bool:
    return other.items is None and path[: len(other.path)] == other.path


def _holds(line: sp.Basic, site: Site, term: sp.Basic) -> bool:
    try:
        return at_site(line, site) == term
    except (IndexError, AttributeError):
        return False


def _single(number: int, step: Step, report: StepReport, pen: Pen, *, told: bool) -> Single:
    """`told`: the lines before and after it show already what is exchanged."""
    letters = letters_of(step)
    return Single(
        number=number,
        exchanged=Markup("") if told else display((Compare(write(step.old, pen), step.relation, write(step.new, pen)), "")),
        letters=sentence(letters),
        needs=tuple((sentence(shapes), by) for shapes, by in conditions_of((step,), pen)),
        note="" if letters and step.note.startswith("specialise:") else step.note,
        found=tuple(together(report)),
    )


def statement(said: Statement) -> Markup:
    return display((Compare(write(said.lhs), said.relation, write(said.rhs)), ""))


def rule_link(rule: str) -> str:
    """Where the rule is told: a theorem has a page, a row of the rule book a place in the index of rules."""
    name = plain_name(rule)
    return f"{name.removeprefix(LEMMA)}.html" if name.startswith(LEMMA) else f"rules.html#{name}"


def together(report: StepReport) -> Iterator[Found]:
    """Engines that say the same in one row; which conditions were tried is told beside their grounds."""
    said: dict[tuple[str, str], list[str]] = {}
    for evidence in report.evidence:
        detail = "" if evidence.engine == "conditions" and evidence.verdict.passed else evidence.detail
        said.setdefault((str(evidence.verdict), detail), []).append(evidence.engine)
    for (verdict, detail), engines in said.items():
        yield Found(", ".join(engines), verdict, detail)
