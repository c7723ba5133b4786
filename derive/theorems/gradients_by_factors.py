"""Gradients of KL by means and lower Cholesky factors, without cancellation: in what the value is made of too.

Each starts from the formula in whole matrices and is lower triangular where its factor is. With M the quotient of the two factors and
E = M - I, M stands only where it is divided by, so that laws that nearly agree keep their digits.
"""

from collections.abc import Callable
from functools import partial

import sympy as sp

from ..derivation import Derivation
from ..nodes import MatrixGradient
from ..rewrite import matmul, matsub
from . import kl_mvn
from .kl_mvn_chol import L2, E, L, M, named, z
from .kl_mvn_prec import R1, R2, N, difference, w
from .registry import theorem, theorems
from .symbols import k

Tidying = Callable[[Derivation], Derivation]


def gradient(lemma: str, parameter: sp.MatrixSymbol) -> Derivation:
    """The gradient by one parameter, carried out; by a factor, inverses of products are taken apart."""
    start = MatrixGradient(theorems[lemma].lhs, parameter, "lower" if parameter.is_square else "full")
    line = Derivation(start, theorems[lemma].hypotheses).apply(f"lemma:{lemma}").apply("matrix_gradient")
    return inverses_taken_apart(line) if parameter.is_square else line


def inverses_taken_apart(line: Derivation) -> Derivation:
    return line.all("inverse_product").all("inverse_transpose").all("cancel_inverse").all("drop_identity")


def back(factor: sp.MatrixSymbol) -> sp.MatrixExpr:
    """L^-T."""
    return sp.Transpose(sp.Inverse(factor))


def by_L1(line: Derivation) -> Derivation:
    return named(line.apply("subtract_inverse_transpose"), E=E, M=M)


def by_L2(line: Derivation) -> Derivation:
    line = named(line.all("transpose_product (backwards)"), z=z)
    return named(line.apply("factor_product", A=matmul(-1, back(L2))).apply("square_minus_identity"), E=E)


def by_L(line: Derivation) -> Derivation:
    """Against N(0, I) the factor is its own quotient."""
    return named(line.apply("subtract_own_inverse_transpose"), E=matsub(L, sp.Identity(k)))


def by_R1(line: Derivation) -> Derivation:
    line = line.apply("transpose_product (backwards)").apply("factor_product", A=matmul(-1, back(R1)))
    return named(line.apply("square_minus_identity"), E=difference)


def by_R2(line: Derivation) -> Derivation:
    """(mu1 - mu2)(mu1 - mu2)^T R2 = (mu1 - mu2) w^T, beside what the factors alone give."""
    line = named(line.apply("subtract_inverse_transpose"), E=difference, M=N).apply("transpose_transpose (backwards)", R2)
    beside = matmul(kl_mvn.outer_shift, sp.Transpose(sp.Transpose(R2)))
    return named(line.apply("transpose_product (backwards)", beside), w=w)


def as_it_is(line: Derivation) -> Derivation:
    return line


# The formula that is differentiated, and what is done with the gradient by each parameter in turn.
ROUTES: dict[str, tuple[str, tuple[Tidying, ...]]] = {
    "kl_mvn_chol":      ("kl_mvn_factors",      (partial(named, z=z), by_L1, partial(named, z=z), by_L2)),
    "kl_mvn_vae_chol":  ("kl_mvn_vae_factors",  (as_it_is, by_L)),
    "kl_mvn_prec_chol": ("kl_mvn_prec_factors", (partial(named, w=w), by_R1, partial(named, w=w), by_R2)),
}  # fmt: skip


def derive(lemma: str, parameter: sp.MatrixSymbol, tidying: Tidying) -> Derivation:
    return tidying(gradient(lemma, parameter))


for _name, (_lemma, _tidyings) in ROUTES.items():
    for _parameter, _tidying in zip(theorems.parameters(_name), _tidyings, strict=True):
        theorem(
            f"{_name}_by_{_parameter}", f"{theorems.title(_name)}: gradient by {_parameter}", theorems.subject(_name),
            parameters=theorems.parameters(_name),
        )(partial(derive, _lemma, _parameter, _tidying))  # fmt: skip
