"""The univariate KL in the parameters that programs hold: variance, log-variance and precision instead of the standard deviation."""

from ..derivation import Derivation
from ..rewrite import exp, mul, power
from .registry import theorem, theorems
from .symbols import half, mu1, mu2, positive, real, sigma1, sigma2, two

var1, var2, logvar1, logvar2, prec1, prec2 = real("var1", "var2", "logvar1", "logvar2", "prec1", "prec2")
BY_VAR, BY_LOGVAR, BY_PREC = (mu1, var1, mu2, var2), (mu1, logvar1, mu2, logvar2), (mu1, prec1, mu2, prec2)
TITLE = "KL divergence between two normal laws, by "


@theorem("kl_normal_var", TITLE + "their variances", "normal", parameters=BY_VAR)
def kl_normal_var() -> Derivation:
    line = theorems["kl_normal"].specialise({sigma1: power(var1, half), sigma2: power(var2, half)}, *positive(var1, var2))
    line = line.apply("expand").apply("log_div").all("log_pow").apply("factor_out", c=half)
    return line.apply("log_div (backwards)").apply("factor_out", c=power(var2, -1))


@theorem("kl_normal_var_stable", TITLE + "their variances, without cancellation", "normal", parameters=BY_VAR)
def kl_normal_var_stable() -> Derivation:
    line = theorems["kl_normal_var"].derivation
    return line.apply("expand", line.line.args[1]).apply("logratiomx_of_log")


@theorem("kl_normal_logvar", TITLE + "their log-variances", "normal", parameters=BY_LOGVAR)
def kl_normal_logvar() -> Derivation:
    values = {sigma1: exp(mul(half, logvar1)), sigma2: exp(mul(half, logvar2))}
    line = theorems["kl_normal"].specialise(values)
    line = line.apply("log_div").all("log_exp").all("exp_power")
    line = line.apply("expand", mul(two, half, logvar2)).apply("expand", mul(two, half, logvar1))
    return line.apply("factor_out", c=half)


@theorem("kl_normal_logvar_stable", TITLE + "their log-variances, without cancellation", "normal", parameters=BY_LOGVAR)
def kl_normal_logvar_stable() -> Derivation:
    line = theorems["kl_normal_logvar"].derivation
    line = line.apply("expand", line.line.args[1]).all("exp_power").apply("exp_mul")
    return line.apply("expm1mx_of_difference")


@theorem("kl_normal_prec", TITLE + "their precisions", "normal", parameters=BY_PREC)
def kl_normal_prec() -> Derivation:
    values = {sigma1: power(prec1, -half), sigma2: power(prec2, -half)}
    line = theorems["kl_normal"].specialise(values, *positive(prec1, prec2))
    line = line.apply("expand").apply("log_div").all("log_pow").apply("expand").apply("factor_out", c=half)
    return line.apply("log_div (backwards)")


@theorem("kl_normal_prec_stable", TITLE + "their precisions, without cancellation", "normal", parameters=BY_PREC)
def kl_normal_prec_stable() -> Derivation:
    return theorems["kl_normal_prec"].derivation.apply("logratiomx_of_log")
