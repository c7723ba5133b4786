"""Many theorems at once, in several processes. Theorems that share steps go to one process, where a step is checked once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..rule import UnknownName
from .crew import Crew, Task
from .report import Report, Write
from .theorem import check

Progress = Callable[[Report], None]
FEW = 3  # theorems that are checked sooner than a process starts


def check_all(
    names: Iterable[str] | None = None, workers: int = 2, progress: Progress | None = None, write: Write = str
) -> dict[str, Report]:
    """The reports on the theorems of these names (on all of them by default), in that order.

    `progress` is called with each report as it comes; `write`, a function of a module, puts the expressions in a report into words.
    Raises UnknownName for a name that is no theorem's.
    """
    wanted = known(all_names() if names is None else names)
    reports = {}
    with Crew(workers if len(wanted) > FEW else 1) as crew:
        for name, report in crew.each(check_named, tasks(wanted, write)):
            reports[name] = report
            if progress is not None:
                progress(report)
    return {name: reports[name] for name in wanted}


def known(names: Iterable[str]) -> list[str]:
    """Each name once. Raises UnknownName, which offers the nearest names, for one that is no theorem's."""
    from ..theorems import theorems

    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in theorems:
            raise UnknownName("theorem", name, theorems)
    return wanted


def all_names() -> list[str]:
    from ..theorems import theorems

    return list(theorems)


def check_named(name: str, write: Write) -> Report:
    from ..theorems import theorems

    return check(theorems[name]).told(write)


def tasks(names: Iterable[str], *told: object) -> list[list[Task]]:
    return [[Task(name, told) for name in group] for group in related(names)]


def related(names: Iterable[str]) -> Sequence[Sequence[str]]:
    """The names in groups of one stem: a result with its stable forms and gradients. Largest group first."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition("_by_")[0].removesuffix("_stable"), []).append(name)
    return sorted(groups.values(), key=len, reverse=True)
