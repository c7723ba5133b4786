"""The terms of a gradient: a weight times a product of matrices, and what makes them tidy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts
from ..monomials import ONE, Monomial, common_size, positive_first, total
from ..rewrite import matadd, matmul, mul

Factors = tuple[MatrixExpr, ...]


@dataclass(frozen=True)
class Term:
    """weight * product of the factors. As an adjoint of a node M it stands for df = weight tr(factors^T dM)."""

    weight: Monomial = ONE
    factors: Factors = ()

    def times(self, weight: Monomial) -> Term:
        return Term(weight * self.weight, self.factors)


@dataclass
class Ledger:
    """What is known, and what a gradient has been found to rest on."""

    facts: Facts
    conditions: list[AppliedPredicate] = field(default_factory=list)

    def needs(self, *conditions: AppliedPredicate) -> None:
        self.conditions += [condition for condition in conditions if condition not in self.conditions]

    def transposed(self, factor: MatrixExpr) -> MatrixExpr:
        """The transpose, without a mark where the facts say that the matrix is symmetric."""
        if isinstance(factor, sp.Transpose):
            return factor.arg
        if isinstance(factor, (sp.Identity, sp.DiagMatrix)):
            return factor
        if self.facts.holds(Q.symmetric(factor)):
            self.needs(Q.symmetric(factor))
            return factor
        return sp.Transpose(factor)

    def chain(self, *factors: MatrixExpr) -> Factors:
        """The product, without identities and without a matrix beside its inverse."""
        kept: list[MatrixExpr] = []
        for factor in _flat(factors):
            if isinstance(factor, sp.Identity):
                continue
            if kept and _are_inverse(kept[-1], factor):
                kept.pop()
            else:
                kept.append(factor)
        return tuple(kept)

    def turned(self, factors: Sequence[MatrixExpr]) -> Factors:
        """The transpose of the product."""
        return self.chain(*(self.transposed(factor) for factor in reversed(factors)))


def _flat(factors: Iterable[MatrixExpr]) -> Iterator[MatrixExpr]:
    for factor in factors:
        if isinstance(factor, sp.MatMul) and all(isinstance(arg, MatrixExpr) for arg in factor.args):
            yield from factor.args
        else:
            yield factor


def _are_inverse(left: MatrixExpr, right: MatrixExpr) -> bool:
    if isinstance(left, sp.Transpose) and isinstance(right, sp.Transpose):
        left, right = right.arg, left.arg
    return left == sp.Inverse(right) or right == sp.Inverse(left) if left.is_square and right.is_square else False


def merged(terms: Iterable[Term]) -> list[Term]:
    """Like terms added up, each where the first of them stood."""
    first: dict[object, Term] = {}
    for term in terms:
        key = term.weight.key, term.factors
        known = first.get(key)
        weight = term.weight if known is None else Monomial(known.weight.coefficient + term.weight.coefficient, known.weight.powers)
        first[key] = Term(weight, term.factors)
    return [term for term in first.values() if term.weight.coefficient != 0]


def symmetrised(terms: Sequence[Term], ledger: Ledger) -> list[Term]:
    """(G + G^T)/2; G itself where the facts show that it is symmetric."""
    half = sp.Rational(1, 2)
    return merged(
        Term(term.weight.scaled(half), factors) for term in terms for factors in (term.factors, ledger.turned(term.factors))
    )


def scalar_sum(terms: Sequence[Term]) -> sp.Expr:
    """The sum of scalar terms, led by a positive one, a number that all share taken out."""
    shared, rest = _common(terms)
    inner = total(positive_first([term.weight for term in rest]))
    return mul(*shared, inner) if shared else inner


def matrix_sum(terms: Sequence[Term], shape: tuple[sp.Expr, sp.Expr]) -> MatrixExpr:
    """The sum of matrix terms, led by a positive one, a number that all share taken out; a zero matrix if there is none.

    A sum of diagonals is the diagonal of a sum.
    """
    if not terms:
        return sp.ZeroMatrix(*shape)
    shared, rest = _common(terms)
    lead = next((term for term in rest if term.weight.coefficient > 0), rest[0])
    ordered = [lead, *(term for term in rest if term is not lead)]
    if len(ordered) > 1 and all(len(term.factors) == 1 and isinstance(term.factors[0], sp.DiagonalOf) for term in ordered):
        whole = [Term(term.weight, (term.factors[0].arg,)) for term in ordered]
        inner: MatrixExpr = sp.DiagonalOf(matadd(*(_matrix(term, whole[0].factors[0].shape) for term in whole)))
    else:
        inner = matadd(*(_matrix(term, shape) for term in ordered))
    return matmul(*shared, inner) if shared else inner


def _common(terms: Sequence[Term]) -> tuple[list[sp.Rational], list[Term]]:
    """The sign and the size that two or more coefficients share, and the terms without them."""
    coefficients = [term.weight.coefficient for term in terms]
    size = common_size(coefficients)
    sign = sp.S.NegativeOne if len(terms) > 1 and all(c < 0 for c in coefficients) else sp.S.One
    shared = [number for number in (sign, size) if number != 1]
    return shared, [Term(term.weight.scaled(sign / size), term.factors) for term in terms]


def _matrix(term: Term, shape: tuple[sp.Expr, sp.Expr]) -> MatrixExpr:
    factors = term.factors or (sp.Identity(shape[0]),)
    size = Monomial(abs(term.weight.coefficient), term.weight.powers)
    numbers = [sp.S.NegativeOne] if term.weight.coefficient < 0 else []
    numbers += [size.expr] if size != ONE else []
    return matmul(*numbers, *factors) if len(numbers) + len(factors) > 1 else factors[0]
