"""Gradients from their theorems: sums of products of what is solved for, with a factor on one side or on both.

A gradient by a lower triangular factor is the lower triangle of L^-T X, one by a symmetric matrix is L^-T X L^-1. Row by row from the
last one, both need of X no more than its own lower triangle; and where a term of X is upper triangular, no more than the diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce

import sympy as sp

from closedform.derive.derivation import Theorem
from closedform.derive.nodes import Abbreviation, Group, LowerTriangle, MatrixAt, MatrixGradient
from closedform.derive.rewrite import substitute

from ..arrange import LoweringError, element
from ..kernel import Result, Role, Structure
from ..lower import source
from .lower import points
from .program import Factored, MatrixKernel, Part, Slope, Step, Summand, Through
from .steps import gap, quotient, steps

# A product of matrices, and the number in front of it.
Word = tuple[sp.Rational, tuple[sp.Basic, ...]]


def with_gradients(kernel: MatrixKernel, general: Theorem, special: Theorem, gradients: Sequence[Theorem]) -> MatrixKernel:
    """The kernel that returns the gradient by each argument too, one theorem for each.

    `special` is the theorem of the value, in factors; `general` the one about the matrices that have them, or the same.
    """
    results, slopes, formula = list(kernel.results), [], list(kernel.formula)
    for argument, parameter, theorem in zip(kernel.arguments, general.parameters, gradients, strict=True):
        _require_gradient(theorem, general, special, parameter)
        result = Result(element(f"by_{argument.name}"), Role.GRADIENT, argument.dims, argument.name)
        results.append(result)
        slopes.append(slope(theorem, result.name, argument.structure if len(argument.dims) > 1 else Structure.FULL))
        formula.append((result.name, theorem.rhs))
    made = replace(
        kernel, results=tuple(results), steps=_steps(kernel, gradients), slopes=tuple(slopes), formula=tuple(formula),
        sources=(*kernel.sources, *map(source, gradients)),
    )  # fmt: skip
    _require_known(made)
    return made


def slope(theorem: Theorem, result: str, structure: Structure) -> Slope:
    """The last line of a gradient's theorem: a number, times terms between factors, and terms beside them."""
    number, body = _lower(theorem) if structure is Structure.LOWER else (sp.S.One, theorem.rhs)
    terms: list[tuple[sp.Rational, Summand]] = []
    beside: list[tuple[sp.Rational, Summand]] = []
    through, factor = Through.ALONE, None
    for scale, word in _words(body, number):
        here, by, inner = _between(word)
        if here is Through.ALONE:
            beside.append((scale, _summand(word, theorem)))
        elif through is not Through.ALONE:
            raise LoweringError(f"theorem {theorem.name}: no kernel can compute {theorem.rhs}, which has factors around two sums")
        else:
            through, factor = here, by
            terms = [(count, _summand(part, theorem)) for count, part in _words(inner, scale)]
    if through is Through.ALONE:
        terms, beside = beside, []
    scales = {scale for scale, _ in (*terms, *beside)}
    if len(scales) != 1:
        raise LoweringError(f"theorem {theorem.name}: no kernel can compute {theorem.rhs}, whose terms have different numbers in front")
    found = Slope(
        result, structure, scales.pop(), through, factor, tuple(term for _, term in terms), tuple(term for _, term in beside),
    )  # fmt: skip
    _require_shape(found, theorem)
    return found


# ---------------------------------------------------------------------------------------------------- reading a line


def _lower(theorem: Theorem) -> Word | tuple[sp.Rational, sp.Basic]:
    """The number and the matrix whose lower triangle is the gradient."""
    match list(_words(theorem.rhs, sp.S.One)):
        case [(number, (LowerTriangle() as triangle,))]:
            return number, triangle.matrix
    raise LoweringError(f"theorem {theorem.name}: the gradient by a lower triangular matrix must end in one lower triangle: {theorem.rhs}")


