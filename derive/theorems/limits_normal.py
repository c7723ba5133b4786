"""Where the terms of the univariate KL go as sigma1 goes to 0 or grows without bound."""

import sympy as sp

from ..derivation import Derivation
from ..nodes import LimitTo
from ..rewrite import add, mul, neg, power
from .registry import theorem, theorems
from .symbols import mu1, mu2, sigma1, sigma2
from .terms_normal import FACTS, LOGDET, MEAN, TRACE

oo, zero = sp.oo, sp.S.Zero
PARAMETERS = (mu1, mu2, sigma2)


def trace(point: sp.Expr) -> Derivation:
    line = Derivation(LimitTo(TRACE, sigma1, point), FACTS).apply("limit_factor").apply("limit_square")
    return line.apply("limit_variable")


@theorem("normal_trace_at_zero", "The trace term vanishes as sigma1 goes to 0", "terms", parameters=(sigma2,))
def normal_trace_at_zero() -> Derivation:
    return trace(zero).apply("expand")


@theorem("normal_trace_at_infinity", "The trace term grows without bound with sigma1", "terms", parameters=(sigma2,))
def normal_trace_at_infinity() -> Derivation:
    return trace(oo).apply("infinite_square").apply("infinite_product")


@theorem("normal_mean_at_zero", "The mean term stays as it is as sigma1 goes to 0", "terms", parameters=PARAMETERS)
def normal_mean_at_zero() -> Derivation:
    return Derivation(LimitTo(MEAN, sigma1, zero), FACTS).apply("limit_constant")


@theorem("normal_mean_at_infinity", "The mean term grows without bound with mu1", "terms", parameters=(mu2, sigma2))
def normal_mean_at_infinity() -> Derivation:
    line = Derivation(LimitTo(MEAN, mu1, oo), FACTS).apply("limit_factor").apply("limit_square").apply("limit_term")
    line = line.apply("limit_variable").apply("infinite_sum")
    return line.apply("infinite_square").apply("infinite_product")


def logdet(point: sp.Expr, rule: str) -> Derivation:
    line = Derivation(LimitTo(LOGDET, sigma1, point), FACTS).apply("log_div").apply("limit_term").apply("limit_factor")
    return line.apply(rule)


@theorem("normal_logdet_at_zero", "The log-determinant grows without bound as sigma1 goes to 0", "terms", parameters=(sigma2,))
def normal_logdet_at_zero() -> Derivation:
    return logdet(zero, "limit_log_at_zero").apply("infinite_product").apply("infinite_sum")


@theorem("normal_logdet_at_infinity", "The log-determinant falls without bound as sigma1 grows", "terms", parameters=(sigma2,))
def normal_logdet_at_infinity() -> Derivation:
    return logdet(oo, "limit_log_at_infinity").apply("infinite_sum")


def whole(point: sp.Expr, rule: str) -> Derivation:
    """The divergence by its form without cancellation, no term of which is ever negative, up to the limits of its terms."""
    line = Derivation(LimitTo(theorems["kl_normal_stable"].lhs, sigma1, point), FACTS).apply("lemma:kl_normal_stable")
    line = line.apply("limit_term").apply("limit_sum").all("limit_factor").apply("limit_square")
    line = line.apply("limit_factor").apply("limit_term").apply("limit_variable")
    return line.apply(rule).apply("infinite_product")


@theorem("normal_at_zero", "The divergence grows without bound as sigma1 goes to 0", "terms", parameters=PARAMETERS)
def normal_at_zero() -> Derivation:
    line = whole(zero, "limit_logratiomx_at_zero")
    return line.apply("expand", power(mul(power(sigma2, -1), add(neg(sigma2), zero)), 2)).apply("infinite_sum")


@theorem("normal_at_infinity", "The divergence grows without bound with sigma1", "terms", parameters=PARAMETERS)
def normal_at_infinity() -> Derivation:
    line = whole(oo, "limit_logratiomx_at_infinity").apply("infinite_sum").apply("infinite_product").apply("infinite_square")
    return line.apply("infinite_product").apply("infinite_sum")
