"""Work shared among processes: who does what, and what is told when something goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from closedform.derive.check.crew import Crew, Task, processes
from closedform.derive.rule import DeriveError

WORK = """
import os
from closedform.derive.rule import UnknownName

def worker_of(name, *told):
    return os.getpid(), told

def fails(name):
    raise UnknownName("theorem", name, ["kl_normal"])

def dies(name):
    os._exit(1)
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module that other processes find too: they are given the path of this one."""
    (tmp_path / "crew_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("crew_work")
    del sys.modules["crew_work"]


def groups(*names: str) -> list[list[Task]]:
    return [[Task(part) for part in name.split()] for name in names]


def test_a_crew_of_one_works_here_and_in_order(work: ModuleType) -> None:
    with Crew(1) as crew:
        found = list(crew.each(work.worker_of, [[Task("a", (1, "x"))], [Task("b")]]))
    assert found == [("a", (os.getpid(), (1, "x"))), ("b", (os.getpid(), ()))]


def test_work_on_a_name_goes_where_it_was_done_before(work: ModuleType) -> None:
    with Crew(2) as crew:
        first = dict(crew.each(work.worker_of, groups("a b c", "d e f")))
        again = dict(crew.each(work.worker_of, groups("f", "c")))
    home = {name: process for name, (process, _) in first.items()}
    assert os.getpid() not in home.values()
    assert home["a"] == home["b"] == home["c"]
    assert {name: process for name, (process, _) in again.items()} == {"f": home["f"], "c": home["c"]}


def test_every_task_is_done_once(work: ModuleType) -> None:
    names = [f"{number}" for number in range(25)]
    with Crew(3) as crew:
        for _ in range(2):
            assert sorted(name for name, _ in crew.each(work.worker_of, groups(*names))) == sorted(names)
        assert list(crew.each(work.worker_of, [])) == []


@pytest.mark.parametrize("size", [1, 2])
def test_a_mistake_keeps_its_words(work: ModuleType, size: int) -> None:
    with Crew(size) as crew, pytest.raises(DeriveError, match="no theorem is called 'kl_norml'; did you mean kl_normal"):
        list(crew.each(work.fails, groups("kl_norml", "kl_norml")))


def test_a_process_that_dies_is_named_by_its_work(work: ModuleType) -> None:
    with Crew(2) as crew, pytest.raises(DeriveError, match="a process ended while it worked on kl_mvn: it was killed, or memory ran out"):
        list(crew.each(work.dies, groups("kl_mvn", "kl_mvn")))


def test_there_is_at_least_one_process_and_there_are_not_many() -> None:
    assert 1 <= processes() <= 4


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_an_interrupt_ends_everything_and_is_told_once(tmp_path: Path) -> None:
    """The keyboard reaches every process of the command; none of them says more than one line, and nothing is left half written."""
    command = [sys.executable, "-c", "from closedform.codegen.cli import main; main()", "book", "--out", str(tmp_path / "book")]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(6)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode not in (0, -signal.SIGINT)
    assert "Traceback" not in out + err
    assert len((out + err).strip().splitlines()) <= 1
    assert not (tmp_path / "book").exists()
