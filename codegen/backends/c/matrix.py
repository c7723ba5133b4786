"""Kernels of matrices in C: the same statements twice, for many small matrices side by side and for one large one by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sympy as sp

from closedform.derive.special import logratiomx

from ...kernel import Structure
from ...low_rank.program import LowRankKernel
from ...matrix.program import MatrixKernel, Solved
from ...matrix.prose import description, edges
from ...polynomials import minimax
from ..interface import Page
from . import low_rank
from .header import declarations, entry, prototype
from .instructions import TRANSPOSE, Instructions, instructions
from .matrix_statements import (
    COLUMN,
    KINDS,
    SQUARE,
    WORK,
    arrays,
    close_array,
    gathered,
    logratios,
    logratios_of,
    slope_statements,
    statement,
)
from .spelling import DOUBLE, REALS, Real, identifier

TEMPLATES = Path(__file__).parent / "templates"
UNROLLED = 8


@dataclass(frozen=True)
class Type:
    """What differs between the two types: literals, the layout of the bits of a number, series."""

    c: str
    ours: str
    math: str
    literal: str
    epsilon: str
    series: list[str]
    bits: str
    mantissa: int
    one: str
    log2: str
    smallest: str
    scale: str
    scale_exponent: str
    largest: str
    instructions: list[Instructions]
    transposable: str
    transpose: tuple[str, ...]
    unsigned: str
    last_bit: int
    exponent_mask: str
    sign: str
    unit: str
    unit_offset: str


@dataclass(frozen=True)
class Array:
    """Where an array lies, and how much of the room for all of them it takes."""

    name: str
    at: str
    size: str


@dataclass(frozen=True)
class Guard:
    """The second sum is of matrices that are close, which `measure` tells; `call` solves for the difference that it is made of.

    Where more than the sum is made of it, it is solved for in an array of its own, from which only the lanes that are close are taken.
    """

    target: str
    entries: str
    measure: str
    call: str
    others: list[str]


@dataclass(frozen=True)
class Sum:
    """What is added up in each of so many rows."""

    rows: str
    value: str
    diagonal: tuple[str, ...]
    least: list[str]
    columns: list[str]
    guards: list[Guard]


@dataclass(frozen=True)
class Below:
    target: str
    value: str
    read: tuple[str, ...]


@dataclass(frozen=True)
class Mode:
    """One of the two ways to lay out matrices, and the statements that go with it."""

    name: str
    inline: str
    element: str
    lanes: str
    at_diagonal: str
    arrays: list[Array]
    lines: list[str]
    below_each_lane: list[Below]
    below_one_lane: list[Below]
    row_sums: list[str]
    sums: list[Sum]
    gradients: str
    slopes: list[str]


@dataclass(frozen=True)
class Place:
    """An operand's index, and where its steps within a matrix are told."""

    place: int
    name: str
    row: int
    column: str
    plain_row: str


@dataclass(frozen=True)
class Output:
    """A gradient: its place among the operands and among the gradients, how it is written, and with which steps."""

    name: str
    place: int
    index: int
    kind: str
    steps: str
    plain: str


@dataclass(frozen=True)
class Function:
    name: str
    real: str
    ours: str
    literal: str
    vector: str
    modes: list[Mode]
    inputs: int
    places: list[Place]
    squares: list[Place]
    outputs: list[Output]
    square_outputs: list[Output]
    gradient_locals: list[str]
    loop_locals: list[str]
    passed: str
    passed_one: str
    finish: str
    prototype: str
    unrolled: list[int]
    side_by_side: str
    room: str
    stack: int
    symmetric: str
    fine: int
    largest: str
    tiniest: str
    law1: str
    law2: str
    otherwise: str


