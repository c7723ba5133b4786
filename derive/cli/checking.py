"""`closedform check`: every theorem by every engine, in several processes, and the rules by themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from ..check import Evidence, Outcome, Report, StepReport, Verdict, check, check_all, check_rule
from ..derivation import Theorem
from ..rule import Rule
from ..rules import RULES
from ..show.text import in_text
from ..theorems import theorems
from ..theorems.subjects import in_order
from .console import output
from .finding import find, is_file
from .listing import columns, headline, put
from .made import Kernel

MOST_WORKERS = 4  # a process costs half a second before it checks anything
COLOURS = {Outcome.PROVED: "green", Outcome.CHECKED: "green", Outcome.UNKNOWN: "yellow", Outcome.REFUTED: "bold red"}
INTEGRATED = ("enclosure", "definition")  # the engines that integrate the definition itself; the stronger one first


def check_and_print(names: Sequence[str], *, steps: bool, workers: int | None) -> bool:
    """Did everything pass? Everything: the named theorems, rules, files and kernels' theorems, or all theorems and all rules."""
    found = {name: find(name) for name in names if is_file(name) or name not in theorems}  # mistakes first, before any work
    named = [found.get(name, name) for name in names]
    wanted = list(dict.fromkeys(one for name in named for one in _theorems_of(name))) if names else list(theorems)
    rules = [rule for rule in found.values() if isinstance(rule, Rule)] if names else list(RULES.values())
    files = [theorem for theorem in found.values() if isinstance(theorem, Theorem)]

    reports = _with_progress(wanted, files, workers or min(os.cpu_count() or 1, MOST_WORKERS))
    statements = {rule.name: check_rule(rule).told(in_text) for rule in rules}

    console = output()
    if reports:
        _print_reports(console, reports, steps=steps)
    if statements:
        _print_rules(console, statements, table=bool(names))
    return all(report.verdict.passed for report in reports) and all(found.verdict.passed for found in statements.values())


def _theorems_of(named: str | Theorem | Rule | Kernel) -> tuple[str, ...]:
    """A theorem's own name; of a kernel, those it was made of."""
    return (named,) if isinstance(named, str) else named.theorems if isinstance(named, Kernel) else ()


def _with_progress(names: Sequence[str], files: Iterable[Theorem], workers: int) -> list[Report]:
    terminal = Console(stderr=True)
    bar = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn())
    with Progress(*bar, console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        task = progress.add_task("checking", total=len(names))
        reports = check_all(names, workers, lambda report: progress.update(task, advance=1, description=report.theorem), in_text)
    return [*reports.values(), *(check(theorem).told(in_text) for theorem in files)]


# ---------------------------------------------------------------------------------------------------- theorems


def _print_reports(console: Console, reports: Sequence[Report], *, steps: bool) -> None:
    if steps:
        for report in reports:
            _print_steps(console, report)
    table = columns("theorem", "steps", *(outcome.value for outcome in Outcome), "integral", "verdict")
    for column in table.columns[1 : 2 + len(Outcome)]:
        column.justify = "right"
    for report in _by_subject(reports):
        counts = [_count(report.count[outcome], outcome) for outcome in Outcome]
        table.add_row(report.theorem, str(len(report.steps)), *counts, _integrated(report), _coloured(report.verdict))
    put(console, table)
    together = [step for report in reports for step in report.steps]
    console.print(f"{_many(reports, 'theorem')}, {_tally(together)}")
    _print_troubles(console, _troubles(reports))


def _by_subject(reports: Iterable[Report]) -> list[Report]:
    """As in the list; what comes from files, last."""
    subjects = {name: theorems.subject(name) for name in theorems}
    order = in_order(set(subjects.values()))
    return sorted(reports, key=lambda report: order.index(subjects[report.theorem]) if report.theorem in subjects else len(order))


def _integrated(report: Report) -> str:
    """What came of integrating the definition, which is asked of divergences and entropies of explicit laws."""
    found = {evidence.engine: evidence.verdict for evidence in report.evidence}
    return next((str(found[engine]) for engine in INTEGRATED if engine in found), "-")


def _print_steps(console: Console, report: Report) -> None:
    table = columns("step", "rule", "verdict", "evidence")
    for number, step in enumerate(report.steps, 1):
        table.add_row(str(number), step.rule, _coloured(step.verdict), _evidence(step.evidence))
    for evidence in report.evidence:
        table.add_row("", f"({evidence.engine})", _coloured(evidence.verdict), evidence.detail)
    headline(console, report.theorem)
    put(console, table)


def _evidence(found: Iterable[Evidence]) -> str:
    """The engines that passed a step, those that say the same together: replay, renaming; local, global: k = 1; 45 digits."""
    said: dict[str, list[str]] = {}
    for evidence in found:
        if evidence.verdict.passed and evidence.engine != "conditions":  # these say which, and `show` prints them with the step
            said.setdefault(evidence.detail, []).append(evidence.engine)
    return " | ".join(", ".join(engines) + (f": {detail}" if detail else "") for detail, engines in said.items())


# ---------------------------------------------------------------------------------------------------- rules


def _print_rules(console: Console, found: dict[str, Evidence], *, table: bool) -> None:
    if table:
        rows = columns("rule", "verdict", "its statement, evaluated")
        for name, evidence in found.items():
            rows.add_row(name, _coloured(evidence.verdict), evidence.detail)
        put(console, rows)
    else:
        _print_troubles(console, _rule_troubles(found))
    told = ", ".join(f"{sum(one.verdict.outcome is outcome for one in found.values())} {outcome.value}" for outcome in Outcome)
    console.print(f"{_many(found, 'rule')}, each by itself: {told}.")


# ---------------------------------------------------------------------------------------------------- words


def _print_troubles(console: Console, troubles: Iterable[str]) -> None:
    for trouble in troubles:
        console.print(trouble, style=COLOURS[Outcome.REFUTED], soft_wrap=True)


def _troubles(reports: Iterable[Report]) -> list[str]:
    """Where something is unknown or refuted: theorem, step, rule, engine, and what it saw."""
    told = []
    for report in reports:
        for number, step in enumerate(report.steps, 1):
            if not step.verdict.passed:
                told += [f"{report.theorem}, step {number}, {step.rule}: {one}" for one in _failed(step.evidence, step.verdict)]
        told += [f"{report.theorem}, as a whole: {one}" for one in _failed(report.evidence, report.verdict)]
    return told


def _failed(found: Iterable[Evidence], verdict: Verdict) -> list[str]:
    """Refuted, if anything was; otherwise whatever is open."""
    return [
        f"{one.verdict} by {one.engine}: {one.detail}"
        for one in found
        if not one.verdict.passed and not (verdict.outcome is Outcome.REFUTED and one.verdict.outcome is Outcome.UNKNOWN)
    ]


def _rule_troubles(found: dict[str, Evidence]) -> list[str]:
    return [f"rule {name}: {one.verdict}: {one.detail}" for name, one in found.items() if not one.verdict.passed]


def _tally(steps: Sequence[StepReport]) -> str:
    counted = (f"{sum(step.verdict.outcome is outcome for step in steps)} {outcome.value}" for outcome in Outcome)
    return f"{_many(steps, 'step')}: {', '.join(counted)}."


def _many(things: Sequence[object] | dict[str, Evidence], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _count(count: int, outcome: Outcome) -> Text:
    passed = outcome in (Outcome.PROVED, Outcome.CHECKED)
    return Text(str(count), style="dim" if not count else "" if passed else COLOURS[outcome])


def _coloured(verdict: Verdict) -> Text:
    return Text(str(verdict), style=COLOURS[verdict.outcome])
