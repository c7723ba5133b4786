"""What cancels must have had a value: multiplying out asks for the divisors, logarithms, roots and inverses that it drops."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Q

from closedform.derive.derivation import Derivation
from closedform.derive.facts import Facts, positive_entries
from closedform.derive.monomials import DivisionByZero, monomial
from closedform.derive.nodes import Entry, SumOver
from closedform.derive.rewrite import add, div, log, mul, neg, power
from closedform.derive.rule import DoesNotApply, MissingAssumption
from closedform.derive.rules import RULES
from closedform.derive.special import logratiomx

k, j = (sp.Symbol(name, integer=True, positive=True) for name in "kj")
x, y = (sp.Symbol(name, real=True) for name in "xy")
v = sp.MatrixSymbol("v", k, 1)
A = sp.MatrixSymbol("A", k, k)
half = sp.Rational(1, 2)
LOGS = SumOver(log(Entry(v, j)), j, k)
TRACE = sp.Trace(sp.Inverse(A))

DROPS = {
    "a divisor under a square": (power(div(x, x), 2), [Q.nonzero(x)]),
    "a divisor of a divisor": (power(power(x, -1), -1), [Q.nonzero(x)]),
    "a divisor within a logarithm": (add(log(div(y, x)), neg(log(div(y, x)))), [Q.positive(div(y, x)), Q.nonzero(x)]),
    "a logarithm": (add(log(x), neg(log(x)), y), [Q.positive(x)]),
    "a root": (mul(power(x, half), power(x, half)), [Q.nonnegative(x)]),
    "a function of a positive quotient": (add(logratiomx(x, y), neg(logratiomx(x, y))), [Q.positive(x), Q.positive(y)]),
    "an inverse": (add(TRACE, neg(TRACE)), [Q.invertible(A)]),
}


@pytest.mark.parametrize("what", DROPS)
def test_what_is_dropped_must_have_had_a_value(what: str) -> None:
    before, needed = DROPS[what]
    with pytest.raises(MissingAssumption):
        Derivation(before, Facts.of(*needed[1:])).apply("expand", before)
    (step,) = Derivation(before, Facts.of(*needed)).apply("expand", before).steps
    assert [one.condition for one in step.conditions] == needed


def test_a_condition_on_a_bound_variable_is_not_answered_by_a_free_one() -> None:
    before = add(LOGS, neg(LOGS))
    with pytest.raises(MissingAssumption):
        Derivation(before, Facts.of(Q.positive(Entry(v, j)))).apply("expand", before)
    assert Derivation(before, Facts.of(positive_entries(v))).apply("expand", before).line == 0


def test_a_power_that_stays_asks_for_nothing() -> None:
    (step,) = Derivation(mul(x, add(y, power(x, -1)), power(y, -1)), Facts.of(Q.nonzero(x))).apply("expand").steps[-1:]
    assert Q.nonzero(y) not in [one.condition for one in step.conditions]


@pytest.mark.parametrize("undefined", [power(sp.S.Zero, -1), power(mul(sp.S.Zero, x), -2), mul(x, power(sp.S.Zero, -1))], ids=str)
def test_a_division_by_zero_is_no_product(undefined: sp.Expr) -> None:
    with pytest.raises(DivisionByZero):
        monomial(undefined)
    assert not list(RULES["expand"].candidates(undefined, {}, Facts()))


def test_zero_is_no_common_factor() -> None:
    with pytest.raises(DoesNotApply):
        Derivation(add(mul(x, y), x), Facts()).apply("factor_out", c=sp.S.Zero)
