"""Low-rank changes of a matrix: factors taken out on both sides, and Sylvester's determinant identity."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import sympy as sp
from sympy import Q
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts
from ..nodes import Group
from ..rewrite import build, matadd, matmul, matsub
from ..rule import Rewrite, Rule, Statement
from .domains import dropped
from .symbols import A, B, C, k, m, tall, wide

MATRIX = "Petersen, Pedersen 2012, section 1"
D = sp.MatrixSymbol("D", k, k)


def _factors(term: sp.Basic) -> tuple[sp.Basic, ...]:
    return tuple(term.args) if isinstance(term, sp.MatMul) else (term,)


def _factor_product(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """All terms that begin with A, and end with B where that is given too, with what stands between them in one bracket."""
    if not isinstance(node, sp.MatAdd):
        return
    left, right = _factors(given["A"]), _factors(given["B"]) if "B" in given else ()
    chosen, between = [], []
    for place, term in enumerate(node.args):
        parts = _factors(term)
        if parts[: len(left)] == left and parts[len(parts) - len(right) :] == right and len(parts) >= len(left) + len(right):
            inside = parts[len(left) : len(parts) - len(right)]
            size = next(part for part in reversed(left) if isinstance(part, MatrixExpr)).shape[1]
            chosen.append(place)
            between.append(build(sp.MatMul, inside) if inside else sp.Identity(size))
    if len(chosen) > 1:
        new = matmul(*left, Group(matadd(*between)), *right)
        yield Rewrite(new, tuple(chosen) if len(chosen) < len(node.args) else None)


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
    Rule("identity_times", Statement(matmul(sp.Identity(k), A), A), MATRIX, leaves=matmul(A, B)),
    Rule("times_inverse", Statement(matmul(A, sp.Inverse(A)), sp.Identity(k)), MATRIX, (Q.invertible(A),), leaves=matmul(A, B)),
    Rule("sylvester",
        Statement(
            sp.Determinant(Group(matadd(sp.Identity(m), matmul(wide, tall)))),
            sp.Determinant(Group(matadd(sp.Identity(k), matmul(tall, wide)))),
        ),
        "Sylvester 1851", leaves=sp.Determinant(Group(matadd(A, matmul(B, C))))),
)  # fmt: skip
