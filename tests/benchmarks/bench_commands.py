"""How long a user waits: for an import, for each command, and for `make kernels` when nothing has changed.

`make bench` prints the figures beside their goals; no test judges them, for a busy machine is no defect of the code.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from closedform.derive.families import FAMILIES
from closedform.derive.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
CLOSEDFORM = str(Path(sys.executable).with_name("closedform"))
Goal = Callable[..., None]

COMMANDS = {
    "--help": "",
    "list": "",
    "show kl_normal": "below 1.5 s",
    "show kl_mvn --as latex": "",
    "check": "below 30 s, with two processors",
    "generate --check": "",
}


def run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


@pytest.mark.parametrize("words", COMMANDS)
def test_command(benchmark: Any, goal: Goal, words: str) -> None:
    benchmark.pedantic(run, (CLOSEDFORM, *words.split()), rounds=2, warmup_rounds=1)
    goal(f"closedform {words}", benchmark, COMMANDS[words])


def test_make_kernels_when_nothing_changed(benchmark: Any, goal: Goal) -> None:
    benchmark.pedantic(run, ("make", "kernels"), rounds=2, warmup_rounds=1)
    goal("make kernels, a second time", benchmark, "below 10 s")


@pytest.mark.parametrize("module", ["numpy", "closedform.generated"])
def test_import(benchmark: Any, goal: Goal, module: str) -> None:
    benchmark.pedantic(run, (sys.executable, "-c", f"import {module}"), rounds=10, warmup_rounds=1)
    goal(f"python -c 'import {module}'", benchmark, "below 1.5 times that of numpy" if module != "numpy" else "")


def test_size_of_the_rule_book(benchmark: Any, goal: Goal) -> None:
    """Without what each family knows of its own law."""
    of_families = {rule.name for family in FAMILIES.values() for rule in family.rules()}
    benchmark.pedantic(lambda: None, rounds=1)
    goal("rules in the book", len(RULES.keys() - of_families), "about 70")