def pages(kernels: Sequence[MatrixKernel], thin: Sequence[LowRankKernel]) -> list[Page]:
    """matrix.c and its header."""
    described = [(kernel, _description(kernel)) for kernel in kernels] + [(kernel, low_rank.described(kernel)) for kernel in thin]
    types = [_type(real) for real in REALS]
    fields: dict[str, object] = {
        "reals": types,
        "functions": [_function(kernel, real) for kernel in kernels for real in REALS],
        "thin_reals": types if thin else [],
        "thin_functions": [low_rank.function(kernel, real) for kernel in thin for real in REALS],
        "table": [entry(kernel) for kernel in (*kernels, *thin)],
    }
    functions = [declared for kernel, text in described for declared in declarations(kernel, partial(prototype, kernel), text)]
    return [
        Page("c/matrix.h", TEMPLATES / "matrix.h.jinja", {"count": len(described), "reals": types, "functions": functions}),
        Page("c/matrix.c", TEMPLATES / "matrix.c.jinja", fields),
    ]


def _type(real: Real) -> Type:
    double = real is DOUBLE
    mantissa = 52 if double else 23
    integer = "int64_t" if double else "int32_t"
    return Type(
        c=real.c, ours=real.ours, math=real.math, literal=real.literal,
        epsilon="DBL_EPSILON" if double else "FLT_EPSILON",
        series=_polynomial([repr(value) + real.literal for value in minimax("logarithm", real.key).coefficients], real.c),
        bits=integer,
        mantissa=mantissa,
        one=f"{(1023 if double else 127) << mantissa:#x}",
        log2="0.6931471805599453" + real.literal,
        smallest="DBL_MIN" if double else "FLT_MIN",
        scale=f"0x1p{mantissa + 1}{real.literal}", scale_exponent=f"{mantissa + 1}.0{real.literal}",
        largest=real.largest,
        instructions=instructions(real),
        transposable="defined(__AVX__)" if double else "defined(__SSE2__)",
        transpose=TRANSPOSE[real.key],
        unsigned=f"u{integer}",
        last_bit=real.width - 1,
        exponent_mask=real.whole(-(1 << mantissa)),
        sign=real.whole(1 << (real.width - 1)),
        unit=real.whole((real.bias + mantissa) << mantissa),
        unit_offset=repr(float(2**mantissa + 2 ** (real.width - 1 - mantissa))) + real.literal,
    )  # fmt: skip


def _polynomial(coefficients: list[str], c: str) -> list[str]:
    """The value at t by halves of halves, highest coefficients first: what must wait for each other is the logarithm of the degree."""
    terms, power, lines = coefficients[::-1], "t", []
    while len(terms) > 1:
        pairs = [f"({low} + {power} * {high})" for low, high in zip(terms[::2], terms[1::2], strict=False)]
        terms = pairs + terms[len(pairs) * 2 :]
        if len(terms) > 1:
            double = f"t{2 * int(power[1:] or 1)}"
            lines.append(f"const {c} {double} = {power} * {power};")
            power = double
    return [*lines, f"return {terms[0]};"]


def _description(kernel: MatrixKernel) -> list[str]:
    return description(kernel, [f"Matrices lie row by row. {edges(kernel, 'NaN, and FE_INVALID is raised')}"])


# ---------------------------------------------------------------------------------------------------- one kernel


