"""Ball arithmetic: the definition of a divergence enclosed at the reference point, wrong formulas shut out."""

from __future__ import annotations

import pytest
import sympy as sp

from closedform.derive import enclose
from closedform.derive.nodes import KL, CrossEntropy, Density, Entropy, Law, Paren
from closedform.derive.rewrite import add, div, exp, log, mul, neg, power, sub
from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

mu1, sigma1, mu2, sigma2 = (sp.Symbol(name, real=True) for name in ("mu1", "sigma1", "mu2", "sigma2"))
LAW1, LAW2 = Law("normal", mu1, sigma1), Law("normal", mu2, sigma2)
HALF, TWO = sp.Rational(1, 2), sp.Integer(2)
U = {mu1: HALF, sigma1: sp.Rational(4, 5), mu2: sp.Rational(-1, 4), sigma2: sp.Rational(3, 2)}


def closed_form(constant: sp.Expr = HALF) -> sp.Expr:
    moments = add(power(sigma1, 2), power(Paren(sub(mu1, mu2)), 2))
    return add(log(div(sigma2, sigma1)), div(Paren(moments), mul(TWO, power(sigma2, 2))), neg(constant))


def entropy(sigma: sp.Symbol) -> sp.Expr:
    return mul(HALF, log(mul(TWO, sp.pi, sp.E, power(sigma, 2))))


CROSS = add(
    mul(HALF, log(mul(TWO, sp.pi, power(sigma2, 2)))),
    div(add(power(sigma1, 2), power(sub(mu1, mu2), 2)), mul(TWO, power(sigma2, 2))),
)


@pytest.mark.parametrize(
    ("divergence", "formula"),
    [(KL(LAW1, LAW2), closed_form()), (Entropy(LAW1), entropy(sigma1)), (CrossEntropy(LAW1, LAW2), CROSS), (KL(LAW1, LAW1), sp.S.Zero)],
)
def test_the_definition_is_enclosed(divergence: sp.Basic, formula: sp.Expr) -> None:
    found = enclose.enclose(divergence, formula, U)
    assert found.meets
    assert found.gap < 1e-34


@pytest.mark.parametrize(("bits", "width"), [(53, 1e-12), (128, 1e-34), (256, 1e-72)])
def test_more_bits_make_it_narrower(bits: int, width: float) -> None:
    assert enclose.enclose(KL(LAW1, LAW2), closed_form(), U, bits).gap < width


@pytest.mark.parametrize("error", [sp.Rational(1, 100), sp.Rational(1, 10**12), sp.Rational(-1, 10**33)])
def test_a_formula_that_is_off_is_shut_out(error: sp.Rational) -> None:
    assert not enclose.enclose(KL(LAW1, LAW2), closed_form(HALF + error), U).meets


def test_the_laws_are_not_exchanged() -> None:
    assert not enclose.enclose(KL(LAW2, LAW1), closed_form(), U).meets
    assert not enclose.enclose(CrossEntropy(LAW2, LAW1), CROSS, U).meets


def test_the_tail_is_no_decoration() -> None:
    """Cut at one standard deviation the middle misses the formula, and the bound on the ends still covers what is missing."""
    flint = pytest.importorskip("flint")
    law1, law2 = (enclose.Normal(*(enclose.ball(part, U) for part in law.parameters)) for law in (LAW1, LAW2))
    ratio = tuple(a - b for a, b in zip(law1.log_density_around(law1), law2.log_density_around(law1), strict=True))

    def integrand(t: object, analytic: bool) -> object:  # noqa: FBT001 - flint calls it so
        x = law1.mean + law1.deviation * t
        return law1.deviation * law1.density(x) * (law1.density(x) / law2.density(x)).log(analytic)

    middle = flint.acb.integral(integrand, -1, 1).real
    missing = abs(middle - enclose.ball(closed_form(), U))
    assert missing > 0.01
    assert missing < enclose.tail(ratio, flint.arb(1))


def test_log_densities_are_those_of_the_densities() -> None:
    flint = pytest.importorskip("flint")
    law1, law2 = (enclose.Normal(*(enclose.ball(part, U) for part in law.parameters)) for law in (LAW1, LAW2))
    a, b, c = law2.log_density_around(law1)
    for t in (-2, 0, 1, 3):
        x = law1.mean + law1.deviation * t
        assert (law2.density(flint.acb(x)).log() - (a + b * t + c * t * t)).contains(0)


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        (expm1(mu1), sub(exp(mu1), sp.S.One)),
        (expm1mx(mu1), sub(sub(exp(mu1), sp.S.One), mu1)),
        (log1pmx(mu1), sub(log(add(sp.S.One, mu1)), mu1)),
        (logratiomx(sigma1, sigma2), sub(log(div(sigma1, sigma2)), div(sub(sigma1, sigma2), sigma2))),
        (power(sigma1, sp.Rational(-1, 2)), exp(mul(-HALF, log(sigma1)))),
    ],
)
def test_balls_of_formulas(formula: sp.Expr, plain: sp.Expr) -> None:
    gap = enclose.ball(formula, U) - enclose.ball(plain, U)
    assert gap.contains(0)
    assert gap.abs_upper() < 1e-12


def test_what_has_no_ball_says_so() -> None:
    with pytest.raises(enclose.NoEnclosure, match="no value for mu2"):
        enclose.ball(mu2, {mu1: HALF})
    with pytest.raises(enclose.NoEnclosure, match="no ball is known for Density"):
        enclose.ball(Density(LAW1, mu1), U)
    with pytest.raises(enclose.NoEnclosure, match="no ball is known for the function sin"):
        enclose.ball(sp.sin(mu1, evaluate=False), U)
    with pytest.raises(enclose.NoEnclosure, match="no finite enclosure"):
        enclose.enclose(KL(LAW1, LAW2), log(neg(sigma1)), U)


def test_which_divergences_it_is_for() -> None:
    k = sp.Symbol("k", integer=True, positive=True)
    column = sp.MatrixSymbol("mu", k, 1)
    assert enclose.applies(KL(LAW1, LAW2))
    assert not enclose.applies(KL(Law("mvn", column, sp.Identity(k)), Law("mvn", column, sp.Identity(k))))
    assert not enclose.applies(Density(LAW1, mu1))
