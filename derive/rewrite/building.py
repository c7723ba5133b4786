"""Building without evaluating: sums and products flattened, and nothing else. No term is moved, no number multiplied, nothing cancels."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

NARY = (sp.Add, sp.Mul, sp.MatAdd, sp.MatMul)
COMMUTATIVE = (sp.Add, sp.Mul, sp.MatAdd)


def build(head: type[sp.Basic], args: Iterable[sp.Basic]) -> sp.Basic:
    """head(*args) as written; a sum within a sum and a product within a product are flattened."""
    parts = tuple(args)
    if not issubclass(head, NARY):
        return head(*parts, evaluate=False) if issubclass(head, (sp.Pow, sp.Function)) else head(*parts)
    flat = tuple(inner for part in parts for inner in (part.args if isinstance(part, head) else (part,)))
    if len(flat) == 1:
        return flat[0]
    if head is sp.MatMul:
        # A factor that is a number times a matrix is one product with its neighbours; its number goes to the front.
        numbers = tuple(part for part in flat if isinstance(part, sp.Expr) and not isinstance(part, MatrixExpr))
        return sp.MatMul(*numbers, *(part for part in flat if isinstance(part, MatrixExpr)))
    return sp.MatAdd(*flat) if head is sp.MatAdd else head(*flat, evaluate=False)


def add(*terms: sp.Expr) -> sp.Expr:
    """The sum as written; 0 if there is no term."""
    return build(sp.Add, terms) if terms else sp.S.Zero


def mul(*factors: sp.Expr) -> sp.Expr:
    """The product as written; 1 if there is no factor."""
    return build(sp.Mul, factors) if factors else sp.S.One


def power(base: sp.Expr, exponent: int | sp.Expr) -> sp.Expr:
    return build(sp.Pow, (base, sp.sympify(exponent)))


def sub(left: sp.Expr, right: sp.Expr) -> sp.Expr:
    return add(left, neg(right))


def neg(term: sp.Expr) -> sp.Expr:
    """-1 times the term; of a number, the negative number."""
    return -term if isinstance(term, sp.Rational) else mul(sp.S.NegativeOne, term)


def div(over: sp.Expr, under: sp.Expr) -> sp.Expr:
    return mul(over, power(under, -1))


def log(x: sp.Expr) -> sp.Expr:
    return build(sp.log, (x,))


def exp(x: sp.Expr) -> sp.Expr:
    return build(sp.exp, (x,))


def matadd(*terms: MatrixExpr) -> MatrixExpr:
    return build(sp.MatAdd, terms)


def matmul(*factors: sp.Basic) -> MatrixExpr:
    return build(sp.MatMul, tuple(map(sp.sympify, factors)))


def matsub(left: MatrixExpr, right: MatrixExpr) -> MatrixExpr:
    return matadd(left, matmul(-1, right))