def _function(kernel: MatrixKernel, real: Real) -> Function:
    operands = len(kernel.arguments) + len(kernel.results)
    steps = operands
    places = []
    for place, argument in enumerate(kernel.arguments):
        square = len(argument.dims) > 1
        plain = f"(intptr_t)(k * sizeof({real.c}))" if square else f"sizeof({real.c})"
        places.append(Place(place, identifier(argument.name), steps, f"steps[{steps + 1}]" if square else "0", plain))
        steps += len(argument.dims)
    outputs = []
    for index, result in enumerate(kernel.results[1:]):
        square = len(result.dims) > 1
        kind = KINDS[kernel.slopes[index].structure]
        row, column = f"steps[{steps}]", f", steps[{steps + 1}]"
        plain = f"(intptr_t)(k * sizeof({real.c})), sizeof({real.c})" if square else f"sizeof({real.c})"
        place = len(kernel.arguments) + 1 + index
        outputs.append(Output(result.name, place, index, kind, row + column * square, plain))
        steps += len(result.dims)
    count = len(outputs)
    kinds = [kind for _, kind in arrays(kernel)]
    squares, columns, work = (kinds.count(kind) for kind in (SQUARE, COLUMN, WORK))
    ours = kernel.name + real.ours
    factors = any(argument.structure is Structure.LOWER for argument in kernel.arguments)
    packed = UNROLLED * (UNROLLED + 1) // 2
    return Function(
        name=ours, real=real.c, ours=real.ours, literal=real.literal, vector="vector" + real.ours,
        modes=[_mode(kernel, real, name) for name in ("tile", "one")],
        inputs=len(kernel.arguments),
        places=places,
        squares=[place for place in places if len(kernel.arguments[place.place].dims) > 1],
        outputs=outputs,
        square_outputs=[output for output in outputs if output.kind != KINDS[Structure.FULL]],
        gradient_locals=[f"{real.c} *gradients[{count}] = {{NULL}};"] * bool(count),
        loop_locals=[f"vector{real.ours} *gradients[{count}] = {{NULL}};", f"{real.c} *gradients_one[{count}] = {{NULL}};"] * bool(count),
        passed=", gradients" * bool(count),
        passed_one=", gradients_one" * bool(count),
        finish="*kl_ = kl;" if count else "return kl;",
        prototype=prototype(kernel, real),
        # Compiling grows as k^3; with factorisations it would take minutes.
        unrolled=[] if kernel.solved_twice else list(range(1, (4 if kernel.slopes else UNROLLED) + 1)),
        side_by_side="GRADIENTS_" * bool(kernel.slopes) + "SIDE_BY_SIDE" + real.ours,
        room=f"{squares + work} * (size_t)k * (size_t)k + {columns + 2 * work} * (size_t)k",
        stack=squares * packed + columns * UNROLLED + work * (UNROLLED**2 + packed + UNROLLED),
        symmetric="".join(
            f" && is_symmetric{real.ours}(k, &in[{place}], lane)"
            for place, argument in enumerate(kernel.arguments) if argument.structure is Structure.SYMMETRIC
        ),
        # Symmetry is looked at in each element; without that a tile whose values are all in order is done.
        fine=int(factors),
        largest=real.largest, tiniest="DBL_TRUE_MIN" if real is DOUBLE else "FLT_TRUE_MIN",
        law1=_state(kernel, real, 1), law2=_state(kernel, real, 2),
        otherwise="FE_OVERFLOW" if factors else "FE_INVALID",
    )  # fmt: skip


def _state(kernel: MatrixKernel, real: Real, law: int) -> str:
    found = [
        f"{KINDS[argument.structure]}_state{real.ours}(k, &in[{place}], lane)"
        for place, argument in enumerate(kernel.arguments) if argument.law == law
    ]  # fmt: skip
    return " | ".join(found) or "0"


