"""A derivation read back from JSON: every step is applied anew, by the rule and at the place that the document names.

The document supplies names, places and what the rules could not read off; each line is computed and compared with the recorded
one, so that nothing in the document is trusted and nothing in it is executed. Verdicts are not taken over: `check` gives new ones.
"""

from __future__ import annotations

import json as standard
from collections.abc import Iterable

import sympy as sp
from sympy.assumptions import AppliedPredicate
from sympy.core.symbol import Str

from ..derivation import Derivation, Theorem
from ..facts import Facts
from ..rewrite import Path, at_path
from ..rule import DeriveError, UnknownName
from .claims import claims
from .json import SCHEMA
from .plain import Plain
from .prefix import DoesNotHold, Json, Unreadable, decoded, decoded_condition
from .rulebook import rule_named
from .shapes import Shape
from .text import in_text

KEYS = (
    "schema", "name", "title", "subject", "source", "statement", "parameters", "hypotheses", "start", "steps", "result", "terms",
    "evidence", "digest",
)  # fmt: skip
STEP_KEYS = ("rule", "path", "items", "given", "before", "after", "relation", "conditions", "note", "verdict", "evidence")


def load(text: str) -> Theorem:
    """The theorem of a JSON document, derived again.

    Raises Unreadable, which names the place by a JSON pointer, where the document is damaged or foreign, and DoesNotHold, which does
    so too, where a rule does not apply as recorded, and where a line, a condition or the digest is not the one that the rules give.
    """
    try:
        return _loaded(_object(_parsed(text), "", KEYS))
    except RecursionError:
        raise Unreadable("", "expressions are nested too deeply to be read") from None


def _loaded(document: dict[str, Json]) -> Theorem:
    derivation = Derivation(
        decoded(document["start"], "/start"),
        Facts.of(*(decoded_condition(form, f"/hypotheses/{i}") for i, form in enumerate(_list(document["hypotheses"], "/hypotheses")))),
    )
    for index, form in enumerate(_list(document["steps"], "/steps")):
        derivation = _applied(derivation, form, f"/steps/{index}")
    theorem = _concluded(derivation, document)
    _compare_ends(theorem, document)
    _well_formed(document["evidence"], "/evidence")
    return theorem


def _parsed(text: str) -> Json:
    try:
        parsed: Json = standard.loads(text)
    except (ValueError, RecursionError) as problem:
        raise Unreadable("", f"this is no JSON that can be read: {problem}") from None
    if not isinstance(parsed, dict) or "schema" not in parsed:
        raise Unreadable("", f"this is no derivation: an object with the schema {SCHEMA!r} is wanted")
    if parsed["schema"] != SCHEMA:
        raise Unreadable("/schema", f"this reader knows {SCHEMA!r}, not {parsed['schema']!r}")
    return parsed


# ---------------------------------------------------------------------------------------------------- steps


def _applied(derivation: Derivation, form: Json, at: str) -> Derivation:
    """One step more, and proof that it is the recorded one."""
    step = _object(form, at, STEP_KEYS)
    _compare(derivation.line, step["before"], f"{at}/before")
    path = _path(step["path"], derivation.line, f"{at}/path")
    given = {name: _value(value, f"{at}/given/{name}") for name, value in _object(step["given"], f"{at}/given", None).items()}
    rule = _string(step["rule"], f"{at}/rule")
    try:
        longer = derivation.apply(rule_named(rule), path, _string(step["note"], f"{at}/note"), **given)
    except UnknownName as problem:
        raise Unreadable(f"{at}/rule", str(problem)) from None
    except (DeriveError, TypeError, ValueError, AttributeError) as problem:
        raise DoesNotHold(at, f"{step['rule']} cannot be applied as recorded: {problem}") from None
    done = longer.steps[-1]
    items = step["items"]
    if items is not None and not isinstance(items, list):
        raise Unreadable(f"{at}/items", "a list of argument numbers or null is wanted")
    _same(f"{at}/items", items, None if done.site.items is None else list(done.site.items))
    _compare(done.after, step["after"], f"{at}/after")
    _same(f"{at}/relation", step["relation"], done.line_relation)
    _compare_conditions(step["conditions"], done.conditions, f"{at}/conditions")
    _string(step["verdict"], f"{at}/verdict")
    _well_formed(step["evidence"], f"{at}/evidence")
    return longer


def _value(form: Json, at: str) -> sp.Basic:
    """What a script gives to a rule: an expression, or a name."""
    return Str(form) if isinstance(form, str) else decoded(form, at)


