"""Gradients of KL by means and lower Cholesky factors, without cancellation: in what the value is made of too.

Each starts from the formula in whole matrices and is lower triangular where its factor is. With E = M - I and the quotient M of the two
factors, M stands only where it is divided by, so that laws that nearly agree keep their digits.
"""

from collections.abc import Callable
from functools import partial

import sympy as sp

from ..derivation import Derivation
from ..nodes import MatrixGradient
from ..rewrite import matmul, matsub
from . import kl_mvn, kl_mvn_chol, kl_mvn_prec
from .kl_mvn_chol import L1, L2, E, L, M, mu1, mu2, named, z
from .kl_mvn_prec import R1, R2, N, difference, w
from .kl_mvn_standard import mu
from .registry import theorem, theorems
from .symbols import k

FACTORS, STANDARD, PRECISIONS = "kl_mvn_factors", "kl_mvn_vae_factors", "kl_mvn_prec_factors"


def back(factor: sp.MatrixSymbol) -> sp.MatrixExpr:
    """L^-T."""
    return sp.Transpose(sp.Inverse(factor))


def gradient(lemma: str, parameter: sp.MatrixSymbol) -> Derivation:
    """The gradient by one parameter, carried out; by a factor, inverses of products are taken apart."""
    start = MatrixGradient(theorems[lemma].lhs, parameter, "lower" if parameter.is_square else "full")
    line = Derivation(start, theorems[lemma].hypotheses).apply(f"lemma:{lemma}").apply("matrix_gradient")
    if not parameter.is_square:
        return line
    return line.all("inverse_product").all("inverse_transpose").all("cancel_inverse").all("drop_identity")


def by_mean(parameter: sp.MatrixSymbol) -> Derivation:
    return named(gradient(FACTORS, parameter), z=z)


def by_L1() -> Derivation:
    return named(gradient(FACTORS, L1).apply("subtract_inverse_transpose"), E=E, M=M)


def by_L2() -> Derivation:
    line = named(gradient(FACTORS, L2).all("transpose_product (backwards)"), z=z)
    return named(line.apply("factor_product", A=matmul(-1, back(L2))).apply("square_minus_identity"), E=E)


def by_L() -> Derivation:
    """Against N(0, I) the factor is its own quotient."""
    return named(gradient(STANDARD, L).apply("subtract_own_inverse_transpose"), E=matsub(L, sp.Identity(k)))


def by_mean_of_precisions(parameter: sp.MatrixSymbol) -> Derivation:
    return named(gradient(PRECISIONS, parameter), w=w)


def by_R1() -> Derivation:
    line = gradient(PRECISIONS, R1).apply("transpose_product (backwards)")
    return named(line.apply("factor_product", A=matmul(-1, back(R1))).apply("square_minus_identity"), E=difference)


def by_R2() -> Derivation:
    line = named(gradient(PRECISIONS, R2).apply("subtract_inverse_transpose"), E=difference, M=N)
    line = line.apply("transpose_transpose (backwards)", R2)
    twice = sp.Transpose(sp.Transpose(R2))
    return named(line.apply("transpose_product (backwards)", matmul(kl_mvn.outer_shift, twice)), w=w)


SCRIPTS: dict[str, tuple[str, tuple[sp.MatrixSymbol, ...], dict[sp.MatrixSymbol, Callable[[], Derivation]]]] = {
    "kl_mvn_chol": (
        kl_mvn_chol.TITLE, kl_mvn_chol.PARAMETERS,
        {mu1: partial(by_mean, mu1), L1: by_L1, mu2: partial(by_mean, mu2), L2: by_L2},
    ),
    "kl_mvn_vae_chol": (theorems.title("kl_mvn_vae_chol"), (mu, L), {mu: partial(gradient, STANDARD, mu), L: by_L}),
    "kl_mvn_prec_chol": (
        kl_mvn_prec.FACTORS, kl_mvn_prec.PARAMETERS,
        {mu1: partial(by_mean_of_precisions, mu1), R1: by_R1, mu2: partial(by_mean_of_precisions, mu2), R2: by_R2},
    ),
}  # fmt: skip

for _name, (_title, _parameters, _scripts) in SCRIPTS.items():
    for _parameter, _script in _scripts.items():
        theorem(
            f"{_name}_by_{_parameter}", f"{_title}: gradient by {_parameter}", theorems.subject(_name), parameters=_parameters,
        )(_script)  # fmt: skip
