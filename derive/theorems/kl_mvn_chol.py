"""KL between two multivariate normal laws given by lower Cholesky factors: a sum of squares and of one-dimensional terms, none negative."""

import sympy as sp
from sympy import Q
from sympy.core.symbol import Str

from ..derivation import Derivation
from ..facts import positive_diagonal
from ..nodes import Group
from ..rewrite import matmul, matsub
from . import kl_mvn, kl_mvn_standard
from .kl_mvn_standard import mu
from .registry import theorem, theorems
from .symbols import squares, two

mu1, mu2 = kl_mvn.mu1, kl_mvn.mu2
L1, L2, L = squares("L1", "L2", "L")
PARAMETERS = (mu1, L1, mu2, L2)
TITLE = kl_mvn.TITLE + ", by Cholesky factors"
solve = sp.Inverse(L2)
NAMES = {"M": matmul(solve, L1), "E": matmul(solve, Group(matsub(L1, L2))), "z": matmul(solve, Group(matsub(mu1, mu2)))}


def factors(*matrices: sp.MatrixSymbol) -> tuple[sp.Basic, ...]:
    """Lower triangular with a positive diagonal."""
    return tuple(fact for matrix in matrices for fact in (Q.lower_triangular(matrix), positive_diagonal(matrix)))


def named(line: Derivation, name: str) -> Derivation:
    return line.all("abbreviate", A=NAMES[name], name=Str(name))


def by_rows() -> Derivation:
    """Trace, quadratic form and log-determinants as one sum over the rows of M = L2^-1 L1 and z = L2^-1 (mu1 - mu2)."""
    values = {kl_mvn.Sigma1: matmul(L1, sp.Transpose(L1)), kl_mvn.Sigma2: matmul(L2, sp.Transpose(L2))}
    line = theorems["kl_mvn"].specialise(values, *factors(L1, L2)).all("inverse_product").all("inverse_transpose")
    line = line.apply("trace_cycle").all("transpose_product (backwards)")
    line = named(named(line, "M"), "z").apply("frobenius_of_triangular").apply("squared_norm")
    line = line.all("det_product").all("det_transpose").all("det_triangular").apply("log_div").all("log_mul").all("log_product")
    return line.apply("expand", (1,)).apply("join_sums").apply("scale_sum")


@theorem("kl_mvn_chol", TITLE, "mvn", parameters=PARAMETERS)
def kl_mvn_chol() -> Derivation:
    return by_rows().all("log_pow (backwards)", n=two).apply("log_div (backwards)")


@theorem("kl_mvn_difference", TITLE + ", without cancellation", "mvn", parameters=PARAMETERS)
def kl_mvn_difference() -> Derivation:
    line = by_rows().apply("entry_of_quotient").apply("expand").apply("log_div (backwards)").apply("square_near_one")
    line = line.apply("abbreviate (backwards)").apply("below_the_diagonal")
    return named(line, "E")


def standard_by_rows() -> Derivation:
    """Against N(0, I) nothing is solved for: M = L and z = mu."""
    values = {kl_mvn_standard.Sigma: matmul(L, sp.Transpose(L))}
    line = theorems["kl_mvn_standard"].specialise(values, *factors(L)).apply("frobenius_of_triangular").apply("squared_norm")
    line = line.apply("det_product").apply("det_transpose").all("det_triangular").apply("log_mul").all("log_product")
    return line.apply("expand", (1,)).apply("join_sums").apply("scale_sum").apply("log_pow (backwards)", n=two)


@theorem("kl_mvn_vae_chol", "KL term of a variational autoencoder with full covariance, by its Cholesky factor", "vae", parameters=(mu, L))
def kl_mvn_vae_chol() -> Derivation:
    return standard_by_rows()


@theorem(
    "kl_mvn_vae_difference", "KL term of a variational autoencoder with full covariance, by its Cholesky factor, without cancellation",
    "vae", parameters=(mu, L),
)  # fmt: skip
def kl_mvn_vae_difference() -> Derivation:
    return theorems["kl_mvn_vae_chol"].derivation.apply("square_at_one")
