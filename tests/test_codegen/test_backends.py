"""Every backend: it prints all there is to print and nothing unknown, and its templates ask for just the fields they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

import jinja2
import pytest
import sympy as sp
from jinja2 import meta, nodes

from closedform.codegen.arrange import arrange
from closedform.codegen.backends import BACKENDS, Backend, Page
from closedform.codegen.backends.c.spelling import DOUBLE, FLOAT, RESERVED, identifier
from closedform.codegen.backends.infix import CannotPrint
from closedform.codegen.catalogue import kernels
from closedform.codegen.emit import environment, fill, pages
from closedform.derive.rewrite import div, exp, log, mul, power, sub
from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx
from closedform.derive.theorems import theorems

a, b = (sp.Symbol(name, real=True) for name in "ab")
half = sp.Rational(1, 2)
KERNELS = kernels(theorems)
PAGES = pages(KERNELS)

# Every operation and constant that a kernel may contain.
OPERATIONS = [
    a, sp.Integer(3), sp.Rational(1, 2), sp.Rational(-1, 3), sub(a, b), div(a, b), power(a, 3), power(a, -2), power(a, sp.Rational(1, 2)),
    log(a), exp(a), expm1(a), expm1mx(a), log1pmx(a), logratiomx(a, b),
]  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_is_spelled(backend: Backend, operation: sp.Expr) -> None:
    assert backend.expression(arrange(operation)).isascii()


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)
@pytest.mark.parametrize("unknown", [sp.gamma(a), power(a, b), sp.Integral(a, a), sp.pi], ids=str)
def test_an_unknown_node_is_refused(backend: Backend, unknown: sp.Expr) -> None:
    with pytest.raises(CannotPrint):
        backend.expression(unknown)


def test_numbers_in_c_have_the_type_they_are_computed_in() -> None:
    assert DOUBLE.printer.print(arrange(log(sp.Rational(1, 4) * a))) == "log(0.25 * a)"
    assert FLOAT.printer.print(arrange(logratiomx(a, sp.S.One))) == "logratiomx_f32(a, 1.0f)"
    assert DOUBLE.careful.print(arrange(mul(half, expm1mx(a)))) == "half_expm1mx_anywhere(a)"
    assert FLOAT.printer.print(arrange(expm1(a))) == "expm1_of_f32(a)"


def test_reserved_names_are_changed() -> None:
    assert {"double", "I", "gamma", "k", "raised"} <= RESERVED
    assert identifier("gamma") == "gamma_"
    assert DOUBLE.printer.print(sp.Symbol("gamma", real=True)) == "gamma_"
    assert identifier("sigma1") == "sigma1"


# ---------------------------------------------------------------------------------------------------- templates


def asked(template: Path) -> tuple[set[str], set[str]]:
    """The fields a template asks for, and the attributes it reads of them; those of included templates too."""
    env = environment(template.parent)
    top: set[str] = set()
    attributes: set[str] = set()
    for part in [template, *included(template)]:
        tree = env.parse(part.read_text(encoding="utf-8"))
        attributes |= {node.attr for node in tree.find_all(nodes.Getattr)}
        top |= meta.find_undeclared_variables(tree) - bound(template)
    return top, attributes


def bound(template: Path) -> set[str]:
    """The names that the template's own loops give to what it includes."""
    tree = environment(template.parent).parse(template.read_text(encoding="utf-8"))
    return {node.target.name for node in tree.find_all(nodes.For) if isinstance(node.target, nodes.Name)}


def included(template: Path) -> list[Path]:
    """Templates that this one includes, and those that they include: by name, or by the field `template` of a record."""
    found: list[Path] = []
    waiting, folder = [template], template.parent
    while waiting:
        current = waiting.pop()
        for node in environment(folder).parse(current.read_text(encoding="utf-8")).find_all(nodes.Include):
            names = [node.template.value] if isinstance(node.template, nodes.Const) else chosen(folder)
            fresh = [path for path in (folder / name for name in names) if path not in found]
            found += fresh
            waiting += fresh
    return found


def chosen(folder: Path) -> list[str]:
    """The templates that records of the pages in that folder ask for."""
    pages_there = [page for page in PAGES if page.template.parent == folder]
    return sorted({str(name) for page in pages_there for value in page.fields.values() for name in values(value, "template")})


def values(value: object, field: str) -> Iterator[object]:
    """The values of that field in all dataclasses in a value."""
    if is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            if part.name == field:
                yield getattr(value, part.name)
            yield from values(getattr(value, part.name), field)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from values(item, field)


def records(value: object) -> Iterator[tuple[type, str]]:
    """The fields of all dataclasses in a value."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield type(value), field.name
            yield from records(getattr(value, field.name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from records(part)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_is_given_the_fields_its_template_asks_for(page: Page) -> None:
    top, _ = asked(page.template)
    assert top == set(page.fields)


def test_records_have_no_field_that_no_template_reads() -> None:
    """A record may be handed to several templates; each of its fields is read by one of them, and no other is asked for."""
    given: dict[Path, set[tuple[type, str]]] = {}
    for page in PAGES:
        given.setdefault(page.template, set()).update(pair for value in page.fields.values() for pair in records(value))
    read = {template: asked(template)[1] for template in given}
    for template, attributes in read.items():
        assert attributes <= {name for _, name in given[template]}, template
    everything = {(kind, name) for pairs in given.values() for kind, name in pairs}
    used = {(kind, name) for template, pairs in given.items() for kind, name in pairs if name in read[template]}
    assert everything == used


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_templates_decide_nothing(page: Page) -> None:
    """Loops and includes arrange; there is no condition, no call, no arithmetic."""
    env = environment(page.template.parent)
    for part in [page.template, *included(page.template)]:
        tree = env.parse(part.read_text(encoding="utf-8"))
        decisions = (nodes.If, nodes.CondExpr, nodes.Call, nodes.BinExpr, nodes.Compare, nodes.Test)
        assert [type(node).__name__ for node in tree.find_all(decisions)] == []


def test_a_missing_field_is_an_error() -> None:
    page = next(page for page in PAGES if page.path == "c/kernels.h")
    with pytest.raises(jinja2.UndefinedError):
        fill(Page(page.path, page.template, {}))


def test_every_template_is_used() -> None:
    root = Path(__file__).resolve().parents[2] / "codegen"
    used = {page.template for page in PAGES} | {part for page in PAGES for part in included(page.template)}
    found = {path for folder in ("backends", "package") for path in (root / folder).rglob("*.jinja")}
    assert {path.relative_to(root) for path in found} == {path.relative_to(root) for path in used}
