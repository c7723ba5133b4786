"""Triangular factors: products and inverses taken apart, sums over entries, and names for what a kernel solves for."""

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy import Q
from sympy.core.symbol import Str

from ..facts import Facts
from ..nodes import Abbreviation, Entry, Group, ProductOver, SumOver
from ..rewrite import add, div, matadd, matmul, matsub, mul, power, sub
from ..rule import Rewrite, Rule, Statement
from .symbols import A, B, i, j, k, p, wide, z

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
        leaves=sp.Inverse(A)),
    Rule("inverse_inverse", Statement(sp.Inverse(sp.Inverse(A)), A), MATRIX, (Q.invertible(A),), leaves=sp.Inverse(sp.Transpose(A))),
    Rule("transpose_product", Statement(sp.Transpose(matmul(wide, right)), matmul(sp.Transpose(right), sp.Transpose(wide))), MATRIX,
        leaves=sp.Transpose(matadd(A, B))),
    Rule("transpose_transpose", Statement(sp.Transpose(sp.Transpose(A)), A), MATRIX, leaves=sp.Transpose(A)),
    Rule("abbreviate", Statement(A, Abbreviation("M", A)), "notation", leaves=B, rewrites=_abbreviate, given=("A",)),

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
    Rule("subtract_square",
        Statement(
            matadd(mirrored, matmul(-1, mirrored, quotient, sp.Transpose(quotient))),
            matmul(-1, mirrored, Group(matadd(difference, sp.Transpose(difference), matmul(difference, sp.Transpose(difference))))),
        ),
        "M M^T - I = E + E^T + E E^T for M = I + E = A^-1 B", (Q.invertible(A),),
        leaves=matsub(mirrored, matmul(mirrored, quotient, quotient))),
    Rule("subtract_product_with_transpose",
        Statement(
            matadd(mirrored, matmul(-1, mirrored, z, sp.Transpose(z)), matmul(-1, mirrored, quotient, sp.Transpose(quotient))),
            matmul(-1, mirrored, Group(matadd(
                difference, sp.Transpose(difference), matmul(difference, sp.Transpose(difference)), matmul(z, sp.Transpose(z)),
            ))),
        ),
        "M M^T - I = E + E^T + E E^T for M = I + E = A^-1 B", (Q.invertible(A),),
        leaves=matsub(mirrored, matmul(mirrored, quotient, sp.Transpose(quotient)))),
    Rule("below_the_diagonal", Statement(below(quotient), below(difference)), "A^-1 B = I + A^-1 (B - A)", (Q.invertible(A),),
        leaves=below(matmul(A, B))),
)  # fmt: skip
