"""One theorem: every step by every engine, the chain of lines, the ends, the named terms, the definition."""

from __future__ import annotations

from collections.abc import Callable

from ..decide.decision import Decision, decide
from ..derivation import Derivation, Step, Theorem
from ..evaluate import EvaluationError
from ..facts import Facts
from ..rule import BACKWARDS, RULES, Rule
from .certificate import certificate_evidence
from .definition import definition_evidence
from .equality import equality_evidence
from .numeric import Worlds, conditions_hold, places, terms_apart, tried
from .replay import renamed_replay, replay
from .report import PROVED, REFUTED, UNKNOWN, Evidence, Report, StepReport, checked, seen

LEMMA = "lemma:"

# Theorems extend one another, so the same step occurs in many: it is checked once.
_STEPS: dict[tuple[Step, Facts], StepReport] = {}


def check(theorem: Theorem, rule_named: Callable[[str], Rule] | None = None) -> Report:
    """The verdict on every step of the theorem's derivation and on the theorem as a whole, with the evidence.

    `rule_named` says which rules count; by default those of the rule book, and finished theorems as lemmas.
    """
    derivation = theorem.derivation
    worlds = worlds_of(derivation, theorem)
    steps = tuple(_checked_once(step, derivation.facts, worlds, rule_named) for step in derivation.steps)
    return Report(theorem.name, theorem.digest, steps, tuple(_of_the_whole(theorem, worlds)))


def worlds_of(derivation: Derivation, theorem: Theorem | None = None) -> Worlds:
    trees = [*derivation.lines(), *(tree for step in derivation.steps for tree in (step.old, step.new))]
    conditions = [part for step in derivation.steps for one in step.conditions for part in one.condition.arguments]
    terms = [term for _, term in theorem.terms] if theorem else []
    return Worlds([*trees, *conditions, *terms], derivation.facts.sorted(), terms)


def rule_in_book(name: str) -> Rule:
    """The rule of that name; "lemma:..." is a finished theorem, read from left to right or backwards."""
    from ..theorems import theorems

    if not name.startswith(LEMMA):
        return RULES[name]
    rule = theorems[name.removeprefix(LEMMA).removesuffix(BACKWARDS)].as_rule()
    return rule.backwards() if name.endswith(BACKWARDS) else rule


def _checked_once(step: Step, facts: Facts, worlds: Worlds, rule_named: Callable[[str], Rule] | None) -> StepReport:
    if rule_named is not None:
        return check_step(step, facts, worlds, rule_named)
    if (step, facts) not in _STEPS:
        _STEPS[step, facts] = check_step(step, facts, worlds, rule_in_book)
    return _STEPS[step, facts]


def check_step(step: Step, facts: Facts, worlds: Worlds, rule_named: Callable[[str], Rule]) -> StepReport:
    """One step by every engine."""
    conditions = [one.condition for one in step.conditions]
    evidence = [
        replay(step, facts, rule_named),
        renamed_replay(step, facts, rule_named),
        *([conditions_hold(conditions, worlds)] if conditions else []),
        tried("local", "step", step.old, step.new, worlds, step.relation),
        tried("global", "line", step.before, step.after, worlds, step.line_relation),
        *([decided(step, facts)] if step.relation == "=" else []),
    ]
    return StepReport(step.rule, tuple(evidence))


def decided(step: Step, facts: Facts) -> Evidence:
    """The exchanged terms by the decision procedures, under the facts and the conditions that the step discharges."""
    decision = decide(step.old, step.new, [*facts.sorted(), *(one.condition for one in step.conditions)])
    verdict = {Decision.EQUAL: PROVED, Decision.DIFFERENT: REFUTED, Decision.UNDECIDED: UNKNOWN}[decision]
    return Evidence("decide", "step", verdict, f"normal forms: {decision.value}")


def _of_the_whole(theorem: Theorem, worlds: Worlds) -> list[Evidence]:
    return [
        _chain(theorem.derivation),
        tried("ends", "theorem", theorem.lhs, theorem.rhs, worlds, theorem.relation),
        *([_terms(theorem, worlds)] if theorem.terms else []),
        *definition_evidence(theorem, worlds),
        *certificate_evidence(theorem),
        *equality_evidence(theorem),
    ]


def _chain(derivation: Derivation) -> Evidence:
    """Each step begins with the line at which the one before it ended."""
    ends = [derivation.start, *(step.after for step in derivation.steps)]
    for number, (step, line) in enumerate(zip(derivation.steps, ends, strict=False), start=1):
        if step.before != line:
            return seen("chain", "theorem", REFUTED, "step {} begins with {}, but the line is {}", number, step.before, line)
    return Evidence("chain", "theorem", checked(len(derivation.steps)), f"{len(derivation.steps)} steps")


def _terms(theorem: Theorem, worlds: Worlds) -> Evidence:
    """No two named terms coincide at any of the points, so that exchanging two of them would have been seen."""
    terms = [term for _, term in theorem.terms]
    count = 0
    for size, seed in places(*terms):
        try:
            apart = terms_apart(terms, worlds(size, seed))
        except EvaluationError as problem:
            return Evidence("terms", "theorem", UNKNOWN, str(problem))
        if not apart:
            return Evidence("terms", "theorem", UNKNOWN, f"two terms coincide at k = {size}, seed {seed}")
        count += 1
    return Evidence("terms", "theorem", checked(count), f"{', '.join(name for name, _ in theorem.terms)} differ at every point")
