"""What every form tells of a derivation, in order: the lines with their rules and verdicts, what they need, and how it was checked.

An account is shapes and words; a form arranges it. Verdicts come from outside, from whatever checked the derivation; without them
the account says that nothing was checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..derivation import Step, Theorem
from ..nodes import KL, Abbreviation, CrossEntropy, Density, Entropy, Expect, ExpectMatrix, Gradient, Law, LimitTo, MatrixGradient
from ..rewrite import Site, contains, match
from ..rule import LEMMA, Rule, Statement
from .claims import claims, hypotheses
from .names import legend
from .notation import Pen, write
from .rulebook import rule_named
from .runs import changed, runs
from .shapes import Compare, Name, Phrase, Shape


class Evidence(Protocol):
    """What one engine found: where it looked, its verdict, and what it saw."""

    @property
    def engine(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def verdict(self) -> object: ...
    @property
    def detail(self) -> str: ...


class StepVerdict(Protocol):
    """The verdict on one step, `str()` of which is proved, checked(12), unknown or refuted, and its evidence."""

    @property
    def verdict(self) -> object: ...
    @property
    def evidence(self) -> Sequence[Evidence]: ...


class Verdicts(Protocol):
    """A verdict for each step of a derivation, in order, and the evidence on the theorem as a whole."""

    @property
    def steps(self) -> Sequence[StepVerdict]: ...
    @property
    def evidence(self) -> Sequence[Evidence]: ...
    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Options:
    """What a caller may ask of a form."""

    standalone: bool = False
    rules: bool = False
    width: int = 100
    every_step: bool = False


@dataclass(frozen=True)
class Line:
    """One step, or a run of one rule: the relation to the line before, the new line with its changes marked, its grounds.

    `times` is how often the rule was applied; the verdict of a run is its weakest. `arguments` say for what a lemma was used:
    sigma1 := sqrt(var1).
    """

    relation: str
    shape: Shape
    rule: str
    times: int
    note: str
    arguments: tuple[Shape, ...]
    needs: tuple[tuple[tuple[Shape, ...], str], ...]
    verdict: str

    @property
    def by(self) -> str:
        """The rule's name, and how often it was applied if that is more than once."""
        return self.rule if self.times == 1 else f"{self.rule} x{self.times}"


@dataclass(frozen=True)
class Entry:
    """A rule as it stands in the appendix."""

    name: str
    statement: Shape
    needs: tuple[Shape, ...]
    source: str


@dataclass(frozen=True)
class Account:
    name: str
    title: str
    start: Shape
    lines: tuple[Line, ...]
    statement: Compare
    hypotheses: tuple[Shape, ...]
    labels: tuple[tuple[str, Shape], ...]
    legend: tuple[tuple[list[Name], str], ...]
    abbreviations: tuple[Shape, ...]
    equality: tuple[Shape, ...]
    verdict: str
    whole: tuple[str, ...]
    rules: tuple[Entry, ...]


@lru_cache(maxsize=2)  # one theorem is shown in several forms, one after the other
def account_of(theorem: Theorem, verdicts: Verdicts | None, options: Options = Options()) -> Account:
    steps = theorem.derivation.steps
    labels = labels_of(theorem)
    pen = Pen(labels)
    words = [str(found.verdict) for found in verdicts.steps] if verdicts else [""] * len(steps)
    nodes = tuple(_nodes(theorem.derivation.lines()))
    used = [law for law in labels if _speaks_of(nodes, law)]
    return Account(
        name=theorem.name,
        title=theorem.title,
        start=write(theorem.lhs, pen),
        lines=tuple(_lines(steps, words, pen, options)),
        statement=Compare(write(theorem.lhs, pen), theorem.relation, write(theorem.rhs, pen)),
        hypotheses=(*hypotheses(theorem.hypotheses, pen), *_integers(theorem)),
        labels=tuple((labels[law], write(law, pen)) for law in used),
        legend=tuple(legend(_names(theorem))),
        abbreviations=tuple(_abbreviations(nodes, pen)),
        equality=tuple(_statement(statement, pen) for statement in theorem.equality_case),
        verdict=summary(verdicts, len(steps)),
        whole=tuple(f"{found.engine}: {found.verdict}" for found in verdicts.evidence) if verdicts else (),
        rules=tuple(_entry(name) for name in dict.fromkeys(step.rule for step in steps)) if options.rules else (),
    )


def _lines(steps: Sequence[Step], words: Sequence[str], pen: Pen, options: Options) -> Iterator[Line]:
    done = 0
    for run in [(step,) for step in steps] if options.every_step else runs(steps):
        yield _line(run, pen, min(words[done : done + len(run)], key=_strength))
        done += len(run)


def _line(run: Sequence[Step], pen: Pen, verdict: str) -> Line:
    first, last = run[0], run[-1]
    places = tuple(site for site in changed(run) if site != Site())  # a change of the whole line needs no mark
    shape = write(last.after, Pen(pen.labels, places))
    arguments = tuple(dict.fromkeys(argument for step in run for argument in letters_of(step)))
    # The engine's note on a specialised theorem says the same in the words of SymPy.
    note = "" if arguments and first.note.startswith("specialise:") else first.note
    return Line(last.line_relation, shape, last.rule, len(run), note, arguments, conditions_of(run, pen), verdict)


