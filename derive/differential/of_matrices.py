"""Traces, determinants and 1x1 matrices, and the matrices inside them."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Q
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..monomials import monomial
from ..nodes import Group, Scalar
from ..rewrite import div, matmul, mul
from .pull import Tape, pull, pulled
from .terms import Term


@pull.register(Scalar)
@pull.register(sp.Trace)
@pull.register(Group)
def _linear(node: sp.Basic, term: Term, tape: Tape) -> Iterator[Term]:
    """d tr A = tr dA, and a 1x1 matrix is its own trace."""
    yield from pulled(node.args[0], term, tape)


@pull.register(sp.Determinant)
def _determinant(node: sp.Determinant, term: Term, tape: Tape) -> Iterator[Term]:
    """d|c A| = |c A| (tr(A^-1 dA) + k dc/c) for A of size k."""
    numbers, matrices = split(node.arg)
    number, matrix = mul(*numbers), matmul(*matrices)
    tape.ledger.needs(Q.invertible(matrix), *([Q.nonzero(number)] if numbers else []))
    weight = term.weight * monomial(node)
    yield from pulled(matrix, Term(weight, tape.ledger.turned((sp.Inverse(matrix),))), tape)
    yield from pulled(number, Term(weight * monomial(div(sp.sympify(node.arg.rows), number))), tape)


def split(matrix: MatrixExpr) -> tuple[list[sp.Expr], list[MatrixExpr]]:
    """The numbers and the matrices of a product."""
    parts = matrix.args if isinstance(matrix, sp.MatMul) else (matrix,)
    return [part for part in parts if not isinstance(part, MatrixExpr)], [part for part in parts if isinstance(part, MatrixExpr)]


@pull.register(sp.MatAdd)
def _matadd(node: sp.MatAdd, term: Term, tape: Tape) -> Iterator[Term]:
    for part in node.args:
        yield from pulled(part, term, tape)


@pull.register(sp.MatMul)
def _matmul(node: sp.MatMul, term: Term, tape: Tape) -> Iterator[Term]:
    """tr(A^T L dM R) = tr((L^T A R^T)^T dM)."""
    numbers, matrices = split(node)
    ledger, scaled = tape.ledger, term.times(monomial(mul(*numbers)))
    for index, factor in enumerate(matrices):
        left, right = ledger.turned(matrices[:index]), ledger.turned(matrices[index + 1 :])
        yield from pulled(factor, Term(scaled.weight, ledger.chain(*left, *term.factors, *right)), tape)
    for index, number in enumerate(numbers):
        others = mul(*numbers[:index], *numbers[index + 1 :], _trace(ledger.chain(*ledger.turned(term.factors), *matrices)))
        yield from pulled(number, Term(term.weight * monomial(others)), tape)


def _trace(factors: tuple[MatrixExpr, ...]) -> sp.Expr:
    product = matmul(*factors)
    return Scalar(product) if product.shape == (1, 1) else sp.Trace(product)


@pull.register(sp.Transpose)
def _transpose(node: sp.Transpose, term: Term, tape: Tape) -> Iterator[Term]:
    yield from pulled(node.arg, Term(term.weight, tape.ledger.turned(term.factors)), tape)


@pull.register(sp.Inverse)
def _inverse(node: sp.Inverse, term: Term, tape: Tape) -> Iterator[Term]:
    """d A^-1 = -A^-1 dA A^-1."""
    ledger = tape.ledger
    ledger.needs(Q.invertible(node.arg))
    inverse = ledger.turned((node,))
    yield from pulled(node.arg, Term(term.weight.scaled(sp.S.NegativeOne), ledger.chain(*inverse, *term.factors, *inverse)), tape)


@pull.register(sp.DiagMatrix)
def _diag_matrix(node: sp.DiagMatrix, term: Term, tape: Tape) -> Iterator[Term]:
    """tr(A^T diag(dv)) = (diagonal of A)^T dv."""
    (column,) = node.args
    diagonal = sp.DiagonalOf(matmul(*term.factors)) if term.factors else sp.OneMatrix(*column.shape)
    yield from pulled(column, Term(term.weight, (diagonal,)), tape)


@pull.register(sp.HadamardPower)
def _hadamard_power(node: sp.HadamardPower, term: Term, tape: Tape) -> Iterator[Term]:
    """tr(A^T d(v^n)) = n tr((A o v^(n-1))^T dv), powers entry by entry."""
    base, exponent = node.args
    if not (exponent.is_Integer and exponent > 0):
        yield from pull.dispatch(sp.Basic)(node, term, tape)
    slope = base if exponent == 2 else sp.HadamardPower(base, exponent - 1)
    adjoint = matmul(*term.factors) if term.factors else sp.Identity(base.shape[0])
    yield from pulled(base, Term(term.weight * monomial(exponent), (sp.HadamardProduct(adjoint, slope),)), tape)
