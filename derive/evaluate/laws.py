"""Laws as numbers: a density at a point, the integral over the support, the expectation of a function.

The densities are written here once more, on purpose: one written wrongly in families/ is refuted by the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Protocol, TypeAlias

import mpmath

from .cubature import gaussian_cubature, trapezoid
from .environment import FiniteSpace, NoMeaning, OutsideDomain
from .matrices import (
    ZERO,
    Matrix,
    Number,
    SingularMatrix,
    Value,
    add,
    cholesky,
    column,
    diagonal,
    dot,
    forward,
    scale,
    shape,
)

Function: TypeAlias = Callable[[Value], Value]


class NumericLaw(Protocol):
    """What every law can do at concrete numbers."""

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Of its points: () for numbers, (k, 1) for columns, None if any will do."""

    def density(self, point: Value) -> Number: ...

    def log_density(self, point: Value) -> Number: ...

    def integrate(self, body: Function, variable: tuple[int, ...]) -> Value:
        """The integral of the body over the support; the shape of the variable is given."""

    def expect(self, body: Function, variable: tuple[int, ...], degree: float) -> Value:
        """The expectation of the body, a polynomial of at most the degree."""


# ---------------------------------------------------------------------------------------------------- Gaussian


@dataclass(frozen=True)
class Gaussian:
    """x = m + L z with z standard normal; L is lower triangular with a positive diagonal."""

    mean: tuple[Number, ...]
    factor: Matrix
    shape: tuple[int, ...]

    def log_density(self, point: Value) -> Number:
        """-k/2 log(2 pi) - log|L| - |L^-1 (x - m)|^2/2."""
        require_shape(self.shape, value_shape(point))
        entries = [point] if not isinstance(point, tuple) else [row[0] for row in point]
        z = forward(self.factor, [x - m for x, m in zip(entries, self.mean, strict=True)])
        return -dot(z, z) / 2 + self._log_height

    def density(self, point: Value) -> Number:
        return mpmath.exp(self.log_density(point))

    @cached_property
    def _log_height(self) -> Number:
        k = len(self.mean)
        return -mpmath.log(2 * mpmath.pi) * k / 2 - sum((mpmath.log(self.factor[i][i]) for i in range(k)), ZERO)

    def point(self, z: Sequence[Number]) -> Value:
        x = [m + dot(row, z) for m, row in zip(self.mean, self.factor, strict=True)]
        return column(x) if self.shape else x[0]

    def expect(self, body: Function, variable: tuple[int, ...], degree: float) -> Value:
        require_shape(self.shape, variable)
        if degree == inf:
            return self._trapezoid(lambda x: times(self.density(x), body(x)))
        nodes = gaussian_cubature(len(self.mean), degree)
        return weighted_sum((weight, body(self.point(z))) for z, weight in nodes)

    def integrate(self, body: Function, variable: tuple[int, ...]) -> Value:
        """Over the whole line or space, on a lattice that fits this law."""
        require_shape(self.shape, variable)
        return self._trapezoid(body)

    def _trapezoid(self, body: Function) -> Value:
        shapes = []

        def flat(z: tuple[Number, ...]) -> list[Number]:
            value = body(self.point(z))
            if not isinstance(value, tuple):
                return [value]
            shapes.append(shape(value))
            return [entry for row in value for entry in row]

        jacobian = mpmath.fprod(self.factor[i][i] for i in range(len(self.mean)))
        totals = [jacobian * total for total in trapezoid(flat, len(self.mean))]
        if not shapes:
            return totals[0]
        rows, columns = shapes[0]
        return tuple(tuple(totals[i * columns : (i + 1) * columns]) for i in range(rows))


def gaussian_integral(law: NumericLaw, body: Callable[[Value], Number], digits: int) -> Number:
    """The integral of a scalar body by the trapezoid rule on a lattice that fits the Gaussian law, to so many digits."""
    if not isinstance(law, Gaussian):
        raise NoMeaning("the lattice is that of a Gaussian law")
    jacobian = mpmath.fprod(law.factor[i][i] for i in range(len(law.mean)))
    (total,) = trapezoid(lambda z: [body(law.point(z))], len(law.mean), digits)
    return jacobian * total


def normal(mu: Value, sigma: Value) -> Gaussian:
    """N(mu, sigma^2), sigma the standard deviation."""
    if isinstance(mu, tuple) or isinstance(sigma, tuple):
        raise NoMeaning("the parameters of a normal law are two numbers")
    _require_positive([sigma])
    return Gaussian((mu,), ((sigma,),), ())


