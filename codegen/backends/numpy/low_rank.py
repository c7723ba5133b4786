"""Kernels of thin matrices in NumPy: one statement a line, on whole batches; a column is k x 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sympy as sp

from ...formula import formula
from ...low_rank.program import (
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
from ...prose import RAISES, options_and_types
from ..interface import Page
from .function import Function, called, head, laws_of, one_a_line, quoted
from .spelling import PRINTER

TEMPLATES = Path(__file__).parent / "templates"
HELPERS = {
    "columns", "divided", "factor", "filled", "identity", "inner", "logdet_near_unit", "near_unit", "row_dots", "turned", "whitened",
}  # fmt: skip


@dataclass(frozen=True)
class ThinFunction(Function):
    kinds: str
    laws: str
    positive: str
    prepared: list[str]
    lines: list[str]
    value: str


def grouped(kernels: Sequence[LowRankKernel]) -> dict[str, list[LowRankKernel]]:
    """All of them under the shortest of their names."""
    return {min((kernel.name for kernel in kernels), key=len): list(kernels)} if kernels else {}


def pages(folder: str, modules: Mapping[str, Sequence[LowRankKernel]]) -> list[Page]:
    """The modules, and what they share."""
    return [
        *(Page(f"{folder}/{name}.py", TEMPLATES / "thin_matrices.py.jinja", _module(members)) for name, members in modules.items()),
        Page(f"{folder}/low_rank.py", TEMPLATES / "low_rank.py.jinja", {}),
    ]


def _module(kernels: Sequence[LowRankKernel]) -> dict[str, object]:
    functions = [_function(kernel) for kernel in kernels]
    words = called(line for function in functions for line in (*function.prepared, *function.lines, function.value))
    helpers = one_a_line(sorted(["Array", "thin_twin", *(words & HELPERS)]))
    special = [name for name in ("log1pmx", "logratiomx") if name in words]
    imports = [f"from .low_rank import {helpers}", *(f"from .special import {name}" for name in special)]
    return {"subjects": sorted({formula(kernel.subject) for kernel in kernels}), "imports": imports, "functions": functions}


def _function(kernel: LowRankKernel) -> ThinFunction:
    names = [argument.name for argument in kernel.arguments if len(argument.dims) == 1]
    value = f"np.asarray({PRINTER.print(kernel.value)})"
    gradients = [
        array.name + ("[..., 0]" if array.columns == "1" else f"[..., :{argument.dims[1]}]" if argument in kernel.filled else "")
        for argument, array in zip(kernel.arguments, kernel.gradients, strict=False)
    ]
    prepared = [f"{', '.join(names)} = columns({', '.join(names)})"]
    if kernel.filled:
        thin = ", ".join(argument.name for argument in kernel.filled)
        if gradients:
            ranks = ", ".join(argument.dims[1] for argument in kernel.filled)
            prepared.append(f"{ranks} = {', '.join(f'{argument.name}.shape[-1]' for argument in kernel.filled)}")
        prepared.append(f"{thin} = filled({thin})")
    remarks = [*options_and_types(kernel), edges(kernel, "NaN, and NumPy reports `invalid`"), RAISES]
    return ThinFunction(
        **head(kernel, description(kernel, remarks, digests=False)),
        kinds=quoted("column" if len(argument.dims) == 1 else "thin" for argument in kernel.arguments),
        laws=laws_of(kernel),
        positive=quoted(argument.name for argument in kernel.arguments if argument.positive),
        prepared=prepared,
        lines=[*_lines(kernel.lets), *[f"kl = {value}"] * bool(gradients)],
        value=", ".join(["kl", *gradients]) if gradients else value,
    )


def _lines(lets: Sequence[Let | LetNumber]) -> Iterator[str]:
    """Each statement beside what it means, where that fits."""
    for let in lets:
        name = let.target.name
        line = f"{name} = {_spelled(let)}"
        meaning = formula(let.meaning)
        yield f"{line}  # {meaning}" if len(line) + len(meaning) < 110 else line


def _spelled(let: Let | LetNumber) -> str:
    match let.operation:
        case Scaled(of, column, divided):
            return f"{of.name} / {column.name}" if divided else f"{column.name} * {of.name}"
        case Product(left, right, which):
            return f"{_turned(left, which == 'left')} @ {_turned(right, which == 'right')}"
        case Factored(of):
            return f"factor({of.name})"
        case Divided(of, by, turned):
            return f"divided({_turned(of, turned)}, {by.name})"
        case Combined(terms):
            return _sum(terms)
        case RowDots(left, right):
            return f"row_dots({left.name}, {right.name})"
        case Inner(left, right):
            return f"inner({left.name}, {right.name})"
        case Whitened(of, by):
            return f"whitened({of.name}, {by.name})"
        case FactoredNearUnit(of):
            return f"near_unit({of.name})"
        case LogDetNearUnit(by):
            return f"logdet_near_unit({by.name})"
        case RowSum(value, _):
            return f"np.sum({PRINTER.print(value)}, axis=(-2, -1))"


def _turned(array: Array, turned: bool) -> str:  # noqa: FBT001 - one of two spellings
    return f"turned({array.name})" if turned else array.name


def _sum(terms: Sequence[tuple[sp.Rational, Array | None]]) -> str:
    """Like any sum of numbers; the identity is as large as the other arrays."""
    large = next(array.name for _, array in terms if array is not None)
    parts = [number * sp.Symbol(array.name if array else f"identity({large})") for number, array in terms]
    return PRINTER.print(parts[0] if len(parts) == 1 else sp.Add(*parts, evaluate=False))
