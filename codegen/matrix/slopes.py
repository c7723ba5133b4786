"""Gradients by factors, from their theorems: what is solved for back through a transposed factor.

A gradient by a lower triangular factor is the lower triangle of L^-T X. Row by row from the last one, that needs of X no more than
its own lower triangle; and where a term of X is upper triangular, no more than the diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sympy as sp

from closedform.derive.derivation import Theorem
from closedform.derive.nodes import Abbreviation, Group, LowerTriangle, MatrixGradient

from ..arrange import LoweringError, element
from ..kernel import Result, Role
from ..lower import source
from .program import MatrixKernel, Part, Slope, Summand


def with_gradients(kernel: MatrixKernel, value: Theorem, gradients: Sequence[Theorem]) -> MatrixKernel:
    """The kernel that returns the gradient by each parameter too."""
    results, slopes, formula = list(kernel.results), [], list(kernel.formula)
    for argument, parameter, theorem in zip(kernel.arguments, value.parameters, gradients, strict=True):
        lhs = theorem.lhs
        if not isinstance(lhs, MatrixGradient) or lhs.body != value.lhs or lhs.variable != parameter or theorem.relation != "=":
            raise LoweringError(f"theorem {theorem.name} states {lhs}, but the gradient of {value.lhs} by {parameter} is needed")
        result = Result(element(f"by_{argument.name}"), Role.GRADIENT, argument.dims, argument.name)
        results.append(result)
        slopes.append(_slope(theorem, result.name))
        formula.append((result.name, theorem.rhs))
    return replace(
        kernel, results=tuple(results), slopes=tuple(slopes), formula=tuple(formula), sources=(*kernel.sources, *map(source, gradients))
    )


def _slope(theorem: Theorem, result: str) -> Slope:
    square = isinstance(theorem.rhs, LowerTriangle)
    factors = list((theorem.rhs.args[0] if square else theorem.rhs).args)
    negative = factors[0] == -1
    if negative:
        factors.pop(0)
    match factors:
        case [sp.Transpose(args=(sp.Inverse(args=(sp.MatrixSymbol() as factor, _)),)), body]:
            terms = body.body.args if isinstance(body, Group) else (body,)
            return Slope(result, str(factor.name), negative, square, tuple(_summand(term, theorem) for term in _flat(terms)))
    raise LoweringError(f"theorem {theorem.name}: no kernel can compute {theorem.rhs}, only the lower triangle of L^-T times a sum")


def _flat(terms: Sequence[sp.Basic]) -> Iterator[sp.Basic]:
    for term in terms:
        if isinstance(term, sp.MatAdd):
            yield from _flat(term.args)
        else:
            yield term


def _summand(term: sp.Basic, theorem: Theorem) -> Summand:
    match term:
        case Abbreviation():
            return Summand(Part.PLAIN, term.name)
        case sp.Transpose(args=(Abbreviation() as short,)):
            return Summand(Part.TURNED, short.name)
        case sp.MatMul(args=(Abbreviation() as left, sp.Transpose(args=(Abbreviation() as right,)))) if left == right:
            return Summand(Part.SQUARE if left.is_square else Part.OUTER, left.name)
        case sp.MatMul(args=(sp.Transpose(args=(Abbreviation() as short,)), sp.Transpose(args=(sp.Inverse() as inverse,)))):
            match inverse.arg.body if isinstance(inverse.arg, Abbreviation) else None:
                case sp.MatMul(args=(sp.Inverse(args=(sp.MatrixSymbol() as under, _)), sp.MatrixSymbol() as over)):
                    return Summand(Part.TURNED_QUOTIENT, short.name, str(over.name), str(under.name))
    raise LoweringError(f"theorem {theorem.name}: no kernel can compute the term {term}")
