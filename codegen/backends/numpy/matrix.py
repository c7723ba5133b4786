"""Kernels of matrices in NumPy: the statements of the derivation on whole batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sympy as sp

from ...arrange import share
from ...formula import formula
from ...kernel import Structure
from ...matrix.program import Carried, Factored, MatrixKernel, Part, Slope, Step, Subtracted, Summand, Through
from ...matrix.prose import description, edges
from ...prose import RAISES, options_and_types
from ..infix import decimal
from ..interface import Page
from .function import Function, called, head, laws_of, one_a_line, quoted
from .spelling import PRINTER

TEMPLATES = Path(__file__).parent / "templates"
KINDS = {Structure.FULL: "column", Structure.LOWER: "lower", Structure.SYMMETRIC: "symmetric"}


@dataclass(frozen=True)
class MatrixFunction(Function):
    kinds: str
    laws: str
    lines: list[str]
    value: str


def grouped(kernels: Sequence[MatrixKernel]) -> dict[str, list[MatrixKernel]]:
    """Kernels between two laws, and those of one law against the standard one, under the shortest of their names."""
    groups: dict[bool, list[MatrixKernel]] = {}
    for kernel in kernels:
        groups.setdefault(any(argument.law == 2 for argument in kernel.arguments), []).append(kernel)
    return {min((kernel.name for kernel in members), key=len): members for members in groups.values()}


def pages(folder: str, modules: Mapping[str, Sequence[MatrixKernel]]) -> list[Page]:
    """The modules, and what they share."""
    return [
        *(Page(f"{folder}/{name}.py", TEMPLATES / "matrices.py.jinja", _module(members)) for name, members in modules.items()),
        Page(f"{folder}/triangular.py", TEMPLATES / "triangular.py.jinja", {}),
        Page(f"{folder}/matrix_twin.py", TEMPLATES / "matrix_twin.py.jinja", {}),
    ]


def _module(kernels: Sequence[MatrixKernel]) -> dict[str, object]:
    functions = [_function(kernel) for kernel in kernels]
    texts = [line for function in functions for line in (*function.lines, function.value)]
    modules = {
        "special": ("log1pmx", "logratiomx"),
        "triangular": (
            "around", "back", "back_column", "carried", "diagonal", "diagonal_matrix", "entries_below", "factor", "gram", "is_close",
            "multiplied", "outer", "solved", "solved_close", "solved_column", "square", "turned", "without_unit",
        ),
    }  # fmt: skip
    imports = ["import numpy as np", ""] if any("np." in text for text in texts) else []
    imports.append("from .matrix_twin import Array, matrix_twin")
    for module, names in modules.items():
        if used := [name for name in names if name in called(texts)]:
            imports.append(f"from .{module} import " + (", ".join(used) if len(used) < 9 else one_a_line(used)))
    return {"subjects": sorted({formula(kernel.subject) for kernel in kernels}), "imports": imports, "functions": functions}


def _function(kernel: MatrixKernel) -> MatrixFunction:
    lines = [line for step in kernel.steps for line in _statement(step)]
    again, rows = kernel.solved_twice, kernel.rows
    if again:
        lines += [
            f"close = is_close({again.target})",
            f"{again.target} = np.where(close[..., None, None], "
            f"solved_close({again.factor}, {again.left_matrix}, {again.right_matrix}), {again.target})",
        ]
    read = {str(symbol) for value in (rows.value, rows.close) if value is not None for symbol in value.free_symbols}
    names = [*rows.diagonal, *([again.target] if again else [])]
    lines += [f"{name}_ii = diagonal({name})" for name in names if f"{name}_ii" in read]
    lines += [f"{name}_i = {name}" for name in rows.columns]
    for part in rows.below:
        lines += [f"{name}_ij = entries_below({name})" for name in part.read]
        lines.append(f"{part.target} = np.sum({PRINTER.print(part.value)}, axis=-1)")
    names_of_shared = (name for name in ("gap", "other_gap"))
    shared, (value,) = share([rows.value], lambda _: next(names_of_shared))
    lines += [f"{target} = {PRINTER.print(body)}" for target, body in shared]
    lines.append(f"terms = {PRINTER.print(value)}")
    if rows.close is not None:
        lines.append(f"terms = np.where(close[..., None], {PRINTER.print(rows.close)}, terms)")
    lines += [f"{slope.result} = {_slope(slope)}" for slope in kernel.slopes if not _is_array(slope)]
    remarks = [*options_and_types(kernel), edges(kernel, "NaN, and NumPy reports `invalid`"), RAISES]
    return MatrixFunction(
        **head(kernel, description(kernel, remarks, digests=False)),
        kinds=quoted(KINDS[argument.structure] for argument in kernel.arguments),
        laws=laws_of(kernel),
        lines=lines,
        value=", ".join(
            ["np.asarray(np.sum(terms, axis=-1))", *(_slope(slope) if _is_array(slope) else slope.result for slope in kernel.slopes)]
        ),
    )


def _is_array(slope: Slope) -> bool:
    """Is the gradient a column that has a name?"""
    return slope.is_column and slope.through is Through.ALONE


def _slope(slope: Slope) -> str:
    terms = " + ".join(_summand(term, slope.structure) for term in slope.terms)
    functions = {
        Through.ALONE: "", Through.BACK: "back_column" if slope.is_column else "back", Through.BOTH: "around", Through.FORTH: "multiplied",
    }  # fmt: skip
    inner = f"{functions[slope.through]}({slope.factor}, {terms})" if slope.factor else terms
    whole = " + ".join([inner, *(_summand(term, slope.structure) for term in slope.beside)])
    several = bool(slope.beside) or (slope.through is Through.ALONE and len(slope.terms) > 1)
    return _scale(slope.scale) + (f"({whole})" if several and slope.scale != 1 else whole)


def _scale(scale: sp.Rational) -> str:
    return {1: "", -1: "-"}.get(scale, f"{decimal(scale)} * ")


def _summand(term: Summand, structure: Structure) -> str:
    """Where only the lower triangle is asked for, the diagonal of an upper triangular term is enough."""
    name, *others = term.arrays
    match term.part:
        case Part.PLAIN:
            return name
        case Part.TURNED:
            return f"turned({name})" if structure is Structure.SYMMETRIC else f"diagonal_matrix(diagonal({name}))"
        case Part.TURNED_QUOTIENT:
            over, *under = [f"diagonal({other})" for other in others]
            return f"diagonal_matrix({' * '.join([f'diagonal({name})', *under])} / {over})"
        case Part.SQUARE:
            return f"square({name})"
        case Part.GRAM:
            return f"gram({name})"
        case Part.OUTER:
            return f"outer({name}, {others[0]})"


def _statement(step: Step) -> Iterator[str]:
    match step:
        case Factored():
            yield f"{step.target} = factor({step.matrix})"
        case Carried():
            yield f"{step.target} = carried({step.factor}, {step.left} - {step.right})"
        case Subtracted(right=None):
            yield f"{step.target} = without_unit({step.left})"
        case Subtracted():
            yield f"{step.target} = {step.left} - {step.right}"
        case _:
            yield f"{step.target} = {'solved' if step.square else 'solved_column'}({step.factor}, {step.left} - {step.right})"
