"""KL between two univariate normal laws: from the integral to the closed form, and on to the form that keeps its digits."""

import sympy as sp

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import KL, Paren
from ..rewrite import div, log, mul, neg, power, sub
from .registry import theorem, theorems
from .symbols import half, mu1, mu2, normal1, normal2, positive, sigma1, sigma2, two, x

PARAMETERS = (mu1, sigma1, mu2, sigma2)
gap2 = Paren(sub(x, mu2))
shift = Paren(sub(mu1, mu2))


@theorem(
    "kl_normal", "KL divergence between two normal laws", "normal", parameters=PARAMETERS,
    terms={"logdet": log(div(sigma2, sigma1)), "constant": neg(half)},
)  # fmt: skip
def kl_normal() -> Derivation:
    line = Derivation(KL(normal1, normal2), Facts.of(*positive(sigma1, sigma2)))
    line = line.apply("kl_definition").apply("integral_as_expectation").apply("log_div")
    line = line.all("density_normal").all("log_mul").all("log_exp").all("log_pow")
    line = line.all("log_mul", a=mul(two, sp.pi)).all("log_pow").apply("expand", note="the two log(2 pi) cancel")
    line = line.apply("expect_sum").all("expect_constant").all("expect_scale").apply("expect_gap_squared_normal").apply("expand")
    line = line.apply("recentre", gap2, c=mu1).apply("square_of_sum")
    line = line.apply("expect_sum").all("expect_scale").all("expect_constant").apply("expect_gap_squared_normal").apply("expect_gap_normal")
    line = line.apply("expand").apply("log_div (backwards)")
    return line.apply("factor_out", c=power(mul(two, power(sigma2, 2)), -1)).apply("commute", a=neg(half))


@theorem(
    "kl_normal_stable", "KL divergence between two normal laws, without cancellation", "normal", parameters=PARAMETERS,
    terms={"mean": mul(half, power(Paren(div(shift, sigma2)), 2))},
)  # fmt: skip
def kl_normal_stable() -> Derivation:
    line = theorems["kl_normal"].derivation.apply("expand")
    return line.apply("square_near_one").apply("half_square").apply("commute", b=mul(half, power(Paren(div(shift, sigma2)), 2)))


@theorem("kl_normal_standard", "KL divergence from a univariate normal law to the standard one", "normal", parameters=(mu1, sigma1))
def kl_normal_standard() -> Derivation:
    line = theorems["kl_normal"].specialise({mu2: sp.S.Zero, sigma2: sp.S.One}, *positive(sigma1))
    line = line.apply("minus_zero").apply("log_div").apply("log_one").apply("expand").apply("factor_out", c=half)
    return line.apply("log_pow (backwards)", n=two)
