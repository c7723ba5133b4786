"""The last lines of theorems about thin matrices become a program: each product in the cheapest order, what occurs twice once.

Nothing is typed in here. Inverses of small matrices become Cholesky factors; an operator of k x k, such as Woodbury's inverse, is
multiplied with what stands beside it, term by term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from closedform.derive.derivation import Theorem
from closedform.derive.facts import positive_entries
from closedform.derive.nodes import KL, Abbreviation, Entry, Group, LogDet1pmx, MatrixGradient, Scalar, SumOver
from closedform.derive.rewrite import build, matmul

from ..arrange import LoweringError, arrange, element
from ..kernel import Argument, Result, Role
from ..lower import DIVERGENCE, source
from .chains import NEVER, Factors, Plan, chain, diagonal, is_operator, terms, transposed, turned
from .program import (
    RANK,
    Array,
    ArrayOperation,
    Combined,
    Divided,
    Factored,
    FactoredNearUnit,
    Inner,
    Let,
    LetNumber,
    LogDetNearUnit,
    LowRankKernel,
    NumberOperation,
    Product,
    RowDots,
    RowSum,
    Scaled,
    Whitened,
)


def lower_low_rank(name: str, value: Theorem, gradients: Sequence[Theorem] = ()) -> LowRankKernel:
    """The kernel whose arguments are the theorem's parameters; with the gradient by each of them if those theorems are given."""
    arguments = tuple(_argument(value, parameter) for parameter in value.parameters)
    work = Lowering(_shared(value))
    kl = work.number_of(value.rhs)
    results, found, formula = [Result(element(DIVERGENCE), Role.DIVERGENCE)], [], [(DIVERGENCE, value.rhs)]
    for argument, parameter, theorem in zip(arguments, value.parameters, gradients, strict=bool(gradients)):
        if theorem.lhs != MatrixGradient(value.lhs, parameter) or theorem.relation != "=":
            raise LoweringError(f"theorem {theorem.name} states {theorem.lhs}, but the gradient of {value.lhs} by {parameter} is needed")
        result = Result(element(f"by_{argument.name}"), Role.GRADIENT, argument.dims, argument.name)
        results.append(result)
        found.append(work.array(theorem.rhs, result.name).array)
        formula.append((result.name, theorem.rhs))
    return LowRankKernel(
        name, arguments, tuple(results), value.lhs, tuple(formula), (source(value), *map(source, gradients)),
        tuple(work.lets), arrange(kl), tuple(found),
    )  # fmt: skip


def _argument(theorem: Theorem, parameter: sp.Basic) -> Argument:
    if theorem.relation != "=" or not isinstance(theorem.lhs, KL) or not isinstance(parameter, sp.MatrixSymbol):
        raise LoweringError(f"theorem {theorem.name}: a kernel of thin matrices needs an equation for KL in columns and matrices")
    owners = [number for number, law in enumerate((theorem.lhs.law1, theorem.lhs.law2), start=1) if parameter in law.free_symbols]
    if len(owners) != 1:
        raise LoweringError(f"theorem {theorem.name}: {parameter} is a parameter of {len(owners)} of the two laws")
    shared = _shared(theorem)
    dims = tuple(OWN[owners[0]] if size == shared else str(size) for size in parameter.shape if size != 1)
    return Argument(element(parameter.name), owners[0], theorem.hypotheses.holds(positive_entries(parameter)), dims)


def _shared(theorem: Theorem) -> sp.Expr | None:
    """The rank that the factors of both laws have; None where each has its own."""
    ranks = [{size for matrix in law.atoms(sp.MatrixSymbol) for size in matrix.shape[1:] if size != 1} for law in theorem.lhs.args]
    both = ranks[0] & ranks[1]
    return both.pop() if len(both) == 1 else None


OWN = {1: "r", 2: "s"}  # what the two ranks are called


@dataclass(frozen=True)
class Ref:
    """An array that is there, or its transpose. What is wide is kept as the transpose of something thin."""

    array: Array
    turned: bool = False

    @property
    def transpose(self) -> Ref:
        return replace(self, turned=not self.turned)


