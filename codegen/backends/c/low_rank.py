"""Kernels of thin matrices in C: one call a statement, in scratch that later statements use again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp

from ...kernel import Argument, Result
from ...low_rank.program import (
    RANK,
    Array,
    Combined,
    Divided,
    Factored,
    FactoredNearUnit,
    Inner,
    Let,
    LetNumber,
    LogDetNearUnit,
    LowRankKernel,
    Product,
    RowDots,
    RowSum,
    Scaled,
    Whitened,
)
from ...low_rank.prose import description, edges
from .header import prototype
from .spelling import Real, identifier


@dataclass(frozen=True)
class Operand:
    """An argument or a gradient: its size, how wide it is in the scratch, and the steps from row to row and from column to column, of a
    ufunc and of plain arrays."""

    name: str
    place: int
    index: int
    rows: str
    columns: str
    width: str
    steps: str
    plain: str


@dataclass(frozen=True)
class Function:
    """One kernel in one type."""

    name: str
    real: str
    ours: str
    literal: str
    prototype: str
    sizes: str
    passed: str
    dimensions: str
    plain_sizes: str
    widest: list[str]
    inputs: list[Operand]
    outputs: list[Operand]
    positive: list[str]
    arrays: list[str]
    lines: list[str]
    value: str
    gradients: list[str]
    gradient_count: int
    room: str
    laws: list[str]
    place: int
    finish: str


def described(kernel: LowRankKernel) -> list[str]:
    """What the header says of it."""
    return description(kernel, [f"Matrices lie row by row. {edges(kernel, 'NaN, and FE_INVALID is raised')}"])


def function(kernel: LowRankKernel, real: Real) -> Function:
    """The kernel with the places of its operands and the lines of its statements."""
    operands = _operands(kernel, real)
    inputs, outputs = operands[: len(kernel.arguments)], operands[len(kernel.arguments) :]
    scratch = Scratch(kernel)
    lines = [line for let in kernel.lets for line in (*scratch.declared(let, real), *_statement(let, real))]
    states = [
        f"state_of{real.ours}({each.rows}, {each.columns}, &in[{each.place}], {int(argument.positive)})"
        for each, argument in zip(inputs, kernel.arguments, strict=True)
    ]
    return Function(
        name=kernel.name + real.ours, real=real.c, ours=real.ours, literal=real.literal,
        prototype=prototype(kernel, real),
        sizes=", ".join(f"const int {size}" for size in kernel.sizes),
        passed=", ".join(kernel.sizes),
        dimensions=", ".join(f"{size} = (int)dimensions[{place}]" for place, size in enumerate(kernel.sizes, start=1)),
        plain_sizes=", ".join(f"(int){size}" for size in kernel.sizes),
        widest=[f"const int {RANK} = {_widest(kernel)};"] if kernel.filled else [],
        inputs=inputs, outputs=outputs,
        positive=[identifier(argument.name) for argument in kernel.arguments if argument.positive],
        arrays=scratch.arrays(real),
        lines=lines,
        value=real.in_rows(identifier).print(kernel.value),
        gradients=["(void)gradients;", *(f"gradients[{at}] = {identifier(array.name)};" for at, array in enumerate(kernel.gradients))],
        gradient_count=max(1, len(kernel.gradients)),
        room=scratch.room,
        laws=[
            " | ".join(state for argument, state in zip(kernel.arguments, states, strict=True) if argument.law == law) or "0"
            for law in (1, 2)
        ],
        place=len(kernel.arguments),
        finish="*kl_ = kl;" if kernel.gradients else "return kl;",
    )  # fmt: skip


def _widest(kernel: LowRankKernel) -> str:
    """The larger of the ranks."""
    first, second = (f"(int){argument.dims[1]}" for argument in kernel.filled)
    return f"{first} > {second} ? {first} : {second}"


def _operands(kernel: LowRankKernel, real: Real) -> list[Operand]:
    """Steps of core dimensions follow those of the operands, in the same order."""
    found = []
    parts: list[Argument | Result] = [*kernel.arguments, *kernel.results]
    step = len(parts)
    for place, part in enumerate(parts):
        steps = [f"steps[{step + index}]" for index in range(len(part.dims))]
        step += len(part.dims)
        if part.dims:
            rows, columns = (*part.dims, "1")[:2]
            plain = [f"(intptr_t)((size_t){columns} * sizeof({real.c}))", f"sizeof({real.c})"]
            name, index = _named(part), place - len(kernel.arguments) - 1
            width = RANK if kernel.filled and len(part.dims) == 2 else columns
            found.append(Operand(name, place, index, rows, columns, width, ", ".join([*steps, "0"][:2]), ", ".join(plain)))
    return found


def _named(part: Argument | Result) -> str:
    return identifier(part.name) if isinstance(part, Argument) else part.name


# ---------------------------------------------------------------------------------------------------- scratch


class Scratch:
    """Where arrays lie: each in a place of its size that no later statement reads any more."""

    def __init__(self, kernel: LowRankKernel) -> None:
        self.last: dict[str, int] = {}
        for index, let in enumerate(kernel.lets):
            self.last.update({array.name: index for array in _read(let)})
        self.last.update({array.name: len(kernel.lets) for array in kernel.gradients})
        self.index = 0
        self.counts: dict[tuple[str, str], int] = {}
        self.free: dict[tuple[str, str], list[str]] = {}
        self.held: dict[str, tuple[tuple[str, str], str]] = {}
        widths = {argument.name: RANK for argument in kernel.filled}
        self.inputs = [
            (identifier(each.name), each.dims[0], widths.get(each.name, (*each.dims, "1")[1])) for each in kernel.arguments
        ]  # fmt: skip

    def declared(self, let: Let | LetNumber, real: Real) -> list[str]:
        """The line that gives the target its place, and then room again for what was read for the last time."""
        found = []
        if isinstance(let, Let):
            size = (let.target.rows, let.target.columns)
            spare = self.free.setdefault(size, [])
            if spare:
                place = spare.pop()
            else:
                self.counts[size] = self.counts.get(size, 0) + 1
                place = f"at_{size[0]}_{size[1]}_{self.counts[size]}"
            self.held[let.target.name] = size, place
            found.append(f"{real.c} *const {identifier(let.target.name)} = {place};")
        for name in [name for name in self.held if self.last.get(name, self.index) <= self.index]:
            size, place = self.held.pop(name)
            self.free[size].append(place)
        self.index += 1
        return found

    @property
    def _places(self) -> list[tuple[str, str, str]]:
        ours = [(size, index) for size, count in self.counts.items() for index in range(1, count + 1)]
        return [*self.inputs, *((f"at_{rows}_{columns}_{index}", rows, columns) for (rows, columns), index in ours)]

    def arrays(self, real: Real) -> list[str]:
        """Pointers into the scratch, the arguments first; each begins where the one before it ends."""
        found = []
        for name, rows, columns in self._places:
            found += [f"{real.c} *const {name} = scratch;", f"scratch += ROOM({rows}, {columns});"]
        return [*found, "(void)scratch;"]

    @property
    def room(self) -> str:
        return " + ".join(f"ROOM({rows}, {columns})" for _, rows, columns in self._places)


def _read(let: Let | LetNumber) -> Iterator[Array]:
    """The arrays that a statement needs."""
    operation = let.operation
    if isinstance(operation, Combined):
        yield from (array for _, array in operation.terms if array is not None)
    elif isinstance(operation, RowSum):
        yield from operation.columns
    else:
        yield from (part for part in vars(operation).values() if isinstance(part, Array))


# ---------------------------------------------------------------------------------------------------- statements


def _statement(let: Let | LetNumber, real: Real) -> list[str]:
    target = identifier(str(let.target.name))
    match let.operation:
        case Scaled(of, column, divided):
            return [f"{'divide' if divided else 'scale'}_rows{real.ours}({_sizes(of)}, {_names(column, of)}, {target});"]
        case Product(left, right, which):
            verb = {"neither": "times", "left": "turned_times", "right": "times_turned"}[which]
            last = right.rows if which == "right" else right.columns
            return [f"{verb}{real.ours}({_sizes(left)}, {last}, {_names(left, right)}, {target});"]
        case Factored(of):
            return [f"factor_small{real.ours}({of.rows}, {_names(of)}, {target});"]
        case Divided(of, factor, turned):
            count, size, steps = (of.columns, of.rows, f"1, {of.columns}") if turned else (of.rows, of.columns, f"{of.columns}, 1")
            return [f"divide_small{real.ours}({count}, {size}, {steps}, {_names(of, factor)}, {target});"]
        case Combined(terms):
            return _combined(let.target, terms, real)
        case RowDots(left, right):
            return [f"row_dots{real.ours}({_sizes(left)}, {_names(left, right)}, {target});"]
        case Inner(left, right):
            return [f"const {real.c} {target} = inner{real.ours}({_sizes(left)}, {_names(left, right)});"]
        case Whitened(of, factor):
            return [f"whiten{real.ours}({of.rows}, {_names(of, factor)}, {target});"]
        case FactoredNearUnit(of):
            return [f"factor_near_unit{real.ours}({of.rows}, {_names(of)}, {target});"]
        case LogDetNearUnit(factor):
            return [f"const {real.c} {target} = logdet_near_unit{real.ours}({factor.rows}, {_names(factor)});"]
        case RowSum(value, columns):
            entry = real.in_rows(lambda name: f"{identifier(name)}[j]").print(value)
            return [
                f"{real.c} {target} = 0.0{real.literal};",
                f"#pragma omp simd reduction(+ : {target})",
                f"for (int j = 0; j < {columns[0].rows}; ++j) {{",
                f"    {target} += {entry};",
                "}",
            ]


def _combined(target: Array, terms: Sequence[tuple[sp.Rational, Array | None]], real: Real) -> list[str]:
    """An entry at a time; the identity is added to the diagonal afterwards."""
    name = identifier(target.name)
    arrays = [number * sp.Symbol(array.name) for number, array in terms if array is not None]
    entry = real.in_rows(lambda each: f"{identifier(each)}[e]").print(arrays[0] if len(arrays) == 1 else sp.Add(*arrays, evaluate=False))
    lines = [f"for (size_t e = 0; e < ROOM({target.rows}, {target.columns}); ++e) {{", f"    {name}[e] = {entry};", "}"]
    for number, array in terms:
        if array is None:
            unit = real.in_rows(identifier).print(number)
            lines += [f"for (int i = 0; i < {target.rows}; ++i) {{", f"    {name}[(size_t)i * ((size_t){target.rows} + 1)] += {unit};", "}"]
    return lines


def _sizes(array: Array) -> str:
    return f"{array.rows}, {array.columns}"


def _names(*arrays: Array) -> str:
    return ", ".join(identifier(array.name) for array in arrays)
