"""Lines of derivations in the order of a machine: chains instead of powers, shared parts, the same value."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import pytest
import sympy as sp

from closedform.codegen.arrange import LoweringError, arrange, share
from closedform.codegen.backends.numpy.spelling import PRINTER
from closedform.derive.evaluate import Environment, evaluate
from closedform.derive.nodes import KL, AbstractLaw, Entry, Paren
from closedform.derive.rewrite import add, div, exp, log, mul, neg, power, sub
from closedform.derive.special import expm1mx, logratiomx

a, b, c, d = (sp.Symbol(name, real=True) for name in "abcd")
two, half = sp.Integer(2), sp.Rational(1, 2)

# What a derivation may write, and how it is computed.
ARRANGED = [
    (power(div(a, b), 2), "a / b * (a / b)"),
    (div(power(a, 2), b), "a / b * a"),
    (div(a, power(b, 3)), "a / b / b / b"),
    (mul(Paren(sub(a, b)), Paren(add(a, b)), power(mul(c, power(d, 2)), -1)), "(a - b) / d * ((a + b) / d) / c"),
    (div(sub(a, b), mul(two, a, b)), "0.5 * ((a - b) / a / b)"),
    (power(mul(two, power(a, 2)), -1), "0.5 / a / a"),
    (power(Paren(mul(two, a)), -2), "0.25 / a / a"),
    (sub(mul(half, a), mul(sp.Rational(-3, 4), b)), "0.5 * a + 0.75 * b"),
    (neg(mul(a, b)), "-a * b"),
    (mul(half, Paren(add(power(a, 2), neg(b)))), "0.5 * a * a - 0.5 * b"),
    (mul(sp.Rational(-1, 4), Paren(sub(a, b))), "-0.25 * a + 0.25 * b"),
    (mul(sp.Integer(3), Paren(sub(a, b))), "3.0 * (a - b)"),
    (div(Paren(sub(mul(a, b), power(c, 2))), power(d, 3)), "(a / d * (b / d) - c / d * (c / d)) / d"),
    (div(Paren(sub(mul(a, b), c)), power(d, 2)), "(a * b - c) / d / d"),
    (sub(sub(a, b), neg(c)), "a - b + c"),
    (sub(a, Paren(sub(b, c))), "a - (b - c)"),
    (mul(a, exp(neg(b))), "times_exp(times_exp(a, -0.5 * b), -0.5 * b)"),
    (mul(half, power(a, 2), exp(b)), "0.5 * times_exp(a, 0.5 * b) * times_exp(a, 0.5 * b)"),
    (mul(two, exp(b)), "times_exp(2.0, b)"),
    (power(a, half), "np.sqrt(a)"),
    (add(expm1mx(sub(a, b)), logratiomx(a, b)), "gap_expm1mx(a, b) + logratiomx(a, b)"),
    (sub(mul(sp.S.NegativeOne, two, log(a)), mul(sp.S.One, sp.S.One)), "-2.0 * np.log(a) - 1.0"),
    (add(Entry(sp.MatrixSymbol("a", two, 1), sp.S.One), b), "a + b"),
]


@pytest.mark.parametrize(("line", "text"), ARRANGED, ids=[text for _, text in ARRANGED])
def test_lines_are_computed_in_this_order(line: sp.Expr, text: str) -> None:
    assert PRINTER.print(arrange(line)) == text


@pytest.mark.parametrize("line", [line for line, _ in ARRANGED if not line.atoms(Entry)], ids=str)
def test_arranging_and_sharing_keep_the_value(line: sp.Expr) -> None:
    numbers = {symbol: mpmath.mpf(text) for symbol, text in zip((a, b, c, d), ("1.375", "0.625", "2.25", "0.4375"), strict=True)}
    exact = evaluate(line, Environment(numbers))
    assigned, (value,) = share([arrange(line)], namer())
    for target, shared in assigned:
        numbers[target] = evaluate(shared, Environment(numbers))
    assert mpmath.almosteq(evaluate(value, Environment(numbers)), exact, 1e-40)


def namer() -> Callable[[sp.Expr], str]:
    names = iter(f"t{index}" for index in range(99))
    return lambda node: next(names)


def test_what_occurs_twice_is_computed_once() -> None:
    gap = Paren(sub(a, b))
    assigned, values = share([arrange(div(power(gap, 2), c)), arrange(div(gap, c)), arrange(neg(div(gap, c)))], namer())
    assert [(str(target), PRINTER.print(value)) for target, value in assigned] == [("t0", "a - b"), ("t1", "t0 / c")]
    assert [PRINTER.print(value) for value in values] == ["t1 * t0", "t1", "-t1"]


def test_what_the_derivation_names_is_named() -> None:
    term = arrange(mul(half, power(a, 2)))
    assigned, (value,) = share([arrange(add(mul(half, power(a, 2)), b))], lambda node: {term: "mean"}[node], {term})
    assert [str(target) for target, _ in assigned] == ["mean"]
    assert PRINTER.print(value) == "mean + b"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (power(a, b), "only whole powers and square roots"),
        (KL(AbstractLaw("1"), AbstractLaw("2")), "no kernel can compute KL"),
        (sp.gamma(a), "no kernel can compute gamma"),
        (Entry(sp.MatrixSymbol("A", two, two), sp.S.One, sp.S.One), "only entries v\\[j\\]"),
    ],
)
def test_what_no_kernel_can_compute_is_refused(line: sp.Expr, reason: str) -> None:
    with pytest.raises(LoweringError, match=reason):
        arrange(line)