def _words(node: sp.Basic, number: sp.Rational) -> Iterator[Word]:
    """The products that the expression is the sum of; a bracket is opened where it is all there is of a product."""
    if isinstance(node, sp.MatAdd):
        for term in node.args:
            yield from _words(term, number)
    elif isinstance(node, Group):
        yield from _words(node.body, number)
    elif isinstance(node, sp.MatMul):
        matrices = tuple(factor for factor in node.args if not factor.is_Rational)
        scale = reduce(lambda left, right: left * right, (factor for factor in node.args if factor.is_Rational), number)
        if len(matrices) == 1:
            yield from _words(matrices[0], scale)
        else:
            yield scale, matrices
    else:
        yield number, (node,)


def _between(word: Sequence[sp.Basic]) -> tuple[Through, str | None, sp.Basic | None]:
    """Which factors stand around what."""
    match word:
        case [sp.Transpose(args=(sp.Inverse(args=(sp.MatrixSymbol() as left, _)),)), *inner, sp.Inverse(args=(right, _))] if left == right:
            return Through.BOTH, str(left.name), _product(inner)
        case [sp.Transpose(args=(sp.Inverse(args=(sp.MatrixSymbol() as factor, _)),)), *inner]:
            return Through.BACK, str(factor.name), _product(inner)
        case [sp.MatrixSymbol(is_square=True) as factor, *inner]:
            return Through.FORTH, str(factor.name), _product(inner)
    return Through.ALONE, None, None


def _product(parts: Sequence[sp.Basic]) -> sp.Basic:
    return parts[0] if len(parts) == 1 else sp.MatMul(*parts)


def _summand(word: Sequence[sp.Basic], theorem: Theorem) -> Summand:
    match word:
        case [Abbreviation() | sp.MatrixSymbol() as matrix]:
            return Summand(Part.PLAIN, (str(matrix.name),))
        case [sp.Transpose(args=(Abbreviation(is_square=True) as short,))]:
            return Summand(Part.TURNED, (short.name,))
        case [Abbreviation(is_square=True) as left, sp.Transpose(args=(right,))] if left == right:
            return Summand(Part.SQUARE, (left.name,))
        case [sp.Transpose(args=(left,)), Abbreviation(is_square=True) as right] if left == right:
            return Summand(Part.GRAM, (right.name,))
        case [sp.Transpose(args=(Abbreviation(is_square=True) as short,)), sp.Transpose(args=(sp.Inverse(args=(by, _)),))]:
            divisor = quotient(by) or ((str(by.name),) if isinstance(by, sp.MatrixSymbol) else None)
            if divisor is not None:
                return Summand(Part.TURNED_QUOTIENT, (short.name, *divisor))
        case [left, sp.Transpose(args=(right,))] if (x := _column(left)) is not None and (y := _column(right)) is not None:
            return Summand(Part.OUTER, (x, y))
    raise LoweringError(f"theorem {theorem.name}: no kernel can compute the term {_product(word)}")


def _column(node: sp.Basic) -> str | None:
    """The array of a column: a parameter, what has a name, the difference of two parameters."""
    if isinstance(node, Group):
        found = gap(node.body)
        return found.target if found else None
    return str(node.name) if isinstance(node, (Abbreviation, sp.MatrixSymbol)) and node.shape[1] == 1 else None


# ---------------------------------------------------------------------------------------------------- what a kernel of it needs


def _steps(kernel: MatrixKernel, gradients: Sequence[Theorem]) -> tuple[Step, ...]:
    """The statements of the value, then those for what only the gradients name."""
    owners = {step.target: step.matrix for step in kernel.steps if isinstance(step, Factored)}
    lines = sp.Tuple(kernel.formula[0][1], *(theorem.rhs for theorem in gradients))
    wanted = [*steps(lines, owners), *dict.fromkeys(step for theorem in gradients for step in _gaps(theorem.rhs))]
    known = {step.target for step in kernel.steps}
    return (*kernel.steps, *(step for step in wanted if step.target not in known))


