"""KL from a multivariate normal law to the standard one: the general theorem at mu2 = 0, Sigma2 = I."""

import sympy as sp

from ..derivation import Derivation
from ..nodes import Scalar
from ..rewrite import log, neg
from . import kl_mvn
from .registry import theorem, theorems
from .symbols import columns, covariance, k, squares

(mu,) = columns("mu")
(Sigma,) = squares("Sigma")
TERMS = {
    "trace": sp.Trace(Sigma),
    "mean": Scalar(sp.MatMul(sp.Transpose(mu), mu)),
    "constant": neg(k),
    "logdet": neg(log(sp.Determinant(Sigma))),
}


@theorem("kl_mvn_standard", "KL divergence from a multivariate normal law to the standard one", "mvn", parameters=(mu, Sigma), terms=TERMS)
def kl_mvn_standard() -> Derivation:
    values = {kl_mvn.mu1: mu, kl_mvn.Sigma1: Sigma, kl_mvn.mu2: sp.ZeroMatrix(k, 1), kl_mvn.Sigma2: sp.Identity(k)}
    line = theorems["kl_mvn"].specialise(values, *covariance(Sigma))
    line = line.all("subtract_zero").all("drop_identity")
    return line.apply("det_identity").apply("log_div").apply("log_one").apply("expand", (1,))
