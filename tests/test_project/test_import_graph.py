"""Who may import whom. The arrows of the design, held against the import statements of every file."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("derive", "codegen", "generated")

# For each part of closedform.derive, the parts it builds on. `special` and `nodes` are the ground; `evaluate` and
# `differential` stand on it beside the rules, and `evaluate` must share no code with what it checks.
GROUND = {"special", "nodes", "errors"}
ENGINE = GROUND | {"facts", "rewrite", "monomials", "metavariables", "rule", "context", "derivation"}
CHECKING = ENGINE | {"rules", "families", "theorems", "differential", "evaluate", "decide", "enclose", "check"}
DERIVE = {
    "errors": set[str](),
    "special": set[str](),
    "nodes": {"special"},
    "facts": GROUND | {"rewrite"},
    "rewrite": GROUND,
    "monomials": GROUND | {"rewrite"},
    "metavariables": GROUND | {"rewrite"},
    "rule": GROUND | {"facts", "rewrite", "metavariables"},
    "context": GROUND | {"facts", "rewrite", "rule"},
    "derivation": GROUND | {"facts", "rewrite", "metavariables", "rule", "context"},
    "evaluate": GROUND,
    "decide": GROUND,
    "enclose": GROUND | {"evaluate"},
    "differential": ENGINE,
    "rules": ENGINE | {"differential"},
    "families": ENGINE,
    "theorems": ENGINE | {"rules", "families", "differential"},
    "show": ENGINE | {"rules", "families", "theorems", "differential"},
    "check": CHECKING - {"check"},
    "__init__": CHECKING | {"show"},
    "cli": CHECKING | {"show", "__init__"},
}
# Theorem.show() and Theorem.check() are conveniences: they import their module when they are called.
WHEN_CALLED = {("derivation", "show"), ("derivation", "check")}

# Everything else that may be imported besides the standard library; the values name the only files that may.
ANYWHERE = [""]
OUTSIDE = {
    "derive": {"sympy": ANYWHERE, "mpmath": ANYWHERE, "flint": ANYWHERE, "typer": ["cli"], "rich": ["cli", "show"]},
    "codegen": {
        "sympy": ANYWHERE,
        "mpmath": ANYWHERE,
        "jinja2": ["emit", "backends", "book"],
        "markupsafe": ["book"],
        # Pictures are drawn from what the kernels compute, coefficients are rounded to float32; nothing else here evaluates anything.
        "numpy": ["plot", "polynomials", "backends"],
        "matplotlib": ["plot"],
        "closedform.generated": ["plot"],
        "typer": ["cli"],
        "rich": ["cli"],
        "closedform.derive": ANYWHERE,
    },
    "generated": {"numpy": ANYWHERE, "scipy": ANYWHERE},
}
# Wanted by some users only, so these are imported inside the function that needs them.
OPTIONAL = {"flint", "scipy", "matplotlib"}


@dataclass(frozen=True)
class Import:
    """One imported module as a dotted name (relative names resolved), and where the statement stands."""

    package: str  # derive, codegen or generated
    part: str  # the file, or the folder directly below the package, that imports
    name: str
    line: str  # path:line, for the message
    when_called: bool


def imports_of(package: str, file: Path, text: str) -> Iterator[Import]:
    """The imports of one file of a package; those under `if TYPE_CHECKING` bind no code and are left out."""
    inside = file.with_suffix("").parts
    here = ["closedform", package, *inside[:-1]]

    def visit(node: ast.AST, *, when_called: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in imported_names(node, here):
                yield Import(package, inside[0], name, f"{package}/{file.as_posix()}:{node.lineno}", when_called)
        deeper = when_called or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in executed_children(node):
            yield from visit(child, when_called=deeper)

    yield from visit(ast.parse(text), when_called=False)


def executed_children(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
        return [*node.orelse]
    return list(ast.iter_child_nodes(node))


def imported_names(node: ast.Import | ast.ImportFrom, here: list[str]) -> list[str]:
    """Absolute dotted names: `from ..rules import logs` in derive/theorems/ is closedform.derive.rules.logs."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    start = here[: len(here) - node.level + 1] if node.level else []
    base = ".".join([*start, node.module] if node.module else start)
    return [f"{base}.{alias.name}" for alias in node.names]


def part_of(name: str, package: str, parts: set[str]) -> str | None:
    """The part of a package that a dotted name reaches; a name that is no part comes out of the package's __init__."""
    prefix = f"closedform.{package}"
    if name != prefix and not name.startswith(f"{prefix}."):
        return None
    first = name.removeprefix(prefix).lstrip(".").partition(".")[0]
    return first if first in parts else "__init__"


def files_of(package: str) -> list[Path]:
    return sorted(path.relative_to(ROOT / package) for path in (ROOT / package).rglob("*.py"))


def parts_of(package: str) -> set[str]:
    return {file.with_suffix("").parts[0] for file in files_of(package)}


def all_imports(package: str) -> list[Import]:
    return [
        found
        for file in files_of(package)
        for found in imports_of(package, file, (ROOT / package / file).read_text(encoding="utf-8"))
    ]


def derive_violations(imports: list[Import], parts: set[str]) -> list[str]:
    wrong = []
    for found in imports:
        target = part_of(found.name, "derive", parts)
        if target is None or target == found.part or target in DERIVE.get(found.part, set()):
            continue
        if found.when_called and (found.part, target) in WHEN_CALLED:
            continue
        wrong.append(f"{found.line}: {found.part} must not import {target} ({found.name})")
    return wrong