def normal_diag(mu: Value, sigma: Value) -> Gaussian:
    """N(mu, diag(sigma^2)), sigma the column of standard deviations."""
    if not isinstance(mu, tuple) or not isinstance(sigma, tuple) or shape(mu) != shape(sigma):
        raise NoMeaning("the parameters of normal_diag are two columns of one length")
    deviations = [row[0] for row in sigma]
    _require_positive(deviations)
    return Gaussian(tuple(row[0] for row in mu), diagonal(deviations), shape(mu))


def mvn(mu: Value, cov: Value) -> Gaussian:
    """N(mu, cov)."""
    if not isinstance(mu, tuple) or not isinstance(cov, tuple) or shape(cov) != (len(mu), len(mu)):
        raise NoMeaning("the parameters of mvn are a column and a square matrix of one size")
    try:
        factor = cholesky(cov)
    except SingularMatrix as problem:
        raise OutsideDomain(f"this covariance is none: {problem}") from None
    return Gaussian(tuple(row[0] for row in mu), factor, shape(mu))


def _require_positive(deviations: Sequence[Number]) -> None:
    for sigma in deviations:
        if sigma <= 0:
            raise OutsideDomain(f"a standard deviation is positive, not {mpmath.nstr(sigma, 5)}")


FAMILIES: dict[str, Callable[[Value, Value], Gaussian]] = {"normal": normal, "mvn": mvn, "normal_diag": normal_diag}


# ---------------------------------------------------------------------------------------------------- finite


@dataclass(frozen=True)
class Finite:
    """A law on the finite space, by its density at each point."""

    space: FiniteSpace
    values: tuple[Number, ...]
    shape: tuple[int, ...] | None = None

    def density(self, point: Value) -> Number:
        return self.values[self.space.index(point)]

    def log_density(self, point: Value) -> Number:
        return _log(self.density(point))

    def integrate(self, body: Function, variable: tuple[int, ...]) -> Value:
        points = self.space.points(variable)
        return weighted_sum((w, body(x)) for w, x in zip(self.space.weights, points, strict=True))

    def expect(self, body: Function, variable: tuple[int, ...], degree: float) -> Value:
        """Over the points where the density is positive: nothing is asked of the body elsewhere."""
        masses = [w * f for w, f in zip(self.space.weights, self.values, strict=True)]
        points = zip(masses, self.space.points(variable), strict=True)
        return weighted_sum((mass, body(x)) for mass, x in points if mass)


# ---------------------------------------------------------------------------------------------------- Bayes


@dataclass(frozen=True)
class Bayes:
    """prior(z) likelihood(z) / evidence, the evidence being the integral of the numerator."""

    prior: NumericLaw
    likelihood: Callable[[Value], Number]
    evidence: Number

    @property
    def shape(self) -> tuple[int, ...] | None:
        return self.prior.shape

    def density(self, point: Value) -> Number:
        return self.prior.density(point) * self.likelihood(point) / self.evidence

    def log_density(self, point: Value) -> Number:
        return _log(self.density(point))

    def integrate(self, body: Function, variable: tuple[int, ...]) -> Value:
        return self.prior.integrate(body, variable)

    def expect(self, body: Function, variable: tuple[int, ...], degree: float) -> Value:
        return self.prior.expect(lambda z: times(self.likelihood(z) / self.evidence, body(z)), variable, inf)


# ---------------------------------------------------------------------------------------------------- values


def _log(density: Number) -> Number:
    if density == 0:
        raise OutsideDomain("the logarithm of a density where it is 0")
    return mpmath.log(density)


def times(factor: Number, value: Value) -> Value:
    return scale(factor, value) if isinstance(value, tuple) else factor * value


def weighted_sum(terms: Iterator[tuple[Number, Value]]) -> Value:
    weight, value = next(terms)
    total = times(weight, value)
    for weight, value in terms:
        term = times(weight, value)
        total = add(total, term) if isinstance(total, tuple) else total + term
    return total


def value_shape(value: Value) -> tuple[int, ...]:
    return shape(value) if isinstance(value, tuple) else ()


def require_shape(law: tuple[int, ...], variable: tuple[int, ...]) -> None:
    if law != variable:
        kinds = [f"{kind} matrices" if kind else "numbers" for kind in (law, variable)]
        raise NoMeaning(f"the law is one of {kinds[0]}, but its point or variable is one of {kinds[1]}")
