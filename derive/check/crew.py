"""A crew of processes, each of which remembers what it did: work on a theorem goes where that theorem was derived before."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from ..rule import DeriveError

Result = TypeVar("Result")
MOST = 4  # a process costs half a second before it does anything, and derives anew what others have


def processes() -> int:
    """As many as there are processors for this process, up to MOST."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(available, MOST)


@dataclass(frozen=True)
class Task:
    """Work on the theorem of that name, and what the work is told besides."""

    name: str
    told: tuple[object, ...] = ()


class Crew:
    """`with Crew(2) as crew`: two processes, spawned when first needed and gone at the end. A crew of one works in this process."""

    def __init__(self, size: int) -> None:
        self._members: list[ProcessPoolExecutor] = []
        self._size = size
        self._home: dict[str, int] = {}  # which member knows a theorem

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for member in self._members:
            member.shutdown(cancel_futures=True)

    def each(self, work: Callable[..., Result], groups: Iterable[Iterable[Task]]) -> Iterator[tuple[str, Result]]:
        """work(name, *told) for each task, with its name, as results come; the tasks of a group are done in order by one member.

        A member takes a group that begins with what it knows, then one that nobody knows, then any. Raises what the work raises.
        """
        waiting = [deque(group) for group in groups if group]
        if self._size < 2:
            for group in waiting:
                for task in group:
                    yield task.name, work(task.name, *task.told)
            return
        running: dict[Future[Result], tuple[int, Task, deque[Task]]] = {}

        def go_on(number: int, group: deque[Task]) -> None:
            group = group or self._next(number, waiting)
            if group:
                task = group.popleft()
                self._home[task.name] = number
                running[self._members[number].submit(_done, work, task)] = (number, task, group)

        self._gather(len(waiting))
        for number in range(len(self._members)):
            go_on(number, deque())
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                number, task, rest = running.pop(done)
                result = _result(done, task)
                go_on(number, rest)
                yield task.name, result

    def _gather(self, groups: int) -> None:
        context = multiprocessing.get_context("spawn")
        while len(self._members) < min(self._size, groups):
            self._members.append(ProcessPoolExecutor(1, mp_context=context, initializer=_leave_quietly))

    def _next(self, number: int, waiting: list[deque[Task]]) -> deque[Task]:
        homes = [self._home.get(group[0].name) for group in waiting]
        for wanted in (number, None):
            if wanted in homes:
                return waiting.pop(homes.index(wanted))
        return waiting.pop() if waiting else deque()


def _leave_quietly() -> None:
    """An interrupt from the keyboard reaches every process; the first of them tells the user, the others only end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _done(work: Callable[..., Any], task: Task) -> Any:
    try:
        return work(task.name, *task.told)
    except DeriveError as problem:
        # Not every subclass survives the way from one process to another; its text does.
        raise DeriveError("\n".join([str(problem), *getattr(problem, "__notes__", ())])) from None


def _result(done: Future[Result], task: Task) -> Result:
    try:
        return done.result()
    except BrokenProcessPool:
        raise DeriveError(f"a process ended while it worked on {task.name}: it was killed, or memory ran out") from None
