"""Where the terms of the VAE's KL of one latent go as its variance goes to 0 (v to -oo) or grows without bound (v to oo).

What is left out of the objective is seen here as well: without its trace term it falls to -oo, without its log-determinant
nothing keeps it up as the variance goes to 0.
"""

import sympy as sp

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import LimitTo
from ..rewrite import add, exp, mul, neg, power
from .kl_vae import logvar_j as v
from .kl_vae import mu_j as m
from .registry import theorem, theorems
from .symbols import half
from .terms_vae import LOGDET, MEAN, TRACE

oo, minus_oo = sp.oo, sp.S.NegativeInfinity
NONE = Facts()


@theorem("vae_trace_at_zero", "The trace term vanishes as the variance goes to 0", "terms")
def vae_trace_at_zero() -> Derivation:
    line = Derivation(LimitTo(TRACE, v, minus_oo), NONE).apply("limit_factor").apply("limit_exp_at_minus_infinity")
    return line.apply("expand")


@theorem("vae_trace_at_infinity", "The trace term grows without bound with the variance", "terms")
def vae_trace_at_infinity() -> Derivation:
    line = Derivation(LimitTo(TRACE, v, oo), NONE).apply("limit_factor").apply("limit_exp_at_infinity")
    return line.apply("infinite_product")


@theorem("vae_mean_at_zero", "The mean term stays as it is as the variance goes to 0", "terms", parameters=(m,))
def vae_mean_at_zero() -> Derivation:
    return Derivation(LimitTo(MEAN, v, minus_oo), NONE).apply("limit_constant")


@theorem("vae_mean_at_infinity", "The mean term grows without bound with the mean", "terms")
def vae_mean_at_infinity() -> Derivation:
    line = Derivation(LimitTo(MEAN, m, oo), NONE).apply("limit_factor").apply("limit_square").apply("limit_variable")
    return line.apply("infinite_square").apply("infinite_product")


@theorem("vae_logdet_at_zero", "The log-determinant grows without bound as the variance goes to 0", "terms")
def vae_logdet_at_zero() -> Derivation:
    return Derivation(LimitTo(LOGDET, v, minus_oo), NONE).apply("limit_factor").apply("limit_variable").apply("infinite_product")


@theorem("vae_logdet_at_infinity", "The log-determinant falls without bound as the variance grows", "terms")
def vae_logdet_at_infinity() -> Derivation:
    return Derivation(LimitTo(LOGDET, v, oo), NONE).apply("limit_factor").apply("limit_variable").apply("infinite_product")


def whole(point: sp.Expr, rule: str) -> Derivation:
    """The divergence of one latent, by its form without cancellation."""
    line = Derivation(LimitTo(theorems["kl_vae_per_dim_stable"].lhs, v, point), NONE).apply("lemma:kl_vae_per_dim_stable")
    return line.apply("limit_factor").apply("limit_term").apply(rule).apply("infinite_sum").apply("infinite_product")


@theorem("vae_at_zero", "The divergence of one latent grows without bound as its variance goes to 0", "terms", parameters=(m,))
def vae_at_zero() -> Derivation:
    return whole(minus_oo, "limit_expm1mx_at_minus_infinity")


@theorem("vae_at_infinity", "The divergence of one latent grows without bound with its variance", "terms", parameters=(m,))
def vae_at_infinity() -> Derivation:
    return whole(oo, "limit_expm1mx_at_infinity")


@theorem("dropped_trace_at_infinity", "Without the trace term the objective falls to -oo as the variance grows", "terms", parameters=(m,))
def dropped_trace_at_infinity() -> Derivation:
    objective = mul(half, add(power(m, 2), sp.S.NegativeOne, neg(v)))
    line = Derivation(LimitTo(objective, v, oo), NONE).apply("limit_factor").apply("limit_term").apply("limit_factor")
    return line.apply("limit_variable").apply("infinite_sum").apply("infinite_product")


@theorem(
    "dropped_logdet_at_zero", "Without the log-determinant the objective stays finite as the variance goes to 0", "terms", parameters=(m,),
)  # fmt: skip
def dropped_logdet_at_zero() -> Derivation:
    objective = mul(half, add(exp(v), power(m, 2), sp.S.NegativeOne))
    line = Derivation(LimitTo(objective, v, minus_oo), NONE).apply("limit_factor").apply("limit_term")
    return line.apply("limit_exp_at_minus_infinity").apply("expand")
