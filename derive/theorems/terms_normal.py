"""What each term of the univariate KL does to the parameters of law 1: trace, mean and log-determinant, and where they balance."""

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import Gradient, Paren
from ..rewrite import div, log, mul, neg, power, sub
from .registry import theorem, theorems
from .symbols import mu1, mu2, positive, sigma1, sigma2, two

FACTS = Facts.of(*positive(sigma1, sigma2))
PARAMETERS = (mu1, sigma1, mu2, sigma2)
shift = Paren(sub(mu1, mu2))
TRACE, MEAN = div(power(sigma1, 2), mul(two, power(sigma2, 2))), div(power(shift, 2), mul(two, power(sigma2, 2)))
LOGDET = log(div(sigma2, sigma1))


@theorem("normal_trace_pull", "The trace term pulls sigma1 down", "terms", parameters=PARAMETERS)
def normal_trace_pull() -> Derivation:
    return Derivation(Gradient(TRACE, sigma1), FACTS).apply("gradient").apply("positive", ())


@theorem("normal_mean_pull", "The mean term never pushes mu1 away from mu2", "terms", parameters=PARAMETERS)
def normal_mean_pull() -> Derivation:
    line = Derivation(mul(shift, Gradient(MEAN, mu1)), FACTS).apply("gradient").apply("expand")
    return line.apply("not_negative", ())


@theorem("normal_logdet_pull", "The log-determinant pushes sigma1 up", "terms", parameters=PARAMETERS)
def normal_logdet_pull() -> Derivation:
    line = Derivation(neg(Gradient(LOGDET, sigma1)), FACTS).apply("gradient").apply("expand")
    return line.apply("positive", ())


@theorem("normal_balance", "Trace and log-determinant balance at sigma1 = sigma2 and nowhere else", "terms", parameters=PARAMETERS)
def normal_balance() -> Derivation:
    gradient = theorems["kl_normal_by_sigma1"]
    line = Derivation(mul(Paren(sub(sigma1, sigma2)), gradient.lhs), FACTS).apply("lemma:kl_normal_by_sigma1").apply("expand")
    return line.apply("not_negative", ())
