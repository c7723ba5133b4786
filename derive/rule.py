"""Rules: equations and inequalities between expressions, with conditions, a source, and the registry that names them.

In a statement every free symbol is a metavariable. A rule that is a pure equation is applied by matching its left side; one that
takes any number of terms, or computes, brings its own `rewrites`. Either way the new term is computed, never supplied.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import sympy as sp
from sympy.assumptions import AppliedPredicate

from .errors import DeriveError as DeriveError
from .facts import Facts, Verdict, instantiate
from .metavariables import kind_of, may_stand_for, metavariables, name_of, names_of, refuse_assumptions, told_by
from .nodes import BINDERS, may_be_infinite
from .rewrite import Bindings, match_within, names_in, substitute

Relation = Literal["=", "<=", ">="]
FLIPPED: dict[Relation, Relation] = {"=": "=", "<=": ">=", ">=": "<="}


class DoesNotApply(DeriveError):
    """A rule found nothing to rewrite."""


class MissingAssumption(DeriveError):
    """A condition of a rule or lemma has no answer, or the answer is no."""


FEW = 8  # names that can be told all at once


class UnknownName(DeriveError, KeyError):
    """A name that no registry holds; the text offers the nearest ones, or all where they are few."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = tuple(known)
        by_lower_case = {one.lower(): one for one in known}
        near = [by_lower_case[found] for found in difflib.get_close_matches(name.lower(), by_lower_case, n=3, cutoff=0.4)]
        hint = f"; did you mean {', '.join(near)}?" if near else f"; there are {', '.join(known)}" if len(known) <= FEW else ""
        super().__init__(f"no {kind} is called {name!r}{hint}")
        self.kind, self.name, self.known, self.near = kind, name, known, near

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would put it in quotes

    def __reduce__(self) -> tuple[object, ...]:
        """It crosses process borders: what it was made of, not its text, makes it again."""
        return type(self), (self.kind, self.name, self.known), self.__dict__


@dataclass(frozen=True)
class Statement:
    """left = right, left <= right or left >= right."""

    lhs: sp.Basic
    rhs: sp.Basic
    relation: Relation = "="


@dataclass(frozen=True)
class Rewrite:
    """One way to apply a rule to a node: what replaces it (or the `items` of it), and what must hold for that.

    `equality` says of an inequality where it is an equality.
    """

    new: sp.Basic
    items: tuple[int, ...] | None = None
    conditions: tuple[AppliedPredicate, ...] = ()
    note: str = ""
    equality: Statement | None = None


@dataclass(frozen=True)
class Discharged:
    """A condition of a step and what it rests on."""

    condition: AppliedPredicate
    by: str


Rewrites = Callable[[sp.Basic, Mapping[str, sp.Basic], Facts], Iterator[Rewrite]]