def letters_of(step: Step) -> tuple[Shape, ...]:
    """What the letters of a lemma stand for, where that is not the same letter."""
    if not step.rule.startswith(LEMMA):
        return ()
    bindings = next(match(rule_named(step.rule).statement.lhs, step.old, {}), {})
    sizes = {size for symbol in bindings if isinstance(symbol, sp.MatrixSymbol) for size in symbol.shape}
    told = [
        (symbol, value)
        for symbol, value in bindings.items()
        if isinstance(symbol, sp.Symbol | sp.MatrixSymbol) and symbol not in sizes and symbol != value
    ]
    return tuple(Compare(write(symbol), ":=", write(value)) for symbol, value in sorted(told, key=lambda pair: str(pair[0])))


def conditions_of(run: Sequence[Step], pen: Pen) -> tuple[tuple[tuple[Shape, ...], str], ...]:
    """The conditions by what they rest on, each once; that 2 > 0 is not worth a word."""
    reasons: dict[str, list[AppliedPredicate]] = {}
    for found in dict.fromkeys(found for step in run for found in step.conditions):
        if found.condition.free_symbols:
            reasons.setdefault(found.by, []).append(found.condition)
    return tuple((tuple(claims(conditions, pen)), by) for by, conditions in reasons.items())


def _statement(statement: Statement, pen: Pen) -> Compare:
    return Compare(write(statement.lhs, pen), statement.relation, write(statement.rhs, pen))


def _entry(name: str) -> Entry:
    rule: Rule = rule_named(name)
    return Entry(name, _statement(rule.statement, Pen()), tuple(claims(rule.where)), rule.source)


# ---------------------------------------------------------------------------------------------------- names


def labels_of(theorem: Theorem) -> dict[sp.Basic, str]:
    """The laws that the left side compares are 1 and 2; a law alone there needs no label."""
    body = theorem.lhs
    while isinstance(body, Gradient | MatrixGradient | LimitTo):
        body = body.body
    if isinstance(body, KL | CrossEntropy):
        return {law: str(number) for number, law in enumerate(body.args, 1) if isinstance(law, Law)}
    if isinstance(body, Entropy) and isinstance(body.law, Law):
        return {body.law: ""}
    return {}


def _nodes(lines: Iterable[sp.Basic]) -> Iterator[sp.Basic]:
    """The nodes of all lines in the order in which they come up, each once: a line repeats most of the one before."""
    seen: set[sp.Basic] = set()
    for line in lines:
        waiting = [line]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                yield node
                waiting += reversed(node.args)


def _speaks_of(nodes: Iterable[sp.Basic], law: sp.Basic) -> bool:
    """Is the law meant by its label in any of the lines?"""
    return any(isinstance(node, Density | Expect | ExpectMatrix) and contains(node, law) for node in nodes)


def _abbreviations(nodes: Iterable[sp.Basic], pen: Pen) -> list[Shape]:
    """M = L2^-1 L1, in the order in which they come up."""
    return [Compare(write(node, pen), "=", write(node.body, pen)) for node in nodes if isinstance(node, Abbreviation)]


def _integers(theorem: Theorem) -> tuple[Shape, ...]:
    """Sizes of matrices are assumed by their symbols: k a positive integer."""
    free = {symbol for symbol in theorem.lhs.free_symbols if symbol.is_Symbol}
    sizes = {size for symbol in theorem.lhs.free_symbols - free for size in symbol.shape if sp.sympify(size).is_Symbol}
    return tuple(Phrase((write(size),), "a positive integer") for size in sorted(sizes, key=str) if size.is_integer and size.is_positive)


def _names(theorem: Theorem) -> set[str]:
    return {str(symbol) for line in theorem.derivation.lines() for symbol in line.free_symbols}


# ---------------------------------------------------------------------------------------------------- verdicts

VERDICTS = ("proved", "checked", "unknown", "refuted")


def _strength(word: str) -> tuple[int, int]:
    """Refuted before unknown before checked(1) before checked(2) before proved; nothing said counts least."""
    kind, _, count = word.partition("(")
    return (-VERDICTS.index(kind) if kind else -len(VERDICTS), int(count.rstrip(")") or 0))


def summary(verdicts: Verdicts | None, count: int) -> str:
    """13 steps: 9 proved, 4 checked(12), 0 unknown, 0 refuted."""
    steps = f"{count} step{'' if count == 1 else 's'}"
    if verdicts is None:
        return f"{steps}, not checked."
    words = [str(found.verdict) for found in verdicts.steps]
    return f"{steps}: {', '.join(_counted(kind, words) for kind in VERDICTS)}."


def _counted(kind: str, words: Iterable[str]) -> str:
    """The number of steps of this kind, and for checked(n) the least and largest n."""
    found = Counter(word for word in words if word.partition("(")[0] == kind)
    instances = sorted(int(word[len(kind) + 1 : -1]) for word in found if word.endswith(")"))
    spread = "..".join(map(str, dict.fromkeys((instances[0], instances[-1])))) if instances else ""
    return f"{found.total()} {kind}" + (f"({spread})" if spread else "")


