"""Every row of the formula sheets, found through the registry."""

import pytest
import sympy as sp

from closedform.derive.facts import Facts
from closedform.derive.families import FAMILIES
from closedform.derive.metavariables import metavariables, name_of
from closedform.derive.rule import BACKWARDS, Rule
from closedform.derive.rules import RULES
from closedform.derive.show.notation import write
from closedform.derive.show.plain import Plain
from closedform.derive.theorems import theorems


def own_values(rule: Rule) -> dict[str, sp.Basic]:
    """Each metavariable that a script must supply, standing for itself."""
    found = metavariables(rule.statement.lhs, rule.statement.rhs)
    return {name_of(symbol): symbol for symbol in found if name_of(symbol) in rule.given}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_rewrites_its_own_left_side(rule: Rule) -> None:
    facts = Facts.of(*rule.where)
    found = [rewrite.new for rewrite in rule.candidates(rule.statement.lhs, own_values(rule), facts)]
    assert rule.statement.rhs in found


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_leaves_its_counterexample_alone(rule: Rule) -> None:
    assert rule.leaves is not None
    assert not list(rule.candidates(rule.leaves, own_values(rule), Facts()))


def test_the_book_is_short_and_every_rule_is_used() -> None:
    """The toolkit applies and checks rules; it is no computer algebra system. What a family knows of its law is counted apart."""
    of_families = {rule.name for family in FAMILIES.values() for rule in family.rules()}
    assert len(RULES.keys() - of_families) <= 125
    used = {step.rule.removesuffix(BACKWARDS) for theorem in theorems.values() for step in theorem.derivation.steps}
    assert not RULES.keys() - used


def test_a_statement_that_reads_like_a_tautology_says_in_words_what_it_does() -> None:
    """Where both sides print alike, the notation hides what the rule is for."""
    alike = [rule for rule in RULES.values() if Plain().draw(write(rule.statement.lhs)) == Plain().draw(write(rule.statement.rhs))]
    assert {"drop_bracket", "inverse_transpose", "normal_diag_is_mvn"} <= {rule.name for rule in alike}
    assert all(rule.words for rule in alike)
