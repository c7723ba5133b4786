"""Gradients carried out, by differentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy import Q

from ..differential import NoDerivative, Structure, derivative
from ..facts import Facts
from ..nodes import Apply, At, Gradient, MatrixApply, MatrixAt, MatrixGradient
from ..rewrite import log, power, substitute
from ..rule import Rewrite, Rule, Statement
from .domains import dropped
from .symbols import A, a, g, k, x

DIFFERENTIALS = "Magnus, Neudecker 2019, Matrix Differential Calculus, chapters 8 and 9"


def _gradient(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """d body / d variable, where every node on the way has a rule of differentiation."""
    if isinstance(node, Gradient):
        yield from _carried_out(node.body, node.variable, "full", facts)


def _matrix_gradient(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, MatrixGradient):
        yield from _carried_out(node.body, node.variable, node.structure, facts)


def _at(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """The value put in, into a number or a matrix. Raises DeriveError where a derivative is taken by the variable."""
    if isinstance(node, (At, MatrixAt)):
        yield Rewrite(substitute(node.body, {node.variable: node.domain}))


def _carried_out(body: sp.Expr, variable: sp.Basic, structure: Structure, facts: Facts) -> Iterator[Rewrite]:
    try:
        found = derivative(body, variable, structure, facts)
    except NoDerivative:
        return
    yield Rewrite(found.value, None, tuple(dict.fromkeys((*found.conditions, *dropped(body, found.value)))))


GRADIENTS = (
    Rule("at", Statement(At(g, x, a), Apply("g", a)), "substitution", leaves=Gradient(g, x), rewrites=_at),
    Rule(
        "gradient", Statement(Gradient(log(a), a), power(a, -1)), DIFFERENTIALS, (Q.positive(a),), leaves=Gradient(g, x),
        rewrites=_gradient,
    ),
    Rule(
        "matrix_gradient", Statement(MatrixGradient(log(sp.Determinant(A)), A), sp.Transpose(sp.Inverse(A))), DIFFERENTIALS,
        (Q.positive(sp.Determinant(A)), Q.invertible(A)), leaves=MatrixGradient(sp.Trace(MatrixApply("Y", A, k, k)), A),
        rewrites=_matrix_gradient,
    ),
)  # fmt: skip
