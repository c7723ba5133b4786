"""Laws, densities, integrals and expectations; a divergence is the expectation that defines it."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import mpmath
import sympy as sp

from ..nodes import (
    ELBO,
    KL,
    AbstractLaw,
    CrossEntropy,
    Density,
    Entropy,
    Evidence,
    Expect,
    ExpectMatrix,
    Integrate,
    Law,
    Likelihood,
    Posterior,
)
from . import matrices as mx
from .degree import degree, log_density_degree
from .environment import Environment, Functions, NoMeaning
from .laws import FAMILIES, Bayes, Finite, NumericLaw
from .matrices import Number, Value
from .meaning import integer_of, meaning, scalar_of, value_of


def numeric_law(law: sp.Basic, env: Environment) -> NumericLaw:
    """The law at concrete numbers, made once in the outermost scope in which its parameters have values."""
    home = env.home(law)
    if law not in home.memo:
        home.memo[law] = _law(law, home)
    found: NumericLaw = home.memo[law]
    return found


@singledispatch
def _law(law: sp.Basic, env: Environment) -> NumericLaw:
    raise NoMeaning(f"no meaning is given to the law {law}")


@_law.register(Law)
def _named(law: Law, env: Environment) -> NumericLaw:
    if law.family not in FAMILIES:
        raise NoMeaning(f"no density is known here for the family {law.family!r}, only for {', '.join(FAMILIES)}")
    if len(law.parameters) != 2:
        raise NoMeaning(f"{law.family} has two parameters: {law}")
    mean, spread = (value_of(parameter, env) for parameter in law.parameters)
    return FAMILIES[law.family](mean, spread)


@_law.register(AbstractLaw)
def _abstract(law: AbstractLaw, env: Environment) -> NumericLaw:
    return Finite(env.space, env.space.density(law.label))


@_law.register(Posterior)
def _posterior(law: Posterior, env: Environment) -> NumericLaw:
    likelihood = _likelihood_at(value_of(law.x, env), env)
    return Bayes(numeric_law(law.prior, env), likelihood, scalar_of(Evidence(law.prior, law.x), env))


def _likelihood_at(x: Value, env: Environment) -> Callable[[Value], Number]:
    """p(x | z) = exp(-g(z)) for one x; g > 0 is a polynomial in the entries of x and z."""
    positive = Functions(env.seed, {"likelihood": frozenset({"positive"})})
    entries = [x] if not isinstance(x, tuple) else [entry for row in x for entry in row]

    def likelihood(z: Value) -> Number:
        latent = [z] if not isinstance(z, tuple) else [entry for row in z for entry in row]
        return mpmath.exp(-positive.scalar("likelihood", mx.column([*latent, *entries])))

    return likelihood


@meaning.register(Likelihood)
def _likelihood(expression: Likelihood, env: Environment) -> Number:
    return _likelihood_at(value_of(expression.x, env), env)(value_of(expression.z, env))


@meaning.register(Evidence)
def _evidence(expression: Evidence, env: Environment) -> Number:
    prior = numeric_law(expression.prior, env)
    likelihood = _likelihood_at(value_of(expression.x, env), env)
    return prior.expect(likelihood, prior.shape or (), float("inf"))


@meaning.register(Density)
def _density(expression: Density, env: Environment) -> Number:
    return numeric_law(expression.law, env).density(value_of(expression.point, env))


@meaning.register(Expect)
@meaning.register(ExpectMatrix)
def _expect(expression: Expect | ExpectMatrix, env: Environment) -> Value:
    variable, body = expression.variable, expression.body
    law = numeric_law(expression.law, env)
    return law.expect(lambda x: value_of(body, env.bind(variable, x)), _shape_of(variable, env), _degree(body, variable, env))


def _degree(body: sp.Basic, variable: sp.Basic, env: Environment) -> float:
    return degree(body, variable, env.functions.degree)


@meaning.register(Integrate)
def _integrate(expression: Integrate, env: Environment) -> Value:
    variable, body = expression.variable, expression.body
    law = numeric_law(expression.domain, env)
    return law.integrate(lambda x: value_of(body, env.bind(variable, x)), _shape_of(variable, env))


def _shape_of(variable: sp.Basic, env: Environment) -> tuple[int, ...]:
    if not isinstance(variable, sp.MatrixSymbol):
        return ()
    return tuple(integer_of(n, env) for n in variable.shape)


def _expected_log(law: sp.Basic, *terms: tuple[int, sp.Basic], env: Environment) -> Number:
    """E[sum of sign log f_other(x)] under the law, from the densities."""
    first = numeric_law(law, env)
    others = [(sign, numeric_law(other, env)) for sign, other in terms]
    order = max(log_density_degree(other) for _, other in terms)
    shape = next((found.shape for found in (first, *(other for _, other in others)) if found.shape is not None), ())
    return first.expect(lambda x: sum(sign * other.log_density(x) for sign, other in others), shape, order)


@meaning.register(KL)
def _kl(expression: KL, env: Environment) -> Number:
    return _expected_log(expression.law1, (1, expression.law1), (-1, expression.law2), env=env)


@meaning.register(CrossEntropy)
def _cross_entropy(expression: CrossEntropy, env: Environment) -> Number:
    return _expected_log(expression.law1, (-1, expression.law2), env=env)


@meaning.register(Entropy)
def _entropy(expression: Entropy, env: Environment) -> Number:
    return _expected_log(expression.law, (-1, expression.law), env=env)


@meaning.register(ELBO)
def _elbo(expression: ELBO, env: Environment) -> Number:
    law, prior = numeric_law(expression.law, env), numeric_law(expression.prior, env)
    likelihood = _likelihood_at(value_of(expression.x, env), env)
    shape = next((found.shape for found in (law, prior) if found.shape is not None), ())
    reconstruction = law.expect(lambda z: mpmath.log(likelihood(z)), shape, Functions.degree)
    return reconstruction - scalar_of(KL(expression.law, expression.prior), env)
