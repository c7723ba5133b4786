"""Entropy and cross-entropy of normal laws, and the divergence as their difference."""

import sympy as sp

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import CrossEntropy, Density, Entropy, Expect, Group, Law
from ..rewrite import log, matsub
from . import kl_mvn
from .registry import theorem, theorems
from .symbols import columns, covariance, half, law1, law2, positive, real, squares, x

mu, sigma = real("mu", "sigma")
mean, point = columns("mu", "x")
(Sigma,) = squares("Sigma")


@theorem("kl_cross_entropy", "KL divergence is cross-entropy minus entropy", "divergence")
def kl_cross_entropy() -> Derivation:
    line = theorems["kl_definition"].derivation.apply("expect_sum").apply("expect_scale")
    line = line.apply("minus_minus (backwards)", Expect(log(Density(law1, x)), x, law1)).apply("entropy_definition (backwards)")
    line = line.apply("cross_entropy_definition (backwards)")
    return line.apply("commute", b=CrossEntropy(law1, law2))


@theorem("entropy_normal", "Entropy of a normal law", "normal", parameters=(mu, sigma))
def entropy_normal() -> Derivation:
    line = Derivation(Entropy(Law("normal", mu, sigma)), Facts.of(*positive(sigma))).apply("entropy_definition")
    line = line.apply("density_normal").apply("log_mul").apply("log_exp").apply("log_pow")
    line = line.apply("expect_sum").apply("expect_constant").apply("expect_scale").apply("expect_gap_squared_normal")
    return line.apply("expand").apply("factor_out", c=half)


@theorem("entropy_mvn", "Entropy of a multivariate normal law", "mvn", parameters=(mean, Sigma))
def entropy_mvn() -> Derivation:
    line = Derivation(Entropy(Law("mvn", mean, Sigma)), Facts.of(*covariance(Sigma))).apply("entropy_definition")
    line = line.apply("density_mvn").apply("log_mul").apply("log_exp").apply("log_pow")
    line = line.apply("expect_sum").apply("expect_constant").apply("expect_scale")
    line = kl_mvn.dimension(kl_mvn.under_the_trace(line, sp.Inverse(Sigma), Group(matsub(point, mean))))
    return line.apply("expand").apply("factor_out", c=half)


@theorem("cross_entropy_mvn", "Cross-entropy of two multivariate normal laws", "mvn", parameters=kl_mvn.PARAMETERS)
def cross_entropy_mvn() -> Derivation:
    line = Derivation(CrossEntropy(kl_mvn.mvn1, kl_mvn.mvn2), Facts.of(*covariance(kl_mvn.Sigma1, kl_mvn.Sigma2)))
    line = line.apply("cross_entropy_definition").apply("density_mvn").apply("log_mul").apply("log_exp").apply("log_pow")
    line = line.apply("expect_sum").apply("expect_constant").apply("expect_scale")
    line = kl_mvn.recentred(kl_mvn.under_the_trace(line, sp.Inverse(kl_mvn.Sigma2), kl_mvn.gap2))
    return kl_mvn.taken_apart(line.apply("expand"))
