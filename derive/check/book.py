"""A rule by itself: its statement is true for any numbers and matrices that satisfy its conditions, of any fitting shapes."""

from __future__ import annotations

from ..rule import Rule
from .numeric import Worlds, tried
from .report import Evidence


def check_rule(rule: Rule) -> Evidence:
    """Both sides of the statement evaluated under the rule's conditions and no others, with k = 1, 2, 3, 4 and more."""
    statement = rule.statement
    parts = [part for condition in rule.where for part in condition.arguments]
    worlds = Worlds([statement.lhs, statement.rhs, *parts], rule.where)
    return tried("rule", rule.name, statement.lhs, statement.rhs, worlds, statement.relation)
