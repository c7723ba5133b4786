"""README.md is run: its commands print what it shows, its Python gives what it shows."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import readme
from closedform.generated import config
from readme import Command, assert_printed, blocks, commands, section

ROOT = Path(__file__).resolve().parents[2]
TOUR = "Ten minutes: add a rule and a theorem"
# make and pip change the environment that the tests run in; test_packaging.py runs them on a copy.
RUN = [command for command in commands(section("What you can do with it")) if not command.line.startswith(("make ", "pip "))]


def shell(line: str, folder: Path) -> str:
    """What the line prints, with the commands of this Python's environment first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"PATH": path}
    done = subprocess.run(line, shell=True, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all commands: some read what others wrote."""
    return tmp_path_factory.mktemp("readme")


def test_commands(folder: Path) -> None:
    for command in RUN:
        if command.line.startswith("pdflatex") and shutil.which("pdflatex") is None:
            continue
        assert_printed(shell(command.line, folder), command.output)


@pytest.mark.skipif(config()["kernels"] != "compiled", reason="the first screen is that of a machine with a C compiler")
def test_make_kernels(folder: Path) -> None:
    """The commands of its recipe print what the first screen shows; the check of everything is tested elsewhere, so here of two."""
    (promised,) = (command.output for command in commands(section("")) if command.line == "make kernels")
    (recipes,) = re.findall(r"^kernels:.*?(?=^# ----)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    recipe = re.findall(r"^\t@\$\(BIN\)/((?:closedform (?:show|check)|python -m closedform).*)$", recipes, re.MULTILINE)
    assert recipe == ["closedform show kl_normal", "python -m closedform.generated", "closedform check"]
    show, work, check = recipe
    assert_printed("\n".join(shell(line, folder) for line in (show, f"{check} kl_vae kl_vae_terms", work)), promised)


def test_python() -> None:
    """All examples in one session, as they are read."""
    examples = "\n".join(block.text for block in blocks(readme.README.read_text(encoding="utf-8")) if block.language == "pycon")
    test = doctest.DocTestParser().get_doctest(examples, {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 15
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    told: list[str] = []
    runner.run(test, out=told.append)
    assert not runner.failures, "".join(told)


def test_every_block_is_run_by_some_test() -> None:
    """A new kind of block would be shown and never tried."""
    text = readme.README.read_text(encoding="utf-8")
    languages = {block.language for block in blocks(text)}
    assert languages == {"console", "pycon", "python"}
    assert text.count("\n```") == 2 * len(blocks(text))
    # The cluster of the first is tried in test_ecosystem.py.
    programs = [block for part in ("Speed and accuracy", TOUR) for block in blocks(section(part)) if block.language == "python"]
    assert [block for block in blocks(text) if block.language == "python"] == programs
    known = {command.line for part in ("", "What you can do with it", TOUR, "Develop") for command in commands(section(part))}
    assert known == {command.line for command in commands(text)}


@pytest.mark.parametrize(
    ("promised", "output", "matches"),
    [
        ("a\n...\nb\n", "a\nx\ny\nb\n", True),
        ("a\n...\nb\n", "a\nb\n", True),
        ("a\n...\n", "a\n", True),
        ("...\na\n", "x\na\n", True),
        ("a ... steps\n", "a 12 steps\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n...\nb\n", "a\nx\n", False),
        ("a.b\n", "axb\n", False),
        ("", "a\n", False),
    ],
)
def test_promises_are_kept_or_not(promised: str, output: str, matches: bool) -> None:  # noqa: FBT001 - a column of the table
    if matches:
        assert_printed(output, promised)
    else:
        with pytest.raises(AssertionError, match="README promises"):
            assert_printed(output, promised)


def test_a_comment_is_no_part_of_a_command() -> None:
    assert list(commands("```console\n$ make test   # all\n$ ls a b\nx\n```\n")) == [Command("make test", ""), Command("ls a b", "x\n")]
