"""What the book tells of: theorems, the reports of their check, who rests on whom, and the kernels made from them."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from closedform.derive.check import Evidence, Report, check, check_rule
from closedform.derive.check.crew import Crew, Task
from closedform.derive.check.pool import known, tasks
from closedform.derive.derivation import Theorem, spelt_out
from closedform.derive.families import FAMILIES  # noqa: F401 - laws bring rules too
from closedform.derive.rule import BACKWARDS, LEMMA, Rule
from closedform.derive.rules import RULES
from closedform.derive.show.text import in_text
from closedform.derive.theorems import theorems
from closedform.derive.theorems.registry import Library
from closedform.derive.theorems.subjects import GRADIENT, in_order

from ..emit import MANIFEST

GENERATED = Path(__file__).resolve().parents[2] / "generated"


@dataclass(frozen=True)
class Code:
    """A kernel as it stands in generated/; `through` is the theorem whose last line it computes."""

    name: str
    signature: str
    through: str
    current: bool
    numpy: str
    c: str


@dataclass(frozen=True)
class Outline:
    """What others must know of a derivation: enough to see what it begins with and rests on, and little to send between processes."""

    digest: str
    left: str
    steps: tuple[str, ...]  # equal for equal steps
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """`uses` and `used_by` are lemmas; a theorem `extends` another if it goes on from its last line,
    and `continues` it if its name says so too: kl_normal_stable is read after kl_normal;
    theorems of the `same_left` side are forms of one result. `plain` are the theorems that are no gradients of others, `order` is that
    of reading: by subject, gradients after the theorem that they are gradients of.
    """

    names: tuple[str, ...]
    gradients: Mapping[str, tuple[str, ...]]
    plain: tuple[str, ...]
    order: tuple[str, ...]
    reports: Mapping[str, Report]
    rule_evidence: Mapping[str, Evidence]
    uses: Mapping[str, tuple[str, ...]]
    used_by: Mapping[str, tuple[str, ...]]
    extends: Mapping[str, str]
    continues: Mapping[str, str]
    continued_by: Mapping[str, tuple[str, ...]]
    same_left: Mapping[str, tuple[str, ...]]
    rule_used_in: Mapping[str, tuple[str, ...]]
    kernels: Mapping[str, tuple[Code, ...]]

    @property
    def theorems(self) -> Library:
        """Derived when asked for, in the process that asks."""
        return theorems

    @property
    def rules(self) -> Mapping[str, Rule]:
        return RULES

    def excerpt(self, name: str) -> Shelf:
        """What the page of one theorem tells: little enough to be sent to the process that makes it."""
        return replace(
            self, rule_evidence={}, rule_used_in={}, gradients=_only(name, self.gradients), reports=_only(name, self.reports),
            uses=_only(name, self.uses), used_by=_only(name, self.used_by), extends=_only(name, self.extends),
            continues=_only(name, self.continues), continued_by=_only(name, self.continued_by),
            same_left=_only(name, self.same_left), kernels=_only(name, self.kernels),
        )  # fmt: skip


def _only(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[name]} if name in found else {}


def shelf(names: Iterable[str], crew: Crew, progress: Callable[[str], None]) -> Shelf:
    """Check the theorems, and put together what is known of them. Raises UnknownName for a name that is no theorem's."""
    wanted = known(names)
    surveyed = {}
    for name, found in crew.each(survey, tasks(wanted)):
        surveyed[name] = found
        progress(name)
    return put_together({name: surveyed[name] for name in wanted}, rule_evidence(crew))


def survey(name: str) -> tuple[Report, Outline]:
    theorem = theorems[name]
    return check(theorem).told(in_text), outline(theorem)


def outline(theorem: Theorem) -> Outline:
    steps = theorem.derivation.steps
    told = (f"{step.rule} {step.site} {step.given} {step.conditions} {step.note} {spelt_out(step.after)}" for step in steps)
    keys = tuple(hashlib.sha256(text.encode()).hexdigest() for text in told)
    return Outline(theorem.digest, spelt_out(theorem.lhs), keys, tuple(dict.fromkeys(step.rule for step in steps)))


def rule_evidence(crew: Crew) -> dict[str, Evidence]:
    """What the check of each rule by itself found, in the order of the names."""
    found = dict(crew.each(_check_rule, ([Task(name)] for name in RULES)))
    return {name: found[name] for name in RULES}


def _check_rule(name: str) -> Evidence:
    return check_rule(RULES[name]).told(in_text)


