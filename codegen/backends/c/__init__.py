"""C: plain entry points, the loops of NumPy ufuncs over them, and the extension module that makes the ufuncs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sympy as sp

from closedform.derive.special import expm1, expm1mx, logratiomx

from ... import prose
from ...identity import identity
from ...kernel import Accumulate, Argument, Assign, Kernel, Result, Role
from ...matrix.program import AnyKernel, loops, of_matrices, of_thin_matrices
from ..interface import Page
from . import matrix
from .primitives import Careful, power_of_e, primitive
from .spelling import DOUBLE, DOUBTS, REALS, Real, divisor, identifier

if TYPE_CHECKING:
    from ..interface import Backend

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
class Target:
    """A result array: its name, and its place among the sums or among the other results."""

    name: str
    place: int


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
class Pass:
    """The branch-free loop of a kernel: what it writes, what it adds up, what it says in the end."""

    name: str
    stores: list[Target]
    totals: list[str]
    added: list[str]
    prefetch: list[str]
    lines: list[str]
    collect: list[str]
    finish: list[str]


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


@dataclass(frozen=True)
class Declaration:
    """One function of the header."""

    doc: str
    prototype: str


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

    def pages(self, kernels: Sequence[AnyKernel]) -> Sequence[Page]:
        ordered = sorted(loops(kernels), key=lambda kernel: kernel.name)
        domains = {made.name: made for made in map(domain, ordered)}
        table = [
            Entry(kernel.name, prose.summary(kernel).replace('"', r"\""), len(kernel.arguments), len(kernel.results), kernel.signature)
            for kernel in ordered
        ]
        source = {
            "primitives": list(map(primitive, REALS)),
            "domains": [domains[name] for name in sorted(domains)],
            "elements": list(map(element, ordered)),
            "table": table,
            "most_sums": max(1, *(len(_sums(kernel)) for kernel in ordered)),
            "careful": Careful(power_of_e(64, 0.5), power_of_e(-128)),
        }
        declarations = [Declaration(_comment(kernel, real), prototype(kernel, real)) for kernel in ordered for real in REALS]
        operands = max(len(kernel.arguments) + len(kernel.results) for kernel in kernels)
        module = {"count": len(ordered), "operands": operands, "build": identity(kernels)}
        return [
            Page("c/closedform.h", TEMPLATES / "closedform.h.jinja", {"functions": declarations}),
            Page("c/closedform.c", TEMPLATES / "closedform.c.jinja", source),
            Page("c/kernels.h", TEMPLATES / "kernels.h.jinja", module),
            Page("c/module.c", TEMPLATES / "module.c.jinja", {}),
            *matrix.pages(of_matrices(kernels), of_thin_matrices(kernels)),
        ]


# ---------------------------------------------------------------------------------------------------- one kernel


AT_EDGE = {Role.DIVERGENCE: "infinite_at_edge", Role.TERM: "limit_at_edge", Role.GRADIENT: "limit_at_edge"}


def element(kernel: Kernel) -> Element:
    """The kernel for one element in double, every statement spelled for any argument."""
    printer, values = DOUBLE.careful, _values(kernel)
    return Element(
        name=kernel.name,
        domain=domain(kernel).name,
        parameters=", ".join(f"double {identifier(argument.name)}" for argument in kernel.arguments),
        arguments=", ".join(identifier(argument.name) for argument in kernel.arguments),
        temporaries=[
            Temporary(printer.print(part.target), printer.print(part.value)) for part in kernel.statements if isinstance(part, Assign)
        ],
        outputs=[Output(result.name, printer.print(values[result.name]), AT_EDGE[result.role]) for result in kernel.results],
        functions=[function(kernel, real) for real in REALS],
    )


def function(kernel: Kernel, real: Real) -> Function:
    """The kernel in one type: its loops, and how they are called."""
    divisors, sums = _divisors(kernel), _sums(kernel)
    printer = real.dividing(divisors)
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
            *(Temporary(name, f"{real.number(sp.S.One)} / {printer.print(symbol)}") for symbol, name in divisors.items()),
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


def one_pass(kernel: Kernel, real: Real, name: str, totals: list[str]) -> Pass:
    """One pass over whole packs, in which the results in `totals` are added up and the others written.

    What is written must be finite, or else the element is in doubt; sums, and so their terms, are looked at where they are complete.
    """
    printer, values, sums = real.dividing(_divisors(kernel)), _values(kernel), _sums(kernel)
    written = [result.name for result in kernel.results if result.name not in totals]
    lines, factors, trapped = [], [], False
    for result in kernel.results:
        if result.name in totals:
            factor, addend = _without_halves(values[result.name])
            factors.append(f"{DOUBLE.number(factor)} * " if factor != 1 else "")
            value = printer.print(addend)
            lines.append(f"{result.name}_part[lane] += {value};")
            continue
        value = printer.print(values[result.name])
        lines.append(f"const {real.c} {result.name}_value = {value};")
        lines.append(f"to_{result.name}[j] = {result.name}_value;")
        seen = result.name in sums or _finite_with_the_sums(values[result.name], kernel, sums) or _negative_of_another(values, result.name)
        if not seen:
            lines.append(f"trap[lane] += 0.0{real.literal} * {result.name}_value;")
            trapped = True
    lines += [f"doubt[lane] |= {text};" for text in _doubts(kernel, real)]
    added = [f"{total}_part" for total in totals] + ["trap"] * trapped
    return Pass(
        name=name,
        stores=[Target(output, place) for place, output in enumerate(written)],
        totals=[f"{total}_total" for total in totals],
        added=added,
        prefetch=_prefetch(kernel, written),
        lines=lines,
        collect=[f"collect{real.ours}({total}_total, {total}_part);" for total in totals]
        + [f"doubt[0] |= sum_of{real.ours}(trap) == 0.0{real.literal} ? 0u : {real.whole(1 << (real.width - 1))};"] * trapped,
        finish=[f"sums[{place}] = {factors[place]}sum_of({total}_total);" for place, total in enumerate(totals)]
        + ["(void)sums;"] * (not totals)
        + ["(void)out;"] * (not written)
        + [f"return (any_of{real.ours}(doubt) >> {real.width - 1 - real.fraction}) != 0u;"],
    )


def _divisors(kernel: Kernel) -> dict[sp.Symbol, str]:
    """The arguments by which a kernel divides more than once, and the names of their reciprocals."""
    parts = [node for part in kernel.statements for node in sp.preorder_traversal(part.value)]
    used = [part.args[1] if isinstance(part, logratiomx) else divisor(part) for part in parts]
    often = [argument for argument in kernel.arguments if argument.positive and used.count(argument.symbol) > 1]
    return {argument.symbol: f"over_{argument.name}" for argument in often}


def _without_halves(value: sp.Expr) -> tuple[sp.Rational, sp.Expr]:
    """A sum with a half in one of its terms, as 1/2 and the sum of the doubled terms: one multiplication, at the end of the row."""
    half = sp.Rational(1, 2)
    terms = [_coefficient(term) for term in sp.Add.make_args(value)]
    if all(abs(number) != half for number, _ in terms):
        return sp.S.One, value
    doubled = [rest if number == half else sp.Mul(2 * number, rest, evaluate=False) for number, rest in terms]
    return half, sp.Add(*doubled, evaluate=False) if len(doubled) > 1 else doubled[0]


def _coefficient(term: sp.Expr) -> tuple[sp.Rational, sp.Expr]:
    """The number in front of a product, and the rest in its order."""
    if term.is_Rational:
        return term, sp.S.One
    if not isinstance(term, sp.Mul):
        return sp.S.One, term
    first, *others = term.args
    number, rest = _coefficient(first)
    if rest == 1 and len(others) == 1:
        inner, rest = _coefficient(others[0])
        return number * inner, rest
    return number, sp.Mul(*([] if rest == 1 else [rest]), *others, evaluate=False)


def _prefetch(kernel: Kernel, written: list[str]) -> list[str]:
    places = [f"from_{identifier(argument.name)}" for argument in kernel.arguments] + [f"to_{name}" for name in written]
    return [f"PREFETCH({place} + pack);" for place in places]


def _doubts(kernel: Kernel, real: Real) -> list[str]:
    """What says whether an element is out of range: once for each argument of a function, and for each positive parameter."""
    found = [f"doubt_of_positive{real.ours}({identifier(argument.name)})" for argument in kernel.arguments if argument.positive]
    calls = [node for part in kernel.statements for node in sp.preorder_traversal(part.value) if type(node) in DOUBTS]
    found += [f"{DOUBTS[type(node)]}{real.ours}({', '.join(map(real.printer.print, node.args))})" for node in calls]
    return list(dict.fromkeys(found))


def _finite_with_the_sums(value: sp.Expr, kernel: Kernel, sums: list[str]) -> bool:
    """An argument, or half of expm1(x) where half of expm1mx(x) >= 0 is part of a sum, cannot overflow unless that sum does."""
    names = {argument.symbol for argument in kernel.arguments}
    if value in names:
        return bool(sums)
    halves = {node for part in kernel.statements if str(getattr(part, "result", "")) in sums for node in part.value.atoms(expm1mx)}
    inner = value.args[1] if isinstance(value, sp.Mul) and value.args[0] == sp.Rational(1, 2) and len(value.args) == 2 else value
    return isinstance(inner, expm1) and expm1mx(*inner.args) in halves


def _negative_of_another(values: Mapping[str, sp.Expr], name: str) -> bool:
    """Is a result another one with the opposite sign?"""
    return any(values[name] == sp.Mul(-1, value, evaluate=False) for other, value in values.items() if other != name)


def _values(kernel: Kernel) -> dict[str, sp.Expr]:
    return {str(part.result): part.value for part in kernel.statements if not isinstance(part, Assign)}


def _sums(kernel: Kernel) -> list[str]:
    """The results that are sums; they come first."""
    summed = {str(part.result) for part in kernel.statements if isinstance(part, Accumulate)}
    names = [result.name for result in kernel.results]
    if set(names[: len(summed)]) != summed:
        raise ValueError(f"kernel {kernel.name}: the results {', '.join(names)} do not begin with the sums {', '.join(sorted(summed))}")
    return names[: len(summed)]


def prototype(kernel: Kernel, real: Real) -> str:
    """The plain entry point: a single result is returned, several are written."""
    single = len(kernel.results) == 1
    signature = ["size_t k"] * kernel.reduces + [_spell(part, real) for part in kernel.arguments]
    if not single:
        signature += [f"{real.c} *{result.name}" for result in kernel.results]
    return f"{real.c if single else 'void'} CLOSEDFORM({kernel.name}{real.ours})({', '.join(signature)})"


def _calling(kernel: Kernel, real: Real) -> dict[str, Any]:
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


def domain(kernel: Kernel) -> Domain:
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
