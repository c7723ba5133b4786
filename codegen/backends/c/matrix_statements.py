"""The statements of a kernel of matrices in C: what has an array, and which function of the templates computes it.

`suffix` says in which of the two ways matrices lie and of which type they are: every function comes in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from closedform.derive.special import logratiomx

from ...arrange import LoweringError
from ...kernel import Argument, Structure
from ...matrix.program import Carried, Factored, MatrixKernel, Part, Slope, Solved, Step, Subtracted, Summand, Through
from ..infix import decimal

SQUARE, COLUMN, WORK = "square", "column", "work"
KINDS = {Structure.LOWER: "lower", Structure.SYMMETRIC: "symmetric", Structure.FULL: "column"}


def arrays(kernel: MatrixKernel) -> Iterator[tuple[str, str]]:
    """What has a name: arguments, factors with the reciprocals of their diagonals, what is solved for, room to work."""
    for argument in kernel.arguments:
        yield argument.name, COLUMN if len(argument.dims) == 1 else SQUARE
    for name in sorted(step.target for step in kernel.steps if isinstance(step, Factored)):
        yield name, SQUARE
    for name in sorted(_reciprocals(kernel)):
        yield f"over_{name}", COLUMN
    for step in kernel.steps:
        if isinstance(step, (Solved, Subtracted)):
            yield step.target, SQUARE if step.square else COLUMN
        elif isinstance(step, Carried):
            yield step.target, COLUMN
    for slope in kernel.slopes:
        if _home(slope) == slope.result:
            yield slope.result, COLUMN if slope.is_column else SQUARE
    if kernel.solved_twice:
        if kernel.slopes:
            yield close_array(kernel.solved_twice), SQUARE
        yield "work", WORK
    for name in logratios(kernel):
        yield name, COLUMN


def logratios(kernel: MatrixKernel) -> dict[str, logratiomx]:
    """What rows take of the logarithms of quotients of diagonal entries, by name, where the reciprocals of what is below are at hand."""
    found = sorted(kernel.rows.value.atoms(logratiomx), key=str)
    divided = {f"{name}_ii" for name in _reciprocals(kernel)}
    return {f"logratio{index}": call for index, call in enumerate(found) if str(call.args[1]) in divided}


def _reciprocals(kernel: MatrixKernel) -> set[str]:
    return {step.target for step in kernel.steps if isinstance(step, Factored)} | _divided_by(kernel)


def logratios_of(kernel: MatrixKernel, suffix: str) -> Iterator[str]:
    for name, call in logratios(kernel).items():
        above, below = (str(entry).removesuffix("_ii") for entry in call.args)
        yield f"logratios{suffix}(k, {above}, {below}, over_{below}, {name})"


def _divided_by(kernel: MatrixKernel) -> set[str]:
    solved = {step.factor for step in kernel.steps if isinstance(step, Solved)}
    return solved | {slope.factor for slope in kernel.slopes if slope.factor and slope.through in (Through.BACK, Through.BOTH)}


def close_array(again: Solved) -> str:
    return f"close_{again.target}"


def gathered(kernel: MatrixKernel, suffix: str) -> Iterator[str]:
    for place, argument in enumerate(kernel.arguments):
        yield f"gather_{_kind(argument)}{suffix}(k, &in[{place}], {argument.name})"
    arguments = {argument.name for argument in kernel.arguments}
    for name in sorted(_divided_by(kernel) & arguments):
        yield f"reciprocals{suffix}(k, {name}, over_{name})"


def _kind(argument: Argument) -> str:
    return "column" if len(argument.dims) == 1 else "lower"


def statement(step: Step, suffix: str, following: str) -> list[str]:
    """`following`: further arguments of what takes long, the matrices to be asked for meanwhile."""
    match step:
        case Factored():
            return [f"factor{suffix}(k, 0.0, {step.matrix}, {step.target}, over_{step.target})"]
        case Subtracted(right=None):
            return [f"subtract_unit{suffix}(k, {step.left}, {step.target})"]
    kind = "column" if isinstance(step, Carried) or not step.square else "lower"
    difference = f"subtract_{kind}{suffix}(k, {step.left}, {step.right}, {step.target})"
    match step:
        case Carried():
            return [difference, f"carry_column{suffix}(k, {step.factor}, {step.target})"]
        case Solved():
            if step.square:
                arrays_of = f"{step.factor}, over_{step.factor}, {step.left}, {step.right}, {step.target}"
                return [f"solve_difference{suffix}(k, {arrays_of}{following})"]
            return [difference, f"solve_{kind}{suffix}(k, {step.factor}, over_{step.factor}, {step.target})"]
    return [difference]


ADDED = {
    Part.TURNED: "add_turned", Part.SQUARE: "add_square", Part.GRAM: "add_gram",
    Part.OUTER: "add_outer_of_two", Part.TURNED_QUOTIENT: "add_turned_divided",
}  # fmt: skip


def slope_statements(slopes: Sequence[Slope], suffix: str) -> Iterator[str]:
    """Columns first, for triangles are made of them too."""
    both = _both(slopes)
    for slope in slopes:
        if slope.is_column:
            yield from _column(slope, suffix)
    if both:
        yield from _both_factors(both, suffix)
    for slope in slopes:
        if not slope.is_column and not (both and slope in (both.first, both.second)):
            yield from _triangle(slope, suffix)
    yield from (f"gradients[{index}] = {_home(slope)}" for index, slope in enumerate(slopes))


@dataclass(frozen=True)
class Both:
    """The gradients by both factors: `first` = L^-T (E + E^T M^-T) and `second` = a number times L^-T (E + E^T + E E^T + z z^T).

    `pulled` = L^-T z is the gradient by a column; where there is no z both are NULL.
    """

    first: Slope
    second: Slope
    z: str
    pulled: str


def _both(slopes: Sequence[Slope]) -> Both | None:
    """Two gradients of these forms, which begin with the same L^-T E."""
    back = [slope for slope in slopes if slope.through is Through.BACK]
    for first, second in permutations(back, 2):
        if first.factor != second.factor or first.scale != 1 or second.beside:
            continue
        columns = {slope.terms[0].arrays: slope for slope in back if slope.is_column and (slope.factor, slope.scale) == (first.factor, 1)}
        match first.terms, second.terms:
            case (
                (Summand(Part.PLAIN, (E,)), Summand(Part.TURNED_QUOTIENT, (turned, _, _))),
                (Summand(Part.PLAIN, (plain,)), Summand(Part.TURNED, (again,)), Summand(Part.SQUARE, (square,)), *others),
            ) if {E} == {turned, plain, again, square}:
                match others:
                    case []:
                        return Both(first, second, "NULL", "NULL")
                    case [Summand(Part.OUTER, (z, other))] if z == other and (z,) in columns:
                        return Both(first, second, z, columns[z,].result)
    return None


def _both_factors(both: Both, suffix: str) -> Iterator[str]:
    first, second = both.first, both.second
    E, over, under = first.terms[1].arrays
    given = f"{decimal(second.scale)}, {first.factor}, over_{first.factor}, {E}, {over}, {under}, {both.pulled}, {both.z}"
    yield f"both_factors{suffix}(k, {given}, {first.result}, {second.result})"
    yield from (_added(term, first.result, suffix) for term in first.beside)


def _home(slope: Slope) -> str:
    """The array that holds the gradient: a column that is one already is not copied."""
    return slope.terms[0].arrays[0] if slope.is_column and slope.through is Through.ALONE else slope.result


def _column(slope: Slope, suffix: str) -> Iterator[str]:
    (name,) = slope.terms[0].arrays
    if slope.through is Through.BACK:
        yield f"back_column{suffix}(k, {decimal(slope.scale)}, {slope.factor}, over_{slope.factor}, {name}, {slope.result})"
    elif slope.through is Through.FORTH:
        yield f"forth_column{suffix}(k, {decimal(slope.scale)}, {slope.factor}, {name}, {slope.result})"


def _triangle(slope: Slope, suffix: str) -> Iterator[str]:
    """Terms, through the factors, then what stands beside: the number in front of all at the first occasion."""
    late = slope.through is Through.ALONE or bool(slope.beside)
    plain, *others = slope.terms
    if plain.part is not Part.PLAIN:
        raise LoweringError(f"{slope.result}: a sum under L^-T begins with an array as it is, not with {plain.part.value}")
    yield f"copy_lower{suffix}(k, {plain.arrays[0]}, {slope.result})"
    yield from (_added(term, slope.result, suffix) for term in others)
    if slope.through is not Through.ALONE:
        function = "around_lower" if slope.through is Through.BOTH else "back_lower"
        yield f"{function}{suffix}(k, {'1.0' if late else decimal(slope.scale)}, {slope.factor}, over_{slope.factor}, {slope.result})"
    yield from (_added(term, slope.result, suffix) for term in slope.beside)
    if late and slope.scale != 1:
        yield f"scale_lower{suffix}(k, {decimal(slope.scale)}, {slope.result})"


def _added(term: Summand, target: str, suffix: str) -> str:
    name, arrays = ADDED[term.part], term.arrays
    if term.part is Part.OUTER and len(set(arrays)) == 1:
        name, arrays = "add_outer", arrays[:1]
    return f"{name}{suffix}(k, {', '.join(arrays)}, {target})"
