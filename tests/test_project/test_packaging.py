"""Every kind of distribution, built and installed once in a fresh environment, and `make kernels` on a fresh tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import readme

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("derive", "codegen", "generated")
NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv", ".typing", ".*_cache", ".hypothesis", ".benchmarks", "build", "dist", "__pycache__", "*.abi3.so"
)

# What is said of kernels, but for what needs nothing that was installed.
SUBJECTS = ("values", "semantics", "options", "properties", "package", "matrices", "accuracy")
KERNEL_TESTS = [f"tests/test_generated/test_{subject}.py" for subject in SUBJECTS]

# KL(N(0, 1) || N(1, 4)) = log 2 - 1/4, computed where only NumPy may be needed.
KERNEL_CHECK = """
import importlib.util, math, sys
from closedform.generated import kl_normal
value = float(kl_normal(0.0, 1.0, 1.0, 2.0))
assert abs(value - (math.log(2) - 1/4)) < 1e-15, value
assert not {"sympy", "jinja2", "closedform.derive"} & set(sys.modules)
print("compiled" if importlib.util.find_spec("closedform.generated._kernels") else "twins")
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run to the end, as a user would: nothing of this environment's Python settings, no terminal to ask and no width of one."""
    ours = ("PYTHON", "VIRTUAL_ENV", "MAKE", "COLUMNS")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def succeed(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = run(*command, cwd=cwd, **environment)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
    return done.stdout


def copy_of_the_sources(folder: Path) -> Path:
    return Path(shutil.copytree(ROOT, folder, ignore=NOT_SOURCE))


class Environment:
    """A fresh virtual environment."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=True)
        self.folder = folder
        self.scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
        self.python = self.scripts / "python"

    def pip(self, *arguments: str | Path, **environment: str) -> str:
        return succeed(
            self.python, "-m", "pip", "--disable-pip-version-check", *arguments, cwd=self.folder, **environment
        )

    def kernels(self) -> str:
        """`compiled` or `twins`, after one of them has computed a value."""
        return succeed(self.python, "-I", "-c", KERNEL_CHECK, cwd=self.folder).splitlines()[-1]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "environment")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_sources(tmp_path_factory.mktemp("sources") / "closedform")


@pytest.fixture(scope="module")
def sdist(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    succeed(sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", folder, sources, cwd=folder)
    return one_file(folder)


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, sources, cwd=folder)
    return one_file(folder)


def one_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def source_files(sources: Path, *folders: str) -> set[str]:
    files = (path for name in folders for path in (sources / name).rglob("*") if path.is_file())
    return {path.relative_to(sources).as_posix() for path in files if "node_modules" not in path.parts}


def test_the_wheel_holds_the_three_packages_and_the_kernels(sources: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/") and ".dist-info/" not in name}
    compiled = {name for name in names if name.startswith("closedform/generated/_kernels.") and name[-4:] != ".pyi"}
    assert len(compiled) == 1
    assert "-cp311-abi3-" in wheel.name
    assert names - compiled == {f"closedform/{name}" for name in source_files(sources, *PACKAGES)}
    kinds = {Path(name).suffix for name in names}
    assert {".py", ".pyi", ".jinja", ".c", ".h", ".json"} <= kinds
    assert {f"closedform/{name}/py.typed" for name in PACKAGES} <= names


def test_the_source_distribution_holds_everything_that_tests_need(sources: Path, sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile"} <= names
    assert source_files(sources, *PACKAGES, "tests") <= names


def test_source_distribution_to_wheel_to_command(sdist: Path, environment: Environment) -> None:
    """`pip install closedform-*.tar.gz` brings everything: the kernels and the command with all it needs."""
    environment.pip("install", sdist)
    assert environment.kernels() == "compiled"
    assert "kl_normal" in succeed(environment.scripts / "closedform", "list", cwd=environment.folder)


def test_wheel_needs_numpy_alone_for_its_kernels(wheel: Path, environment: Environment) -> None:
    environment.pip("install", "--no-deps", wheel)
    environment.pip("install", "numpy")
    assert environment.kernels() == "compiled"


def oldest_numpy() -> str:
    """The least that pyproject.toml promises, as a version of which any patch will do."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (least,) = (text.removeprefix("numpy>=") for text in project["dependencies"] if text.startswith("numpy"))
    return f"numpy=={least}.*"


@pytest.mark.parametrize("age", ["oldest", "newest"])
def test_kernels_pass_their_tests_from_the_wheel(age: str, sources: Path, wheel: Path, environment: Environment) -> None:
    """One wheel for every NumPy; the tests are those of the tree it was built from, and see what is installed."""
    environment.pip("install", f"closedform[test] @ {wheel.as_uri()}", oldest_numpy() if age == "oldest" else "numpy")
    code = "import numpy, closedform.generated as found; print(numpy.__version__, found.config()['kernels'], found.__file__)"
    version, kernels, place = succeed(environment.python, "-I", "-c", code, cwd=environment.folder).split()
    assert kernels == "compiled"
    assert Path(place).is_relative_to(environment.folder)
    assert version.startswith(oldest_numpy().removeprefix("numpy==").removesuffix("*")) or age == "newest"
    told = succeed(environment.scripts / "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *KERNEL_TESTS, cwd=sources)
    assert " passed" in told.splitlines()[-1]


def test_the_book_is_written_from_the_wheel(wheel: Path, environment: Environment) -> None:
    """Its templates and what its pages load are in the wheel."""
    environment.pip("install", wheel)
    succeed(environment.scripts / "closedform", "book", "kl_definition", "kl_nonnegative", cwd=environment.folder)
    book = environment.folder / "book"
    for static in (ROOT / "codegen" / "book" / "static").iterdir():
        assert (book / static.name).read_bytes() == static.read_bytes()
    assert "kl_nonnegative" in (book / "index.html").read_text(encoding="utf-8")
    assert list(book.rglob("kl_nonnegative.html"))


def test_editable_install_sees_edits_and_new_files(tmp_path: Path, environment: Environment) -> None:
    sources = copy_of_the_sources(tmp_path / "closedform")
    environment.pip("install", "--no-deps", "--editable", sources)
    environment.pip("install", "numpy")
    assert environment.kernels() == "compiled"
    (sources / "generated" / "added_later.py").write_text('ANSWER = "seen"\n', encoding="utf-8")
    code = "from closedform.generated.added_later import ANSWER; print(ANSWER)"
    assert succeed(environment.python, "-I", "-c", code, cwd=environment.folder) == "seen\n"


def test_without_a_compiler_the_wheel_is_pure_python(sources: Path, tmp_path: Path, environment: Environment) -> None:
    """An empty PATH hides every compiler; CMake and Ninja come with the build requirements."""
    (tmp_path / "empty").mkdir()
    hidden = {"PATH": str(tmp_path / "empty"), "CC": ""}
    build = ("-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path / "wheels", sources)
    succeed(sys.executable, *build, cwd=tmp_path, **hidden)
    wheel = one_file(tmp_path / "wheels")
    assert wheel.name.endswith("-py3-none-any.whl")
    environment.pip("install", "--no-deps", wheel)
    environment.pip("install", "numpy")
    assert environment.kernels() == "twins"

    demanded = run(sys.executable, *build, cwd=tmp_path, CLOSEDFORM_REQUIRE_KERNELS="1", **hidden)
    assert demanded.returncode != 0
    assert "CMAKE_C_COMPILER" in demanded.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
class TestMakeKernels:
    """On a fresh tree, with nothing but Python, make and perhaps a compiler."""

    def test_twice(self, tmp_path: Path) -> None:
        tree = copy_of_the_sources(tmp_path / "closedform")
        first = succeed("make", "kernels", f"PYTHON={sys.executable}", cwd=tree)
        assert "Installing closedform" in first
        assert "NumPy twins" not in first
        (promised,) = (command.output for command in readme.commands(readme.section("")) if command.line == "make kernels")
        readme.assert_printed(first, promised)
        again = succeed("make", "kernels", f"PYTHON={sys.executable}", cwd=tree)
        assert "Installing closedform" not in again
        assert len(again) < len(first)

    def test_without_a_compiler(self, tmp_path: Path) -> None:
        tree = copy_of_the_sources(tmp_path / "closedform")
        output = succeed("make", "kernels", f"PYTHON={sys.executable}", "CC=/bin/false", cwd=tree)
        assert output.count("NumPy twins will be used") == 1
