"""C: plain entry points, the loops of NumPy ufuncs over them, and the extension module that makes the ufuncs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sympy as sp

from ... import prose
from ...identity import identity
from ...kernel import Accumulate, Argument, Assign, Kernel, Result, Role
from ...polynomials import BITS, SERIES
from ..interface import Page
from .spelling import DOUBLE, REALS, Real, identifier

if TYPE_CHECKING:
    from ..interface import Backend

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Input:
    """An argument array: its name, and its place among the operands of the ufunc."""

    name: str
    place: int


@dataclass(frozen=True)
class Output:
    """A result: how it is computed for one element, and what it is where a law degenerates."""

    name: str
    place: int
    value: str
    at_edge: str


@dataclass(frozen=True)
class Temporary:
    name: str
    value: str


@dataclass(frozen=True)
class Domain:
    """Which numbers an element may be made of; shared by kernels of the same arguments."""

    name: str
    real: str
    parameters: str
    outside: str
    law1: str
    law2: str


@dataclass(frozen=True)
class Primitive:
    """The functions that keep their digits near 0, in one type."""

    real: str
    math: str
    ours: str
    literal: str
    smallest: str
    expm1mx: list[str]
    log1pmx: list[str]


@dataclass(frozen=True)
class Function:
    """One kernel in one type."""

    template: str
    name: str
    real: str
    doc: str
    prototype: str
    domain: str
    parameters: str
    arguments: str
    inputs: list[Input]
    temporaries: list[Temporary]
    outputs: list[Output]
    sums: list[Output]
    stores: list[Output]
    locals: list[str]
    finish: list[str]
    pointers: str
    strides: str
    core: str
    rows: str


@dataclass(frozen=True)
class Entry:
    """A kernel in the table from which the ufuncs are made."""

    name: str
    doc: str
    inputs: int
    outputs: int
    signature: str


class C:
    """Answers `interface.Backend`."""

    name = "c"

    def expression(self, expression: sp.Expr) -> str:
        return DOUBLE.printer.print(expression)

    def spell(self, part: Argument | Result) -> str:
        return _spell(part, DOUBLE)

    def pages(self, kernels: Sequence[Kernel]) -> Sequence[Page]:
        ordered = sorted(kernels, key=lambda kernel: kernel.name)
        functions = [function(kernel, real) for kernel in ordered for real in REALS]
        domains = {made.name: made for made in (domain(kernel, real) for kernel in ordered for real in REALS)}
        table = [
            Entry(kernel.name, prose.summary(kernel).replace('"', r"\""), len(kernel.arguments), len(kernel.results), kernel.signature)
            for kernel in ordered
        ]
        source = {
            "primitives": [primitive(real) for real in REALS],
            "domains": [domains[name] for name in sorted(domains)],
            "functions": functions,
            "table": table,
        }
        operands = max(len(kernel.arguments) + len(kernel.results) for kernel in ordered)
        module = {"count": len(ordered), "operands": operands, "build": identity(ordered)}
        return [
            Page("c/closedform.h", TEMPLATES / "closedform.h.jinja", {"functions": functions}),
            Page("c/closedform.c", TEMPLATES / "closedform.c.jinja", source),
            Page("c/kernels.h", TEMPLATES / "kernels.h.jinja", module),
            Page("c/module.c", TEMPLATES / "module.c.jinja", {}),
        ]


# ---------------------------------------------------------------------------------------------------- one kernel


def function(kernel: Kernel, real: Real) -> Function:
    """The kernel in one type: every statement spelled, every name chosen."""
    printer = real.printer
    inputs = [Input(identifier(argument.name), place) for place, argument in enumerate(kernel.arguments)]
    values = {str(part.result): part.value for part in kernel.statements if not isinstance(part, Assign)}
    outputs = [
        Output(result.name, place, printer.print(values[result.name]), AT_EDGE[result.role] + real.ours)
        for place, result in enumerate(kernel.results, start=len(inputs))
    ]
    summed = {str(part.result) for part in kernel.statements if isinstance(part, Accumulate)}
    name = kernel.name + real.ours
    single = len(outputs) == 1
    signature = ["size_t k"] * kernel.reduces + [_spell(part, real) for part in kernel.arguments]
    if not single:
        signature += [f"{real.c} *{output.name}" for output in outputs]
    return Function(
        template="reduction.c.jinja" if kernel.reduces else "elementwise.c.jinja",
        name=name,
        real=real.c,
        doc=_comment(kernel, real),
        prototype=f"{real.c if single else 'void'} CLOSEDFORM({name})({', '.join(signature)})",
        domain=domain(kernel, real).name,
        parameters=", ".join(f"{real.c} {given.name}" for given in inputs),
        arguments=", ".join(given.name for given in inputs),
        inputs=inputs,
        temporaries=[
            Temporary(printer.print(part.target), printer.print(part.value)) for part in kernel.statements if isinstance(part, Assign)
        ],
        outputs=outputs,
        sums=[output for output in outputs if output.name in summed],
        stores=[output for output in outputs if output.name not in summed],
        **_calling(kernel, real, inputs, outputs),
    )


def _calling(kernel: Kernel, real: Real, inputs: list[Input], outputs: list[Output]) -> dict[str, Any]:
    """How the plain entry point and the ufunc loop hand over their arguments."""
    single = len(outputs) == 1
    operands: list[Argument | Result] = [*kernel.arguments, *kernel.results]
    core = [place for place, part in enumerate(operands) if part.dims]
    answer = outputs[0].name
    if kernel.reduces:
        finish = [f"return {answer};"] * single
    else:
        finish = [f"return e.{answer};"] if single else [f"*{output.name} = e.{output.name};" for output in outputs]
    return {
        "locals": [f"{real.c} {answer};"] * single,
        "finish": finish,
        "pointers": ", ".join(
            [f"(char *){given.name}" for given in inputs] + [f"(char *){'&' if single else ''}{output.name}" for output in outputs]
        ),
        "strides": ", ".join(f"sizeof({real.c})" if part.dims else "0" for part in operands),
        "core": ", ".join(f"steps[{len(operands) + core.index(place)}]" if place in core else "0" for place in range(len(operands))),
        "rows": ", ".join(f"args[{place}]" for place in range(len(operands))),
    }


AT_EDGE = {Role.DIVERGENCE: "infinite_at_edge", Role.TERM: "limit_at_edge", Role.GRADIENT: "limit_at_edge"}


def domain(kernel: Kernel, real: Real) -> Domain:
    """The domain of the kernel's arguments, under a name made of theirs."""
    zero, outside = f"0.0{real.literal}", []
    edges: dict[int, list[str]] = {1: [], 2: []}
    for argument in kernel.arguments:
        name = identifier(argument.name)
        if argument.positive:
            outside.append(f"!({name} >= {zero})")
            edges[argument.law].append(f"({name} == {zero})")
        else:
            outside.append(f"({name} != {name})")
        edges[argument.law].append(f"(fabs{real.math}({name}) > {real.largest})")
    return Domain(
        name="domain_of_" + "_".join(argument.name for argument in kernel.arguments) + real.ours,
        real=real.c,
        parameters=", ".join(f"{real.c} {identifier(argument.name)}" for argument in kernel.arguments),
        outside=" | ".join(outside),
        law1=" | ".join(edges[1]) or "0",
        law2=" | ".join(edges[2]) or "0",
    )


def primitive(real: Real) -> Primitive:
    series = {name: [repr(value) + real.literal for value in make(BITS[real.key]).descending] for name, make in SERIES.items()}
    smallest = {"f64": "DBL_MIN", "f32": "FLT_MIN"}[real.key]
    return Primitive(real.c, real.math, real.ours, real.literal, smallest, series["expm1mx"], series["log1pmx"])


def _spell(part: Argument | Result, real: Real) -> str:
    if isinstance(part, Result):
        return f"{real.c} *{part.name}"
    return f"const {real.c} *{identifier(part.name)}" if part.dims else f"{real.c} {identifier(part.name)}"


def _comment(kernel: Kernel, real: Real) -> str:
    if real is not DOUBLE:
        return f"/* {kernel.name} in {real.c}. */"
    sizes = "Arguments are arrays of length k, and so are gradients by them. " if kernel.reduces else ""
    remark = f"{sizes}{prose.domain(kernel)} {prose.edges(kernel, 'NaN, and FE_INVALID is raised')}"
    return "/* " + "\n".join("   " + line if line else "" for line in prose.description(kernel, [remark])).lstrip() + " */"


if TYPE_CHECKING:
    _: Backend = C()