def _well_formed(form: Json, at: str) -> None:
    """Evidence is not believed, whatever it says; a new check gives new evidence."""
    for index, item in enumerate(_list(form, at)):
        for key, value in _object(item, f"{at}/{index}", ("engine", "scope", "verdict", "detail")).items():
            _string(value, f"{at}/{index}/{key}")


def _path(form: Json, line: sp.Basic, at: str) -> Path:
    path = tuple(index for index in _list(form, at) if isinstance(index, int) and not isinstance(index, bool) and index >= 0)
    try:
        if len(path) == len(_list(form, at)):
            at_path(line, path)
            return path
    except IndexError:
        pass
    raise Unreadable(at, f"there is no such place in the line before the step: {form}")


def _compare_conditions(form: Json, discharged: Iterable[object], at: str) -> None:
    recorded = [
        (decoded_condition(found["condition"], f"{at}/{index}/condition"), _string(found["discharged_by"], f"{at}/{index}/discharged_by"))
        for index, item in enumerate(_list(form, at))
        for found in [_object(item, f"{at}/{index}", ("condition", "discharged_by"))]
    ]
    known = [(found.condition, found.by) for found in discharged]  # type: ignore[attr-defined]
    if recorded != known:
        raise DoesNotHold(at, f"other conditions than the rule asks for\n  recorded: {_told(recorded)}\n  computed: {_told(known)}")


def _told(conditions: Iterable[tuple[AppliedPredicate, str]]) -> str:
    return "; ".join(f"{_drawn(*claims([condition]))}: {by}" for condition, by in conditions) or "none"


# ---------------------------------------------------------------------------------------------------- ends


def _concluded(derivation: Derivation, document: dict[str, Json]) -> Theorem:
    terms = []
    for index, item in enumerate(_list(document["terms"], "/terms")):
        term = _object(item, f"/terms/{index}", ("name", "expression"))
        terms.append((_string(term["name"], f"/terms/{index}/name"), decoded(term["expression"], f"/terms/{index}/expression")))
    name, title, subject, source = (_string(document[key], f"/{key}") for key in ("name", "title", "subject", "source"))
    parameters = tuple(decoded(form, f"/parameters/{i}") for i, form in enumerate(_list(document["parameters"], "/parameters")))
    try:
        return derivation.conclude(name, title, subject, parameters=parameters, terms=tuple(terms), source=source)
    except DeriveError as problem:
        raise DoesNotHold("/terms", str(problem)) from None


def _compare_ends(theorem: Theorem, document: dict[str, Json]) -> None:
    _compare(theorem.rhs, document["result"], "/result")
    statement = _object(document["statement"], "/statement", ("lhs", "relation", "rhs"))
    _compare(theorem.lhs, statement["lhs"], "/statement/lhs")
    _compare(theorem.rhs, statement["rhs"], "/statement/rhs")
    _same("/statement/relation", statement["relation"], theorem.relation)
    _same("/digest", document["digest"], theorem.digest)


def _compare(computed: sp.Basic, form: Json, at: str) -> None:
    recorded = decoded(form, at)
    if recorded != computed:
        raise DoesNotHold(at, f"the rules give another line\n  recorded: {in_text(recorded)}\n  computed: {in_text(computed)}")


def _drawn(*shapes: Shape) -> str:
    return ", ".join(map(Plain().draw, shapes))


def _same(at: str, recorded: Json, computed: Json) -> None:
    if recorded != computed:
        raise DoesNotHold(at, f"recorded is {recorded!r}, but the rules give {computed!r}")


# ---------------------------------------------------------------------------------------------------- pieces of a document


def _object(form: Json, at: str, keys: tuple[str, ...] | None) -> dict[str, Json]:
    if not isinstance(form, dict):
        raise Unreadable(at, f"an object is wanted, not a {type(form).__name__}")
    if keys is not None:
        for key in keys:
            if key not in form:
                raise Unreadable(at, f"{key!r} is missing")
        for key in form:
            if key not in keys:
                raise Unreadable(f"{at}/{key}", "no such key belongs here")
    return form


def _list(form: Json, at: str) -> list[Json]:
    if not isinstance(form, list):
        raise Unreadable(at, f"a list is wanted, not a {type(form).__name__}")
    return form


def _string(form: Json, at: str) -> str:
    if not isinstance(form, str):
        raise Unreadable(at, f"a string is wanted, not a {type(form).__name__}")
    return form
