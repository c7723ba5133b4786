"""The symbols of the theorems: two laws, 1 and 2, and their parameters."""

import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate

from ..nodes import AbstractLaw, Law

k, i, j = (sp.Symbol(name, integer=True, positive=True) for name in "kij")
half, two = sp.Rational(1, 2), sp.Integer(2)


def real(*names: str) -> tuple[sp.Symbol, ...]:
    return tuple(sp.Symbol(name, real=True) for name in names)


def columns(*names: str) -> tuple[sp.MatrixSymbol, ...]:
    return tuple(sp.MatrixSymbol(name, k, 1) for name in names)


def squares(*names: str) -> tuple[sp.MatrixSymbol, ...]:
    return tuple(sp.MatrixSymbol(name, k, k) for name in names)


def positive(*symbols: sp.Symbol) -> tuple[AppliedPredicate, ...]:
    return tuple(Q.positive(symbol) for symbol in symbols)


def covariance(*matrices: sp.MatrixSymbol) -> tuple[AppliedPredicate, ...]:
    """Symmetric and positive definite."""
    return tuple(fact for matrix in matrices for fact in (Q.symmetric(matrix), Q.positive_definite(matrix)))


x, mu1, mu2, sigma1, sigma2 = real("x", "mu1", "mu2", "sigma1", "sigma2")
law1, law2 = AbstractLaw("1"), AbstractLaw("2")
normal1, normal2 = Law("normal", mu1, sigma1), Law("normal", mu2, sigma2)