def outside_violations(imports: list[Import]) -> list[str]:
    wrong = []
    for found in imports:
        top = found.name.partition(".")[0]
        if top in sys.stdlib_module_names or part_of(found.name, found.package, set()) is not None:
            continue
        allowed = OUTSIDE[found.package]
        package = ".".join(found.name.split(".")[:2]) if top == "closedform" else top
        where = allowed.get(package)
        if where is None or (where is not ANYWHERE and found.part not in where):
            wrong.append(f"{found.line}: {found.package}/{found.part} must not import {found.name}")
        elif package in OPTIONAL and not found.when_called:
            wrong.append(f"{found.line}: {package} is optional, so import it inside the function that needs it")
    return wrong


def test_every_part_of_derive_has_its_place() -> None:
    unplaced = parts_of("derive") - DERIVE.keys()
    assert not unplaced, f"say in DERIVE what these may import: {sorted(unplaced)}"


def test_derive_imports_only_what_it_builds_on() -> None:
    wrong = derive_violations(all_imports("derive"), parts_of("derive"))
    assert not wrong, "\n".join(wrong)


def test_the_table_has_no_cycle() -> None:
    """Parts can be laid out one after the other, each above all it imports."""
    placed: set[str] = set()
    while ready := {part for part, below in DERIVE.items() if part not in placed and below <= placed}:
        placed |= ready
    assert placed == DERIVE.keys()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_nothing_from_outside_but_its_own_needs(package: str) -> None:
    wrong = outside_violations(all_imports(package))
    assert not wrong, "\n".join(wrong)


def test_backends_do_not_know_each_other() -> None:
    languages = {file.parts[1] for file in files_of("codegen") if file.parts[0] == "backends" and len(file.parts) > 2}
    wrong = [
        f"{found.line}: imports {found.name}"
        for found in all_imports("codegen")
        for language in languages
        if found.name.startswith(f"closedform.codegen.backends.{language}.")
        and found.line.startswith("codegen/backends/")
        and not found.line.startswith((f"codegen/backends/{language}/", "codegen/backends/__init__.py"))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("evaluate.py", "from .rules import logs", "evaluate must not import rules"),
        ("evaluate.py", "def f():\n    from closedform.derive import families", "evaluate must not import families"),
        ("nodes.py", "from . import facts", "nodes must not import facts"),
        ("rules/logs.py", "from ..theorems.kl_normal import THEOREM", "rules must not import theorems"),
        ("rule.py", "from closedform.derive import Theorem", "rule must not import __init__"),
        ("derivation.py", "from .show import latex", "derivation must not import show"),
        ("show/latex.py", "import closedform.derive.check", "show must not import check"),
    ],
)
def test_a_wrong_arrow_in_derive_is_found(file: str, text: str, message: str) -> None:
    found = derive_violations(list(imports_of("derive", Path(file), text)), set(DERIVE))
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    ("package", "file", "text"),
    [
        ("derive", "nodes.py", "import numpy"),
        ("derive", "rules/logs.py", "from closedform.codegen import kernel"),
        ("derive", "check.py", "import flint"),
        ("derive", "show/text.py", "import jinja2"),
        ("codegen", "lower.py", "from jinja2 import Environment"),
        ("codegen", "emit.py", "from closedform.generated import kl_vae"),
        ("generated", "__init__.py", "from closedform.derive import theorems"),
        ("generated", "numpy_kernels/kl_mvn.py", "from scipy.linalg import solve_triangular"),
        ("generated", "numpy_kernels/kl_mvn.py", "from ...derive import special"),
    ],
)
def test_a_wrong_arrow_to_the_outside_is_found(package: str, file: str, text: str) -> None:
    assert len(outside_violations(list(imports_of(package, Path(file), text)))) == 1


@pytest.mark.parametrize(
    ("package", "file", "text"),
    [
        ("derive", "rules/logs.py", "from ..rule import rule\nfrom . import algebra\nimport sympy\nimport ast"),
        ("derive", "derivation.py", "def show():\n    from .show import latex"),
        ("derive", "nodes.py", "if TYPE_CHECKING:\n    from .rule import Rule"),
        ("derive", "check.py", "def enclose():\n    import flint"),
        ("codegen", "lower.py", "from closedform.derive.derivation import Theorem\nfrom .kernel import Kernel"),
        ("generated", "numpy_kernels/kl_mvn.py", "import numpy as np\nfrom .._errors import invalid"),
    ],
)
def test_a_right_arrow_passes(package: str, file: str, text: str) -> None:
    found = list(imports_of(package, Path(file), text))
    assert outside_violations(found) == []
    if package == "derive":
        assert derive_violations(found, set(DERIVE)) == []


def run_python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)


def test_the_kernels_import_numpy_and_nothing_else(tmp_path: Path) -> None:
    """Nothing that is installed beside NumPy is loaded by `import closedform.generated`."""
    code = (
        "import sys, numpy; before = set(sys.modules)\n"
        "import closedform.generated\n"
        "new = {name for name in sys.modules if name not in before}\n"
        "tops = {n.partition('.')[0] for n in new} - set(sys.stdlib_module_names)\n"
        "tops -= {'numpy'}\n"
        "mine = {n for n in new if n.startswith('closedform.') and not n.startswith('closedform.generated')}\n"
        "print(sorted(tops), sorted(mine))"
    )
    run = run_python(code, tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "['closedform'] []"


@pytest.mark.parametrize("package", ["derive", "codegen"])
def test_the_bare_folder_name_is_refused(package: str) -> None:
    """`import derive` at the root would load every class a second time."""
    run = run_python(f"import {package}", ROOT)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("ImportError: ")
    assert f"import closedform.{package}" in run.stderr.splitlines()[-1]
