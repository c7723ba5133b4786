"""What is lost when a term is left out of the VAE's KL of one latent; each objective below lacks one of the four terms."""

import sympy as sp

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import At, Gradient
from ..rewrite import add, exp, mul, neg, power
from .kl_vae import logvar_j as v
from .kl_vae import mu_j as m
from .registry import theorem
from .symbols import half, real, two

(c,) = real("c")
NONE = Facts()
ONE = sp.S.One
trace, mean, logdet = exp(v), power(m, 2), neg(v)


@theorem(
    "dropped_trace", "Without the trace term the objective is unbounded below: at v = m^2 - 1 + 2c it is -c", "terms", parameters=(m, c),
)  # fmt: skip
def dropped_trace() -> Derivation:
    objective = mul(half, add(mean, neg(ONE), logdet))
    line = Derivation(At(objective, v, add(power(m, 2), neg(ONE), mul(two, c))), NONE)
    return line.apply("at").apply("expand")


@theorem(
    "dropped_logdet", "Without the log-determinant nothing stops a variance from shrinking: the gradient is positive", "terms",
    parameters=(m, v),
)  # fmt: skip
def dropped_logdet() -> Derivation:
    objective = mul(half, add(trace, mean, neg(ONE)))
    return Derivation(Gradient(objective, v), NONE).apply("gradient").apply("positive", ())


@theorem("dropped_mean", "Without the mean term no mean is pulled anywhere", "terms", parameters=(m, v))
def dropped_mean() -> Derivation:
    objective = mul(half, add(trace, neg(ONE), logdet))
    return Derivation(Gradient(objective, m), NONE).apply("gradient")


@theorem("dropped_constant", "Without the constant the minimum is 1/2 instead of 0, at the same place", "terms")
def dropped_constant() -> Derivation:
    objective = mul(half, add(trace, mean, logdet))
    line = Derivation(At(At(objective, m, sp.S.Zero), v, sp.S.Zero), NONE)
    return line.all("at").apply("log_one (backwards)", exp(sp.S.Zero)).apply("exp_log").apply("expand")
