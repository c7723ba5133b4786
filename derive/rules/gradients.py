"""Gradients carried out, by differentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy import Q

from ..differential import NoDerivative, Structure, derivative
from ..facts import Facts
from ..nodes import Apply, At, Gradient, LowerTriangle, MatrixApply, MatrixAt, MatrixGradient
from ..rewrite import log, matmul, names_in, power, renamed_apart, substitute
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


def _chain_rule(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """By a factor L that stands in L L^T alone: the gradient by S = L L^T, times 2 L."""
    if not (isinstance(node, MatrixGradient) and node.structure == "lower"):
        return
    factor = node.variable
    whole = renamed_apart(sp.MatrixSymbol("S", *factor.shape), set(map(str, names_in(node.body))))
    square = matmul(factor, sp.Transpose(factor))
    body = substitute(node.body, {square: whole})
    if whole in names_in(body) and factor not in names_in(body):
        slope = MatrixAt(MatrixGradient(body, whole, "symmetric"), whole, square)
        yield Rewrite(LowerTriangle(matmul(2, slope, factor)))


def _carried_out(body: sp.Expr, variable: sp.Basic, structure: Structure, facts: Facts) -> Iterator[Rewrite]:
    try:
        found = derivative(body, variable, structure, facts)
    except NoDerivative:
        return
    yield Rewrite(found.value, None, tuple(dict.fromkeys((*found.conditions, *dropped(body, found.value)))))


S = sp.MatrixSymbol("S", k, k)
product = matmul(A, sp.Transpose(A))

GRADIENTS = (
    Rule("at", Statement(At(g, x, a), Apply("g", a)), "substitution", leaves=Gradient(g, x), rewrites=_at),
    Rule(
        "chain_rule",
        Statement(
            MatrixGradient(Apply("g", product), A, "lower"),
            LowerTriangle(matmul(2, MatrixAt(MatrixGradient(Apply("g", S), S, "symmetric"), S, product), A)),
        ),
        DIFFERENTIALS, leaves=MatrixGradient(Apply("g", A), A, "lower"), rewrites=_chain_rule,
    ),
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
