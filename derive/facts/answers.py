"""What is assumed, and the questions it answers: yes, no and unknown. A rule fires on yes alone, and every yes names what it rests on.

Facts are SymPy's Q predicates about the symbols of one derivation: nothing is global. How a question about a composite expression
follows from questions about its parts stands in signs.py, laws.py and matrices.py, a function for each predicate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate, Predicate

from ..nodes import Abbreviation, Density, LimitTo
from ..rewrite import Bindings, names_in, renamed_apart, substitute


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


def yes(by: str) -> Answer:
    return Answer(Verdict.YES, by)


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

    def hiding(self, variables: Iterable[sp.Basic]) -> Facts:
        """What is known where these are bound: facts about free symbols of the same name say nothing there.

        What is assumed of a law's density is assumed of it at every point, and stays.
        """
        hidden = set(variables)
        return Facts(frozenset(fact for fact in self.assumed if not _speaks_of(fact, hidden)))

    def inside(self, *binders: sp.Basic) -> Facts:
        """What is known in the bodies of binders: nothing of their variables, but that one near 0 from above, or near oo, is positive."""
        near: dict[sp.Basic, bool] = {}
        for node in binders:
            near[node.variable] = near.get(node.variable, True) and isinstance(node, LimitTo) and _is_above_zero(node.domain)
        known = self.hiding(near)
        return known.also(*(Q.positive(variable) for variable, above in near.items() if above)) if any(near.values()) else known

    def ask(self, question: AppliedPredicate) -> Answer:
        """Does the question follow from what is assumed?"""
        if question in self.assumed:
            return yes("hypothesis")
        if isinstance(question.arguments[0], Abbreviation):
            return self.ask(question.function(question.arguments[0].body))
        ask = QUESTIONS.get(question.function.name)
        return ask(self, *question.arguments) if ask else UNKNOWN

    def holds(self, question: AppliedPredicate) -> bool:
        return self.ask(question).verdict is Verdict.YES

    def all(self, questions: Iterable[AppliedPredicate], by: str) -> Answer:
        """Yes if the answer to every one of at least one question is yes."""
        answers = [self.ask(question) for question in questions]
        return yes(by) if answers and all(answer.verdict is Verdict.YES for answer in answers) else UNKNOWN


def _is_above_zero(point: sp.Basic) -> bool:
    return point == sp.oo or bool(point.is_Rational and point >= 0)


def _speaks_of(fact: AppliedPredicate, hidden: set[sp.Basic]) -> bool:
    (subject, *_) = fact.arguments
    if isinstance(subject, Density) and subject.point in hidden:
        return bool(subject.law.free_symbols & hidden)
    return bool(fact.free_symbols & hidden)


Question = Callable[..., Answer]
QUESTIONS: dict[str, Question] = {}


def question(name: str) -> Callable[[Question], Question]:
    """Register the function below as the way to answer questions of that predicate."""

    def register(ask: Question) -> Question:
        QUESTIONS[name] = ask
        return ask

    return register


def instantiate(condition: AppliedPredicate, bindings: Bindings) -> AppliedPredicate:
    """The condition with the metavariables replaced.

    A density that is positive is so at every point: where the bindings do not say at which, at one of which nothing else speaks.
    """
    (subject, *_) = condition.arguments
    if isinstance(subject, Density) and isinstance(subject.point, (sp.Symbol, sp.MatrixSymbol)) and subject.point not in bindings:
        taken = {str(name) for value in bindings.values() for name in names_in(value)}
        bindings = {**bindings, subject.point: renamed_apart(subject.point, taken)}
    return condition.function(*(substitute(argument, bindings) for argument in condition.arguments))


Anything = Any  # an argument of a predicate: what SymPy builds has no types
