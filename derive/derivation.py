"""Derivations: frozen chains of steps from a start to a last line, and the theorems they conclude.

`after` of a step is computed by applying a rule at a site; nothing here accepts a line from outside. A theorem becomes a rule
again (`as_rule`): used with other arguments, its hypotheses are proved anew for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import sympy as sp
from sympy.assumptions import AppliedPredicate

from .context import broken_by_a_derivative, facts_at, is_exact, line_relation
from .facts import Answer, Facts, Verdict
from .metavariables import refuse_assumptions
from .rewrite import Bindings, Path, Site, at_path, at_site, contains, sites, substitute
from .rewrite import replace as replace_at
from .rule import (
    LEMMA,
    RULES,
    DeriveError,
    Discharged,
    DoesNotApply,
    MissingAssumption,
    Relation,
    Rewrite,
    Rule,
    Statement,
    discharge,
    facts_for,
)

if TYPE_CHECKING:
    from .check import Report
    from .show import Verdicts

Given = tuple[tuple[str, sp.Basic], ...]
Refused = tuple[sp.Basic, object, Answer]  # an expression that matched, the condition that is in the way, what is known of it


@lru_cache(maxsize=1 << 13)
def spelt_out(line: sp.Basic) -> str:
    """The line in SymPy's constructors, assumptions included; theorems share lines, and a long one takes a while."""
    return str(sp.srepr(line))


@dataclass(frozen=True)
class Step:
    """One application of one rule at one place: whole lines before and after, and the terms exchanged."""

    rule: str
    site: Site
    given: Given
    before: sp.Basic
    after: sp.Basic
    old: sp.Basic
    new: sp.Basic
    span: Site
    relation: Relation
    line_relation: Relation
    conditions: tuple[Discharged, ...]
    note: str = ""
    equality: Statement | None = None


@dataclass(frozen=True)
class Derivation:
    """start, then steps; every line follows from the one before it under the facts."""

    start: sp.Basic
    facts: Facts
    steps: tuple[Step, ...] = ()

    @property
    def line(self) -> sp.Basic:
        return self.steps[-1].after if self.steps else self.start

    @property
    def relation(self) -> Relation:
        """How the start compares with the last line."""
        used: set[Relation] = {step.line_relation for step in self.steps} - {"="}
        if len(used) > 1:
            raise DeriveError("a derivation that goes up and down proves nothing of its ends")
        return used.pop() if used else "="

    def apply(self, rule: Rule | str, at: Path | sp.Basic | None = None, /, note: str = "", **given: sp.Basic) -> Derivation:
        """One step: the rule (or the rule of that name) at the first place, outermost and leftmost, where it matches and holds.

        `at` narrows the search to a path or to the first occurrence of an expression. `given` supplies metavariables that the
        left side does not bind. Raises DoesNotApply or MissingAssumption, saying which line and which condition.
        """
        rule = RULES[rule] if isinstance(rule, str) else rule
        found = self._stepped(rule, at, note, given)
        if isinstance(found, Derivation):
            return found
        raise self._refusal(rule, at, found)

    def _stepped(
        self, rule: Rule, at: Path | sp.Basic | None, note: str, given: dict[str, sp.Basic]
    ) -> Derivation | Sequence[Refused]:
        """One step more, or what was refused on the way. No word of it yet: to write a long line down takes longer than to search it."""
        refused: list[Refused] = []
        for path in self._places(at):
            facts = facts_at(self.line, path, self.facts)
            for rewrite in rule.candidates(at_path(self.line, path), given, facts):
                node = at_path(self.line, path)
                reasons = discharge(rewrite, node, facts)
                if not isinstance(reasons, tuple):
                    refused.append((node, reasons, facts_for(reasons, rewrite, node, facts).ask(reasons)))
                    continue
                broken = broken_by_a_derivative(self.line, path, rewrite.conditions)
                if broken is not None:
                    raise MissingAssumption(f"rule {rule.name} rests on {broken}, which the derivative around it breaks: {self.line}")
                if rewrite.new == at_site(self.line, Site(path, rewrite.items)):
                    continue  # a step changes something
                return self._append(rule, Site(path, rewrite.items), rewrite, reasons, tuple(sorted(given.items())), note)
        return refused

    def all(self, rule: Rule | str, at: sp.Basic | None = None, /, **given: sp.Basic) -> Derivation:
        """The rule again and again, a step each time, until it applies no more; at least once."""
        rule = RULES[rule] if isinstance(rule, str) else rule
        done = self.apply(rule, at, **given)
        for _ in range(200):
            try:
                longer = done._stepped(rule, at, "", given)
            except (DoesNotApply, MissingAssumption):
                return done
            if not isinstance(longer, Derivation):
                return done
            done = longer
        raise DeriveError(f"rule {rule.name} applies for ever on {done.line}")

    def _places(self, at: Path | sp.Basic | None) -> Iterator[Path]:
        if at is None:
            yield from sites(self.line)
        elif isinstance(at, tuple) and not isinstance(at, sp.Basic):
            yield at
        else:
            found = self._place_of(at)
            if found is not None:
                yield from sites(at_path(self.line, found), found)

    def _place_of(self, part: sp.Basic) -> Path | None:
        return next((path for path in sites(self.line) if at_path(self.line, path) == part), None)

    def _append(
        self, rule: Rule, site: Site, rewrite: Rewrite, reasons: tuple[Discharged, ...], given: Given, note: str
    ) -> Derivation:
        after, span = replace_at(self.line, site, rewrite.new)
        facts = facts_at(self.line, site.path, self.facts)
        step = Step(
            rule.name, site, given, self.line, after, at_site(self.line, site), rewrite.new, span,
            rule.relation, line_relation(self.line, site.path, rule.relation, facts), reasons, note or rewrite.note,
            rewrite.equality if is_exact(self.line, site.path, facts) else None,
        )  # fmt: skip
        return replace(self, steps=(*self.steps, step))

    def _refusal(self, rule: Rule, at: Path | sp.Basic | None, refused: Sequence[Refused]) -> DeriveError:
        if isinstance(at, sp.Basic) and self._place_of(at) is None:
            return DoesNotApply(f"the line has no part {at}\n  line: {self.line}")
        if not refused:
            return DoesNotApply(
                f"rule {rule.name} matches nothing\n  it rewrites: {rule.statement.lhs}\n  line {len(self.steps)}: {self.line}"
            )
        expression, condition, answer = refused[0]
        known = ", ".join(map(str, self.facts.sorted())) or "nothing"
        said = "is false" if answer.verdict is Verdict.NO else "has no answer"
        return MissingAssumption(
            f"rule {rule.name} needs {condition}, which {said}\n  expression: {expression}\n  line {len(self.steps)}: {self.line}\n"
            f"  known: {known}\n  declare it: add {condition} to the facts of the derivation, or specialise to arguments for which it holds"
        )

    def lines(self) -> tuple[sp.Basic, ...]:
        return (self.start, *(step.after for step in self.steps))

    def conclude(self, name: str, title: str, subject: str, **about: object) -> Theorem:
        """The theorem start relation last line, under the facts."""
        return Theorem(name, title, subject, self, **about)  # type: ignore[arg-type]

    def show(self, form: str = "text") -> str:
        """The lines so far, in one of the forms of show/."""
        return self._so_far().show(form)

    def _repr_latex_(self) -> str:
        return self._so_far()._repr_latex_()

    def _repr_html_(self) -> str:
        return self._so_far()._repr_html_()

    def _so_far(self) -> Theorem:
        return self.conclude("unfinished", "a derivation so far", "")


