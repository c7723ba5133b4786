"""The order of terms that the literature uses: trace, quadratic form, -k, logarithms of determinants.

Only a sum that consists of such terms is ordered; every other sum keeps the order of the expression.
"""

from __future__ import annotations

import sympy as sp

from ..nodes import Paren, Scalar
from .shapes import Term

TRACE, QUADRATIC, DIMENSION, LOGDET, OTHER = range(5)


def in_customary_order(terms: list[tuple[sp.Basic, Term]]) -> list[Term]:
    """Stable, and within the logarithms what is added stands before what is taken away."""
    kinds = [kind_of(argument) for argument, _ in terms]
    if OTHER in kinds or TRACE not in kinds:
        return [term for _, term in terms]
    keys = [(kind, kind == LOGDET and term.negative) for kind, (_, term) in zip(kinds, terms, strict=True)]
    return [terms[index][1] for index in sorted(range(len(terms)), key=keys.__getitem__)]


def kind_of(term: sp.Basic) -> int:
    """What a term is, whatever number stands before it."""
    factors = [factor for factor in _factors(term) if not factor.is_Number]
    if all(factor.is_Symbol and factor.is_integer for factor in factors):
        return DIMENSION
    if len(factors) != 1:
        return OTHER
    (factor,) = factors
    if isinstance(factor, sp.Trace):
        return TRACE
    if isinstance(factor, Scalar):
        return QUADRATIC
    return LOGDET if isinstance(factor, sp.log) and factor.has(sp.Determinant) else OTHER


def _factors(term: sp.Basic) -> tuple[sp.Basic, ...]:
    term = term.body if isinstance(term, Paren) else term
    return tuple(term.args) if isinstance(term, sp.Mul) else (term,)
