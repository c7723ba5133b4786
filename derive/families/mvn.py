"""Multivariate normal(mu, Sigma): mean mu, symmetric positive definite covariance Sigma, on the k-dimensional real space."""

import sympy as sp
from sympy import Q

from ..nodes import Group, Scalar
from ..rewrite import exp, matadd, matmul, matsub, mul, power
from .family import Family

k = sp.Symbol("k", integer=True, positive=True)
mu, x = (sp.MatrixSymbol(name, k, 1) for name in ("mu", "x"))
Sigma = sp.MatrixSymbol("Sigma", k, k)

gap = Group(matsub(x, mu))
quadratic_form = Scalar(sp.MatMul(sp.Transpose(gap), sp.Inverse(Sigma), gap))

MVN = Family(
    name="mvn",
    parameters=(mu, Sigma),
    domain=(Q.symmetric(Sigma), Q.positive_definite(Sigma)),
    point=x,
    density=mul(
        power(sp.Determinant(matmul(mul(sp.Integer(2), sp.pi), Sigma)), sp.Rational(-1, 2)),
        exp(mul(sp.Rational(-1, 2), quadratic_form)),
    ),
    expectations=(
        ("gap", gap, sp.ZeroMatrix(k, 1)),
        ("outer_gap", matmul(gap, sp.Transpose(gap)), Sigma),
        ("point", x, mu),
        ("outer_point", matmul(x, sp.Transpose(x)), matadd(Sigma, matmul(mu, sp.Transpose(mu)))),
    ),
    display=("N", (mu, Sigma)),
    source="definition of the multivariate normal law",
)
