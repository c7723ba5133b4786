"""What each term of the univariate KL does to the parameters of law 1: trace, mean and log-determinant, and where they balance."""

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import At, Gradient, Paren
from ..rewrite import add, div, exp, log, mul, neg, power, sub
from .registry import theorem, theorems
from .symbols import half, mu1, mu2, positive, real, sigma1, sigma2, two

(c,) = real("c")
FACTS, LEVEL = Facts.of(*positive(sigma1, sigma2)), Facts.of(*positive(sigma2, c))
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


@theorem("normal_trace_level", "The trace term takes every value c > 0, at sigma1 = sigma2 sqrt(2c)", "terms", parameters=(sigma2, c))
def normal_trace_level() -> Derivation:
    line = Derivation(At(TRACE, sigma1, mul(sigma2, power(mul(two, c), half))), LEVEL).apply("at")
    return line.all("expand")


@theorem("normal_mean_level", "The mean term takes every value c > 0, at mu1 = mu2 + sigma2 sqrt(2c)", "terms", parameters=(mu2, sigma2, c))
def normal_mean_level() -> Derivation:
    line = Derivation(At(MEAN, mu1, add(mu2, mul(sigma2, power(mul(two, c), half)))), LEVEL).apply("at").apply("drop_bracket")
    return line.all("expand")


@theorem("normal_logdet_level", "The log-determinant takes every value c, at sigma1 = sigma2 exp(-c)", "terms", parameters=(sigma2, c))
def normal_logdet_level() -> Derivation:
    line = Derivation(At(LOGDET, sigma1, mul(sigma2, exp(neg(c)))), LEVEL).apply("at").apply("expand")
    return line.apply("log_pow").apply("log_exp").apply("expand")


@theorem(
    "normal_dropped_trace", "Without the trace term the objective is unbounded below: it falls as -c at sigma1 = sigma2 exp(c)", "terms",
    parameters=(mu1, mu2, sigma2, c),
)  # fmt: skip
def normal_dropped_trace() -> Derivation:
    objective = add(LOGDET, MEAN, neg(half))
    line = Derivation(At(objective, sigma1, mul(sigma2, exp(c))), LEVEL).apply("at")
    return line.apply("expand", div(sigma2, mul(sigma2, exp(c)))).apply("log_pow").apply("log_exp")


@theorem("normal_dropped_logdet", "Without the log-determinant nothing stops sigma1 from shrinking", "terms", parameters=PARAMETERS)
def normal_dropped_logdet() -> Derivation:
    return Derivation(Gradient(add(TRACE, MEAN, neg(half)), sigma1), FACTS).apply("gradient").apply("positive", ())


@theorem("normal_dropped_mean", "Without the mean term mu1 is pulled nowhere", "terms", parameters=PARAMETERS)
def normal_dropped_mean() -> Derivation:
    return Derivation(Gradient(add(LOGDET, TRACE, neg(half)), mu1), FACTS).apply("gradient")
