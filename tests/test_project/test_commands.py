"""README, Makefile and .ci/run speak of the same commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, flags=re.MULTILINE))
# Commands stand in code (`make test`) or open a line of a console block ($ make test), so that "make sure" is prose.
COMMAND = re.compile(r"(?:`|^\$? ?)make ((?:[A-Z]+=\S+ )*)([a-z][a-z-]*)", flags=re.MULTILINE)


def commands_in(name: str) -> set[str]:
    return {found[2] for found in COMMAND.finditer((ROOT / name).read_text(encoding="utf-8"))}


def test_make_targets_named_in_the_readme_exist() -> None:
    assert {"kernels", "test"} <= commands_in("README.md") <= TARGETS


def test_make_targets_named_in_the_changelog_exist() -> None:
    assert commands_in("CHANGELOG.md") <= TARGETS


def test_ci_runs_the_commands_of_the_readme() -> None:
    assert commands_in(".ci/run") == {"test", "test-browser", "lint", "types", "check-generated", "instructions"}
    assert commands_in(".ci/run") <= commands_in("README.md")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_prose_is_no_command() -> None:
    assert [found[2] for found in COMMAND.finditer("make sure\nto make it `make kernels`\n$ make X=1 latex\n")] == [
        "sure",  # opens a line: better a false alarm than a command nobody checks
        "kernels",
        "latex",
    ]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_help_lists_every_target() -> None:
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+)  ", text, flags=re.MULTILINE)) == TARGETS
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) - {"always"} == TARGETS
