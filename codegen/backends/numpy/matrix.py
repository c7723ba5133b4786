"""Kernels of matrices in NumPy: the statements of the derivation on whole batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...arrange import share
from ...formula import formula
from ...kernel import Structure
from ...matrix.program import Carried, Factored, MatrixKernel, Part, Slope, Step, Summand
from ...matrix.prose import description, edges
from ..interface import Page
from .spelling import PRINTER

TEMPLATES = Path(__file__).parent / "templates"
KINDS = {Structure.FULL: "column", Structure.LOWER: "lower", Structure.SYMMETRIC: "symmetric"}


@dataclass(frozen=True)
class Function:
    """One kernel as a Python function, ready to be written down."""

    name: str
    signature: str
    parameters: str
    kinds: str
    laws: str
    theorem: str
    digest: str
    doc: str
    returns: str
    lines: list[str]
    value: str


def grouped(kernels: Sequence[MatrixKernel]) -> dict[str, list[MatrixKernel]]:
    """Kernels between two laws, and those of one law against the standard one, under the shortest of their names."""
    groups: dict[bool, list[MatrixKernel]] = {}
    for kernel in sorted(kernels, key=lambda kernel: kernel.name):
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
    text = "\n".join(line for function in functions for line in (*function.lines, function.value))
    modules = {
        "special": ("log1pmx", "logratiomx"),
        "triangular": (
            "back", "back_column", "carried", "diagonal", "diagonal_matrix", "entries_below", "factor", "is_close", "outer", "solved",
            "solved_close", "solved_column", "square",
        ),
    }  # fmt: skip
    imports = ["import numpy as np", ""] if "np." in text else []
    imports.append("from .matrix_twin import Array, matrix_twin")
    for module, names in modules.items():
        used = [name for name in names if f"{name}(" in text]
        if used:
            imports.append(f"from .{module} import " + (", ".join(used) if len(used) < 9 else _one_a_line(used)))
    return {"subjects": sorted({formula(kernel.subject) for kernel in kernels}), "imports": imports, "functions": functions}


def _function(kernel: MatrixKernel) -> Function:
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
    lines += [f"{slope.result} = {_slope(slope)}" for slope in kernel.slopes]
    remarks = [
        f"{edges(kernel, 'NaN, and NumPy reports `invalid`')}",
        "Raises: TypeError for complex and object arguments; ValueError for shapes that do not fit.",
    ]
    return Function(
        name=kernel.name,
        signature=kernel.signature,
        parameters=", ".join(f"{argument.name}: Array" for argument in kernel.arguments),
        kinds=_tuple([KINDS[argument.structure] for argument in kernel.arguments]),
        laws=f"({', '.join(str(argument.law) for argument in kernel.arguments)})",
        theorem=kernel.theorem,
        digest=kernel.digest,
        doc="\n".join("    " + line if line else "" for line in description(kernel, remarks)).lstrip(),
        returns="tuple[Array, ...]" if kernel.slopes else "Array",
        lines=lines,
        value=", ".join(["np.asarray(np.sum(terms, axis=-1))", *(slope.result for slope in kernel.slopes)]),
    )


def _slope(slope: Slope) -> str:
    terms = " + ".join(map(_summand, slope.terms))
    solved = f"back({slope.factor}, {terms})" if slope.square else f"back_column({slope.factor}, {terms})"
    return "-" * slope.negative + solved


def _summand(term: Summand) -> str:
    """Of upper triangular terms the diagonal is enough: the lower triangle of the result asks for no more."""
    match term.part:
        case Part.PLAIN:
            return term.array
        case Part.TURNED:
            return f"diagonal_matrix(diagonal({term.array}))"
        case Part.TURNED_QUOTIENT:
            return f"diagonal_matrix(diagonal({term.array}) * diagonal({term.under}) / diagonal({term.over}))"
        case Part.SQUARE:
            return f"square({term.array})"
        case Part.OUTER:
            return f"outer({term.array})"


def _statement(step: Step) -> Iterator[str]:
    if isinstance(step, Factored):
        yield f"{step.target} = factor({step.matrix})"
    elif isinstance(step, Carried):
        yield f"{step.target} = carried({step.factor}, {step.left} - {step.right})"
    else:
        yield f"{step.target} = {'solved' if step.square else 'solved_column'}({step.factor}, {step.left} - {step.right})"


def _one_a_line(names: Sequence[str]) -> str:
    return "(\n" + "".join(f"    {name},\n" for name in names) + ")"


def _tuple(names: Sequence[str]) -> str:
    return "(" + ", ".join(f'"{name}"' for name in names) + ")"
