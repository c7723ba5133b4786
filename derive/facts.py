"""What is assumed, and what follows from it. Three answers, yes, no and unknown; a rule fires on yes alone.

Facts are SymPy's Q predicates about the symbols of one derivation: nothing is global. Every yes names what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate, Predicate

from .nodes import (
    Abbreviation,
    AbstractLaw,
    Density,
    Entry,
    Entrywise,
    Evidence,
    Expect,
    Group,
    Law,
    Likelihood,
    Paren,
    Posterior,
    ProductOver,
    SumOver,
)
from .rewrite import Bindings, substitute
from .special import expm1, expm1mx


class _PositiveEntries(Predicate):
    """Every entry of the column is > 0."""

    name = "positive_entries"


class _PositiveDiagonal(Predicate):
    """Every diagonal entry of the matrix is > 0."""

    name = "positive_diagonal"


positive_entries = _PositiveEntries()
positive_diagonal = _PositiveDiagonal()


class Verdict(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """yes, no or unknown, and what a yes or no rests on."""

    verdict: Verdict
    by: str = ""

    def __bool__(self) -> bool:
        raise TypeError("an answer has three values: compare its verdict")


UNKNOWN = Answer(Verdict.UNKNOWN)


@dataclass(frozen=True)
class Facts:
    """A set of hypotheses, and the questions they answer."""

    assumed: frozenset[AppliedPredicate] = frozenset()

    @classmethod
    def of(cls, *assumed: AppliedPredicate) -> Facts:
        return cls(frozenset(assumed))

    def also(self, *more: AppliedPredicate) -> Facts:
        return Facts(self.assumed | frozenset(more))

    def sorted(self) -> list[AppliedPredicate]:
        return sorted(self.assumed, key=str)

    def ask(self, question: AppliedPredicate) -> Answer:
        """Does the question follow from what is assumed?"""
        if question in self.assumed:
            return Answer(Verdict.YES, "hypothesis")
        if isinstance(question.arguments[0], Abbreviation):
            return self.ask(question.function(question.arguments[0].body))
        ask = _QUESTIONS.get(question.function.name)
        return ask(self, *question.arguments) if ask else UNKNOWN

    def holds(self, question: AppliedPredicate) -> bool:
        return self.ask(question).verdict is Verdict.YES


def instantiate(condition: AppliedPredicate, bindings: Bindings) -> AppliedPredicate:
    """The condition with the metavariables replaced."""
    return condition.function(*(substitute(argument, bindings) for argument in condition.arguments))


# ---------------------------------------------------------------------------------------------------- laws

# family -> the conditions under which its density is positive everywhere; each family's file adds its line.
POSITIVE_EVERYWHERE: dict[str, Callable[..., tuple[AppliedPredicate, ...]]] = {}


def _density_positive(facts: Facts, density: Density) -> Answer:
    law = density.law
    if isinstance(law, Posterior):
        return Answer(Verdict.YES, "prior and likelihood are positive")
    if isinstance(law, AbstractLaw):
        for fact in facts.assumed:
            (subject, *_) = fact.arguments
            if fact.function == Q.positive and isinstance(subject, Density) and subject.law == law:
                return Answer(Verdict.YES, "hypothesis")
        return UNKNOWN
    if isinstance(law, Law) and law.family in POSITIVE_EVERYWHERE:
        return _all(facts, POSITIVE_EVERYWHERE[law.family](*law.parameters), f"{law.family} density")
    return UNKNOWN


# ---------------------------------------------------------------------------------------------------- signs


def _all(facts: Facts, questions: Iterable[AppliedPredicate], by: str) -> Answer:
    answers = [facts.ask(question) for question in questions]
    if all(answer.verdict is Verdict.YES for answer in answers):
        return Answer(Verdict.YES, by)
    return UNKNOWN


def _positive(facts: Facts, x: Any) -> Answer:
    if x.is_number and not x.atoms(sp.Symbol):
        value = sp.N(x, 15)
        return Answer(Verdict.YES if value > 0 else Verdict.NO, "a number")
    if isinstance(x, (sp.exp, Likelihood, Evidence)):
        return Answer(Verdict.YES, "always positive")
    if isinstance(x, Density):
        return _density_positive(facts, x)
    if isinstance(x, Paren):
        return facts.ask(Q.positive(x.body))
    if isinstance(x, sp.Determinant):
        return _all(facts, [Q.positive_definite(x.arg)], "determinant of a positive definite matrix")
    if isinstance(x, Entry) and len(x.index) == 1:
        return _all(facts, [positive_entries(x.matrix)], "entry of a positive vector")
    if isinstance(x, Entry) and x.index[0] == x.index[1]:
        by_diagonal = _all(facts, [positive_diagonal(x.matrix)], "diagonal entry")
        if by_diagonal.verdict is Verdict.YES:
            return by_diagonal
        return _all(facts, [Q.positive_definite(x.matrix)], "diagonal of a positive definite matrix")
    if isinstance(x, sp.Mul):
        return _all(facts, map(Q.positive, x.args), "product of positive factors")
    if isinstance(x, sp.Pow):
        if facts.holds(Q.positive(x.base)):
            return Answer(Verdict.YES, "power of a positive number")
        if x.exp.is_even and facts.holds(Q.nonzero(x.base)):
            return Answer(Verdict.YES, "even power")
    if isinstance(x, sp.Add) and any(facts.holds(Q.positive(term)) for term in x.args):
        return _all(facts, map(Q.nonnegative, x.args), "sum of a positive and nonnegative terms")
    if isinstance(x, (Expect, SumOver, ProductOver)):
        return _all(facts, [Q.positive(x.body)], "of something positive")
    return UNKNOWN


def _nonnegative(facts: Facts, x: Any) -> Answer:
    positive = facts.ask(Q.positive(x))
    if positive.verdict is Verdict.YES:
        return positive
    if x.is_number and not x.atoms(sp.Symbol):
        return Answer(Verdict.YES if sp.N(x, 15) >= 0 else Verdict.NO, "a number")
    if isinstance(x, sp.Pow) and x.exp.is_even:
        return Answer(Verdict.YES, "even power")
    if isinstance(x, expm1mx):
        return Answer(Verdict.YES, "e^x >= 1 + x")
    if isinstance(x, Paren):
        return facts.ask(Q.nonnegative(x.body))
    if isinstance(x, sp.Mul) and len(x.args) == 2 and expm1(x.args[0]) == x.args[1]:
        return Answer(Verdict.YES, "e^x - 1 has the sign of x")
    if isinstance(x, (sp.Mul, sp.Add)):
        return _all(facts, map(Q.nonnegative, x.args), "nonnegative parts")
    if isinstance(x, (Expect, SumOver)):
        return _all(facts, [Q.nonnegative(x.body)], "of something nonnegative")
    return UNKNOWN


def _nonzero(facts: Facts, x: Any) -> Answer:
    positive = facts.ask(Q.positive(x))
    if positive.verdict is Verdict.YES:
        return positive
    if x.is_number and not x.atoms(sp.Symbol):
        return Answer(Verdict.YES if sp.N(x, 15) != 0 else Verdict.NO, "a number")
    if isinstance(x, sp.Mul):
        return _all(facts, map(Q.nonzero, x.args), "product of nonzero factors")
    if isinstance(x, sp.Pow):
        return _all(facts, [Q.nonzero(x.base)], "power of a nonzero number")
    return UNKNOWN


# ---------------------------------------------------------------------------------------------------- matrices


def _symmetric(facts: Facts, a: Any) -> Answer:
    if isinstance(a, (sp.Identity, sp.ZeroMatrix, sp.DiagMatrix)):
        return Answer(Verdict.YES, "diagonal")
    if isinstance(a, (sp.Inverse, sp.Transpose, Group)):
        return facts.ask(Q.symmetric(a.args[0]))
    if isinstance(a, sp.MatAdd):
        return _all(facts, map(Q.symmetric, a.args), "sum of symmetric matrices")
    if isinstance(a, sp.MatMul):
        mirrored = tuple(_transposed(facts, factor) for factor in reversed(_matrices(a)))
        if mirrored == _matrices(a):
            return Answer(Verdict.YES, "its own transpose")
    return UNKNOWN


def _matrices(product: sp.MatMul) -> tuple[sp.Basic, ...]:
    return tuple(arg for arg in product.args if isinstance(arg, sp.MatrixExpr))


def _transposed(facts: Facts, a: Any) -> sp.Basic:
    if isinstance(a, sp.Transpose):
        return a.arg
    return a if facts.holds(Q.symmetric(a)) else sp.Transpose(a)


def _positive_definite(facts: Facts, a: Any) -> Answer:
    if isinstance(a, sp.Identity):
        return Answer(Verdict.YES, "identity")
    if isinstance(a, (sp.Inverse, Group)):
        return _all(facts, [Q.positive_definite(a.args[0])], "inverse of a positive definite matrix")
    if isinstance(a, sp.DiagMatrix):
        return _all(facts, [positive_entries(a.args[0])], "diagonal with positive entries")
    if isinstance(a, sp.MatAdd):
        strict = [part for part in a.args if not _is_gram(facts, part)]
        if strict:
            return _all(facts, map(Q.positive_definite, strict), "sum of positive definite matrices and Gram matrices")
    if isinstance(a, sp.MatMul) and len(a.args) == 2 and a.args[1] == sp.Transpose(a.args[0]):
        return _all(facts, [Q.invertible(a.args[0])], "A A^T with A invertible")
    if isinstance(a, sp.MatMul) and len(_matrices(a)) == 1 and len(a.args) > 1:
        numbers = [Q.positive(arg) for arg in a.args if arg not in _matrices(a)]
        return _all(facts, [*numbers, Q.positive_definite(_matrices(a)[0])], "positive multiple of a positive definite matrix")
    return UNKNOWN


def _is_gram(facts: Facts, a: Any) -> bool:
    """W W^T, or W^T P W with P positive definite: never negative in any direction."""
    if not (isinstance(a, sp.MatMul) and len(a.args) in (2, 3)):
        return False
    mirrored = sp.Transpose(a.args[0]) == a.args[-1] or sp.Transpose(a.args[-1]) == a.args[0]
    return mirrored and all(facts.holds(Q.positive_definite(part)) for part in a.args[1:-1])


def _invertible(facts: Facts, a: Any) -> Answer:
    definite = facts.ask(Q.positive_definite(a))
    if definite.verdict is Verdict.YES:
        return Answer(Verdict.YES, "positive definite")
    if isinstance(a, (sp.Inverse, sp.Transpose, Group)):
        return _all(facts, [Q.invertible(a.args[0])], "inverse or transpose of an invertible matrix")
    if isinstance(a, sp.MatMul):
        return _all(facts, map(Q.invertible, _matrices(a)), "product of invertible matrices")
    return _all(facts, [Q.lower_triangular(a), positive_diagonal(a)], "triangular with positive diagonal")


def _lower_triangular(facts: Facts, a: Any) -> Answer:
    if isinstance(a, (sp.Identity, sp.DiagMatrix)):
        return Answer(Verdict.YES, "diagonal")
    if isinstance(a, (sp.Inverse, Group)):
        return facts.ask(Q.lower_triangular(a.args[0]))
    if isinstance(a, (sp.MatMul, sp.MatAdd)):
        return _all(facts, map(Q.lower_triangular, _matrices(a)), "of lower triangular matrices")
    return UNKNOWN


def _positive_diagonal(facts: Facts, a: Any) -> Answer:
    if isinstance(a, sp.Inverse):
        return _all(facts, [positive_diagonal(a.args[0]), Q.lower_triangular(a.args[0])], "inverse of a triangular matrix")
    if isinstance(a, sp.MatMul):
        asked = [ask(part) for part in _matrices(a) for ask in (Q.lower_triangular, positive_diagonal)]
        return _all(facts, asked, "product of triangular matrices")
    if isinstance(a, sp.Identity):
        return Answer(Verdict.YES, "identity")
    return UNKNOWN


def _positive_entries(facts: Facts, v: Any) -> Answer:
    if isinstance(v, sp.OneMatrix):
        return Answer(Verdict.YES, "ones")
    if isinstance(v, Entrywise):
        return _all(facts, [Q.positive(v.body)], "positive entries")
    return UNKNOWN


_QUESTIONS: dict[str, Callable[..., Answer]] = {
    "positive": _positive,
    "nonnegative": _nonnegative,
    "nonzero": _nonzero,
    "symmetric": _symmetric,
    "positive_definite": _positive_definite,
    "invertible": _invertible,
    "lower_triangular": _lower_triangular,
    "positive_diagonal": _positive_diagonal,
    "positive_entries": _positive_entries,
}
