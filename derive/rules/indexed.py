"""Diagonal matrices and sums over an index."""

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts, positive_entries
from ..nodes import Apply, Entry, Entrywise, Group, Paren, ProductOver, Scalar, SumOver
from ..rewrite import add, matadd, matmul, mul, names_in, power, renamed_apart, substitute
from ..rule import Rewrite, Rule, Statement
from .symbols import A, a, c, i, j, k, n, y, z

DIAGONAL = "entries of a diagonal matrix"
SUM = "finite sums"
f, g = Apply("f", j), Apply("g", j)


def _entry(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """An entry of a column that is a sum, a multiple, a power or a constant, in terms of entries of its parts."""
    if not (isinstance(node, Entry) and len(node.index) == 1):
        return
    column, place = node.matrix, node.index[0]
    if isinstance(column, Group):
        column = column.body
    if isinstance(column, sp.ZeroMatrix):
        yield Rewrite(sp.S.Zero)
    if isinstance(column, sp.OneMatrix):
        yield Rewrite(sp.S.One)
    if isinstance(column, sp.MatAdd):
        total = add(*(_entry_of(term, place) for term in column.args))
        yield Rewrite(Paren(total) if isinstance(node.matrix, Group) else total)
    if isinstance(column, Entrywise):
        yield Rewrite(substitute(column.body, {column.variable: place}))


def _entry_of(term: sp.MatrixExpr, place: sp.Expr) -> sp.Expr:
    """A number times a column keeps its number in front; an entry of a product of matrices stays one."""
    numbers = [part for part in term.args if not isinstance(part, MatrixExpr)] if isinstance(term, sp.MatMul) else []
    return mul(*numbers, Entry(matmul(*term.args[len(numbers):]), place)) if numbers else Entry(term, place)


def _join_sums(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """All terms of a sum that are (a multiple of) a sum over the same range, or the length of that range, become one sum."""
    if not isinstance(node, sp.Add):
        return
    totals = [part for term in node.args for part in sp.Mul.make_args(term) if isinstance(part, SumOver)]
    if not totals:
        return
    variable, size = totals[0].variable, totals[0].domain
    outside = names_in(node)
    if variable in outside:  # what is free beside the sums stays free inside
        variable = renamed_apart(variable, set(map(str, outside)))
    summands, items = [], []
    for place, term in enumerate(node.args):
        inside = _summand(term, variable, size)
        if inside is not None:
            summands.append(inside)
            items.append(place)
    if len(items) > 1:
        yield Rewrite(SumOver(add(*summands), variable, size), tuple(items) if len(items) < len(node.args) else None)


def _summand(term: sp.Expr, variable: sp.Symbol, size: sp.Expr) -> sp.Expr | None:
    """What is added up over 1 .. size to give the term; the variable is not free in it."""
    factors = list(sp.Mul.make_args(term)) if isinstance(term, sp.Mul) else [term]
    for place, part in enumerate(factors):
        rest = [other for at, other in enumerate(factors) if at != place]
        if isinstance(part, SumOver) and part.domain == size:
            body = part.body if part.variable == variable else substitute(part.body, {part.variable: variable})
            return mul(*rest, body) if rest else body
        if part == size and size.is_integer and size.is_nonnegative:
            return mul(*rest) if rest else sp.S.One
    return None


def _scale_sum(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """c * sum = sum of c times the summand."""
    if isinstance(node, sp.Mul):
        totals = [part for part in node.args if isinstance(part, SumOver)]
        rest = [part for part in node.args if not isinstance(part, SumOver)]
        if len(totals) == 1 and rest and not any(totals[0].variable in names_in(part) for part in rest):
            yield Rewrite(SumOver(mul(*rest, totals[0].body), totals[0].variable, totals[0].domain))


INDEXED = (
    Rule("entry", Statement(Entry(Group(matadd(y, z)), i), Paren(add(Entry(y, i), Entry(z, i)))), "definition of matrix operations",
        leaves=Entry(y, i), rewrites=_entry),

    Rule("diagonal_inverse",
        Statement(sp.Inverse(sp.DiagMatrix(y)), sp.DiagMatrix(Entrywise(power(Entry(y, j), -1), j, k))), DIAGONAL,
        (positive_entries(y),), leaves=sp.Inverse(A)),
    Rule("diagonal_product",
        Statement(matmul(sp.DiagMatrix(y), sp.DiagMatrix(z)), sp.DiagMatrix(Entrywise(mul(Entry(y, j), Entry(z, j)), j, k))), DIAGONAL,
        leaves=matmul(sp.DiagMatrix(y), A)),
    Rule("diagonal_trace", Statement(sp.Trace(sp.DiagMatrix(y)), SumOver(Entry(y, j), j, k)), DIAGONAL, leaves=sp.Trace(A)),
    Rule("diagonal_determinant", Statement(sp.Determinant(sp.DiagMatrix(y)), ProductOver(Entry(y, j), j, k)), DIAGONAL,
        leaves=sp.Determinant(A)),
    Rule("diagonal_quadratic_form",
        Statement(Scalar(sp.MatMul(sp.Transpose(z), sp.DiagMatrix(y), z)), SumOver(mul(Entry(y, j), power(Entry(z, j), 2)), j, k)),
        DIAGONAL, leaves=Scalar(sp.MatMul(sp.Transpose(z), A, z))),
    Rule("squared_norm", Statement(Scalar(sp.MatMul(sp.Transpose(z), z)), SumOver(power(Entry(z, j), 2), j, k)), DIAGONAL,
        leaves=Scalar(sp.MatMul(sp.Transpose(z), y))),

    Rule("join_sums", Statement(add(SumOver(f, j, n), SumOver(g, j, n)), SumOver(add(f, g), j, n)), SUM,
        leaves=add(SumOver(f, j, n), a), rewrites=_join_sums),
    Rule("scale_sum", Statement(mul(c, SumOver(f, j, n)), SumOver(mul(c, f), j, n)), SUM, leaves=mul(c, a), rewrites=_scale_sum),
)  # fmt: skip