def _mode(kernel: MatrixKernel, real: Real, name: str) -> Mode:
    tile = name == "tile"
    suffix = f"_{name}{real.ours}"
    element = f"vector{real.ours}" if tile else real.c
    sizes = {
        SQUARE: "PACKED(k)" if tile else "(size_t)k * (size_t)k",
        COLUMN: "k",
        WORK: "(size_t)k * (size_t)k + PACKED(k) + (size_t)k" if tile else "(size_t)k * (size_t)k + (size_t)k",
    }
    lines = list(gathered(kernel, suffix))
    following = _following(kernel) if tile else []
    for step in kernel.steps:
        lines += statement(step, suffix, "".join(f", {place}" for place in following))
    if tile and not any(isinstance(step, Solved) and step.square for step in kernel.steps):
        lines = [f"bring_all{real.ours}(k, {', '.join(following)})", *lines]
    below = [Below(str(part.target), real.in_rows(identifier).print(part.value), part.read) for part in kernel.rows.below]
    own = dict(arrays(kernel))
    known = logratios(kernel)
    divided = {str(power.base) for power in kernel.rows.value.atoms(sp.Pow) if power.exp == -1}
    reciprocals = [name for name in kernel.rows.diagonal if tile and f"{name}_ii" in divided and f"over_{name}" in own]
    if tile:
        lines += logratios_of(kernel, suffix)
    else:
        own = {array: kind for array, kind in own.items() if array not in known}
    return Mode(
        name=name,
        inline="INLINE" if tile else "static",
        element=element,
        lanes=f"LANES{real.ours}" if tile else "1",
        at_diagonal="(PACKED(i) + (size_t)i)" if tile else "((size_t)i * (size_t)k + (size_t)i)",
        arrays=[_array(kernel, real, array, sizes[kind], by_itself=not tile and kind is SQUARE) for array, kind in own.items()],
        lines=lines,
        below_each_lane=below if tile else [],
        below_one_lane=[] if tile else below,
        row_sums=[part.target for part in below],
        gradients=f", {element} **gradients" * bool(kernel.slopes),
        slopes=list(slope_statements(kernel.slopes, suffix)),
        sums=list(_sums(kernel, real, suffix, sizes[SQUARE], reciprocals, known if tile else {})),
    )


def _following(kernel: MatrixKernel) -> list[str]:
    """The matrices among the arguments, of which there are one or two: where the next ones lie, these tell."""
    places = [f"&in[{place}]" for place, argument in enumerate(kernel.arguments) if len(argument.dims) > 1]
    return [*places, "NULL"][:2]


def _array(kernel: MatrixKernel, real: Real, name: str, size: str, *, by_itself: bool) -> Array:
    """A matrix by itself that lies as the statements want it is read, or written, where it is."""
    given = [argument.name for argument in kernel.arguments]
    found = [slope.result for slope in kernel.slopes]
    if by_itself and name in given:
        source = f"in[{given.index(name)}]"
        there = f"is_plain{real.ours}(k, {source}.row, {source}.column)"
        return Array(identifier(name), f"{there} ? ({real.c} *)(uintptr_t){source}.start : scratch", f"{there} ? 0 : {size}")
    if by_itself and name in found:
        gradient = f"gradients[{found.index(name)}]"
        return Array(name, f"{gradient} != NULL ? {gradient} : scratch", f"{gradient} != NULL ? 0 : {size}")
    return Array(identifier(name), "scratch", size)


def _sums(
    kernel: MatrixKernel, real: Real, suffix: str, square: str, reciprocals: list[str], known: dict[str, logratiomx]
) -> Iterator[Sum]:
    """The sum over rows; in tiles the reciprocals of some diagonals are at hand, and what is `known` has a name."""
    rows, again = kernel.rows, kernel.solved_twice
    over = {sp.Symbol(f"{name}_ii", real=True): f"over_{name}_i" for name in reciprocals}
    printer = real.in_rows(identifier, over, {call: f"{name}_i" for name, call in known.items()})
    columns = [*rows.columns, *(f"over_{name}" for name in reciprocals), *known]
    smaller = [f"{name}_ii < least[lane]" for name in rows.diagonal]
    smaller[:1] = [f"{first} || i == 0" for first in smaller[:1]]
    least = [f"{test} ? {name}_ii : least[lane]" for test, name in zip(smaller, rows.diagonal, strict=True)]
    yield Sum("k", printer.print(rows.value), rows.diagonal, least, columns, [])
    if again and rows.close is not None:
        others = [close_array(again)] * bool(kernel.slopes)
        target = others[0] if others else again.target
        solved = f"k, {again.factor}, over_{again.factor}, {again.left_matrix}, {again.right_matrix}, {target}, work"
        measure = f"measure{suffix}(k, {again.target}, size)"
        guard = Guard(again.target, square, measure, f"solve_close{suffix}({solved})", others)
        yield Sum("(any ? k : 0)", real.in_rows(identifier).print(rows.close), (again.target,), [], list(rows.columns), [guard])
