"""What each term of the VAE's KL does to one latent: its pull, the levels it reaches, where the pulls balance.

One coordinate, in the log-variance v: trace e^v/2, mean m^2/2, log-determinant -v/2, constant -1/2.
"""

from sympy import Q

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import At, Gradient
from ..rewrite import exp, log, mul, power
from .kl_vae import logvar_j as v
from .kl_vae import mu_j as m
from .registry import theorem, theorems
from .symbols import half, real, two

(c,) = real("c")
LEVEL = Facts.of(Q.positive(c))
TRACE, MEAN, LOGDET = mul(half, exp(v)), mul(half, power(m, 2)), mul(-half, v)


@theorem("vae_trace_pull", "The trace term pulls every variance down", "terms", parameters=(v,))
def vae_trace_pull() -> Derivation:
    line = Derivation(Gradient(TRACE, v), Facts()).apply("gradient")
    return line.apply("positive", ())


@theorem("vae_trace_level", "The trace term takes every value c > 0, at v = log 2c", "terms", parameters=(c,))
def vae_trace_level() -> Derivation:
    return Derivation(At(TRACE, v, log(mul(two, c))), LEVEL).apply("at").apply("exp_log").apply("expand")


@theorem("vae_mean_pull", "The mean term never pushes away from the origin", "terms", parameters=(m,))
def vae_mean_pull() -> Derivation:
    return Derivation(mul(m, Gradient(MEAN, m)), Facts()).apply("gradient").apply("expand").apply("not_negative", ())


@theorem("vae_mean_level", "The mean term takes every value c > 0, at m = sqrt(2c)", "terms", parameters=(c,))
def vae_mean_level() -> Derivation:
    return Derivation(At(MEAN, m, power(mul(two, c), half)), LEVEL).apply("at").all("expand")


@theorem("vae_logdet_pull", "The log-determinant pushes every variance up, with the same force everywhere", "terms", parameters=(v,))
def vae_logdet_pull() -> Derivation:
    return Derivation(Gradient(LOGDET, v), Facts()).apply("gradient")


@theorem("vae_logdet_level", "The log-determinant takes every value c, at v = -2c: a barrier against variance 0", "terms", parameters=(c,))
def vae_logdet_level() -> Derivation:
    return Derivation(At(LOGDET, v, mul(-two, c)), Facts()).apply("at").apply("expand")


@theorem("vae_balance", "Trace and log-determinant balance at variance 1 and nowhere else", "terms", parameters=(m, v))
def vae_balance() -> Derivation:
    gradient = theorems["kl_vae_per_dim_by_logvar"]
    line = Derivation(mul(two, v, gradient.lhs), Facts()).apply("lemma:kl_vae_per_dim_by_logvar").apply("expand")
    return line.apply("not_negative", ())


@theorem("vae_minimum", "The divergence of one latent has its minimum, 0, at mean 0 and variance 1 alone", "terms", parameters=(m, v))
def vae_minimum() -> Derivation:
    line = theorems["kl_vae_per_dim_stable"].derivation
    line = line.apply("not_negative", line.line.args[1].args[0])
    return line.apply("not_negative", power(m, 2)).apply("expand")


@theorem("vae_convex", "The divergence of one latent is convex in its log-variance", "terms", parameters=(m, v))
def vae_convex() -> Derivation:
    gradient = theorems["kl_vae_per_dim_by_logvar"]
    line = Derivation(Gradient(gradient.lhs, v), Facts()).apply("lemma:kl_vae_per_dim_by_logvar").apply("gradient")
    return line.apply("positive", ())