@dataclass(frozen=True)
class Rule:
    """An equation or inequality that may be used from left to right, wherever its conditions are answered yes.

    An inequality says in `equality` exactly where its sides are equal. `words` say what it does where the notation does not tell.
    """

    name: str
    statement: Statement
    source: str
    where: tuple[AppliedPredicate, ...] = ()
    leaves: sp.Basic | None = None
    rewrites: Rewrites | None = field(default=None, compare=False)
    given: tuple[str, ...] = ()
    equality: Statement | None = None
    words: str = ""

    @property
    def relation(self) -> Relation:
        return self.statement.relation

    @cached_property
    def speaks_of_infinity(self) -> bool:
        """May it be used where a limit, or oo, is a part? An equation between numbers says nothing there."""
        return may_be_infinite(self.statement.lhs) or may_be_infinite(self.statement.rhs)

    def candidates(self, node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
        """Every way to rewrite this very node; whether the conditions hold is not asked yet."""
        self._require(given)
        if may_be_infinite(node) and not self.speaks_of_infinity:
            return
        if self.rewrites is not None:
            yield from self.rewrites(node, given, facts)
            return
        bound = self.bind(given)
        for items, found in match_within(self.statement.lhs, node, bound):
            conditions = tuple(instantiate(condition, found) for condition in self.where)
            yield Rewrite(substitute(self.statement.rhs, found), items, conditions, equality=_instance(self.equality, found))

    def _require(self, given: Mapping[str, sp.Basic]) -> None:
        """What the left side does not bind, and what a computed rule asks for, only the script can say."""
        named = self._named()
        told = set(given)
        for name in given.keys() & named.keys():
            if not may_stand_for(given[name], named[name]):
                raise DeriveError(f"rule {self.name} takes a {kind_of(named[name])} for {name}, and {given[name]} is none")
            told |= names_of(names_in(named[name]))
        missing = sorted((self.loose() if self.rewrites is None else set(self.given)) - told)
        if missing:
            raise DeriveError(
                f"rule {self.name} needs a value for {', '.join(missing)}, which its left side does not tell: {self.statement.lhs}\n"
                f"  supply it: apply(..., {', '.join(f'{name}=...' for name in missing)})"
            )

    def _named(self) -> dict[str, sp.Basic]:
        return {name_of(symbol): symbol for symbol in metavariables(self.statement.lhs, self.statement.rhs)}

    def loose(self) -> set[str]:
        """The metavariables that reading an expression as the left side does not tell."""
        return self._named().keys() - names_of(told_by(self.statement.lhs))

    @property
    def trees(self) -> tuple[sp.Basic, ...]:
        """The sides of the statement, and what the conditions speak of."""
        return (self.statement.lhs, self.statement.rhs, *(part for condition in self.where for part in condition.arguments))

    def bind(self, given: Mapping[str, sp.Basic]) -> Bindings:
        """The values the script supplies, by metavariable, and the sizes of the matrices among them.

        Raises UnknownName for a name that the rule does not know, DeriveError for matrices whose sizes do not fit together.
        """
        named = self._named()
        unknown = sorted(set(given) - set(named))
        if unknown:
            raise UnknownName(f"metavariable of rule {self.name}", unknown[0], named)
        bound: dict[sp.Basic, sp.Basic] = {named[name]: value for name, value in given.items()}
        for symbol, value in tuple(bound.items()):
            if isinstance(symbol, sp.MatrixSymbol):
                for size, number in zip(map(sp.sympify, symbol.shape), map(sp.sympify, value.shape), strict=True):
                    known = bound.setdefault(size, number) if isinstance(size, sp.Symbol) else size
                    if known != number:
                        raise DeriveError(f"rule {self.name}: {symbol} = {value} has shape {value.shape}, where {size} = {known}")
        return bound

    def backwards(self) -> Rule:
        """The same equation read from right to left; it is the statement that is read, also where the rule computes more."""
        turned = Statement(self.statement.rhs, self.statement.lhs, FLIPPED[self.statement.relation])
        return replace(self, name=self.name + BACKWARDS, statement=turned, leaves=None, rewrites=None)


def _instance(statement: Statement | None, found: Bindings) -> Statement | None:
    if statement is None:
        return None
    return Statement(substitute(statement.lhs, found), substitute(statement.rhs, found), statement.relation)


BACKWARDS = " (backwards)"


def discharge(rewrite: Rewrite, node: sp.Basic, facts: Facts) -> tuple[Discharged, ...] | AppliedPredicate:
    """Every condition with its reason, or the first condition that is not answered yes.

    A condition on a variable that the node binds must hold for all its values: facts about a free symbol of that name do not count.
    """
    found = []
    for condition in rewrite.conditions:
        answer = facts_for(condition, rewrite, node, facts).ask(condition)
        if answer.verdict is not Verdict.YES:
            return condition
        found.append(Discharged(condition, answer.by))
    return tuple(found)


def facts_for(condition: AppliedPredicate, rewrite: Rewrite, node: sp.Basic, facts: Facts) -> Facts:
    """The facts that may answer the condition."""
    binders = [part for tree in (node, rewrite.new) for part in tree.atoms(*BINDERS)]
    return facts.inside(*binders) if condition.free_symbols & {part.variable for part in binders} else facts


LEMMA = "lemma:"


class Book(Mapping[str, Rule]):
    """Rules by name, each with a source and something it must leave alone.

    "lemma:kl_normal" names a theorem used as a rule, "log_div (backwards)" a rule read from right to left; neither is a row.
    """

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self.lemma: Callable[[str], Rule] | None = None

    def add(self, *rules: Rule) -> None:
        for rule in rules:
            if rule.name in self._rules:
                raise DeriveError(f"two rules are called {rule.name}")
            if not rule.source or rule.leaves is None:
                raise DeriveError(f"rule {rule.name} needs a source and an expression it leaves alone")
            unbound = sorted(rule.loose() - set(rule.given))
            if unbound and rule.rewrites is None:
                raise DeriveError(f"rule {rule.name}: the left side does not bind {', '.join(unbound)}")
            refuse_assumptions(rule.name, rule.trees)
            self._rules[rule.name] = rule

    def __getitem__(self, name: str) -> Rule:
        if name.endswith(BACKWARDS):
            return self[name.removesuffix(BACKWARDS)].backwards()
        if name.startswith(LEMMA) and self.lemma is not None:
            return self.lemma(name.removeprefix(LEMMA))
        if name not in self._rules:
            raise UnknownName("rule", name, self._rules)
        return self._rules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._rules))

    def __len__(self) -> int:
        return len(self._rules)


RULES = Book()
