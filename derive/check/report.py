"""What a check says: verdicts, the evidence for them, and the report on a theorem. Plain data: it crosses process borders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


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
    certificate, equality. Of a rule: rule.
    """

    engine: str
    scope: str
    verdict: Verdict
    detail: str = ""


# A step holds only if its rule really gives it, under any names, and if it was decided, or tried in its terms and as a line.
STRUCTURAL = ("replay", "renaming")
BY_VALUE = ("local", "global")


@dataclass(frozen=True)
class StepReport:
    """The verdict on one step, and the evidence."""

    rule: str
    evidence: tuple[Evidence, ...]

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
