"""A bound on the degree of an expression as a polynomial in a bound variable, read off its tree.

It decides how an expectation under a Gaussian law is computed: a polynomial of known degree exactly, by a cubature of
that degree; anything else by integrating the density. `inf` means "no polynomial, or not seen to be one".
"""

from __future__ import annotations

from functools import singledispatch
from math import inf

import sympy as sp

from ..nodes import (
    Abbreviation,
    Apply,
    Binder,
    Density,
    Entry,
    Entrywise,
    Expect,
    ExpectMatrix,
    Gradient,
    Group,
    Integrate,
    Law,
    Likelihood,
    LowerTriangle,
    MatrixApply,
    MatrixGradient,
    Paren,
    Posterior,
    ProductOver,
    Scalar,
    SumOver,
)
from .environment import Functions, free

GAUSSIAN = ("normal", "mvn", "normal_diag")


def degree(tree: sp.Basic, x: sp.Basic) -> float:
    """At most this degree in the entries of x, when every other symbol is a number."""
    if x not in free(tree):
        return 0
    return 1 if tree == x else _degree(tree, x)


@singledispatch
def _degree(tree: sp.Basic, x: sp.Basic) -> float:
    return inf


# Linear in each argument: the largest degree of any.
@_degree.register(sp.Add)
@_degree.register(sp.MatAdd)
@_degree.register(sp.Transpose)
@_degree.register(sp.Trace)
@_degree.register(sp.DiagMatrix)
@_degree.register(Paren)
@_degree.register(Group)
@_degree.register(Scalar)
@_degree.register(LowerTriangle)
def _linear(tree: sp.Basic, x: sp.Basic) -> float:
    return max(degree(arg, x) for arg in tree.args)


@_degree.register(sp.Mul)
@_degree.register(sp.MatMul)
@_degree.register(sp.HadamardProduct)
def _multilinear(tree: sp.Basic, x: sp.Basic) -> float:
    return sum(degree(arg, x) for arg in tree.args)


@_degree.register(sp.Pow)
@_degree.register(sp.HadamardPower)
def _power(tree: sp.Basic, x: sp.Basic) -> float:
    base, exponent = tree.args
    return degree(base, x) * int(exponent) if exponent.is_Integer and exponent.is_nonnegative else inf


@_degree.register(Entry)
def _entry(tree: Entry, x: sp.Basic) -> float:
    return inf if any(x in free(index) for index in tree.index) else degree(tree.matrix, x)


@_degree.register(Abbreviation)
def _abbreviation(tree: Abbreviation, x: sp.Basic) -> float:
    return degree(tree.body, x)


@_degree.register(Apply)
@_degree.register(MatrixApply)
def _function(tree: Apply | MatrixApply, x: sp.Basic) -> float:
    return Functions.degree * degree(tree.x, x)


@_degree.register(SumOver)
@_degree.register(Entrywise)
@_degree.register(Expect)
@_degree.register(ExpectMatrix)
@_degree.register(Integrate)
def _binder(tree: Binder | ExpectMatrix, x: sp.Basic) -> float:
    return inf if x in free(tree.domain) else degree(tree.body, x)


@_degree.register(Gradient)
@_degree.register(MatrixGradient)
def _gradient(tree: Gradient | MatrixGradient, x: sp.Basic) -> float:
    return degree(tree.body, x)


@_degree.register(sp.log)
def _log(tree: sp.log, x: sp.Basic) -> float:
    return log_degree(tree.args[0], x)


# ---------------------------------------------------------------------------------------------------- logarithms


def log_degree(tree: sp.Basic, x: sp.Basic) -> float:
    """The degree of log(tree) in x: a Gaussian density, and what rules make of it, is the exp of a polynomial."""
    return 0 if x not in free(tree) else _log_degree(tree, x)


@singledispatch
def _log_degree(tree: sp.Basic, x: sp.Basic) -> float:
    return inf


@_log_degree.register(sp.exp)
def _log_exp(tree: sp.exp, x: sp.Basic) -> float:
    return degree(tree.args[0], x)


@_log_degree.register(sp.Mul)
@_log_degree.register(Paren)
def _log_mul(tree: sp.Basic, x: sp.Basic) -> float:
    return max(log_degree(arg, x) for arg in tree.args)


@_log_degree.register(sp.Pow)
def _log_pow(tree: sp.Pow, x: sp.Basic) -> float:
    return inf if x in free(tree.exp) else log_degree(tree.base, x)


@_log_degree.register(ProductOver)
def _log_product(tree: ProductOver, x: sp.Basic) -> float:
    return inf if x in free(tree.domain) else log_degree(tree.body, x)


@_log_degree.register(Likelihood)
def _log_likelihood(tree: Likelihood, x: sp.Basic) -> float:
    return Functions.degree * max(degree(tree.x, x), degree(tree.z, x))


@_log_degree.register(Density)
def _log_density(tree: Density, x: sp.Basic) -> float:
    return inf if x in free(tree.law) else log_density_degree(tree.law) * degree(tree.point, x)


def log_density_degree(law: sp.Basic) -> float:
    """The degree of the log-density of a law in its point."""
    if isinstance(law, Law) and law.family in GAUSSIAN:
        return 2
    if isinstance(law, Posterior):
        return max(log_density_degree(law.prior), Functions.degree)
    return inf
