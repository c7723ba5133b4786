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
M, E = matmul(sp.Inverse(L2), L1), matmul(sp.Inverse(L2), Group(matsub(L1, L2)))
z = matmul(sp.Inverse(L2), Group(matsub(mu1, mu2)))


def factors(*matrices: sp.MatrixSymbol) -> tuple[sp.Basic, ...]:
    """Lower triangular with a positive diagonal."""
    return tuple(fact for matrix in matrices for fact in (Q.lower_triangular(matrix), positive_diagonal(matrix)))


def named(line: Derivation, **matrices: sp.MatrixExpr) -> Derivation:
    """Names for what a kernel solves for."""
    for name, matrix in matrices.items():
        line = line.all("abbreviate", A=matrix, name=Str(name))
    return line


def summed_by_rows(line: Derivation) -> Derivation:
    """tr M M^T, z^T z and the log-determinants of triangular factors as one sum over rows."""
    line = line.apply("frobenius_of_triangular").apply("squared_norm")
    line = line.all("det_product").all("det_transpose").all("det_triangular").apply("log_div").all("log_mul").all("log_product")
    return line.apply("expand", (1,)).apply("join_sums").apply("scale_sum")


def plain(line: Derivation) -> Derivation:
    """M_ii^2 - 1 - log M_ii^2, the logarithm as that of the two diagonal entries."""
    return line.all("log_pow (backwards)", n=two).apply("log_div (backwards)")


def without_cancellation(line: Derivation) -> Derivation:
    """Differences first: of the diagonal entries, and of the factors below the diagonal."""
    line = line.apply("entry_of_quotient").apply("expand").apply("log_div (backwards)").apply("square_near_one")
    return line.apply("abbreviate (backwards)").apply("below_the_diagonal")


def by_rows() -> Derivation:
    values = {kl_mvn.Sigma1: matmul(L1, sp.Transpose(L1)), kl_mvn.Sigma2: matmul(L2, sp.Transpose(L2))}
    line = theorems["kl_mvn"].specialise(values, *factors(L1, L2)).all("inverse_product").all("inverse_transpose")
    line = line.apply("trace_cycle").all("transpose_product (backwards)")
    return summed_by_rows(named(line, M=M, z=z))


@theorem("kl_mvn_chol", TITLE, "mvn", parameters=PARAMETERS)
def kl_mvn_chol() -> Derivation:
    return plain(by_rows())


@theorem("kl_mvn_difference", TITLE + ", without cancellation", "mvn", parameters=PARAMETERS)
def kl_mvn_difference() -> Derivation:
    return named(without_cancellation(by_rows()), E=E)


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


@theorem("kl_mvn_factors", TITLE + ", as matrices", "mvn", parameters=PARAMETERS)
def kl_mvn_factors() -> Derivation:
    """What by_rows begins with, before sums over entries: matrices whole, which is what gradients by them start from."""
    values = {kl_mvn.Sigma1: matmul(L1, sp.Transpose(L1)), kl_mvn.Sigma2: matmul(L2, sp.Transpose(L2))}
    return theorems["kl_mvn"].specialise(values, *factors(L1, L2)).all("inverse_product").all("inverse_transpose")


@theorem("kl_mvn_vae_factors", "KL term of a variational autoencoder with full covariance, by its Cholesky factor, as matrices", "vae",
    parameters=(mu, L),
)  # fmt: skip
def kl_mvn_vae_factors() -> Derivation:
    return theorems["kl_mvn_standard"].specialise({kl_mvn_standard.Sigma: matmul(L, sp.Transpose(L))}, *factors(L))
