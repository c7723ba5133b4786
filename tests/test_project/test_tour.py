"""The ten-minute tour of README.md, followed to the letter on a copy of the tree: its edits are made, its commands are run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from readme import Block, assert_printed, blocks, commands, section

ROOT = Path(__file__).resolve().parents[2]
TOUR = section("Ten minutes: add a rule and a theorem")
FOLDERS = ("derive", "codegen", "generated", "tests")
NOT_SOURCE = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd", ".*_cache")

# Without `site`, the hook of an editable install does not lead back to this tree.
COMMANDS = {"closedform": "-c 'from closedform.codegen.cli import main; main()'", "pytest": "-m pytest"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, and commands that run it."""
    tree = tmp_path_factory.mktemp("tour")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name, ignore=NOT_SOURCE)
    shutil.copy(ROOT / "pyproject.toml", tree)
    (tree / "bin").mkdir()
    (tree / "packages" / "closedform").mkdir(parents=True)
    for name in FOLDERS[:3]:
        (tree / "packages" / "closedform" / name).symlink_to(tree / name, target_is_directory=True)
    for name, arguments in COMMANDS.items():
        script = tree / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S {arguments} "$@"\n')
        script.chmod(0o755)
    return tree


def run(line: str, tree: Path) -> subprocess.CompletedProcess[str]:
    packages = os.pathsep.join([str(tree / "packages"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    path = os.pathsep.join([str(tree / "bin"), os.environ["PATH"]])
    clean = {name: value for name, value in os.environ.items() if name != "COLUMNS" and not name.startswith("PYTEST")}
    environment = clean | {"PATH": path, "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(line, shell=True, cwd=tree, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def add_row(block: Block, tree: Path) -> bool:
    """In `derive/rules/logs.py`, below the row `log_one`: the block."""
    found = re.search(r"In `([^`]+)`, below the row `([^`]+)`:$", block.before)
    if found is None:
        return False
    file = tree / found[1]
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    (row,) = (number for number, line in enumerate(lines) if f'Rule("{found[2]}",' in line)
    file.write_text("".join([*lines[: row + 1], block.text, *lines[row + 1 :]]), encoding="utf-8")
    return True


def write_file(block: Block, tree: Path) -> bool:
    """Write `derive/theorems/jeffreys_normal.py`: the block."""
    found = re.search(r"Write `([^`]+)`:$", block.before)
    if found is None:
        return False
    assert not (tree / found[1]).exists()
    (tree / found[1]).write_text(block.text, encoding="utf-8")
    return True


def replacement(before: str, tree: Path) -> tuple[Path, str, str] | None:
    """In `derive/rules/logs.py`, replace `this` by `that`."""
    found = re.search(r"In `([^`]+)`, replace `([^`]+)` by `([^`]+)`:$", before)
    return None if found is None else (tree / found[1], found[2], found[3])


def exchange(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {file}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_tour(tree: Path) -> None:
    """Every block in its order. A command after a replacement is meant to fail, and `Change it back.` follows."""
    edits = []
    for block in blocks(TOUR):
        if block.language == "python":
            assert add_row(block, tree) or write_file(block, tree), f"where does this go? {block.before}"
            edits.append(block)
            continue
        wrong = replacement(block.before, tree)
        if wrong is not None:
            exchange(*wrong)
        for command in commands(f"```console\n{block.text}```\n"):
            done = run(command.line, tree)
            assert done.returncode == (1 if wrong else 0), f"{command.line}\n{done.stdout}\n{done.stderr}"
            assert_printed(done.stdout, command.output)
        if wrong is not None:
            assert "Change it back." in TOUR
            exchange(wrong[0], wrong[2], wrong[1])
    assert len(edits) == 2


def test_the_commands_run_the_copy(tree: Path) -> None:
    """The new theorem is nowhere else, so a command that finds it runs the copy."""
    line = f"{sys.executable} -S -c 'import closedform.derive as d; print(d.__path__[0])'"
    assert Path(run(line, tree).stdout.strip()).resolve() == (tree / "derive").resolve()
