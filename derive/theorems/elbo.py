"""The evidence lower bound: Jensen's inequality below log p(x), and the gap, which is a divergence."""

import sympy as sp
from sympy import Q

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import KL, AbstractLaw, Density, Evidence, Likelihood, Posterior
from ..rewrite import log, mul, sub
from .registry import theorem
from .symbols import real

x, z = real("x", "z")
encoder, prior = AbstractLaw("q"), AbstractLaw("prior")
of_encoder, of_prior, likelihood = Density(encoder, z), Density(prior, z), Likelihood(x, z)
FACTS = Facts.of(Q.positive(of_encoder), Q.positive(of_prior))
minus = sp.S.NegativeOne


@theorem("elbo", "The evidence lower bound lies below the log-evidence", "vae", source="Kingma, Welling 2013")
def elbo() -> Derivation:
    line = Derivation(log(Evidence(prior, x)), FACTS).apply("evidence_definition").apply("change_of_measure", law1=encoder)
    line = line.apply("jensen_log").apply("log_mul", a=likelihood).apply("expect_sum").apply("log_div")
    line = line.apply("factor_out", sub(log(of_prior), log(of_encoder)), c=minus).apply("expect_scale")
    line = line.apply("lemma:kl_definition (backwards)")
    return line.apply("elbo_definition (backwards)")


@theorem("elbo_gap", "What the evidence lower bound misses is a divergence", "vae", source="Kingma, Welling 2013")
def elbo_gap() -> Derivation:
    line = Derivation(KL(encoder, Posterior(prior, x)), FACTS).apply("kl_definition").apply("integral_as_expectation")
    line = line.apply("log_div").apply("bayes").apply("log_div", a=mul(likelihood, of_prior)).apply("log_mul").apply("expand")
    line = line.apply("log_div (backwards)", a=of_encoder, b=of_prior).apply("expect_sum").apply("log_div")
    line = line.apply("lemma:kl_definition (backwards)").apply("expect_scale").apply("expect_constant")
    line = line.apply("factor_out", c=minus).apply("elbo_definition (backwards)").apply("expand")
    return line.apply("commute", b=log(Evidence(prior, x)))
