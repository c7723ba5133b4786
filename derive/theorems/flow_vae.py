"""Gradient flow of the divergence of one latent: dm/dt = -dKL/dm and dv/dt = -dKL/dv, solved in closed form.

The mean decays with rate 1; the precision u = exp(-v) relaxes to 1 with rate 1/2. Each theorem says that the left side of an equation
of motion, velocity plus gradient along the path, is 0, or where the path starts.
"""

import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import At, Gradient, Paren
from ..rewrite import add, exp, log, mul, neg, sub
from .kl_vae import logvar_j as v
from .kl_vae import mu_j as m
from .registry import theorem, theorems
from .symbols import half, real

t, m0, u0 = real("t", "m0", "u0")
mean_path = mul(m0, exp(neg(t)))
precision_path = add(mul(exp(mul(-half, t)), Paren(sub(u0, sp.S.One))), sp.S.One)
logvar_path = neg(log(precision_path))
PATH = Facts.of(Q.positive(u0), Q.positive(precision_path))


@theorem("flow_mean", "The mean decays as exp(-t)", "terms", parameters=(t, m0))
def flow_mean() -> Derivation:
    gradient = theorems["kl_vae_per_dim_by_mu"].lhs
    line = Derivation(add(Gradient(mean_path, t), At(gradient, m, mean_path)), Facts()).apply("gradient")
    return line.apply("lemma:kl_vae_per_dim_by_mu").apply("at").apply("expand")


@theorem("flow_logvar", "The precision relaxes to 1 with rate 1/2", "terms", parameters=(t, u0))
def flow_logvar() -> Derivation:
    gradient = theorems["kl_vae_per_dim_by_logvar"].lhs
    line = Derivation(add(Gradient(logvar_path, t), At(gradient, v, logvar_path)), PATH).apply("gradient")
    line = line.apply("lemma:kl_vae_per_dim_by_logvar").apply("at").apply("expm1_of_exp (backwards)")
    line = line.apply("exp_power (backwards)", n=sp.S.NegativeOne).apply("exp_log").apply("expand")
    return line.apply("common_denominator").apply("expand")


def at_start(path: sp.Expr, exponent: sp.Expr, *facts: AppliedPredicate) -> Derivation:
    """The path at t = 0, its exponential written as 1."""
    line = Derivation(At(path, t, sp.S.Zero), Facts.of(*facts)).apply("at").apply("expand", exponent)
    return line.apply("log_one (backwards)", exp(sp.S.Zero)).apply("exp_log")


@theorem("flow_mean_start", "The path of the mean starts at m0", "terms", parameters=(m0,))
def flow_mean_start() -> Derivation:
    return at_start(mean_path, mul(sp.S.NegativeOne, sp.S.Zero)).apply("expand")


@theorem("flow_logvar_start", "The path of the log-variance starts at -log u0", "terms", parameters=(u0,))
def flow_logvar_start() -> Derivation:
    line = at_start(logvar_path, mul(-half, sp.S.Zero), Q.positive(u0))
    return line.apply("drop_bracket").apply("expand", (1, 0))
