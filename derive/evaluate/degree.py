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
    Evidence,
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


def degree(tree: sp.Basic, x: sp.Basic, of_function: int = Functions.degree) -> float:
    """At most this degree in the entries of x, when every other symbol is a number and g(x) is a polynomial of the degree `of_function`."""
    if x not in free(tree):
        return 0
    return 1 if tree == x else _degree(tree, x, of_function)


@singledispatch
def _degree(tree: sp.Basic, x: sp.Basic, of_function: int) -> float:
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
def _linear(tree: sp.Basic, x: sp.Basic, of_function: int) -> float:
    return max(degree(arg, x, of_function) for arg in tree.args)


@_degree.register(sp.Mul)
@_degree.register(sp.MatMul)
@_degree.register(sp.HadamardProduct)
def _multilinear(tree: sp.Basic, x: sp.Basic, of_function: int) -> float:
    return sum(degree(arg, x, of_function) for arg in tree.args)


@_degree.register(sp.Pow)
@_degree.register(sp.HadamardPower)
def _power(tree: sp.Basic, x: sp.Basic, of_function: int) -> float:
    base, exponent = tree.args
    return degree(base, x, of_function) * int(exponent) if exponent.is_Integer and exponent.is_nonnegative else inf


@_degree.register(Entry)
def _entry(tree: Entry, x: sp.Basic, of_function: int) -> float:
    return inf if any(x in free(index) for index in tree.index) else degree(tree.matrix, x, of_function)


@_degree.register(Abbreviation)
def _abbreviation(tree: Abbreviation, x: sp.Basic, of_function: int) -> float:
    return degree(tree.body, x, of_function)


@_degree.register(Apply)
@_degree.register(MatrixApply)
def _function(tree: Apply | MatrixApply, x: sp.Basic, of_function: int) -> float:
    return of_function * degree(tree.x, x, of_function)


@_degree.register(SumOver)
@_degree.register(Entrywise)
@_degree.register(Expect)
@_degree.register(ExpectMatrix)
@_degree.register(Integrate)
def _binder(tree: Binder | ExpectMatrix, x: sp.Basic, of_function: int) -> float:
    return inf if x in free(tree.domain) else degree(tree.body, x, of_function)


@_degree.register(Gradient)
@_degree.register(MatrixGradient)
def _gradient(tree: Gradient | MatrixGradient, x: sp.Basic, of_function: int) -> float:
    return degree(tree.body, x, of_function)


@_degree.register(sp.log)
def _log(tree: sp.log, x: sp.Basic, of_function: int) -> float:
    return log_degree(tree.args[0], x, of_function)


# ---------------------------------------------------------------------------------------------------- logarithms


def log_degree(tree: sp.Basic, x: sp.Basic, of_function: int = Functions.degree) -> float:
    """The degree of log(tree) in x: a Gaussian density, and what rules make of it, is the exp of a polynomial."""
    return 0 if x not in free(tree) else _log_degree(tree, x, of_function)


@singledispatch
def _log_degree(tree: sp.Basic, x: sp.Basic, of_function: int) -> float:
    return inf


@_log_degree.register(sp.exp)
def _log_exp(tree: sp.exp, x: sp.Basic, of_function: int) -> float:
    return degree(tree.args[0], x, of_function)


@_log_degree.register(sp.Mul)
@_log_degree.register(Paren)
def _log_mul(tree: sp.Basic, x: sp.Basic, of_function: int) -> float:
    return max(log_degree(arg, x, of_function) for arg in tree.args)


@_log_degree.register(sp.Pow)
def _log_pow(tree: sp.Pow, x: sp.Basic, of_function: int) -> float:
    return inf if x in free(tree.exp) else log_degree(tree.base, x, of_function)


@_log_degree.register(ProductOver)
def _log_product(tree: ProductOver, x: sp.Basic, of_function: int) -> float:
    return inf if x in free(tree.domain) else log_degree(tree.body, x, of_function)


@_log_degree.register(Likelihood)
def _log_likelihood(tree: Likelihood, x: sp.Basic, of_function: int) -> float:
    return Functions.degree * max(degree(tree.x, x, of_function), degree(tree.z, x, of_function))


@_log_degree.register(Density)
def _log_density(tree: Density, x: sp.Basic, of_function: int) -> float:
    return inf if x in free(tree.law) else log_density_degree(tree.law) * degree(tree.point, x, of_function)


def log_density_degree(law: sp.Basic) -> float:
    """The degree of the log-density of a law in its point."""
    if isinstance(law, Law) and law.family in GAUSSIAN:
        return 2
    if isinstance(law, Posterior):
        return max(log_density_degree(law.prior), Functions.degree)
    return inf


# ---------------------------------------------------------------------------------------------------- integrals


def integrated_law(expression: sp.Basic) -> sp.Basic | None:
    """The law over whose support the node itself integrates something that is no polynomial; None for other nodes."""
    if isinstance(expression, Integrate):
        return expression.domain
    if isinstance(expression, (Posterior, Evidence)):
        return expression.prior
    if isinstance(expression, (Expect, ExpectMatrix)):
        smooth = isinstance(expression.law, Posterior) or degree(expression.body, expression.variable) == inf
        return expression.law if smooth else None
    return None


def needs_quadrature(expression: sp.Basic) -> bool:
    """Is it the trapezoid rule that gives the node's value? Laws on the finite space are summed."""
    law = integrated_law(expression)
    while isinstance(law, Posterior):
        law = law.prior
    return isinstance(law, Law)
