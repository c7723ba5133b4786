"""JSON: every theorem goes out and comes back by its own rules; a damaged document is refused at the damaged place."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from closedform.derive.rule import DeriveError
from closedform.derive.show import DoesNotHold, Unreadable, load, show
from closedform.derive.show.json import SCHEMA, document
from closedform.derive.show.load import KEYS, STEP_KEYS
from closedform.derive.show.prefix import HEADS, decoded, encoded
from closedform.derive.theorems import theorems

ALL = list(theorems)
Damage = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize("name", ALL)
def test_a_theorem_comes_back(name: str) -> None:
    theorem = theorems[name]
    text = show(theorem, "json")
    again = load(text)
    assert again == theorem
    assert again.digest == theorem.digest
    assert show(again, "json") == text


def test_the_document_has_the_keys_of_its_schema() -> None:
    found = document(theorems["kl_normal"])
    assert found["schema"] == SCHEMA == "closedform/derivation/1"
    assert set(found) == set(KEYS)
    assert all(set(step) == set(STEP_KEYS) for step in found["steps"])  # type: ignore[union-attr, arg-type]
    wanted = {"schema", "name", "statement", "hypotheses", "start", "steps", "result", "terms", "digest"}
    assert wanted <= set(found)
    assert {"rule", "path", "before", "after", "relation", "conditions", "verdict", "evidence"} <= set(STEP_KEYS)


def test_the_docstring_names_every_key() -> None:
    text = inspect.getmodule(document).__doc__ or ""  # type: ignore[union-attr]
    missing = [key for key in (*KEYS, *STEP_KEYS) if key not in text]
    assert not missing


def test_without_a_check_nothing_counts_as_checked() -> None:
    assert {step["verdict"] for step in document(theorems["kl_normal"])["steps"]} == {"not checked"}  # type: ignore[union-attr, index, call-overload]


# ---------------------------------------------------------------------------------------------------- damage


def damaged(damage: Damage, name: str = "kl_normal") -> str:
    found = json.loads(show(theorems[name], "json"))
    damage(found)
    return json.dumps(found)


def put(*path: str | int, value: Any) -> Damage:
    def damage(found: dict[str, Any]) -> None:
        place: Any = found
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return damage


# A document that can be read, and is wrong.
HOLDS_NOT = ("another line", "cannot be applied", "the rules give", "other conditions", "needs ", "does not occur")


@pytest.mark.parametrize(
    ("damage", "pointer", "problem"),
    [
        (put("schema", value="closedform/derivation/9"), "/schema", "this reader knows"),
        (lambda found: found.pop("start"), "/", "'start' is missing"),
        (put("extra", value=1), "/extra", "no such key"),
        (put("steps", value={}), "/steps", "a list is wanted, not a dict"),
        (put("steps", 2, value=[]), "/steps/2", "an object is wanted, not a list"),
        (lambda found: found["steps"].pop(3), "/steps/3/before", "another line"),
        (lambda found: found["steps"].pop(), "/result", "another line"),
        (put("steps", 3, "rule", value="log_divv"), "/steps/3/rule", "did you mean log_div"),
        (put("steps", 3, "rule", value="lemma:kl_normall"), "/steps/3/rule", "did you mean kl_normal"),
        (put("steps", 2, "rule", value="cancel_inverse"), "/steps/2", "cannot be applied as recorded"),
        (put("steps", 2, "path", value=[0, 0, 0, 0, 7]), "/steps/2/path", "no such place"),
        (put("steps", 2, "path", value=["0"]), "/steps/2/path", "no such place"),
        (put("steps", 2, "path", value=[True]), "/steps/2/path", "no such place"),
        (put("steps", 2, "path", value=[-1]), "/steps/2/path", "no such place"),
        (put("steps", 2, "items", value=[0, 1]), "/steps/2/items", "the rules give None"),
        (put("steps", 2, "after", value=0), "/steps/2/after", "another line"),
        (put("steps", 2, "after", value=["log"]), "/steps/2/after", "log takes number, not 0 arguments"),
        (put("steps", 2, "after", value=["system", "ls"]), "/steps/2/after/0", "no head is called 'system'"),
        (put("steps", 2, "after", value="__import__('os')"), "/steps/2/after", "an integer or a list"),
        (put("steps", 2, "after", value=["log", ["identity", 3]]), "/steps/2/after/1", "a number is wanted"),
        (put("steps", 2, "after", value=["add", 1, True]), "/steps/2/after/2", "an integer or a list"),
        (put("steps", 2, "after", value=0.5), "/steps/2/after", "an integer or a list"),
        (put("steps", 2, "relation", value="<="), "/steps/2/relation", "the rules give '='"),
        (put("steps", 2, "conditions", value=[]), "/steps/2/conditions", "other conditions than"),
        (put("steps", 2, "conditions", 0, "discharged_by", value="faith"), "/steps/2/conditions", "other conditions than"),
        (put("steps", 2, "conditions", 0, "condition", value=["prime", 7]), "/steps/2/conditions/0/condition/0", "no condition is called"),
        (put("steps", 2, "given", value={"nothing": 1}), "/steps/2/rule", "metavariable"),
        (put("hypotheses", value=[]), "/steps/0", "needs Q.positive"),
        (put("hypotheses", 0, value=["positive"]), "/hypotheses/0", "a condition is a list"),
        (put("start", value=["symbol", "x", {"positive": True, "negative": True}]), "/start", "no symbol can have these assumptions"),
        (put("start", value=["symbol", "x", {"lovely": True}]), "/start", "symbol takes a name and an object of assumptions"),
        (put("start", value=["rational", 2, 4]), "/start", "lowest terms"),
        (put("start", value=["rational", 1, 0]), "/start", "lowest terms"),
        (put("start", value=["matmul", ["zeros", 2, 3], ["zeros", 2, 3]]), "/start", "cannot be made of these arguments"),
        (put("result", value=7), "/result", "another line"),
        (put("statement", "relation", value=">="), "/statement/relation", "the rules give '='"),
        (put("terms", value=[{"name": "t", "expression": 17}]), "/terms", "does not occur"),
        (put("steps", 2, "verdict", value=True), "/steps/2/verdict", "a string is wanted"),
        (put("steps", 2, "evidence", value=[{"engine": "faith"}]), "/steps/2/evidence/0", "'scope' is missing"),
        (put("evidence", value="much"), "/evidence", "a list is wanted"),
        (put("digest", value="0" * 16), "/digest", "the rules give"),
    ],
)  # fmt: skip
def test_damage_is_refused_where_it_is(damage: Damage, pointer: str, problem: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        load(damaged(damage))
    assert refusal.value.pointer == pointer
    assert problem in str(refusal.value)
    assert isinstance(refusal.value, DeriveError)
    assert isinstance(refusal.value, DoesNotHold) == any(word in problem for word in HOLDS_NOT)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"schema": 1}', "{" + '"a": 1' * 3])
def test_what_is_no_derivation_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        load(text)


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep: Any = ["symbol", "x", {}]
    for _ in range(600):
        deep = ["paren", deep]
    with pytest.raises(Unreadable, match="nested too deeply"):
        load(damaged(put("start", value=deep)))


def test_a_forged_line_is_caught_even_if_the_forger_is_consistent() -> None:
    """The sign of one term changed on every line and in the digest: the rules give other lines."""
    honest = show(theorems["kl_normal"], "json")
    text = honest.replace('["rational", -1, 2]', '["rational", -3, 2]')
    assert text != honest
    with pytest.raises(Unreadable, match="another line"):
        load(text)


# ---------------------------------------------------------------------------------------------------- expressions

x = sp.Symbol("x", real=True)


@pytest.mark.parametrize(
    "symbol", [x, sp.Symbol("y"), sp.Symbol("n", integer=True, positive=True), sp.Symbol("t", positive=True, even=True)]
)
def test_a_symbol_keeps_its_assumptions(symbol: sp.Symbol) -> None:
    assert decoded(json.loads(json.dumps(encoded(symbol))), "") == symbol


def test_every_head_is_written_as_it_is_read() -> None:
    from test_derive.test_show_nodes import SAMPLES

    seen = set()
    for node, _, _ in SAMPLES:
        if node.has(sp.Float) or node.has(sp.matrices.expressions.matexpr.MatrixElement):
            continue  # no rule makes them
        form = encoded(node)
        assert decoded(json.loads(json.dumps(form)), "") == node
        seen |= heads(form)
    assert seen >= HEADS.keys()


def heads(form: Any) -> set[str]:
    if not isinstance(form, list):
        return set()
    return {form[0]} | {head for part in form[1:] for head in heads(part)}


def test_a_node_without_head_is_refused() -> None:
    with pytest.raises(DeriveError, match="no head for polygamma"):
        encoded(sp.polygamma(1, x))
