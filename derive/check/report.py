"""What a check says: verdicts, the evidence for them, and the report on a theorem.

Plain data, once it is told in some notation: only then may it cross process borders, for SymPy evaluates what it unpickles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

import sympy as sp

Write = Callable[[sp.Basic], str]


class Outcome(Enum):
    PROVED = "proved"  # by a decision procedure or a rigorous enclosure
    CHECKED = "checked"  # held in so many instances, exactly or to 50 digits
    UNKNOWN = "unknown"  # nothing could be tried, or the procedure gave no answer
    REFUTED = "refuted"  # an instance disagrees


@dataclass(frozen=True)
class Verdict:
    """proved, checked(n), unknown or refuted."""

    outcome: Outcome
    count: int = 0

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.CHECKED) is not (self.count > 0):
            raise ValueError(f"{self.outcome.value} with {self.count} instances: only checked counts them, and none is no check")

    @property
    def passed(self) -> bool:
        return self.outcome in (Outcome.PROVED, Outcome.CHECKED)

    def __str__(self) -> str:
        return f"checked({self.count})" if self.outcome is Outcome.CHECKED else self.outcome.value


PROVED, UNKNOWN, REFUTED = Verdict(Outcome.PROVED), Verdict(Outcome.UNKNOWN), Verdict(Outcome.REFUTED)


def checked(count: int) -> Verdict:
    """checked(count); no instance is no evidence, so checked(0) is unknown."""
    return Verdict(Outcome.CHECKED, count) if count else UNKNOWN


@dataclass(frozen=True)
class Evidence:
    """What one engine found.

    Of a step: replay, renaming, conditions, local, global, decide. Of a theorem: chain, ends, terms, definition, enclosure,
    certificate, equality. Of a rule: rule. `detail` is in SymPy's notation until it is told in another.
    """

    engine: str
    scope: str
    verdict: Verdict
    detail: str = ""
    parts: tuple[object, ...] = field(default=(), compare=False, repr=False)  # of the detail: words, and expressions

    def told(self, write: Write) -> Evidence:
        """The same with its expressions in the notation of `write`."""
        return replace(self, detail=_joined(self.parts, write), parts=()) if self.parts else self


def seen(engine: str, scope: str, verdict: Verdict, form: str, *parts: object) -> Evidence:
    """Evidence whose detail is the form with the parts, expressions among them, in place of its {}."""
    first, *words = form.split("{}")
    whole = (first, *(piece for part, word in zip(parts, words, strict=True) for piece in (part, word)))
    return Evidence(engine, scope, verdict, _joined(whole, str), whole)


def _joined(parts: Iterable[object], write: Write) -> str:
    return "".join(write(part) if isinstance(part, sp.Basic) else str(part) for part in parts)


# A step holds only if its rule really gives it, under any names, and if it was decided, or tried in its terms and as a line.
STRUCTURAL = ("replay", "renaming")
BY_VALUE = ("local", "global")


@dataclass(frozen=True)
class StepReport:
    """The verdict on one step, and the evidence."""

    rule: str
    evidence: tuple[Evidence, ...]

    def told(self, write: Write) -> StepReport:
        return replace(self, evidence=tuple(one.told(write) for one in self.evidence))

    @property
    def verdict(self) -> Verdict:
        """Refuted if any engine disagrees; proved only by decision; checked as often as its terms were tried."""
        found = {evidence.engine: evidence.verdict for evidence in self.evidence}
        if any(verdict.outcome is Outcome.REFUTED for verdict in found.values()):
            return REFUTED
        decided = found.pop("decide", UNKNOWN).outcome is Outcome.PROVED
        tried = {engine: verdict for engine, verdict in found.items() if not (decided and engine in BY_VALUE)}
        if not all(tried.get(engine, UNKNOWN).passed for engine in {*STRUCTURAL, *tried, *(() if decided else BY_VALUE)}):
            return UNKNOWN
        return PROVED if decided else found["local"]


@dataclass(frozen=True)
class Report:
    """The verdicts on a theorem's steps, and the evidence about the theorem as a whole."""

    theorem: str
    digest: str
    steps: tuple[StepReport, ...]
    evidence: tuple[Evidence, ...]

    def told(self, write: Write) -> Report:
        """The same with all expressions in the notation of `write`."""
        return replace(
            self, steps=tuple(step.told(write) for step in self.steps), evidence=tuple(one.told(write) for one in self.evidence)
        )

    @property
    def verdict(self) -> Verdict:
        """The weakest of all; that a definition was integrated at some points proves nothing of other points."""
        return weakest([*(step.verdict for step in self.steps), *(evidence.verdict for evidence in self.evidence)])

    @property
    def count(self) -> dict[Outcome, int]:
        """How many steps have each outcome."""
        return {outcome: sum(step.verdict.outcome is outcome for step in self.steps) for outcome in Outcome}


def weakest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a whole whose parts have these; unknown if there is no part."""
    order = [Outcome.REFUTED, Outcome.UNKNOWN, Outcome.CHECKED, Outcome.PROVED]
    return min(verdicts, key=lambda verdict: (order.index(verdict.outcome), verdict.count), default=UNKNOWN)