@dataclass(frozen=True)
class Theorem:
    """hypotheses |- lhs relation rhs, with its derivation, its named terms and what it is about."""

    name: str
    title: str
    subject: str
    derivation: Derivation
    parameters: tuple[sp.Basic, ...] = ()
    terms: tuple[tuple[str, sp.Basic], ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        for name, term in self.terms:
            if not contains(self.rhs, term):
                raise DeriveError(f"theorem {self.name}: the term {name} = {term} does not occur in {self.rhs}")

    def __repr__(self) -> str:
        steps = len(self.derivation.steps)
        return f"<Theorem {self.name}: {self.title}, {steps} step{'' if steps == 1 else 's'}>"

    def __str__(self) -> str:
        return self.show("text")

    lhs = property(lambda self: self.derivation.start)
    rhs = property(lambda self: self.derivation.line)
    hypotheses = property(lambda self: self.derivation.facts)

    @property
    def relation(self) -> Relation:
        return self.derivation.relation

    @property
    def equality_case(self) -> tuple[Statement, ...]:
        """Where an inequality is an equality: exactly where all of these hold; empty where nothing exact is known, and for an equation."""
        strict = [step.equality for step in self.derivation.steps if step.line_relation != "="]
        return tuple(case for case in strict if case is not None) if None not in strict else ()

    @cached_property
    def digest(self) -> str:
        """Eight bytes that change when a line, a rule or a hypothesis changes."""
        parts = [self.name, *map(str, self.hypotheses.sorted()), spelt_out(self.lhs)]
        parts += [f"{step.rule} {step.site} {spelt_out(step.after)}" for step in self.derivation.steps]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def specialise(self, values: Bindings, *facts: AppliedPredicate) -> Derivation:
        """A derivation of the theorem for other arguments: its first step is the theorem, with every hypothesis proved anew.

        `facts` are what is known of the new arguments. Raises MissingAssumption where a hypothesis is contradicted or open.
        """
        start = Derivation(substitute(self.lhs, values), Facts.of(*facts))
        told = ", ".join(f"{name} = {value}" for name, value in values.items())
        return start.apply(self.as_rule(), (), note=f"specialise: {told}")

    def check(self) -> Report:
        """The verdict on every step and on the whole, with the evidence, told in the notation of `show`."""
        from .check import check
        from .show.text import in_text

        return check(self).told(in_text)

    def show(
        self, form: str = "text", *, standalone: bool = False, rules: bool = False, every_step: bool = False,
        verdicts: Verdicts | None = None,
    ) -> str:
        """The theorem with its derivation as text, latex, markdown, html, mathml or json; see show.show."""
        from .show import show

        return show(self, form, standalone=standalone, rules=rules, every_step=every_step, verdicts=verdicts)

    def _repr_latex_(self) -> str:
        from .show.notebook import as_latex

        return as_latex(self)

    def _repr_html_(self) -> str:
        return self.show("html")

    def as_rule(self) -> Rule:
        """The theorem as one rule: its free symbols are metavariables, its hypotheses conditions.

        Raises DeriveError where SymPy assumes more of a symbol than that it is real, an integer or a positive integer.
        """
        statement = Statement(self.lhs, self.rhs, self.relation)
        rule = Rule(LEMMA + self.name, statement, self.source or self.title, tuple(self.hypotheses.sorted()))
        refuse_assumptions(rule.name, rule.trees)
        return rule


