"""What the book tells of: theorems, the reports of their check, who rests on whom, and the kernels made from them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from closedform.derive.check import Evidence, Report, check_all, check_rule
from closedform.derive.cli.listing import GRADIENT, in_order
from closedform.derive.derivation import Theorem
from closedform.derive.families import FAMILIES  # noqa: F401 - laws bring rules too
from closedform.derive.rule import BACKWARDS, LEMMA, Rule
from closedform.derive.rules import RULES
from closedform.derive.theorems import theorems

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
class Shelf:
    """`uses` and `used_by` are lemmas; a theorem `extends` another if it goes on from its last line,
    and `continues` it if its name says so too: kl_normal_stable is read after kl_normal;
    theorems of the `same_left` side are forms of one result. `plain` are the theorems that are no gradients of others, `order` is that
    of reading: by subject, gradients after the theorem that they are gradients of.
    """

    theorems: Mapping[str, Theorem]
    gradients: Mapping[str, tuple[str, ...]]
    plain: tuple[str, ...]
    order: tuple[str, ...]
    reports: Mapping[str, Report]
    rules: Mapping[str, Rule]
    rule_evidence: Mapping[str, Evidence]
    uses: Mapping[str, tuple[str, ...]]
    used_by: Mapping[str, tuple[str, ...]]
    extends: Mapping[str, str]
    continues: Mapping[str, str]
    continued_by: Mapping[str, tuple[str, ...]]
    same_left: Mapping[str, tuple[str, ...]]
    rule_used_in: Mapping[str, tuple[str, ...]]
    kernels: Mapping[str, tuple[Code, ...]]


def shelf(names: Iterable[str], workers: int, progress: Callable[[str], None]) -> Shelf:
    """Check the theorems, and put together what is known of them. Raises UnknownName for a name that is no theorem's."""
    reports = check_all(list(names), workers, lambda report: progress(report.theorem))
    found = {name: theorems[name] for name in reports}
    uses = {name: tuple(lemma for lemma in lemmas(theorem) if lemma in found) for name, theorem in found.items()}
    gradients = {name: gradients_of(theorem, found) for name, theorem in found.items()}
    plain = tuple(name for name in found if not any(name in of_one for of_one in gradients.values()))
    extends = {name: before for name, theorem in found.items() if (before := beginning(theorem, found)) is not None}
    same = {name: tuple(other for other in found if other != name and found[other].lhs == theorem.lhs) for name, theorem in found.items()}
    rules_of = {name: {plain_name(step.rule) for step in theorem.derivation.steps} for name, theorem in found.items()}
    return Shelf(
        theorems=found,
        gradients=gradients,
        plain=plain,
        order=reading_order(found, plain, gradients),
        reports=reports,
        rules=dict(RULES),
        rule_evidence={name: check_rule(rule) for name, rule in RULES.items()},
        uses=uses,
        used_by={name: tuple(other for other in found if name in uses[other]) for name in found},
        extends=extends,
        continues={name: before for name, before in extends.items() if name.startswith(f"{before}_")},
        continued_by={name: tuple(other for other in found if extends.get(other) == name) for name in found},
        same_left=same,
        rule_used_in={rule: tuple(name for name in found if rule in rules_of[name]) for rule in RULES},
        kernels=kernels(found, same),
    )


def gradients_of(theorem: Theorem, others: Mapping[str, Theorem]) -> tuple[str, ...]:
    """The theorems of its gradients, in the order of the parameters."""
    return tuple(name for parameter in theorem.parameters if (name := f"{theorem.name}{GRADIENT}{parameter}") in others)


def reading_order(
    found: Mapping[str, Theorem], plain: Iterable[str], gradients: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    subjects = in_order({theorem.subject for theorem in found.values()})
    by_subject = sorted(plain, key=lambda name: subjects.index(found[name].subject))
    return tuple(name for first in by_subject for name in (first, *gradients[first]))


def plain_name(rule: str) -> str:
    """The row of the rule book that a step names; "lemma:..." for a theorem."""
    return rule.removesuffix(BACKWARDS)


def lemmas(theorem: Theorem) -> tuple[str, ...]:
    """The theorems that the derivation uses as rules, in the order in which they come up."""
    names = (plain_name(step.rule) for step in theorem.derivation.steps)
    return tuple(dict.fromkeys(name.removeprefix(LEMMA) for name in names if name.startswith(LEMMA)))


def beginning(theorem: Theorem, others: Mapping[str, Theorem]) -> str | None:
    """The theorem with the longest derivation that is the beginning of this one."""
    steps = theorem.derivation.steps
    prefixes = [
        name
        for name, other in others.items()
        if name != theorem.name
        and other.lhs == theorem.lhs
        and 0 < len(other.derivation.steps) < len(steps)
        and steps[: len(other.derivation.steps)] == other.derivation.steps
    ]
    return max(prefixes, key=lambda name: (len(others[name].derivation.steps), name), default=None)


# ---------------------------------------------------------------------------------------------------- kernels


def kernels(found: Mapping[str, Theorem], same: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[Code, ...]]:
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
