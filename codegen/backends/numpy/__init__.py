"""NumPy: readable kernels, one module for each pair of laws; the twins and the oracle of the compiled ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sympy as sp

from ... import prose
from ...formula import formula
from ...kernel import Accumulate, Argument, Assign, Kernel, Result
from ...matrix.program import AnyKernel, loops, of_matrices, of_thin_matrices
from ...polynomials import BITS, SERIES
from ..interface import Page
from . import low_rank, matrix
from .spelling import PRINTER, SPECIAL

if TYPE_CHECKING:
    from ..interface import Backend

TEMPLATES = Path(__file__).parent / "templates"
FOLDER = "numpy_kernels"
WORD = re.compile(r"(?<![.\w])\w+(?=\()")  # a function that is called by its own name


@dataclass(frozen=True)
class Line:
    """name = value."""

    name: str
    value: str


@dataclass(frozen=True)
class Function:
    """One kernel as a Python function, ready to be written down."""

    name: str
    signature: str
    parameters: str
    returns: str
    results: str
    law1: str
    law2: str
    positive: str
    theorem: str
    digest: str
    doc: str
    lines: list[Line]
    value: str


@dataclass(frozen=True)
class Module:
    """One module, and what the package takes from it."""

    name: str
    imported: str


class NumPy:
    """Answers `interface.Backend`."""

    name = "numpy"

    def expression(self, expression: sp.Expr) -> str:
        return PRINTER.print(expression)

    def spell(self, part: Argument | Result) -> str:
        return f"{part.name}: Array"

    def pages(self, kernels: Sequence[AnyKernel]) -> Sequence[Page]:
        modules = grouped(loops(kernels))
        of_whole_matrices = matrix.grouped(of_matrices(kernels))
        of_thin = low_rank.grouped(of_thin_matrices(kernels))
        everything: dict[str, Sequence[AnyKernel]] = {**modules, **of_whole_matrices, **of_thin}
        found = [Page(f"{FOLDER}/{name}.py", TEMPLATES / "module.py.jinja", self._module(members)) for name, members in modules.items()]
        special: dict[str, object] = {name: [repr(value) for value in series(BITS["f64"]).descending] for name, series in SERIES.items()}
        special["half_exp_8"] = repr(math.exp(8) / 2)
        listing = [Module(name, _imported(kernel.name for kernel in members)) for name, members in sorted(everything.items())]
        names = sorted(kernel.name for kernel in kernels)
        return [
            *found,
            *matrix.pages(FOLDER, of_whole_matrices),
            *low_rank.pages(FOLDER, of_thin),
            Page(f"{FOLDER}/special.py", TEMPLATES / "special.py.jinja", special),
            Page(f"{FOLDER}/twin.py", TEMPLATES / "twin.py.jinja", {}),
            Page(f"{FOLDER}/__init__.py", TEMPLATES / "package.py.jinja", {"modules": listing, "names": names}),
        ]

    def _module(self, kernels: Sequence[Kernel]) -> dict[str, object]:
        functions = [self._function(kernel) for kernel in kernels]
        texts = [text for function in functions for text in (*(line.value for line in function.lines), function.value)]
        words = {word for text in texts for word in WORD.findall(text)}
        numpy = any("np." in text for function in functions for text in (*(line.value for line in function.lines), function.value))
        imports = ["import numpy as np", ""] if numpy else []
        if special := sorted(words & set(SPECIAL)):
            imports.append(f"from .special import {', '.join(special)}")
        return {
            "subjects": sorted({formula(kernel.subject) for kernel in kernels}),
            "imports": [*imports, f"from .twin import Array, {'total, ' * any(kernel.reduces for kernel in kernels)}twin"],
            "functions": functions,
        }

    def _function(self, kernel: Kernel) -> Function:
        lines = []
        for part in kernel.statements:
            value = self.expression(part.value)
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
        return Function(
            name=kernel.name,
            signature=kernel.signature,
            parameters=", ".join(map(self.spell, kernel.arguments)),
            returns="Array" if len(kernel.results) == 1 else "tuple[Array, ...]",
            results=_tuple(result.name for result in kernel.results),
            law1=_tuple(law1),
            law2=_tuple(law2),
            positive=_tuple(argument.name for argument in kernel.arguments if argument.positive),
            theorem=kernel.theorem,
            digest=kernel.digest,
            doc="\n".join("    " + line if line else "" for line in prose.description(kernel, remarks(kernel), digests=False)).lstrip(),
            lines=lines,
            value=returned,
        )


def remarks(kernel: Kernel) -> list[str]:
    """What a user of NumPy is told beside the formula."""
    return [
        shapes(kernel),
        *prose.options_and_types(kernel),
        f"{prose.domain(kernel)} {prose.edges(kernel, 'NaN, and NumPy reports `invalid`')}",
        prose.RAISES,
    ]


def shapes(kernel: Kernel) -> str:
    names = prose.listed([argument.name for argument in kernel.arguments])
    dims = kernel.arguments[0].dims
    if not dims:
        return f"Elementwise: {names} broadcast against each other."
    results = prose.listed([f"{result.name} ({', '.join(['...', *result.dims])})" for result in kernel.results])
    return f"Shapes: {names} (..., {', '.join(dims)}), or a number for all of an axis; {results}."


def grouped(kernels: Sequence[Kernel]) -> dict[str, list[Kernel]]:
    """Kernels about the same pair of laws, whatever its parameters, under the shortest of their names."""
    groups: dict[tuple[str, ...], list[Kernel]] = {}
    for kernel in sorted(kernels, key=lambda kernel: kernel.name):
        law1, law2 = kernel.subject.law1, kernel.subject.law2
        groups.setdefault((law1.family, law2.family, str(bool(prose.laws(kernel)[1]))), []).append(kernel)
    return {min((kernel.name for kernel in members), key=len): members for members in groups.values()}


def _imported(names: Iterable[str]) -> str:
    """What follows `import`; one name a line, because the lines of many names grow."""
    return "(\n" + "".join(f"    {name},\n" for name in sorted(names)) + ")"


def _tuple(names: Iterable[str]) -> str:
    """The names as a Python tuple."""
    quoted = [f'"{name}"' for name in names]
    return f"({', '.join(quoted)}{',' if len(quoted) == 1 else ''})"


if TYPE_CHECKING:
    _: Backend = NumPy()
