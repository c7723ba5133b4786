"""Triangular factors: products and inverses taken apart, sums over entries, and names for what a kernel solves for."""

from collections.abc import Iterator, Mapping
from itertools import permutations

import sympy as sp
from sympy import Q
from sympy.core.symbol import Str

from ..facts import Facts
from ..nodes import Abbreviation, Entry, Group, ProductOver, SumOver
from ..rewrite import add, build, div, matadd, matmul, matsub, mul, power, sub
from ..rule import Rewrite, Rule, Statement
from .symbols import A, B, i, j, k, p, wide

MATRIX = "Petersen, Pedersen 2012, section 1"
TRIANGULAR = "entries of a triangular matrix"


def _abbreviate(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """The matrix given as A, whole, in a bracket or as neighbouring factors of a product, under the name given."""
    wanted = given["A"]
    short = Abbreviation(given.get("name", Str("M")), wanted)
    if node in (wanted, Group(wanted)):
        yield Rewrite(short)
    elif isinstance(node, sp.MatMul) and isinstance(wanted, sp.MatMul):
        width = len(wanted.args)
        for start in range(len(node.args) - width + 1):
            if node.args[start : start + width] == wanted.args:
                yield Rewrite(short, tuple(range(start, start + width)))


def _entry_of_quotient(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """A diagonal entry of L2^-1 L1, also where that has a name."""
    if not (isinstance(node, Entry) and len(node.index) == 2 and node.index[0] == node.index[1]):
        return
    matrix = node.matrix.body if isinstance(node.matrix, Abbreviation) else node.matrix
    if isinstance(matrix, sp.MatMul) and len(matrix.args) == 2 and isinstance(matrix.args[0], sp.Inverse):
        under, over = matrix.args[0].arg, matrix.args[1]
        conditions = (Q.lower_triangular(under), Q.lower_triangular(over), Q.invertible(under))
        yield Rewrite(div(Entry(over, *node.index), Entry(under, *node.index)), None, conditions)


def _square_minus_identity(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """M M^T - I, and M^T M - I with the transposes the other way round, for M = A^-1 B, also where that has a name."""
    if not isinstance(node, sp.MatAdd):
        return
    unit = matmul(-1, sp.Identity(node.shape[0]))
    for less, place in permutations(range(len(node.args)), 2):
        square = _square(node.args[place])
        if node.args[less] == unit and square is not None:
            whole, transpose_first = square
            over, under = whole.args[1], whole.args[0].arg
            less_one = matmul(whole.args[0], Group(matsub(over, under)))
            both = (sp.Transpose(less_one), less_one) if transpose_first else (less_one, sp.Transpose(less_one))
            items = tuple(sorted((less, place))) if len(node.args) > 2 else None
            yield Rewrite(matadd(less_one, sp.Transpose(less_one), matmul(*both)), items, (Q.invertible(under),))


def _square(product: sp.Basic) -> tuple[sp.MatMul, bool] | None:
    """M = A^-1 B of M M^T, or of M^T M, and whether the transpose comes first."""
    if not isinstance(product, sp.MatMul):
        return None
    first, *behind = product.args
    *before, last = product.args
    for turned, factors in ((last, before), (first, behind)):
        matrix = build(sp.MatMul, factors)
        body = matrix.body if isinstance(matrix, Abbreviation) else matrix
        is_quotient = isinstance(body, sp.MatMul) and len(body.args) == 2 and isinstance(body.args[0], sp.Inverse)
        if turned == sp.Transpose(matrix) and is_quotient and body.shape[0] == body.shape[1]:
            return body, turned is first
    return None


def below(matrix: sp.MatrixExpr) -> sp.Expr:
    """The squares of the entries of row i below the diagonal, added up."""
    return SumOver(power(Entry(matrix, i, j), 2), j, sub(i, sp.S.One))


right = sp.MatrixSymbol("B", k, p)
quotient = matmul(sp.Inverse(A), B)
difference = matmul(sp.Inverse(A), Group(matsub(B, A)))
mirrored = sp.Transpose(sp.Inverse(A))  # A^-T
beyond_identity = Group(matsub(A, sp.Identity(k)))

TRIANGULAR_FACTORS = (
    Rule("inverse_product", Statement(sp.Inverse(matmul(A, B)), matmul(sp.Inverse(B), sp.Inverse(A))), MATRIX,
        (Q.invertible(A), Q.invertible(B)), leaves=sp.Inverse(matadd(A, B))),
    Rule("inverse_transpose", Statement(sp.Inverse(sp.Transpose(A)), sp.Transpose(sp.Inverse(A))), MATRIX, (Q.invertible(A),),
        leaves=sp.Inverse(A), words="the inverse of the transpose is the transpose of the inverse"),
    Rule("insert_inverse", Statement(A, matmul(A, B, sp.Inverse(B))), MATRIX, (Q.invertible(B),), leaves=wide, given=("B",)),
    Rule("inverse_inverse", Statement(sp.Inverse(sp.Inverse(A)), A), MATRIX, (Q.invertible(A),), leaves=sp.Inverse(sp.Transpose(A))),
    Rule("transpose_product", Statement(sp.Transpose(matmul(wide, right)), matmul(sp.Transpose(right), sp.Transpose(wide))), MATRIX,
        leaves=sp.Transpose(matadd(A, B))),
    Rule("transpose_transpose", Statement(sp.Transpose(sp.Transpose(A)), A), MATRIX, leaves=sp.Transpose(A)),
    Rule("abbreviate", Statement(A, Abbreviation("M", A)), "notation", leaves=B, rewrites=_abbreviate, given=("A",),
        words="a matrix is given a name, by which it goes from then on"),

    Rule("det_product", Statement(sp.Determinant(matmul(A, B)), mul(sp.Determinant(A), sp.Determinant(B))), MATRIX,
        leaves=sp.Determinant(matadd(A, B))),
    Rule("det_inverse", Statement(sp.Determinant(sp.Inverse(A)), power(sp.Determinant(A), -1)), MATRIX, (Q.invertible(A),),
        leaves=sp.Determinant(A)),
    Rule("det_transpose", Statement(sp.Determinant(sp.Transpose(A)), sp.Determinant(A)), MATRIX, leaves=sp.Determinant(A)),
    Rule("det_triangular", Statement(sp.Determinant(A), ProductOver(Entry(A, i, i), i, k)), TRIANGULAR, (Q.lower_triangular(A),),
        leaves=sp.Trace(A)),

    Rule("frobenius_of_triangular",
        Statement(sp.Trace(matmul(A, sp.Transpose(A))), SumOver(add(power(Entry(A, i, i), 2), below(A)), i, k)), TRIANGULAR,
        (Q.lower_triangular(A),), leaves=sp.Trace(matmul(A, B))),
    Rule("entry_of_quotient", Statement(Entry(quotient, i, i), div(Entry(B, i, i), Entry(A, i, i))), TRIANGULAR,
        (Q.lower_triangular(A), Q.lower_triangular(B), Q.invertible(A)), leaves=Entry(matmul(A, B), i, i), rewrites=_entry_of_quotient),
    Rule("subtract_inverse_transpose",
        Statement(
            matadd(matmul(-1, sp.Transpose(sp.Inverse(B))), matmul(mirrored, quotient)),
            matmul(mirrored, Group(matadd(difference, matmul(sp.Transpose(difference), sp.Transpose(sp.Inverse(quotient)))))),
        ),
        "M - M^-T = (M - I) + (M - I)^T M^-T for M = A^-1 B", (Q.invertible(A), Q.invertible(B)),
        leaves=matsub(matmul(mirrored, B), sp.Transpose(sp.Inverse(B)))),
    Rule("subtract_own_inverse_transpose",
        Statement(matsub(A, mirrored), matadd(beyond_identity, matmul(sp.Transpose(beyond_identity), mirrored))),
        "A - A^-T = (A - I) + (A - I)^T A^-T", (Q.invertible(A),), leaves=matsub(A, sp.Transpose(sp.Inverse(B)))),
    Rule("square_minus_identity",
        Statement(
            matsub(matmul(quotient, sp.Transpose(quotient)), sp.Identity(k)),
            matadd(difference, sp.Transpose(difference), matmul(difference, sp.Transpose(difference))),
        ),
        "M M^T - I = E + E^T + E E^T for M = I + E = A^-1 B", (Q.invertible(A),), leaves=matsub(matmul(quotient, quotient), sp.Identity(k)),
        rewrites=_square_minus_identity),
    Rule("below_the_diagonal", Statement(below(quotient), below(difference)), "A^-1 B = I + A^-1 (B - A)", (Q.invertible(A),),
        leaves=below(matmul(A, B))),
)  # fmt: skip
