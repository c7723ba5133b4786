"""The theorem of a difference form becomes a kernel of its factors, and a kernel of the matrices that have those factors.

Nothing is typed in here: what is solved for are the abbreviations of the theorem, the sum over rows is its last line, and which
matrix has which factor is read off the laws that the two theorems are about.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Q

from closedform.derive.derivation import Theorem
from closedform.derive.nodes import KL, Entry, Paren, SumOver
from closedform.derive.rewrite import substitute
from closedform.derive.special import log1pmx, logratiomx

from ..arrange import LoweringError, arrange, element
from ..kernel import Argument, Result, Role, Structure
from ..lower import DIVERGENCE, source
from .program import Below, Factored, MatrixKernel, Rows, Solved
from .steps import steps

# A kernel's arguments are named by what they are.
SPOKEN = {"Sigma": "cov", "P": "prec"}


def lower_factors(name: str, theorem: Theorem) -> MatrixKernel:
    """The kernel whose arguments are the theorem's parameters, columns and lower triangular factors."""
    _require_sum(theorem)
    return MatrixKernel(
        name, tuple(_arguments(theorem, Structure.LOWER)), (Result(element(DIVERGENCE), Role.DIVERGENCE),),
        theorem.lhs, ((DIVERGENCE, theorem.rhs),), (source(theorem),),
        tuple(steps(theorem.rhs, {})), _rows(theorem, None),
    )  # fmt: skip


