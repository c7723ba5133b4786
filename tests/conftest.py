"""What all tests share: golden files, Hypothesis settings, and a refusal to test anything but this tree."""

from __future__ import annotations

import difflib
import filecmp
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent

# A shared or slow machine is no reason to fail; in CI the same examples are drawn every time.
hypothesis.settings.register_profile("closedform", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("closedform")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew from what the code prints")


def pytest_configure() -> None:
    """Refuse to run on an installed copy, or on compiled kernels, that this tree has outgrown."""
    for name in ("derive", "codegen", "generated"):
        for folder in installed_folders(name):
            if stale := outgrown(ROOT / name, folder):
                raise pytest.UsageError(
                    f"{stale.relative_to(ROOT)} is not what is installed in {folder}: the tests would check old code.\n"
                    "Run `make test`, or install this tree again."
                )


def installed_folders(name: str) -> list[Path]:
    """Where Python finds closedform.<name>; an editable install adds a folder that holds the compiled kernels."""
    spec = importlib.util.find_spec(f"closedform.{name}")
    if spec is None or spec.submodule_search_locations is None:
        raise pytest.UsageError(f"closedform.{name} is not installed for this Python: run `make test`.")
    return [Path(folder).resolve() for folder in spec.submodule_search_locations]


def outgrown(source: Path, folder: Path) -> Path | None:
    """The first file of `source` that is newer than the kernels in `folder`, or that differs from its copy there."""
    kernels = sorted(folder.glob("_kernels.*"))
    compiled_at = min((kernel.stat().st_mtime for kernel in kernels if kernel.suffix != ".pyi"), default=None)
    is_copy = folder != source and (folder / "__init__.py").exists()
    for file in sorted(path for path in source.rglob("*") if path.suffix in {".py", ".jinja", ".c", ".h"}):
        copy = folder / file.relative_to(source)
        if is_copy:
            if not copy.exists() or not filecmp.cmp(file, copy, shallow=False):
                return file
        elif compiled_at is not None and file.suffix in {".c", ".h"} and file.stat().st_mtime > compiled_at:
            return file
    return None


@dataclass(frozen=True)
class Golden:
    """Texts that were read by a person once and must not change unnoticed."""

    folder: Path
    update: bool

    def check(self, name: str, text: str) -> None:
        """`text` is what the golden file `name` holds; with --update-golden it becomes so."""
        file = self.folder / name
        if self.update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            return
        if not file.exists():
            pytest.fail(f"golden/{name} is missing. To write it: pytest --update-golden", pytrace=False)
        expected = file.read_text(encoding="utf-8")
        if text != expected:
            # An end mark on each line, so that a lost or added final newline shows as well.
            before, after = (value.replace("\n", "$\n").splitlines() for value in (expected, text))
            diff = difflib.unified_diff(before, after, f"golden/{name}", "printed now", lineterm="")
            verdict = f"golden/{name} has changed. If that is right: pytest --update-golden"
            pytest.fail("\n".join([*diff, verdict]), pytrace=False)

    def check_folder(self, name: str, texts: Mapping[str, str]) -> None:
        """The golden folder `name` holds exactly these files with these texts: none is missing, none left over."""
        present = {path.relative_to(self.folder / name).as_posix() for path in self._files(name)}
        if self.update:
            for leftover in present - texts.keys():
                (self.folder / name / leftover).unlink()
        elif present != texts.keys():
            pytest.fail(
                f"golden/{name}: missing {sorted(texts.keys() - present)}, left over {sorted(present - texts.keys())}. "
                "If that is right: pytest --update-golden",
                pytrace=False,
            )
        for file, text in sorted(texts.items()):
            self.check(f"{name}/{file}", text)

    def _files(self, name: str) -> list[Path]:
        return [path for path in (self.folder / name).rglob("*") if path.is_file()]


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden.check(name, text)` and `golden.check_folder(name, {file: text})`, on tests/golden/."""
    return Golden(ROOT / "tests" / "golden", update=request.config.getoption("--update-golden"))
