"""The rule that a step names: a row of the formula sheets, or a theorem used as a lemma."""

from __future__ import annotations

from ..rule import BACKWARDS, LEMMA, Rule
from ..rules import RULES


def rule_named(name: str) -> Rule:
    """Raises UnknownName, which offers the nearest names."""
    if not name.startswith(LEMMA):
        return RULES[name]
    from ..theorems import theorems

    turned = name.endswith(BACKWARDS)
    rule = theorems[name.removeprefix(LEMMA).removesuffix(BACKWARDS)].as_rule()
    return rule.backwards() if turned else rule
