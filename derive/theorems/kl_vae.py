"""The KL term of a variational autoencoder: N(mu, diag) against N(0, I), by two routes.

The first specialises the full-covariance theorem to a diagonal matrix; the second the diagonal theorem to the standard law.
"""

import sympy as sp

from ..derivation import Derivation
from ..facts import positive_entries
from ..nodes import Entry, Entrywise, SumOver
from ..rewrite import exp, mul, neg, power
from . import kl_normal_diag, kl_normal_parameters
from .kl_mvn_standard import Sigma, mu
from .registry import theorem, theorems
from .symbols import columns, half, j, k, mu1, mu2, real, sigma1, sigma2, two

sigma, var, logvar = columns("sigma", "var", "logvar")
mu_j, logvar_j = real("mu", "logvar")
TITLE = "KL term of a variational autoencoder"
TERMS = {
    "trace": SumOver(exp(Entry(logvar, j)), j, k),
    "mean": SumOver(power(Entry(mu, j), 2), j, k),
    "constant": neg(k),
    "logdet": neg(SumOver(Entry(logvar, j), j, k)),
}


def diagonal(variance: sp.Expr) -> Derivation:
    """The theorem for full covariance at Sigma = diag(variance_j)."""
    facts = (positive_entries(part) for part in (sigma, var) if part in variance.free_symbols)
    return theorems["kl_mvn_standard"].specialise({Sigma: sp.DiagMatrix(Entrywise(variance, j, k))}, *facts)


def summed(line: Derivation) -> Derivation:
    """Trace, squared norm and log-determinant of a diagonal matrix as sums over coordinates."""
    line = line.apply("diagonal_trace").apply("squared_norm").apply("diagonal_determinant")
    return line.all("entry").apply("log_product")


@theorem("kl_vae_terms", TITLE + ": its terms", "vae", parameters=(mu, logvar), terms=TERMS)
def kl_vae_terms() -> Derivation:
    return summed(diagonal(exp(Entry(logvar, j)))).apply("log_exp")


@theorem("kl_vae", TITLE + ", by log-variances", "vae", parameters=(mu, logvar))
def kl_vae() -> Derivation:
    return theorems["kl_vae_terms"].derivation.apply("join_sums").apply("scale_sum")


@theorem("kl_vae_stable", TITLE + ", by log-variances, without cancellation", "vae", parameters=(mu, logvar))
def kl_vae_stable() -> Derivation:
    return theorems["kl_vae"].derivation.apply("expm1mx_of_exp")


@theorem("kl_vae_var", TITLE + ", by variances", "vae", parameters=(mu, var))
def kl_vae_var() -> Derivation:
    return summed(diagonal(Entry(var, j))).apply("join_sums").apply("scale_sum")


@theorem("kl_vae_var_stable", TITLE + ", by variances, without cancellation", "vae", parameters=(mu, var))
def kl_vae_var_stable() -> Derivation:
    return theorems["kl_vae_var"].derivation.apply("logratiomx_at_one")


@theorem("kl_vae_sigma", TITLE + ", by standard deviations", "vae", parameters=(mu, sigma))
def kl_vae_sigma() -> Derivation:
    return summed(diagonal(power(Entry(sigma, j), 2))).apply("join_sums").apply("scale_sum")


@theorem("kl_vae_sigma_stable", TITLE + ", by standard deviations, without cancellation", "vae", parameters=(mu, sigma))
def kl_vae_sigma_stable() -> Derivation:
    return theorems["kl_vae_sigma"].derivation.apply("square_at_one")


@theorem("kl_vae_direct", TITLE + ", from the diagonal theorem", "vae", parameters=(mu, logvar))
def kl_vae_direct() -> Derivation:
    values = {
        kl_normal_diag.mu1: mu, kl_normal_diag.mu2: sp.ZeroMatrix(k, 1),
        kl_normal_diag.sigma1: Entrywise(exp(mul(half, Entry(logvar, j))), j, k), kl_normal_diag.sigma2: sp.OneMatrix(k, 1),
    }  # fmt: skip
    return of_log_variance(theorems["kl_normal_diag"].specialise(values).all("entry"), Entry(logvar, j))


def of_log_variance(line: Derivation, logvar: sp.Expr) -> Derivation:
    """The univariate line at mu2 = 0, sigma2 = 1 and sigma1 = exp(logvar/2), in the order trace, mean, constant, log."""
    line = line.apply("minus_zero").apply("log_div").apply("log_one").apply("log_exp")
    line = line.apply("exp_power").apply("expand", mul(two, half, logvar)).apply("expand").apply("factor_out", c=half)
    return line.apply("commute", a=neg(logvar))


@theorem("kl_vae_per_dim", TITLE + ", one coordinate", "vae", parameters=(mu_j, logvar_j))
def kl_vae_per_dim() -> Derivation:
    deviation = kl_normal_parameters.deviation_of_logvar(logvar_j)
    values = {mu1: mu_j, sigma1: deviation, mu2: sp.S.Zero, sigma2: sp.S.One}
    return of_log_variance(theorems["kl_normal"].specialise(values), logvar_j)


@theorem("kl_vae_per_dim_stable", TITLE + ", one coordinate, without cancellation", "vae", parameters=(mu_j, logvar_j))
def kl_vae_per_dim_stable() -> Derivation:
    return theorems["kl_vae_per_dim"].derivation.apply("expm1mx_of_exp")
