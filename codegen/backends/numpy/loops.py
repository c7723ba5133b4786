"""Kernels of numbers and columns in NumPy: the statements for one element, on whole arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ... import prose
from ...arrange import with_exponentials_in_products
from ...formula import formula
from ...kernel import Accumulate, Assign, LoopKernel
from ...polynomials import BITS, SERIES
from ..interface import Page
from .function import Function, called, head, quoted
from .spelling import PRINTER, SPECIAL

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Line:
    """name = value."""

    name: str
    value: str


@dataclass(frozen=True)
class LoopFunction(Function):
    results: str
    law1: str
    law2: str
    positive: str
    lines: list[Line]
    value: str


def grouped(kernels: Sequence[LoopKernel]) -> dict[str, list[LoopKernel]]:
    """Kernels about the same pair of laws, whatever its parameters, under the shortest of their names."""
    groups: dict[tuple[str, ...], list[LoopKernel]] = {}
    for kernel in kernels:
        law1, law2 = kernel.subject.law1, kernel.subject.law2
        groups.setdefault((law1.family, law2.family, str(bool(prose.laws(kernel)[1]))), []).append(kernel)
    return {min((kernel.name for kernel in members), key=len): members for members in groups.values()}


def pages(folder: str, modules: Mapping[str, Sequence[LoopKernel]]) -> list[Page]:
    """The modules, and what they share."""
    special: dict[str, object] = {name: [repr(value) for value in series(BITS["f64"]).descending] for name, series in SERIES.items()}
    special["half_exp_8"] = repr(math.exp(8) / 2)
    return [
        *(Page(f"{folder}/{name}.py", TEMPLATES / "module.py.jinja", _module(members)) for name, members in modules.items()),
        Page(f"{folder}/special.py", TEMPLATES / "special.py.jinja", special),
        Page(f"{folder}/twin.py", TEMPLATES / "twin.py.jinja", {}),
    ]


def _module(kernels: Sequence[LoopKernel]) -> dict[str, object]:
    functions = [_function(kernel) for kernel in kernels]
    texts = [text for function in functions for text in (*(line.value for line in function.lines), function.value)]
    imports = ["import numpy as np", ""] if any("np." in text for text in texts) else []
    if special := sorted(called(texts) & set(SPECIAL)):
        imports.append(f"from .special import {', '.join(special)}")
    return {
        "subjects": sorted({formula(kernel.subject) for kernel in kernels}),
        "imports": [*imports, f"from .twin import Array, {'total, ' * any(kernel.reduces for kernel in kernels)}twin"],
        "functions": functions,
    }


def _function(kernel: LoopKernel) -> LoopFunction:
    lines = []
    for part in with_exponentials_in_products(kernel.statements):
        value = PRINTER.print(part.value)
        if isinstance(part, Assign):
            lines.append(Line(str(part.target), value))
        else:
            lines.append(Line(str(part.result), f"total({value})" if isinstance(part, Accumulate) else value))
    returned = ", ".join(result.name for result in kernel.results)
    if len(kernel.results) == 1 and kernel.reduces:
        returned = lines.pop().value
    elif len(kernel.results) == 1:
        # NumPy's operators promise a type checker less than an array.
        lines[-1] = Line(f"{lines[-1].name}: Array", lines[-1].value)
    law1, law2 = ([argument.name for argument in law] for law in prose.laws(kernel))
    return LoopFunction(
        **head(kernel, prose.description(kernel, _remarks(kernel), digests=False)),
        results=quoted(result.name for result in kernel.results),
        law1=quoted(law1),
        law2=quoted(law2),
        positive=quoted(argument.name for argument in kernel.arguments if argument.positive),
        lines=lines,
        value=returned,
    )


def _remarks(kernel: LoopKernel) -> list[str]:
    """What a user of NumPy is told beside the formula."""
    return [
        _shapes(kernel),
        *prose.options_and_types(kernel),
        f"{prose.domain(kernel)} {prose.edges(kernel, 'NaN, and NumPy reports `invalid`')}",
        prose.RAISES,
    ]


def _shapes(kernel: LoopKernel) -> str:
    names = prose.listed([argument.name for argument in kernel.arguments])
    dims = kernel.arguments[0].dims
    if not dims:
        return f"Elementwise: {names} broadcast against each other."
    return f"Shapes: {names} (..., {', '.join(dims)}), or a number for all of an axis; {prose.shaped(kernel.results)}."
