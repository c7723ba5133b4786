"""Many theorems at once, in several processes. Theorems that share steps go to one process, where a step is checked once."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack

from ..rule import DeriveError
from .report import Report
from .theorem import check

Progress = Callable[[Report], None]
FEW = 3  # theorems that are checked sooner than a process starts


def check_all(names: Iterable[str] | None = None, workers: int = 2, progress: Progress | None = None) -> dict[str, Report]:
    """The reports on the theorems of these names (on all of them by default), in that order.

    `progress` is called with each report as it comes. Raises UnknownName for a name that is no theorem's.
    """
    wanted = list(dict.fromkeys(all_names() if names is None else names))
    known = set(all_names())
    for name in wanted:
        if name not in known:
            check_named(name)  # raises, offering the nearest names
    arriving = map(check_named, wanted) if workers < 2 or len(wanted) <= FEW else _in_processes(wanted, workers)
    reports = {}
    for report in arriving:
        reports[report.theorem] = report
        if progress is not None:
            progress(report)
    return {name: reports[name] for name in wanted}


def all_names() -> list[str]:
    from ..theorems import theorems

    return list(theorems)


def check_named(name: str) -> Report:
    from ..theorems import theorems

    return check(theorems[name])


def _in_process(name: str) -> Report:
    try:
        return check_named(name)
    except DeriveError as problem:
        # Not every subclass survives the way from one process to another; its text does.
        raise DeriveError("\n".join([str(problem), *getattr(problem, "__notes__", ())])) from None


def related(names: Iterable[str]) -> list[list[str]]:
    """The names in groups of one stem: a result with its stable forms and gradients. Largest group first."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition("_by_")[0].removesuffix("_stable"), []).append(name)
    return sorted(groups.values(), key=len, reverse=True)


def _in_processes(names: list[str], workers: int) -> Iterator[Report]:
    """A process takes a group of theorems, and the next one when it has finished."""
    waiting = deque(related(names))
    with ExitStack() as stack:
        context = multiprocessing.get_context("spawn")
        running: dict[Future[Report], tuple[ProcessPoolExecutor, deque[str]]] = {}

        def go_on(process: ProcessPoolExecutor, group: deque[str]) -> None:
            group = group or deque(waiting.popleft() if waiting else ())
            if group:
                running[process.submit(_in_process, group.popleft())] = (process, group)

        for _ in range(min(workers, len(waiting))):
            go_on(stack.enter_context(ProcessPoolExecutor(1, mp_context=context)), deque())
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                go_on(*running.pop(done))
                yield done.result()
