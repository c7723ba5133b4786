"""Fractions brought over one line and cancelled, and the differences that then stand above the line.

A gradient comes out as a sum of fractions that cancel each other near equality; over one line the difference is taken first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy import Q
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts
from ..monomials import Monomial, content, gathered, polynomial, positive_first, total
from ..nodes import Group, Paren
from ..rewrite import add, div, exp, matadd, matmul, matsub, mul, power, sub
from ..rule import Rewrite, Rule, Statement
from ..special import expm1
from .domains import dropped
from .symbols import A, B, C, a, b, c, k, n, u, v

FIELD = "field axioms"
INVERSE = "A A^-1 = I"


def _common_denominator(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """The fractions of a sum over one line; where there is only one, the other terms are brought over its line."""
    if not isinstance(node, sp.Add):
        return
    everything = tuple(range(len(node.args)))
    fractions = tuple(index for index in everything if _is_fraction(node.args[index]))
    if len(fractions) > 1 and len(fractions) < len(everything):
        yield _over_one_line(node, fractions)
    if fractions:
        yield _over_one_line(node, None)


def _is_fraction(term: sp.Expr) -> bool:
    return any(exponent < 0 for part in polynomial(term) for _, exponent in part.powers)


def _over_one_line(node: sp.Add, items: tuple[int, ...] | None) -> Rewrite:
    chosen = node.args if items is None else [node.args[i] for i in items]
    terms = gathered(part for term in chosen for part in polynomial(term))
    below: dict[sp.Expr, sp.Rational] = {}
    for term in terms:
        for atom, exponent in term.powers:
            if exponent < 0:
                below[atom] = max(below.get(atom, sp.S.Zero), -exponent)
    line = Monomial(sp.S.One, tuple(below.items()))
    number = content(term.coefficient for term in terms)
    if terms and all(term.coefficient < 0 for term in terms):
        number = -number
    above = positive_first([(term * line).scaled(1 / number) for term in terms])
    whole = above[0] if len(above) == 1 else Monomial(sp.S.One, ((total(above), sp.S.One),))
    new = (whole * line**-1).scaled(number).expr if terms else sp.S.Zero
    return Rewrite(new, items, tuple(dict.fromkeys((*map(Q.nonzero, below), *dropped(add(*chosen), new)))))


def _common_inverse(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """A^-1 X - A^-1 B A^-1 X = A^-1 (A - B) A^-1 X, for any number of terms between the two inverses and any factors X behind them."""
    if not isinstance(node, sp.MatAdd):
        return
    outside = next((part.arg for term in node.args for part in _matrices(term)[:1] if isinstance(part, sp.Inverse)), None)
    taken = [_between(term, outside) for term in node.args] if outside is not None else [None]
    kept = [both for both in taken if both is not None]
    if outside is not None and len(kept) == len(node.args) and len({behind for _, behind in kept}) == 1:
        inverse = sp.Inverse(outside)
        yield Rewrite(matmul(inverse, Group(matadd(*(part for part, _ in kept))), inverse, *kept[0][1]), None, (Q.invertible(outside),))


def _between(term: MatrixExpr, outside: MatrixExpr) -> tuple[MatrixExpr, tuple[MatrixExpr, ...]] | None:
    """M of c A^-1 M A^-1 X, with its number c, and X; c A of c A^-1 X."""
    matrices, inverse = _matrices(term), sp.Inverse(outside)
    numbers = [part for part in term.args if not isinstance(part, MatrixExpr)] if isinstance(term, sp.MatMul) else []
    places = [index for index, part in enumerate(matrices) if part == inverse]
    if not places or places[0] != 0:
        return None
    behind = tuple(matrices[places[-1] + 1 :])
    if len(places) == 1:
        return matmul(*numbers, outside) if numbers else outside, behind
    return (matmul(*numbers, *matrices[1 : places[-1]]), behind) if places[-1] > 1 else None


def _matrices(term: MatrixExpr) -> list[MatrixExpr]:
    return [part for part in term.args if isinstance(part, MatrixExpr)] if isinstance(term, sp.MatMul) else [term]


FRACTIONS = (
    Rule(
        "common_denominator", Statement(add(div(a, c), div(b, n)), div(add(mul(a, n), mul(b, c)), mul(c, n))), FIELD,
        (Q.nonzero(c), Q.nonzero(n)), leaves=add(u, v), rewrites=_common_denominator,
    ),
    Rule(
        "difference_of_squares", Statement(sub(power(a, 2), power(b, 2)), mul(Paren(sub(a, b)), Paren(add(a, b)))), FIELD,
        leaves=add(power(u, 2), power(v, 2)),
    ),
    Rule(
        "square_minus_one", Statement(sub(power(a, 2), sp.S.One), mul(Paren(sub(a, sp.S.One)), Paren(add(a, sp.S.One)))), FIELD,
        leaves=sub(power(u, 3), sp.S.One),
    ),
    Rule("expm1_of_exp", Statement(sub(exp(a), sp.S.One), expm1(a)), "definition of the function", leaves=sub(exp(u), v)),

    Rule(
        "difference_of_inverses",
        Statement(matsub(sp.Inverse(A), sp.Inverse(B)), matmul(sp.Inverse(A), Group(matsub(B, A)), sp.Inverse(B))), INVERSE,
        (Q.invertible(A), Q.invertible(B)), leaves=matadd(sp.Inverse(A), sp.Inverse(B)),
    ),
    Rule(
        "identity_minus_inverse",
        Statement(matsub(sp.Identity(k), sp.Inverse(A)), matmul(sp.Inverse(A), Group(matsub(A, sp.Identity(k))))), INVERSE,
        (Q.invertible(A),), leaves=matadd(sp.Identity(k), sp.Inverse(A)),
    ),
    Rule(
        "common_inverse",
        Statement(
            matsub(sp.Inverse(A), matmul(sp.Inverse(A), B, sp.Inverse(A))), matmul(sp.Inverse(A), Group(matsub(A, B)), sp.Inverse(A)),
        ),
        INVERSE, (Q.invertible(A),), leaves=matsub(sp.Inverse(A), matmul(sp.Inverse(A), C, sp.Inverse(B))), rewrites=_common_inverse,
    ),
)  # fmt: skip
