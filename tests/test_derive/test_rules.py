"""Every row of the formula sheets, found through the registry."""

import pytest

from closedform.derive.facts import Facts
from closedform.derive.families import FAMILIES
from closedform.derive.rule import Rule
from closedform.derive.rules import RULES


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_rewrites_its_own_left_side(rule: Rule) -> None:
    facts = Facts.of(*rule.where)
    given = {name: next(s for s in rule.statement.rhs.free_symbols if str(s) == name) for name in rule.given}
    found = [rewrite.new for rewrite in rule.candidates(rule.statement.lhs, given, facts)]
    assert rule.statement.rhs in found


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_leaves_its_counterexample_alone(rule: Rule) -> None:
    assert rule.leaves is not None
    given = {name: next(s for s in rule.statement.rhs.free_symbols if str(s) == name) for name in rule.given}
    assert not list(rule.candidates(rule.leaves, given, Facts()))


def test_the_book_is_not_empty_and_short() -> None:
    assert FAMILIES
    assert 10 <= len(RULES) <= 70