def lower_matrices(name: str, general: Theorem, theorem: Theorem) -> MatrixKernel:
    """The kernel whose arguments are the parameters of `general`, matrices that `theorem` takes by their factors."""
    _require_sum(theorem)
    spoken = {symbol: _spoken(symbol) for symbol in general.parameters}
    subject = substitute(general.lhs, spoken)
    owners = {str(product.args[0].name): str(matrix.name) for matrix, product in points(subject, theorem.lhs).items()}
    factored = [Factored(factor, matrix) for factor, matrix in owners.items()]
    found = (*factored, *steps(theorem.rhs, owners))
    again = next((step for step in found if isinstance(step, Solved) and step.left_matrix), None)
    if again is None:
        raise LoweringError(f"kernel {name}: theorem {theorem.name} solves for no difference of the two factors")
    statements = tuple((f"{step.matrix}", sp.MatMul(_square(step.target), sp.Transpose(_square(step.target)))) for step in factored)
    return MatrixKernel(
        name, tuple(_arguments(general, Structure.SYMMETRIC)), (Result(element(DIVERGENCE), Role.DIVERGENCE),),
        subject, ((DIVERGENCE, theorem.rhs), *statements), (source(theorem),),
        found, _rows(theorem, again),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- arguments


def _spoken(symbol: sp.Basic) -> sp.Basic:
    """Sigma1 is called cov1."""
    name = str(symbol.name)
    stem = name.rstrip("12")
    return sp.MatrixSymbol(SPOKEN[stem] + name[len(stem) :], *symbol.shape) if stem in SPOKEN else symbol


def _square(name: str) -> sp.MatrixSymbol:
    k = sp.Symbol("k", integer=True, positive=True)
    return sp.MatrixSymbol(name, k, k)


def _arguments(theorem: Theorem, structure: Structure) -> Iterator[Argument]:
    if not isinstance(theorem.lhs, KL):
        raise LoweringError(f"theorem {theorem.name} is about {theorem.lhs}; kernels are made of a KL divergence between two laws")
    laws = (theorem.lhs.law1.free_symbols, theorem.lhs.law2.free_symbols)
    wanted = Q.lower_triangular if structure is Structure.LOWER else Q.symmetric
    for parameter in theorem.parameters:
        owners = [number for number, symbols in enumerate(laws, start=1) if parameter in symbols]
        if len(owners) != 1 or not isinstance(parameter, sp.MatrixSymbol):
            raise LoweringError(f"theorem {theorem.name}: {parameter} is no column or matrix of one of its two laws")
        symbol, square = element(str(_spoken(parameter).name)), parameter.is_square
        if square and not theorem.hypotheses.holds(wanted(parameter)):
            raise LoweringError(f"theorem {theorem.name} does not assume {wanted(parameter)}")
        dims = tuple(str(size.name) for size in (parameter.shape if square else parameter.shape[:1]))
        yield Argument(symbol, owners[0], positive=False, dims=dims, structure=structure if square else Structure.FULL)


def points(general: sp.Basic, special: sp.Basic) -> dict[sp.MatrixSymbol, sp.MatMul]:
    """The product L L^T that stands in `special` where a matrix stands in `general`, for each such matrix."""
    if general == special:
        return {}
    if isinstance(general, sp.MatrixSymbol) and general.is_square:
        left = special.args[0] if isinstance(special, sp.MatMul) else None
        if left is None or special.args[1:] != (sp.Transpose(left),):
            raise LoweringError(f"{special} is no product of a factor with its transpose, so {general} cannot be factored")
        return {general: special}
    return {matrix: product for pair in zip(general.args, special.args, strict=True) for matrix, product in points(*pair).items()}


# ---------------------------------------------------------------------------------------------------- the sum over rows


def _require_sum(theorem: Theorem) -> None:
    if theorem.relation != "=" or not isinstance(theorem.rhs, SumOver):
        raise LoweringError(f"theorem {theorem.name}: a kernel of matrices needs an equation that ends in a sum over rows")


def _rows(theorem: Theorem, again: Solved | None) -> Rows:
    row, body = theorem.rhs.variable, theorem.rhs.body
    inner = [node for node in sp.preorder_traversal(body) if isinstance(node, SumOver)]
    below = []
    for node in inner:
        names = sorted({_name(entry) for entry in node.body.atoms(Entry)})
        below.append(Below(element("_".join([*names, "below"])), arrange(_entries(node.body, "_ij")), tuple(names)))
    outer = substitute(body, {node: part.target for node, part in zip(inner, below, strict=True)})
    entries = sorted(outer.atoms(Entry), key=_name)
    if any(set(entry.index) != {row} for entry in entries):
        raise LoweringError(f"theorem {theorem.name}: outside its inner sum only entries [i,i] and [i] can be computed")
    diagonal = tuple(_name(entry) for entry in entries if len(entry.index) == 2)
    columns = tuple(_name(entry) for entry in entries if len(entry.index) == 1)
    close = arrange(_entries(_by_quotient(outer, again, row), "_ii")) if again else None
    return Rows(tuple(below), diagonal, columns, arrange(_entries(outer, "_ii")), close)


def _name(entry: Entry) -> str:
    return str(entry.matrix.name)


def _entries(expression: sp.Basic, suffix: str) -> sp.Basic:
    """Entries as numbers: L1_ii for L1[i,i], z_i for z[i]."""
    return substitute(expression, {node: element(_name(node) + suffix[: len(node.index) + 1]) for node in expression.atoms(Entry)})


def _by_quotient(expression: sp.Expr, again: Solved, row: sp.Symbol) -> sp.Expr:
    """(a - b)/b as the diagonal entry of what is solved for, where a and b are those of its two factors."""
    entry = element(f"{again.target}_ii")

    def diagonal(node: sp.Basic) -> str | None:
        return _name(node) if isinstance(node, Entry) and node.index == (row, row) else None

    def rewritten(node: sp.Basic) -> sp.Basic:
        if isinstance(node, logratiomx) and tuple(map(diagonal, node.args)) == (again.left, again.right):
            return log1pmx(entry)
        if isinstance(node, sp.Mul) and len(node.args) == 2:
            under, over = sorted(node.args, key=lambda part: isinstance(part, Paren))
            is_quotient = isinstance(under, sp.Pow) and under.exp == -1 and diagonal(under.base) == again.right
            if is_quotient and isinstance(over, Paren) and _signs(over.body, diagonal) == {again.left: 1, again.right: -1}:
                return entry
        if not node.args or isinstance(node, Entry):
            return node
        parts = [rewritten(part) for part in node.args]
        return node.func(*parts, evaluate=False) if isinstance(node, (sp.Add, sp.Mul, sp.Pow)) else node.func(*parts)

    close = rewritten(expression)
    left = {_name(node) for node in close.atoms(Entry) if len(node.index) == 2}
    if left:
        raise LoweringError(f"{expression} is no function of the quotient of {again.left} and {again.right}, but of {', '.join(left)} too")
    return close


def _signs(body: sp.Basic, diagonal: object) -> dict[str | None, int]:
    """{"a": 1, "b": -1} for a - b."""
    found: dict[str | None, int] = {}
    for term in body.args if isinstance(body, sp.Add) else ():
        negative = isinstance(term, sp.Mul) and term.args[0] == -1
        found[diagonal(term.args[1] if negative else term)] = -1 if negative else 1  # type: ignore[operator]
    return found
