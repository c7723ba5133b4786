"""The diagonal KL in variances, log-variances and precisions; each line is treated as in the univariate case, under the sum."""

from collections.abc import Callable

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..derivation import Derivation
from ..facts import positive_entries
from ..nodes import Entry, Entrywise
from . import kl_normal_parameters as univariate
from .kl_normal_diag import TITLE, mu1, mu2, sigma1, sigma2
from .registry import theorem, theorems
from .symbols import columns, j, k

var1, var2, logvar1, logvar2, prec1, prec2 = columns("var1", "var2", "logvar1", "logvar2", "prec1", "prec2")
BY_VAR, BY_LOGVAR, BY_PREC = (mu1, var1, mu2, var2), (mu1, logvar1, mu2, logvar2), (mu1, prec1, mu2, prec2)


def entrywise(deviation: Callable[[sp.Expr], sp.Expr], column: sp.MatrixSymbol) -> Entrywise:
    """The column of standard deviations that another column of parameters stands for."""
    return Entrywise(deviation(Entry(column, j)), j, k)


def specialised(
    deviation: Callable[[sp.Expr], sp.Expr], one: sp.MatrixSymbol, two: sp.MatrixSymbol, *facts: AppliedPredicate
) -> Derivation:
    values = {sigma1: entrywise(deviation, one), sigma2: entrywise(deviation, two)}
    return theorems["kl_normal_diag"].specialise(values, *facts).all("entry")


@theorem("kl_normal_diag_var", TITLE + ", by their variances", "normal_diag", parameters=BY_VAR)
def kl_normal_diag_var() -> Derivation:
    line = specialised(univariate.deviation_of_var, var1, var2, positive_entries(var1), positive_entries(var2))
    return univariate.in_variances(line, Entry(var2, j))


@theorem("kl_normal_diag_var_stable", TITLE + ", by their variances, without cancellation", "normal_diag", parameters=BY_VAR)
def kl_normal_diag_var_stable() -> Derivation:
    return univariate.stable_in_variances(theorems["kl_normal_diag_var"].derivation)


@theorem("kl_normal_diag_logvar", TITLE + ", by their log-variances", "normal_diag", parameters=BY_LOGVAR)
def kl_normal_diag_logvar() -> Derivation:
    line = specialised(univariate.deviation_of_logvar, logvar1, logvar2)
    return univariate.in_log_variances(line, Entry(logvar1, j), Entry(logvar2, j))


@theorem("kl_normal_diag_logvar_stable", TITLE + ", by their log-variances, without cancellation", "normal_diag", parameters=BY_LOGVAR)
def kl_normal_diag_logvar_stable() -> Derivation:
    return univariate.stable_in_log_variances(theorems["kl_normal_diag_logvar"].derivation)


@theorem("kl_normal_diag_prec", TITLE + ", by their precisions", "normal_diag", parameters=BY_PREC)
def kl_normal_diag_prec() -> Derivation:
    line = specialised(univariate.deviation_of_prec, prec1, prec2, positive_entries(prec1), positive_entries(prec2))
    return univariate.in_precisions(line)


@theorem("kl_normal_diag_prec_stable", TITLE + ", by their precisions, without cancellation", "normal_diag", parameters=BY_PREC)
def kl_normal_diag_prec_stable() -> Derivation:
    return univariate.stable_in_precisions(theorems["kl_normal_diag_prec"].derivation)
