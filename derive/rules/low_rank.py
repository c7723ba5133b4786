"""Low-rank changes of a matrix: factors taken out on both sides, and Sylvester's determinant identity."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import prod

import sympy as sp
from sympy import Q
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts
from ..nodes import Group, LogDet1pmx
from ..rewrite import add, build, div, log, matadd, matmul, matsub
from ..rule import Rewrite, Rule, Statement
from .domains import dropped
from .symbols import A, B, C, k, m, p, tall, wide

MATRIX = "Petersen, Pedersen 2012, section 1"
D = sp.MatrixSymbol("D", k, k)
left, other_left = (sp.MatrixSymbol(name, m, k) for name in "AC")
right, other_right = (sp.MatrixSymbol(name, k, p) for name in "BD")


def _parts(product: sp.Basic) -> tuple[sp.Rational, tuple[sp.Basic, ...]]:
    """The rational number and the other factors."""
    factors = product.args if isinstance(product, sp.MatMul) else (product,)
    numbers = [part for part in factors if part.is_Rational]
    return prod(numbers, start=sp.S.One), tuple(part for part in factors if not part.is_Rational)


def _factor_product(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """All terms that begin with A, and end with B where that is given too, with what stands between them in one bracket.

    Numbers are no obstacle: of A + 2 A X, -A leaves -I - 2 X. A number before the whole sum goes out together with A, or stays.
    """
    before, parts = _parts(node)
    outside, left = _parts(given["A"])
    right = _parts(given["B"])[1] if "B" in given else ()
    if len(parts) != 1 or not isinstance(parts[0], sp.MatAdd) or before not in (1, outside, -outside):
        return
    terms = parts[0].args
    chosen, between = [], []
    for place, term in enumerate(terms):
        number, inner = _parts(term)
        if inner[: len(left)] == left and inner[len(inner) - len(right) :] == right and len(inner) >= len(left) + len(right):
            size = next(part for part in reversed(left) if isinstance(part, MatrixExpr)).shape[1]
            inside = inner[len(left) : len(inner) - len(right)] or (sp.Identity(size),)
            scale = before * number / outside
            chosen.append(place)
            between.append(build(sp.MatMul, inside) if scale == 1 else matmul(scale, *inside))
    if len(chosen) == len(terms) or (len(chosen) > 1 and before == 1):
        yield Rewrite(matmul(given["A"], Group(matadd(*between)), *right), tuple(chosen) if len(chosen) < len(terms) else None)


def _cancel_matrices(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """A term and its opposite, neighbours or not; what cancels must have had a value."""
    if not isinstance(node, sp.MatAdd):
        return
    for left, right in combinations(range(len(node.args)), 2):
        one, other = node.args[left], node.args[right]
        if other == matmul(-1, one) or one == matmul(-1, other):
            nothing = sp.ZeroMatrix(*node.shape)
            yield Rewrite(nothing, (left, right) if len(node.args) > 2 else None, dropped(one, nothing))


LOW_RANK = (
    Rule("factor_product", Statement(matadd(matmul(A, B), matmul(A, C)), matmul(A, Group(matadd(B, C)))), MATRIX,
        leaves=matadd(matmul(B, A), matmul(C, A)), rewrites=_factor_product, given=("A",)),
    Rule("cancel_matrices", Statement(matadd(A, matmul(-1, A)), sp.ZeroMatrix(k, k)), MATRIX, leaves=matadd(A, B),
        rewrites=_cancel_matrices),
    Rule("pair_differences",
        Statement(matsub(matadd(A, B), matadd(C, D)), matadd(Group(matsub(A, C)), B, matmul(-1, D))), MATRIX,
        leaves=matsub(A, matadd(B, C))),
    Rule("difference_of_products",
        Statement(
            matsub(matmul(left, right), matmul(other_left, other_right)),
            matadd(matmul(Group(matsub(left, other_left)), right), matmul(other_left, Group(matsub(right, other_right)))),
        ),
        MATRIX, leaves=matadd(matmul(left, right), matmul(other_left, other_right))),
    Rule("symmetric_transpose", Statement(sp.Transpose(A), A), "definition", (Q.symmetric(A),), leaves=sp.Transpose(wide)),
    Rule("logdet1pmx_of_log",
        Statement(
            log(div(sp.Determinant(B), sp.Determinant(A))),
            add(sp.Trace(matmul(sp.Inverse(A), Group(matsub(B, A)))), LogDet1pmx(A, Group(matsub(B, A)))),
        ),
        "definition of the function", (Q.positive_definite(A), Q.positive_definite(B)), leaves=log(sp.Determinant(A))),
    Rule("identity_times", Statement(matmul(sp.Identity(k), A), A), MATRIX, leaves=matmul(A, B)),
    Rule("times_inverse", Statement(matmul(A, sp.Inverse(A)), sp.Identity(k)), MATRIX, (Q.invertible(A),), leaves=matmul(A, B)),
    Rule("sylvester",
        Statement(
            sp.Determinant(Group(matadd(sp.Identity(m), matmul(wide, tall)))),
            sp.Determinant(Group(matadd(sp.Identity(k), matmul(tall, wide)))),
        ),
        "Sylvester 1851", leaves=sp.Determinant(Group(matadd(A, matmul(B, C))))),
)  # fmt: skip
