"""A derivation as JSON, from which `load` rebuilds and re-checks it. Schema closedform/derivation/1:

    schema      "closedform/derivation/1"
    name, title, subject, source                    strings; name is that of the theorem
    statement   {"lhs": expression, "relation": "=" | "<=" | ">=", "rhs": expression}
    parameters  [expression, ...]                   symbols in the order of the arguments of a kernel
    hypotheses  [condition, ...]                    what was assumed
    start       expression                          the first line
    steps       [step, ...]                         one application of one rule each:
        rule        name of a rule; "lemma:" before the name of a theorem, " (backwards)" after one that is read from right to left
        path        [integer, ...]                  argument numbers from 0, from the root of `before` to the node that is rewritten
        items       [integer, ...] or null          those arguments of the node alone, or the node as a whole
        given       {metavariable: expression or name}  what the rule could not read off the line
        before, after                               whole lines
        relation    "=" | "<=" | ">="               of `before` to `after`
        conditions  [{"condition": condition, "discharged_by": string}, ...]
        note        string
        verdict     "proved", "checked(n)", "unknown" or "refuted"; "not checked" where nothing was checked
        evidence    [evidence, ...]                 each {"engine", "scope", "verdict", "detail": string}
    result      expression                          the last line
    terms       [{"name": string, "expression": expression}, ...]   named parts of the last line
    evidence    [evidence, ...]                     on the theorem as a whole
    digest      string                              of rules, places, lines and hypotheses

Expressions are the prefix form of prefix.py; a condition is a list of a name (positive, symmetric, ...) and the expression it is
about. Keys may come in any order; unknown keys are an error.
"""

from __future__ import annotations

import json as standard
from collections.abc import Iterable

from ..derivation import Step, Theorem
from .account import Evidence, Options, StepVerdict, Verdicts
from .prefix import Json, encoded, encoded_condition

SCHEMA = "closedform/derivation/1"


def json(theorem: Theorem, verdicts: Verdicts | None, options: Options) -> str:
    """The document; one line for each step, so that two versions compare line by line."""
    found = document(theorem, verdicts)
    steps = found.pop("steps")
    assert isinstance(steps, list)
    rows = [f"{standard.dumps(key)}: {_compact(value)}" for key, value in found.items()]
    body = ",\n    ".join(map(_compact, steps))
    rows.insert(list(found).index("result"), f'"steps": [\n    {body}\n  ]' if steps else '"steps": []')
    return "{\n  " + ",\n  ".join(rows) + "\n}\n"


def _compact(value: Json) -> str:
    return standard.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def document(theorem: Theorem, verdicts: Verdicts | None = None) -> dict[str, Json]:
    """The document as dicts and lists."""
    steps = theorem.derivation.steps
    found = list(verdicts.steps) if verdicts else [None] * len(steps)
    return {
        "schema": SCHEMA,
        "name": theorem.name,
        "title": theorem.title,
        "subject": theorem.subject,
        "source": theorem.source,
        "statement": {"lhs": encoded(theorem.lhs), "relation": theorem.relation, "rhs": encoded(theorem.rhs)},
        "parameters": [encoded(parameter) for parameter in theorem.parameters],
        "hypotheses": [encoded_condition(condition) for condition in theorem.hypotheses.sorted()],
        "start": encoded(theorem.derivation.start),
        "steps": [_step(step, verdict) for step, verdict in zip(steps, found, strict=True)],
        "result": encoded(theorem.rhs),
        "terms": [{"name": name, "expression": encoded(term)} for name, term in theorem.terms],
        "evidence": _evidence(verdicts.evidence if verdicts else ()),
        "digest": theorem.digest,
    }


def _step(step: Step, verdict: StepVerdict | None) -> Json:
    return {
        "rule": step.rule,
        "path": list(step.site.path),
        "items": None if step.site.items is None else list(step.site.items),
        "given": {name: encoded(value) for name, value in step.given},
        "before": encoded(step.before),
        "after": encoded(step.after),
        "relation": step.line_relation,
        "conditions": [
            {"condition": encoded_condition(found.condition), "discharged_by": found.by} for found in step.conditions
        ],
        "note": step.note,
        "verdict": str(verdict.verdict) if verdict else "not checked",
        "evidence": _evidence(verdict.evidence if verdict else ()),
    }


def _evidence(evidence: Iterable[Evidence]) -> Json:
    return [{"engine": found.engine, "scope": found.scope, "verdict": str(found.verdict), "detail": found.detail} for found in evidence]