class Lowering:
    """The statements so far, and what each expression has been stored as."""

    def __init__(self, shared: sp.Expr | None) -> None:
        self.shared = shared
        self.lets: list[Let | LetNumber] = []
        self.known: dict[object, Ref] = {}
        self.numbers: dict[sp.Basic, sp.Symbol] = {}

    def _let(self, operation: ArrayOperation, meaning: MatrixExpr, name: str = "") -> Ref:
        same = next((let for let in self.lets if let.operation == operation), None)
        if isinstance(same, Let):
            return Ref(same.target)
        target = self._array(name or self._fresh(), meaning)
        self.lets.append(Let(target, operation, meaning))
        return Ref(target)

    def _array(self, name: str, matrix: MatrixExpr) -> Array:
        rows, columns = (RANK if size == self.shared else str(size) for size in matrix.shape)
        return Array(name, rows, columns)

    def _fresh(self) -> str:
        return f"t{sum(let_is_numbered(let) for let in self.lets)}"

    # ------------------------------------------------------------------------------------------------ numbers

    def number_of(self, node: sp.Basic) -> sp.Basic:
        """The expression with a symbol for every number that is made of matrices."""
        if isinstance(node, (sp.Trace, Scalar)):
            return self._trace(node)
        if isinstance(node, LogDet1pmx):
            return self._near_unit(node)
        if isinstance(node, SumOver):
            columns = sorted({entry.matrix for entry in node.body.atoms(Entry)}, key=str)
            return self._number(node, RowSum(arrange(node.body), tuple(self._stored(column) for column in columns)))
        return build(type(node), map(self.number_of, node.args)) if node.args else node

    def _number(self, node: sp.Basic, operation: NumberOperation) -> sp.Symbol:
        if node not in self.numbers:
            self.numbers[node] = element(self._fresh())
            self.lets.append(LetNumber(self.numbers[node], operation, node))
        return self.numbers[node]

    def _near_unit(self, node: LogDet1pmx) -> sp.Symbol:
        """With L L^T the base and X = L^-1 change L^-T, log |I + X| - tr X by the factor of I + X, of which I is taken away."""
        white = self._let(Whitened(self._stored(node.change), self._factor(node.base)), node.change)
        return self._number(node, LogDetNearUnit(self._let(FactoredNearUnit(white.array), node.change).array))

    def _trace(self, node: sp.Trace | Scalar) -> sp.Expr:
        """tr(L R), the circle of factors cut at the two places where that is the least work."""
        number, factors = chain(node.args[0])
        cuts = combinations(range(len(factors) + 1), 2)
        parts = [(factors[first:last], factors[last:] + factors[:first]) for first, last in cuts if last - first < len(factors)]
        left, right = self._cheapest(parts, node)
        one, other = self.product(left), self.product(turned(right))
        if one.turned != other.turned:
            raise LoweringError(f"no kernel can compute {node}: of its two parts one is stored as a transpose")
        found = self._number(node, Inner(one.array, other.array))
        return found if number == 1 else number * found

    def _cheapest(self, pairs: Sequence[tuple[Factors, Factors]], node: sp.Basic) -> tuple[Factors, Factors]:
        """The pair of products that is the least work to make arrays of."""
        plan = Plan(self.known)
        works = [plan.cost(left) + plan.cost(right) for left, right in pairs]
        if not works or min(works) == NEVER:
            raise LoweringError(f"no kernel can compute {node} without a matrix of k x k")
        return pairs[works.index(min(works))]

    # ------------------------------------------------------------------------------------------------ arrays

    def array(self, node: MatrixExpr, name: str = "") -> Ref:
        """The array that holds the matrix; under that name if it is not there yet."""
        if node not in self.known:
            self.known[node] = self._made(node, name)
        return self.known[node]

    def _made(self, node: MatrixExpr, name: str) -> Ref:
        if isinstance(node, sp.MatrixSymbol):
            return Ref(self._array(node.name, node))
        if isinstance(node, sp.Transpose):
            return self.array(node.arg).transpose
        if isinstance(node, Group):
            return self.array(node.body, name)
        if isinstance(node, Abbreviation):
            return self.array(node.body, node.name)
        if isinstance(node, sp.DiagonalOf):
            return self._diagonal_of(node, name)
        if isinstance(node, sp.MatAdd):
            return self.array(transposed(node), name).transpose if _is_wide(node) else self._sum(node.args, node, name)
        number, factors = chain(node)
        if number != 1:
            return self._sum((node,), node, name)
        if len(factors) == 1:
            raise LoweringError(f"no kernel can compute {type(node).__name__}: {node}")
        return self.product(factors, name)

    def _stored(self, node: MatrixExpr) -> Array:
        found = self.array(node)
        if found.turned:
            raise LoweringError(f"no kernel can compute with {node} by its rows: it is stored as a transpose")
        return found.array

    def _sum(self, summands: Sequence[MatrixExpr], meaning: MatrixExpr, name: str = "", behind: Factors = ()) -> Ref:
        """The sum, each term multiplied with the factors behind it."""
        parts: list[tuple[sp.Rational, Array | None]] = []
        for term in summands:
            number, factors = chain(term)
            alone = len(factors) == 1 and not behind
            if alone and isinstance(factors[0], sp.Identity):
                parts.append((number, None))
            else:
                found = self.array(factors[0]) if alone else self.product((*factors, *behind))
                if found.turned:
                    raise LoweringError(f"no kernel can add {term}, which is stored as a transpose")
                parts.append((number, found.array))
        return self._let(Combined(tuple(parts)), meaning, name)

    def _factor(self, small: MatrixExpr) -> Array:
        key = ("factor", small)
        if key not in self.known:
            of = self._stored(small)
            self.known[key] = self._let(Factored(of), small, f"root_{of.name}")
        return self.known[key].array

    # ------------------------------------------------------------------------------------------------ products

    def product(self, factors: Factors, name: str = "") -> Ref:
        """The product as an array."""
        if len(factors) == 1 and not is_operator(factors[0]):
            return self.array(factors[0], name)
        if factors not in self.known and turned(factors) in self.known:
            return self.known[turned(factors)].transpose
        if factors not in self.known:
            plan = Plan(self.known)
            if plan.cost(factors) == NEVER:
                raise LoweringError(f"no kernel can compute {matmul(*factors)} without a matrix of k x k")
            place = plan.split(factors)
            left, right = factors[:place], factors[place:]
            if len(left) == 1 and is_operator(left[0]):
                self.known[factors] = self._applied(left[0], right, name)
            elif len(right) == 1 and is_operator(right[0]):
                self.known[factors] = self.product(turned(factors), name).transpose
            else:
                self.known[factors] = self._multiplied(left, right, name)
        return self.known[factors]

    def _multiplied(self, left: Factors, right: Factors, name: str) -> Ref:
        """What would be wide is stored as its transpose."""
        if _is_wide(matmul(*left, *right)):
            return self._multiplied(turned(right), turned(left), name).transpose
        one, other = self.product(left), self.product(right)
        meaning = matmul(*left, *right)
        if one.turned and other.turned:
            return self._let(Product(other.array, one.array, "neither"), transposed(meaning), name).transpose
        which: Literal["neither", "left", "right"] = "left" if one.turned else "right" if other.turned else "neither"
        return self._let(Product(one.array, other.array, which), meaning, name)

    def _applied(self, operator: MatrixExpr, factors: Factors, name: str) -> Ref:
        """An operator times what the factors are."""
        meaning = matmul(operator, *factors)
        scale, summands = diagonal(operator), terms(operator)
        if scale is not None:
            of = self.product(factors)
            return self._let(Scaled(of.array, self._stored(scale[0]), scale[1]), meaning, name)
        if isinstance(operator, sp.Inverse):
            of = self.product(factors)
            # C^-1 X is kept as X^T C^-1, which is solved for row by row.
            return self._let(Divided(of.array, self._factor(operator.arg), not of.turned), transposed(meaning)).transpose
        if summands is None:
            raise LoweringError(f"no kernel can multiply with {operator}")
        return self._sum(summands, meaning, name, factors)

    # ------------------------------------------------------------------------------------------------ diagonals

    def _diagonal_of(self, node: sp.DiagonalOf, name: str) -> Ref:
        """Of L R the sums along the rows of L o R^T; of sums the sum of the diagonals."""
        summands = terms(node.arg)
        if summands is not None:
            return self._sum([_diagonal(*chain(term)) for term in summands], node, name)
        _, factors = chain(node.arg)
        pairs = [(factors[:place], factors[place:]) for place in range(1, len(factors))]
        plan = Plan(self.known)
        if any(plan.cost(left) + plan.cost(right) < NEVER for left, right in pairs):
            left, right = self._cheapest(pairs, node)
            one, other = self.product(left), self.product(turned(right))
            return self._let(RowDots(one.array, other.array), node, name)  # both are thin, so neither is turned
        scales = [diagonal(factor) for factor in factors]
        if all(scale is not None for scale in scales):
            return self._diagonal_product(factors, node, name)
        # Sums that stand in the line are multiplied out before those that have a name.
        sums = [place for place, factor in enumerate(factors) if scales[place] is None and terms(factor) is not None]
        if not sums:
            raise LoweringError(f"no kernel can compute {node} without a matrix of k x k")
        place = min(sums, key=lambda place: isinstance(factors[place], Abbreviation))
        before, behind = factors[:place], factors[place + 1 :]
        parts = map(chain, terms(factors[place]) or ())
        return self._sum([_diagonal(number, (*before, *inner, *behind)) for number, inner in parts], node, name)

    def _diagonal_product(self, factors: Factors, node: sp.DiagonalOf, name: str) -> Ref:
        """A product of diagonal matrices; one that is no inverse is there to be scaled by the others."""
        scales = [scale for factor in factors if (scale := diagonal(factor)) is not None]
        first = next((column for column, inverted in scales if not inverted), None)
        if first is None:
            raise LoweringError(f"no kernel can compute {node}: every factor is an inverse")
        scales.remove((first, False))
        found, place = self.array(first), 0
        for place, (column, inverted) in enumerate(scales, start=1):
            last = name if place == len(scales) else ""
            found = self._let(Scaled(found.array, self._stored(column), inverted), node, last)
        return found


def _is_wide(node: MatrixExpr) -> bool:
    return str(node.shape[1]) == "k" != str(node.shape[0])


def _diagonal(number: sp.Rational, factors: Factors) -> MatrixExpr:
    column = sp.DiagonalOf(matmul(*factors) if len(factors) > 1 else factors[0])
    return column if number == 1 else matmul(number, column)


def let_is_numbered(let: Let | LetNumber) -> bool:
    """Has it a name of its own, or just a number?"""
    return isinstance(let, LetNumber) or let.target.name[:1] == "t"
