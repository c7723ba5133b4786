"""Products, sums, transposes and inverses of matrices."""

from collections.abc import Iterator, Mapping
from math import prod

import sympy as sp
from sympy import Q
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts
from ..nodes import Group
from ..rewrite import build, matadd, matmul, matsub
from ..rule import Rewrite, Rule, Statement
from .domains import dropped
from .symbols import A, B, C, k, w, y, z

MATRIX = "Petersen, Pedersen 2012, section 1"


def outer(left: MatrixExpr, right: MatrixExpr) -> MatrixExpr:
    return matmul(left, sp.Transpose(right))


def _distribute(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """A product of sums as the sum of the products, the order of factors kept and numbers multiplied."""
    if not (isinstance(node, sp.MatMul) and any(isinstance(part, sp.MatAdd) for part in node.args)):
        return
    products: list[tuple[sp.Basic, ...]] = [()]
    for part in node.args:
        choices = part.args if isinstance(part, sp.MatAdd) else (part,)
        products = [(*left, right) for left in products for right in choices]
    yield Rewrite(matadd(*map(_multiplied, products)))


def _multiplied(factors: tuple[sp.Basic, ...]) -> MatrixExpr:
    """The product with its rational numbers as one in front, which is not written where it is 1."""
    parts = [inner for factor in factors for inner in (factor.args if isinstance(factor, sp.MatMul) else (factor,))]
    number = prod((part for part in parts if part.is_Rational), start=sp.S.One)
    rest = [part for part in parts if not part.is_Rational]
    return build(sp.MatMul, rest if number == 1 else [number, *rest])


def _transpose_sum(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, sp.Transpose) and isinstance(node.arg, sp.MatAdd):
        yield Rewrite(matadd(*(_transposed(term) for term in node.arg.args)))


def _transposed(term: MatrixExpr) -> MatrixExpr:
    """A number times a matrix keeps its number in front; a product of matrices is transposed whole."""
    if isinstance(term, sp.MatMul) and len(term.args) == 2 and not isinstance(term.args[0], MatrixExpr):
        return matmul(term.args[0], sp.Transpose(term.args[1]))
    return sp.Transpose(term)


def _cancel_inverse(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """A^-1 A and A A^-1 among the factors of a product."""
    if not isinstance(node, sp.MatMul):
        return
    for index, (left, right) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if (isinstance(left, sp.Inverse) and left.arg == right) or (isinstance(right, sp.Inverse) and right.arg == left):
            base = right if isinstance(left, sp.Inverse) and left.arg == right else left
            whole = len(node.args) == 2
            yield Rewrite(sp.Identity(base.shape[0]), None if whole else (index, index + 1), (Q.invertible(base),))


def _multiply_by_zero(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, sp.MatMul) and any(_is_zero(part) for part in node.args):
        nothing_left = sp.ZeroMatrix(*node.shape)
        yield Rewrite(nothing_left, None, dropped(node, nothing_left))
    if isinstance(node, sp.Transpose) and _is_zero(node.arg):
        yield Rewrite(sp.ZeroMatrix(*node.shape))


def _drop_zero(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, sp.MatAdd):
        kept = [term for term in node.args if not _is_zero(term)]
        if 0 < len(kept) < len(node.args):
            yield Rewrite(build(sp.MatAdd, kept))


def _is_zero(part: sp.Basic) -> bool:
    return isinstance(part, sp.ZeroMatrix)


def _drop_identity(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, sp.MatMul):
        kept = [part for part in node.args if not isinstance(part, sp.Identity)]
        if 0 < len(kept) < len(node.args) and isinstance(kept[-1], MatrixExpr):
            yield Rewrite(build(sp.MatMul, kept))
    if isinstance(node, (sp.Inverse, sp.Transpose)) and isinstance(node.arg, sp.Identity):
        yield Rewrite(node.arg)


identity = sp.Identity(k)
nothing = sp.ZeroMatrix(k, k)

MATRICES = (
    Rule("distribute_product", Statement(matmul(A, matadd(B, C)), matadd(matmul(A, B), matmul(A, C))), MATRIX,
        leaves=matmul(A, B), rewrites=_distribute),
    Rule("transpose_sum", Statement(sp.Transpose(matadd(A, B)), matadd(sp.Transpose(A), sp.Transpose(B))), MATRIX,
        leaves=sp.Transpose(A), rewrites=_transpose_sum),
    Rule("cancel_inverse", Statement(matmul(sp.Inverse(A), A), identity), MATRIX, (Q.invertible(A),),
        leaves=matmul(sp.Inverse(A), B), rewrites=_cancel_inverse),
    Rule("drop_identity", Statement(matmul(A, identity), A), MATRIX, leaves=matmul(A, B), rewrites=_drop_identity),
    Rule("multiply_by_zero", Statement(matmul(A, nothing), nothing), MATRIX, leaves=matmul(A, B), rewrites=_multiply_by_zero),
    Rule("add_zero", Statement(matadd(A, nothing), A), MATRIX, leaves=matadd(A, B), rewrites=_drop_zero),

    Rule("recentre_column", Statement(Group(matsub(y, z)), matadd(Group(matsub(y, w)), Group(matsub(w, z)))), MATRIX,
        leaves=Group(matadd(y, z)), given=("w",)),
    Rule("subtract_zero", Statement(Group(matsub(y, sp.ZeroMatrix(k, 1))), y), MATRIX, leaves=Group(matsub(y, z))),
    Rule(
        "outer_of_difference",
        Statement(
            outer(Group(matsub(y, z)), Group(matsub(y, z))),
            matadd(outer(y, y), matmul(-1, outer(y, z)), matmul(-1, outer(z, y)), outer(z, z)),
        ),
        MATRIX, leaves=outer(y, z),
    ),
)  # fmt: skip
