"""Every rule of the book by itself: true as it stands, on generic rectangular matrices that are not symmetric, and refuted when mutated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy as sp
from sympy.assumptions import AppliedPredicate

from closedform.derive.check import Outcome, check_rule
from closedform.derive.decide.decision import Decision, decide
from closedform.derive.evaluate import compare, sample
from closedform.derive.families import FAMILIES, Family
from closedform.derive.nodes import Density, Integrate, Law
from closedform.derive.rewrite import matmul, mul
from closedform.derive.rule import FLIPPED, Rule, Statement
from closedform.derive.rules import RULES

from .mutations import mutants

Record = Callable[[str, object], None]


def assert_rule_holds(rule: Rule) -> None:
    """Both sides have one value wherever they are tried; that they could be tried is part of it."""
    evidence = check_rule(rule)
    assert evidence.verdict.passed, f"{rule.name} {evidence.verdict}: {evidence.detail}"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_true(name: str) -> None:
    assert_rule_holds(RULES[name])


# (x - mu)^2 does not see which is which, nor (-sigma)^2 the sign, nor the entries below the diagonal a multiple of the identity:
# these mutants are true. Nor does a function of symmetric matrices see a transpose.
EQUIVALENT = {
    ("below_the_diagonal", "term -A lost"),
    ("below_the_diagonal", "factor -1 lost"),
    ("below_the_diagonal", "SumOver(Entry(A**(-1)*Group(-A - B), i, j)**2, j, i - 1)"),
    ("below_the_diagonal", "SumOver(Entry(A**(-1)*Group((-1)*(-1)*A + B), i, j)**2, j, i - 1)"),
    ("chain_rule", "LowerTriangle(2*MatrixAt(MatrixGradient(Apply(g, S.T), S, symmetric), S, A*A.T)*A)"),
    ("limit_square", "(-LimitTo(Apply(g, x), x, p))**2"),
    ("limit_square", "LimitTo(-Apply(g, x), x, p)**2"),
    ("density_normal_diag", "mu and x exchanged"),
    ("normal_diag_is_mvn", "Law(mvn, mu, DiagMatrix(Entrywise((-Entry(sigma, j))**2, j, k)))"),
    ("normal_diag_is_mvn", "Law(mvn, mu, DiagMatrix(Entrywise(Entry(-sigma, j)**2, j, k)))"),
}


@pytest.mark.parametrize("name", RULES)
def test_every_mutation_of_a_rule_is_refuted(name: str, record_property: Record) -> None:
    """Mutants that the normal forms prove equal to the rule are no errors; every other one is refuted, or has no meaning at all."""
    rule = RULES[name]
    statement = rule.statement
    refuted, survivors = 0, []
    for what, mutant in mutants(statement.rhs):
        same = decide(mutant, statement.rhs, rule.where) is Decision.EQUAL or {(name, what), (name, str(mutant))} & EQUIVALENT
        if statement.relation != "=" or same:
            continue
        evidence = check_rule(replace(rule, statement=Statement(statement.lhs, mutant)))
        refuted += evidence.verdict.outcome is Outcome.REFUTED
        if evidence.verdict.passed:
            survivors.append(f"{what}: {mutant} {evidence.verdict} {evidence.detail}")
    assert not survivors, "\n".join(survivors)
    record_property("mutations", refuted)


# Hypotheses that give a matrix its form. (Others keep the sides defined: without them there is less to try, and nothing false.
# A covariance within a law is one by itself.)
FORMS = {"symmetric", "lower_triangular", "diagonal"}
NEEDED = [
    (rule, known)
    for rule in RULES.values()
    for known in rule.where
    if known.function.name in FORMS and not rule.statement.lhs.atoms(Law)
]


@pytest.mark.parametrize(("rule", "known"), NEEDED, ids=[f"{rule.name}-{known}" for rule, known in NEEDED])
def test_a_rule_without_one_of_its_hypotheses_does_not_pass(rule: Rule, known: AppliedPredicate) -> None:
    weaker = replace(rule, where=tuple(other for other in rule.where if other != known))
    assert not check_rule(weaker).verdict.passed


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.relation != "="])
def test_an_inequality_is_neither_reversed_nor_an_equation(name: str) -> None:
    rule = RULES[name]
    for relation in ("=", FLIPPED[rule.relation]):
        changed = replace(rule, statement=replace(rule.statement, relation=relation))
        assert check_rule(changed).verdict.outcome is Outcome.REFUTED


EXPECTATIONS = [(family, name) for family in FAMILIES.values() for name, _, _ in family.expectations]


@pytest.mark.parametrize(("family", "name"), EXPECTATIONS, ids=[f"{family.name}-{name}" for family, name in EXPECTATIONS])
def test_known_expectations_are_integrals_of_the_density(family: Family, name: str) -> None:
    """Nothing is assumed of mean, covariance or mass: the density itself is integrated."""
    body, value = next((body, value) for known, body, value in family.expectations if known == name)
    product = matmul if isinstance(body, sp.MatrixExpr) else mul
    integral = Integrate(product(Density(family.law, family.point), body), family.point, family.law)
    for size in (1, 2):
        assert compare(integral, value, sample([integral, value], family.domain, size, 0)).holds


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_densities_have_mass_one(family: Family) -> None:
    mass = Integrate(family.density, family.point, family.law)
    for size in (1, 2):
        assert compare(mass, sp.S.One, sample([mass], family.domain, size, 0)).holds
        assert not compare(mass, sp.Integer(2), sample([mass], family.domain, size, 0)).holds