def put_together(surveyed: Mapping[str, tuple[Report, Outline]], of_rules: Mapping[str, Evidence]) -> Shelf:
    """Who rests on whom, among these theorems."""
    found = {name: outline for name, (_, outline) in surveyed.items()}
    uses = {name: tuple(lemma for lemma in lemmas(one.rules) if lemma in found) for name, one in found.items()}
    gradients = {name: gradients_of(name, found) for name in found}
    plain = tuple(name for name in found if not any(name in of_one for of_one in gradients.values()))
    extends = {name: before for name in found if (before := beginning(name, found)) is not None}
    same = {name: tuple(other for other in found if other != name and found[other].left == one.left) for name, one in found.items()}
    rules_of = {name: set(map(plain_name, one.rules)) for name, one in found.items()}
    return Shelf(
        names=tuple(found),
        gradients=gradients,
        plain=plain,
        order=reading_order(found, plain, gradients),
        reports={name: report for name, (report, _) in surveyed.items()},
        rule_evidence=of_rules,
        uses=uses,
        used_by={name: tuple(other for other in found if name in uses[other]) for name in found},
        extends=extends,
        continues={name: before for name, before in extends.items() if name.startswith(f"{before}_")},
        continued_by={name: tuple(other for other in found if extends.get(other) == name) for name in found},
        same_left=same,
        rule_used_in={rule: tuple(name for name in found if rule in rules_of[name]) for rule in RULES},
        kernels=kernels(found, same),
    )


def gradients_of(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """The theorems of its gradients, in the order of the parameters."""
    return tuple(of_one for parameter in theorems.parameters(name) if (of_one := f"{name}{GRADIENT}{parameter}") in others)


def reading_order(found: Iterable[str], plain: Iterable[str], gradients: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    subjects = in_order({theorems.subject(name) for name in found})
    by_subject = sorted(plain, key=lambda name: subjects.index(theorems.subject(name)))
    return tuple(name for first in by_subject for name in (first, *gradients[first]))


def plain_name(rule: str) -> str:
    """The row of the rule book that a step names; "lemma:..." for a theorem."""
    return rule.removesuffix(BACKWARDS)


def lemmas(rules: Iterable[str]) -> tuple[str, ...]:
    """The theorems among the rules of a derivation, in the order in which they come up."""
    names = map(plain_name, rules)
    return tuple(dict.fromkeys(name.removeprefix(LEMMA) for name in names if name.startswith(LEMMA)))


def beginning(name: str, found: Mapping[str, Outline]) -> str | None:
    """The theorem with the longest derivation that is the beginning of this one."""
    one = found[name]
    prefixes = [
        other
        for other, shorter in found.items()
        if other != name and shorter.left == one.left and 0 < len(shorter.steps) < len(one.steps)
        and one.steps[: len(shorter.steps)] == shorter.steps
    ]  # fmt: skip
    return max(prefixes, key=lambda other: (len(found[other].steps), other), default=None)


# ---------------------------------------------------------------------------------------------------- kernels


def kernels(found: Mapping[str, Outline], same: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[Code, ...]]:
    """For each theorem the kernels that compute its last line, its left side by another last line, or that have its name."""
    if not (GENERATED / MANIFEST).exists():
        return dict.fromkeys(found, ())
    entries = json.loads((GENERATED / MANIFEST).read_text(encoding="utf-8"))["kernels"]
    python, c = numpy_functions(), c_functions()
    told: dict[str, list[Code]] = {name: [] for name in found}
    for name, entry in entries.items():
        for source, digest in entry["sources"].items():
            current = source in found and found[source].digest == digest
            code = Code(name, entry["signature"], source, current, python.get(name, ""), c.get(name, ""))
            for theorem in (source, *same.get(source, ()), name):
                if theorem in told and all(known.name != name for known in told[theorem]):
                    told[theorem].append(code)
    return {name: tuple(codes) for name, codes in told.items()}


def numpy_functions() -> dict[str, str]:
    """The source of each function in numpy_kernels/, without decorators."""
    found = {}
    for file in sorted((GENERATED / "numpy_kernels").glob("*.py")):
        text = file.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = ast.get_source_segment(text, node) or ""
    return found


def c_functions() -> dict[str, str]:
    """The code of each kernel in C: for one element, and the entry point; not its loop for NumPy."""
    sections: dict[str, str] = {}
    for file in sorted((GENERATED / "c").glob("*.c")):
        _, *parts = re.split(r"^/\* ---- (.*) \*/\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        sections |= dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: re.split(rf"^static void {name}_loop", section, flags=re.MULTILINE)[0].strip() for name, section in sections.items()}
