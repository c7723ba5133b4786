"""Limits: what the evaluator sees of them by going there, what the rules give, and what is refused where oo may occur."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from sympy import Q

from closedform.derive.check.numeric import Worlds, tried
from closedform.derive.check.report import Outcome
from closedform.derive.decide.decision import Decision, decide
from closedform.derive.derivation import Derivation
from closedform.derive.evaluate import EvaluationError, NoMeaning, OutsideDomain, TooExpensive, compare, evaluate, sample
from closedform.derive.facts import Facts
from closedform.derive.nodes import LimitTo, Paren, SumOver, may_be_infinite
from closedform.derive.rewrite import add, div, exp, log, mul, neg, power, sub, substitute
from closedform.derive.rule import DoesNotApply, MissingAssumption
from closedform.derive.rules import RULES
from closedform.derive.rules.limits import LIMITS
from closedform.derive.show import load
from closedform.derive.special import expm1mx, log1pmx, logratiomx
from closedform.derive.theorems import theorems

a, b, x, y = (sp.Symbol(name, real=True) for name in "abxy")
j = sp.Symbol("j", integer=True, positive=True)
oo, minus_oo, zero, one = sp.oo, sp.S.NegativeInfinity, sp.S.Zero, sp.S.One


def value(tree: sp.Basic, *facts: sp.Basic, seed: int = 0) -> mpmath.mpf:
    return evaluate(tree, sample([tree], facts, 1, seed))


# ---------------------------------------------------------------------------------------------------- by going there


@pytest.mark.parametrize(
    ("body", "point", "limit"),
    [
        (power(x, 2), sp.Integer(3), 9),
        (exp(neg(x)), oo, 0),
        (exp(x), minus_oo, 0),
        (exp(x), oo, mpmath.inf),
        (log(x), oo, mpmath.inf),
        (log(x), zero, -mpmath.inf),
        (power(x, -1), zero, mpmath.inf),
        (neg(power(x, 3)), minus_oo, mpmath.inf),
        (sub(exp(x), power(x, 3)), oo, mpmath.inf),
        (mul(x, log(x)), zero, 0),
        (sub(power(add(power(x, 2), x), sp.Rational(1, 2)), x), oo, mpmath.mpf(1) / 2),
        (power(add(one, power(x, -1)), x), oo, mpmath.e),
        (div(sub(exp(x), one), x), zero, 1),
        (div(expm1mx(x), power(x, 2)), zero, mpmath.mpf(1) / 2),
        (div(log1pmx(x), power(x, 2)), zero, -mpmath.mpf(1) / 2),
        (sub(add(x, sp.Integer(10**9)), x), oo, 10**9),
        (sp.tanh(x), oo, 1),
    ],
    ids=str,
)
def test_values_that_settle_and_values_that_grow(body: sp.Expr, point: sp.Expr, limit: object) -> None:
    found = value(LimitTo(body, x, point))
    with mpmath.workdps(40):
        assert found == limit or abs(found - limit) < 1e-30


@pytest.mark.parametrize("body", [sp.sin(x), mul(x, sp.sin(x)), div(one, log(log(x)))], ids=str)
def test_what_neither_settles_nor_grows_has_no_limit(body: sp.Expr) -> None:
    with pytest.raises(NoMeaning, match="neither settles nor grows without bound as x goes to oo"):
        value(LimitTo(body, x, oo))


def test_what_has_no_value_near_the_point_has_no_limit() -> None:
    with pytest.raises(OutsideDomain):
        value(LimitTo(log(x), x, minus_oo))
    with pytest.raises(TooExpensive):
        value(LimitTo(exp(exp(x)), x, oo))


def test_there_is_no_number_oo_minus_oo() -> None:
    for tree in (sub(oo, oo), add(LimitTo(exp(x), x, oo), minus_oo), mul(zero, LimitTo(x, x, oo)), mul(zero, oo)):
        with pytest.raises(OutsideDomain, match="oo - oo or 0 oo"):
            value(tree)


def test_infinite_values_are_equal_or_infinitely_far_apart() -> None:
    world = sample([oo, one], [], 1, 0)
    assert compare(oo, LimitTo(x, x, oo), world).holds
    assert compare(minus_oo, one, world, "<=").holds
    for old, new, relation in ((oo, minus_oo, "="), (oo, one, "="), (one, minus_oo, "="), (oo, one, "<="), (minus_oo, one, ">=")):
        found = compare(old, new, world, relation)
        assert not found.holds
        assert found.gap == mpmath.inf


def test_a_limit_inside_a_sum_and_one_that_depends_on_another_variable() -> None:
    assert value(SumOver(LimitTo(div(j, add(one, exp(neg(x)))), x, oo), j, sp.Integer(3))) == 6
    inner = LimitTo(mul(y, exp(neg(x))), x, oo)
    assert value(LimitTo(add(y, inner), y, sp.Integer(2))) == 2


# ---------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize("rule", LIMITS, ids=[rule.name for rule in LIMITS])
@pytest.mark.parametrize("point", [zero, oo, minus_oo, sp.Integer(2)], ids=str)
def test_rules_for_any_point_hold_at_the_ends_too(rule: object, point: sp.Expr) -> None:
    """A rule by itself is tried at random numbers, among which oo is none."""
    statement, p = rule.statement, sp.Symbol("p", real=True)
    sides = [substitute(side, {p: point}) for side in (statement.lhs, statement.rhs)]
    worlds = Worlds([*sides, *(part for one in rule.where for part in one.arguments)], rule.where)
    found = tried("rule", rule.name, *sides, worlds)
    # At -oo the cube of a random polynomial may fall without bound, and then the sum of two limits is no number; nothing else may fail.
    assert found.verdict.passed or (found.verdict.outcome is Outcome.UNKNOWN and "oo - oo" in found.detail), found.detail


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (LimitTo(add(exp(x), neg(x)), x, oo), "limit_sum"),
        (LimitTo(mul(a, x), x, oo), "limit_factor"),
        (mul(a, oo), "infinite_product"),
        (LimitTo(logratiomx(x, a), x, oo), "limit_logratiomx_at_infinity"),
    ],
)  # fmt: skip
def test_what_might_become_oo_minus_oo_needs_to_be_known(line: sp.Expr, rule: str) -> None:
    with pytest.raises(MissingAssumption):
        Derivation(line, Facts()).apply(rule)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (add(oo, minus_oo), "infinite_sum"),
        (add(oo, neg(oo)), "infinite_sum"),
        (add(oo, LimitTo(x, x, zero)), "infinite_sum"),
        (mul(oo, oo), "infinite_product"),
        (LimitTo(mul(x, exp(x)), x, oo), "limit_factor"),
    ],
)  # fmt: skip
def test_what_is_not_known_to_be_a_number_stays(line: sp.Expr, rule: str) -> None:
    with pytest.raises(DoesNotApply):
        Derivation(line, Facts.of(Q.positive(x))).apply(rule)


def test_a_rule_about_numbers_says_nothing_of_limits() -> None:
    """x - x = 0, but not where x is oo."""
    for infinite in (oo, LimitTo(x, x, oo)):
        for line in (sub(infinite, infinite), div(infinite, infinite), log(exp(infinite))):
            assert may_be_infinite(line)
            for rule in ("expand", "log_exp", "common_denominator", "commute"):
                with pytest.raises(DoesNotApply):
                    Derivation(line, Facts()).apply(rule, ())
            assert decide(line, zero) is decide(line, one) is Decision.UNDECIDED


def test_inside_a_limit_numbers_are_numbers() -> None:
    line = Derivation(LimitTo(add(x, x, neg(x)), x, oo), Facts()).apply("expand")
    assert line.line == LimitTo(x, x, oo)


def test_near_zero_from_above_and_near_oo_the_variable_is_positive() -> None:
    for point in (zero, oo, sp.Rational(1, 2)):
        line = Derivation(LimitTo(log(exp(log(x))), x, point), Facts()).apply("exp_log")
        assert line.steps[-1].conditions[0].by == "hypothesis"
    for point in (minus_oo, sp.Integer(-1), a):
        with pytest.raises(MissingAssumption):
            Derivation(LimitTo(log(exp(log(x))), x, point), Facts.of(Q.positive(x))).apply("exp_log")
    # Within a sum of limits by two variables each knows of its own alone.
    two = LimitTo(LimitTo(exp(log(x)), x, minus_oo), x, oo)
    with pytest.raises(MissingAssumption):
        Derivation(two, Facts.of(Q.positive(x))).apply("exp_log")


def test_a_bound_variable_is_not_caught() -> None:
    line = LimitTo(add(x, a), x, b)
    assert substitute(line, {x: add(y, one)}) == line
    assert substitute(line, {a: x}).variable != x
    assert x in substitute(line, {a: x}).free_symbols
    with pytest.raises(DoesNotApply):
        Derivation(LimitTo(x, x, a), Facts()).apply("limit_constant")


def test_a_bracket_is_no_obstacle() -> None:
    line = Derivation(LimitTo(Paren(sub(x, a)), x, oo), Facts()).apply("limit_term")
    assert line.line == add(neg(a), LimitTo(x, x, oo))


# ---------------------------------------------------------------------------------------------------- theorems

NAMES = [name for name in theorems if name.endswith(("_at_zero", "_at_infinity"))]


def test_every_term_has_its_limits() -> None:
    terms = [f"{of}{term}" for of in ("vae", "normal") for term in ("_trace", "_mean", "_logdet", "")]
    assert {f"{term}_at_{end}" for term in terms for end in ("zero", "infinity")} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_limits_are_found_by_sympy_too(name: str) -> None:
    """By Gruntz's algorithm, which is another way altogether; a divergence is left to its last line without limits."""
    theorem = theorems[name]
    start = next(line for line in theorem.derivation.lines() if isinstance(line, LimitTo) and not line.has(*LAWS))
    body = _in_plain_sympy(start.body)
    positive = {symbol: sp.Symbol(symbol.name, positive=True) for symbol in body.free_symbols if symbol.name.startswith("sigma")}
    found = sp.limit(body.subs(positive), positive.get(start.variable, start.variable), start.domain, "+" if start.domain == 0 else "-")
    assert sp.simplify(found - _in_plain_sympy(theorem.rhs).subs(positive)) == 0 or found == theorem.rhs


@pytest.mark.parametrize("name", ["vae_at_zero", "normal_logdet_at_infinity", "normal_trace_at_zero"])
def test_limits_are_written_and_read(name: str) -> None:
    theorem = theorems[name]
    assert load(theorem.show("json")) == theorem
    assert r"\lim_{" in theorem.show("latex")
    assert "lim_{" in theorem.show("text")
    assert not theorem.rhs.has(LimitTo)


LAWS = (type(theorems["kl_normal"].lhs),)


def _in_plain_sympy(tree: sp.Expr) -> sp.Expr:
    plain = {
        Paren: lambda body: body,
        expm1mx: lambda t: sp.exp(t) - 1 - t,
        logratiomx: lambda s, t: sp.log(s) - sp.log(t) - (s - t) / t,
    }
    for kind, meaning in plain.items():
        tree = tree.replace(kind, meaning)
    return tree.doit()


def test_the_rule_book_has_every_rule_of_this_sheet() -> None:
    assert all(RULES[rule.name] is rule for rule in LIMITS)
    assert issubclass(NoMeaning, EvaluationError)
