"""The univariate KL in the parameters that programs hold: variance, log-variance and precision instead of the standard deviation.

What is done to the line is the same for one coordinate and for a sum over coordinates: `in_variances` and its neighbours serve both.
"""

import sympy as sp

from ..derivation import Derivation
from ..rewrite import at_path, exp, mul, power
from .registry import theorem, theorems
from .symbols import half, mu1, mu2, positive, real, sigma1, sigma2, two

var1, var2, logvar1, logvar2, prec1, prec2 = real("var1", "var2", "logvar1", "logvar2", "prec1", "prec2")
BY_VAR, BY_LOGVAR, BY_PREC = (mu1, var1, mu2, var2), (mu1, logvar1, mu2, logvar2), (mu1, prec1, mu2, prec2)
TITLE = "KL divergence between two normal laws, by "


def deviation_of_var(var: sp.Expr) -> sp.Expr:
    return power(var, half)


def deviation_of_logvar(logvar: sp.Expr) -> sp.Expr:
    return exp(mul(half, logvar))


def deviation_of_prec(prec: sp.Expr) -> sp.Expr:
    return power(prec, -half)


# ---------------------------------------------------------------------------------------------------- what is done to a line


def in_variances(line: Derivation, var2: sp.Expr) -> Derivation:
    line = line.apply("expand").apply("log_div").all("log_pow").apply("factor_out", c=half)
    return line.apply("log_div (backwards)").apply("factor_out", c=power(var2, -1))


def in_log_variances(line: Derivation, logvar1: sp.Expr, logvar2: sp.Expr) -> Derivation:
    line = line.apply("log_div").all("log_exp").all("exp_power")
    for logvar in (logvar2, logvar1):
        line = line.apply("expand", mul(two, half, logvar))
    return line.apply("factor_out", c=half)


def in_precisions(line: Derivation) -> Derivation:
    line = line.apply("expand").apply("log_div").all("log_pow").apply("expand").apply("factor_out", c=half)
    return line.apply("log_div (backwards)")


def bracket(line: Derivation) -> sp.Expr:
    """The sum that 1/2 multiplies, in a line 1/2 [...] or in a sum of those."""
    summand = line.line if isinstance(line.line, sp.Mul) else at_path(line.line, (0,))
    return summand.args[1]


def stable_in_variances(line: Derivation) -> Derivation:
    return line.apply("expand", bracket(line)).apply("logratiomx_of_log")


def stable_in_log_variances(line: Derivation) -> Derivation:
    return line.apply("expand", bracket(line)).all("exp_power").apply("exp_mul").apply("expm1mx_of_difference")


def stable_in_precisions(line: Derivation) -> Derivation:
    return line.apply("logratiomx_of_log")


# ---------------------------------------------------------------------------------------------------- theorems


@theorem("kl_normal_var", TITLE + "their variances", "normal", parameters=BY_VAR)
def kl_normal_var() -> Derivation:
    values = {sigma1: deviation_of_var(var1), sigma2: deviation_of_var(var2)}
    return in_variances(theorems["kl_normal"].specialise(values, *positive(var1, var2)), var2)


@theorem("kl_normal_var_stable", TITLE + "their variances, without cancellation", "normal", parameters=BY_VAR)
def kl_normal_var_stable() -> Derivation:
    return stable_in_variances(theorems["kl_normal_var"].derivation)


@theorem("kl_normal_logvar", TITLE + "their log-variances", "normal", parameters=BY_LOGVAR)
def kl_normal_logvar() -> Derivation:
    values = {sigma1: deviation_of_logvar(logvar1), sigma2: deviation_of_logvar(logvar2)}
    return in_log_variances(theorems["kl_normal"].specialise(values), logvar1, logvar2)


@theorem("kl_normal_logvar_stable", TITLE + "their log-variances, without cancellation", "normal", parameters=BY_LOGVAR)
def kl_normal_logvar_stable() -> Derivation:
    return stable_in_log_variances(theorems["kl_normal_logvar"].derivation)


@theorem("kl_normal_prec", TITLE + "their precisions", "normal", parameters=BY_PREC)
def kl_normal_prec() -> Derivation:
    values = {sigma1: deviation_of_prec(prec1), sigma2: deviation_of_prec(prec2)}
    return in_precisions(theorems["kl_normal"].specialise(values, *positive(prec1, prec2)))


@theorem("kl_normal_prec_stable", TITLE + "their precisions, without cancellation", "normal", parameters=BY_PREC)
def kl_normal_prec_stable() -> Derivation:
    return stable_in_precisions(theorems["kl_normal_prec"].derivation)