def _gaps(node: sp.Basic) -> Iterator[Step]:
    """Differences of columns that stand in a line without a name."""
    found = gap(node.body) if isinstance(node, Group) else None
    if found is not None:
        yield found
    elif not isinstance(node, Abbreviation):
        for part in node.args:
            yield from _gaps(part)


def _require_gradient(theorem: Theorem, general: Theorem, special: Theorem, parameter: sp.Basic) -> None:
    """The theorem states the gradient of this divergence by this parameter, taken where each matrix is the product of its factors."""
    at = points(general.lhs, special.lhs)
    if parameter in at:
        others = {matrix: product for matrix, product in at.items() if matrix != parameter}
        gradient = MatrixGradient(substitute(general.lhs, others), parameter, "symmetric")
        wanted: sp.Basic = MatrixAt(gradient, parameter, at[parameter])
    else:
        wanted = MatrixGradient(special.lhs, parameter, "lower" if parameter.is_square else "full")
    if theorem.lhs != wanted or theorem.relation != "=":
        raise LoweringError(f"theorem {theorem.name} states {theorem.lhs}, but a kernel of {general.lhs} needs {wanted}")
    extra = [str(fact) for fact in theorem.hypotheses.sorted() if not special.hypotheses.holds(fact)]
    if extra:
        raise LoweringError(f"theorem {theorem.name} needs {', '.join(extra)}, which theorem {special.name} does not assume")


def _require_shape(found: Slope, theorem: Theorem) -> None:
    """A column is one product; a symmetric result is made of symmetric terms with a factor on both sides or on neither."""
    line = f"theorem {theorem.name}: no kernel can compute {theorem.rhs}"
    if found.structure is Structure.FULL:
        several = found.beside or [term.part for term in found.terms] != [Part.PLAIN]
        if several or found.through is Through.BOTH or (found.through is Through.ALONE and found.scale != 1):
            raise LoweringError(f"{line}: the gradient by a column must be one column, or one triangular factor times one")
        return
    allowed = {Structure.LOWER: (Through.ALONE, Through.BACK), Structure.SYMMETRIC: (Through.ALONE, Through.BOTH)}[found.structure]
    if found.through not in allowed:
        raise LoweringError(f"{line}: a {found.structure.value} gradient is {' or '.join(through.value for through in allowed)}")
    if found.structure is Structure.SYMMETRIC and not (_symmetric(found.terms) and _symmetric(found.beside)):
        raise LoweringError(f"{line}: its terms are not symmetric")


def _symmetric(terms: Sequence[Summand]) -> bool:
    """Is the sum its own transpose? E stands beside E^T, and other terms are products of something with its own transpose."""
    arrays = {part: sorted(term.arrays for term in terms if term.part is part) for part in Part}
    outer = all(len(set(pair)) == 1 for pair in arrays[Part.OUTER])
    return arrays[Part.PLAIN] == arrays[Part.TURNED] and outer and not arrays[Part.TURNED_QUOTIENT]


def _require_known(kernel: MatrixKernel) -> None:
    """Gradients are made of arguments and of what the kernel computes; they are divided by factors alone."""
    arguments = {argument.name: argument for argument in kernel.arguments}
    computed = {step.target for step in kernel.steps}
    factors = {name for name, argument in arguments.items() if argument.structure is Structure.LOWER}
    factors |= {step.target for step in kernel.steps if isinstance(step, Factored)}
    for found in kernel.slopes:
        read = {name for term in (*found.terms, *found.beside) for name in term.arrays}
        loose = (read - computed - arguments.keys()) | ({found.factor} - factors - {None})
        if loose:
            missing = ", ".join(sorted(map(str, loose)))
            raise LoweringError(f"kernel {kernel.name}: {found.result} is made of {missing}, which is not computed")
