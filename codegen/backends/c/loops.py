"""Kernels of numbers and columns in C: loops over packs of elements, and the same for one element, right everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sympy as sp

from ... import prose
from ...arrange import with_exponentials_in_products
from ...kernel import Argument, Assign, LoopKernel, Result, Role
from ..interface import Page
from .header import declarations, entry
from .passes import Pass, Target, one_pass, reciprocals, sums_of
from .primitives import Careful, power_of_e, primitive
from .spelling import DOUBLE, REALS, Real, identifier

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Input:
    """An argument array: its name, and its place among the arguments."""

    name: str
    place: int


@dataclass(frozen=True)
class Output:
    """A result of the careful path: how it is computed for one element, and what it is where a law degenerates."""

    name: str
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
    parameters: str
    outside: str
    law1: str
    law2: str


@dataclass(frozen=True)
class Function:
    """One kernel in one type."""

    template: str
    name: str
    element: str
    real: str
    bits: str
    ours: str
    literal: str
    prototype: str
    inputs: list[Input]
    temporaries: list[Temporary]
    passes: list[Pass]
    elements: str
    sums: list[Target]
    stores: list[Target]
    unused: list[str]
    counts: str
    entries: str
    neutral: str
    locals: list[str]
    finish: list[str]
    addresses: str
    targets: str
    pointers: str
    strides: str
    core: str


@dataclass(frozen=True)
class Element:
    """One kernel: a single element in double, right everywhere, and the functions of both types around it."""

    name: str
    domain: str
    parameters: str
    arguments: str
    temporaries: list[Temporary]
    outputs: list[Output]
    functions: list[Function]


def pages(kernels: Sequence[LoopKernel]) -> list[Page]:
    """closedform.c and its header."""
    domains = {made.name: made for made in map(domain, kernels)}
    fields: dict[str, object] = {
        "primitives": list(map(primitive, REALS)),
        "domains": [domains[name] for name in sorted(domains)],
        "elements": list(map(element, kernels)),
        "table": list(map(entry, kernels)),
        "most_sums": max(1, *(len(sums_of(kernel)) for kernel in kernels)),
        "most_stores": max(1, *(len(kernel.results) - len(sums_of(kernel)) for kernel in kernels)),
        "careful": Careful(power_of_e(64, 0.5), power_of_e(-128)),
    }
    functions = [declared for kernel in kernels for declared in declarations(kernel, partial(prototype, kernel), _description(kernel))]
    return [
        Page("c/closedform.h", TEMPLATES / "closedform.h.jinja", {"functions": functions}),
        Page("c/closedform.c", TEMPLATES / "closedform.c.jinja", fields),
    ]


def _description(kernel: LoopKernel) -> list[str]:
    sizes = "Arguments are arrays of length k, and so are gradients by them. " if kernel.reduces else ""
    remark = f"{sizes}{prose.domain(kernel)} {prose.edges(kernel, 'NaN, and FE_INVALID is raised')}"
    return prose.description(kernel, [remark])


# ---------------------------------------------------------------------------------------------------- one kernel


AT_EDGE = {Role.DIVERGENCE: "infinite_at_edge", Role.TERM: "limit_at_edge", Role.GRADIENT: "limit_at_edge"}


def element(kernel: LoopKernel) -> Element:
    """The kernel for one element in double, every statement spelled for any argument."""
    printer, statements = DOUBLE.careful, list(with_exponentials_in_products(kernel.statements))
    values = {str(part.result): part.value for part in statements if not isinstance(part, Assign)}
    return Element(
        name=kernel.name,
        domain=domain(kernel).name,
        parameters=", ".join(f"double {identifier(argument.name)}" for argument in kernel.arguments),
        arguments=", ".join(identifier(argument.name) for argument in kernel.arguments),
        temporaries=[
            Temporary(printer.print(part.target), printer.print(part.value)) for part in statements if isinstance(part, Assign)
        ],
        outputs=[Output(result.name, printer.print(values[result.name]), AT_EDGE[result.role]) for result in kernel.results],
        functions=[function(kernel, real) for real in REALS],
    )


def function(kernel: LoopKernel, real: Real) -> Function:
    """The kernel in one type: its loops, and how they are called."""
    over, sums = reciprocals(kernel), sums_of(kernel)
    printer = real.dividing(over)
    stores = [result.name for result in kernel.results if result.name not in sums]
    name = kernel.name + real.ours
    return Function(
        template="reduction.c.jinja" if kernel.reduces else "elementwise.c.jinja",
        name=name,
        element=kernel.name,
        real=real.c,
        bits=real.bits,
        ours=real.ours,
        literal=real.literal,
        prototype=prototype(kernel, real),
        inputs=[Input(identifier(argument.name), place) for place, argument in enumerate(kernel.arguments)],
        temporaries=[
            *(Temporary(name, f"{real.number(sp.S.One)} / {printer.print(symbol)}") for symbol, name in over.items()),
            *(Temporary(printer.print(part.target), printer.print(part.value)) for part in kernel.statements if isinstance(part, Assign)),
        ],
        passes=[one_pass(kernel, real, f"{name}_{kind}", totals) for kind, totals in (("whole", sums), ("each", []))[: 1 + bool(sums)]],
        elements=", ".join(f"(double)in[{place}][j]" for place in range(len(kernel.arguments))),
        sums=[Target(output, place) for place, output in enumerate(sums)],
        stores=[Target(output, place) for place, output in enumerate(stores)],
        unused=["(void)sums;"] * (not sums) + ["(void)out;"] * (not stores),
        counts=f"{len(kernel.arguments)}, {len(sums)}, {len(stores)}",
        entries=f"{name}_whole, {name}_{'each' if sums else 'whole'}, {name}_careful",
        neutral=", ".join(("1.0" if argument.positive else "0.0") + real.literal for argument in kernel.arguments),
        **_calling(kernel, real),
    )


def prototype(kernel: LoopKernel, real: Real) -> str:
    """The plain entry point: a single result is returned, several are written."""
    single = len(kernel.results) == 1
    signature = ["size_t k"] * kernel.reduces + [spell(part, real) for part in kernel.arguments]
    if not single:
        signature += [f"{real.c} *{result.name}" for result in kernel.results]
    return f"{real.c if single else 'void'} CLOSEDFORM({kernel.name}{real.ours})({', '.join(signature)})"


def _calling(kernel: LoopKernel, real: Real) -> dict[str, Any]:
    """How the plain entry point and the ufunc loop hand over their arguments."""
    inputs, outputs = [identifier(argument.name) for argument in kernel.arguments], [result.name for result in kernel.results]
    single = len(outputs) == 1
    operands: list[Argument | Result] = [*kernel.arguments, *kernel.results]
    core = [place for place, part in enumerate(operands) if part.dims]
    return {
        "locals": [f"{real.c} {outputs[0]};"] * single,
        "finish": [f"return {outputs[0]};"] * single,
        "addresses": ", ".join(f"&{name}" for name in inputs),
        "targets": ", ".join(f"{'&' if single else ''}{name}" for name in outputs),
        "pointers": ", ".join([f"(char *){name}" for name in inputs] + [f"(char *){'&' if single else ''}{name}" for name in outputs]),
        "strides": ", ".join(f"sizeof({real.c})" if part.dims else "0" for part in operands),
        "core": ", ".join(f"steps[{len(operands) + core.index(place)}]" if place in core else "0" for place in range(len(operands))),
    }


def domain(kernel: LoopKernel) -> Domain:
    """The domain of the kernel's arguments, under a name made of theirs."""
    outside = []
    edges: dict[int, list[str]] = {1: [], 2: []}
    for argument in kernel.arguments:
        name = identifier(argument.name)
        if argument.positive:
            outside.append(f"!({name} >= 0.0)")
            edges[argument.law].append(f"({name} == 0.0)")
        else:
            outside.append(f"({name} != {name})")
        edges[argument.law].append(f"(fabs({name}) > DBL_MAX)")
    return Domain(
        name="domain_of_" + "_".join(argument.name for argument in kernel.arguments),
        parameters=", ".join(f"double {identifier(argument.name)}" for argument in kernel.arguments),
        outside=" | ".join(outside),
        law1=" | ".join(edges[1]) or "0",
        law2=" | ".join(edges[2]) or "0",
    )


def spell(part: Argument | Result, real: Real) -> str:
    """A parameter of the plain entry point."""
    if isinstance(part, Result):
        return f"{real.c} *{part.name}"
    return f"const {real.c} *{identifier(part.name)}" if part.dims else f"{real.c} {identifier(part.name)}"
