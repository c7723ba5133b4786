"""Do two expressions have the same value here? The digits a value can be trusted with, and comparison to that many."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from math import inf

import mpmath
import sympy as sp

from ..nodes import AbstractLaw, Evidence, Expect, ExpectMatrix, Gradient, Integrate, Law, MatrixGradient, Posterior
from .cubature import TRAPEZOID_DIGITS
from .degree import degree
from .environment import GUARD, Environment, draw_signed
from .laws import value_shape
from .matrices import ZERO, Number, Value, column
from .meaning import evaluate, integer_of
from .of_laws import numeric_law

LAWS = (Law, AbstractLaw, Posterior)
MARGIN = 5  # digits given away to cancellation among terms of size 1


@dataclass(frozen=True)
class Comparison:
    """Whether old relation new holds, the largest gap seen, and the digits to which it was looked at."""

    holds: bool
    gap: Number
    digits: int


def compare(old: sp.Basic, new: sp.Basic, environment: Environment, relation: str = "=") -> Comparison:
    """Evaluate both, and compare by "=", "<=" or ">="; two laws are equal if their densities are.

    A gap counts as none up to 10^-digits times the larger of the values and 1. Raises EvaluationError where a side has
    no value.
    """
    if isinstance(old, LAWS) and isinstance(new, LAWS):
        return same_law(old, new, environment)
    digits = min(trusted_digits(old, environment), trusted_digits(new, environment))
    return compare_values(evaluate(old, environment), evaluate(new, environment), digits, relation)


def compare_values(old: Value, new: Value, digits: int, relation: str = "=") -> Comparison:
    """Whether old relation new to so many digits, entry by entry."""
    if value_shape(old) != value_shape(new):
        return Comparison(holds=False, gap=mpmath.inf, digits=digits)
    pairs = list(zip(_flat(old), _flat(new), strict=True))
    tolerance = mpmath.mpf(10) ** -digits
    gaps = [_GAPS[relation](a, b) / max(1, abs(a), abs(b)) for a, b in pairs]
    worst = max(gaps, key=abs)
    return Comparison(holds=abs(worst) <= tolerance, gap=worst, digits=digits)


# What is in the way of the relation: 0 where it holds.
_GAPS = {
    "=": lambda a, b: a - b,
    "<=": lambda a, b: max(ZERO, a - b),
    ">=": lambda a, b: max(ZERO, b - a),
}


def _flat(value: Value) -> list[Number]:
    return [entry for row in value for entry in row] if isinstance(value, tuple) else [value]


def same_law(law1: sp.Basic, law2: sp.Basic, environment: Environment) -> Comparison:
    """Compare the log-densities of two laws at random points, or at all points of the finite space."""
    digits = min(trusted_digits(law1, environment), trusted_digits(law2, environment))
    with mpmath.workdps(environment.digits + GUARD):
        first, second = numeric_law(law1, environment), numeric_law(law2, environment)
        shapes = {law.shape for law in (first, second) if law.shape is not None}
        if len(shapes) > 1:
            return Comparison(holds=False, gap=mpmath.inf, digits=digits)
        shape = next(iter(shapes), ())
        finite = None in (first.shape, second.shape)
        points = environment.space.points(shape) if finite else _scattered(shape, environment)
        comparisons = [compare_values(first.log_density(x), second.log_density(x), digits) for x in points]
    return max(comparisons, key=lambda comparison: abs(comparison.gap))


def _scattered(shape: tuple[int, ...], environment: Environment) -> list[Value]:
    rng = random.Random(f"{environment.seed}|scattered")
    if not shape:
        return [draw_signed(rng) for _ in range(4)]
    # A quadratic in k variables is settled by (k + 1)(k + 2)/2 points.
    count = (shape[0] + 1) * (shape[0] + 2) // 2 + 1
    return [column([draw_signed(rng) for _ in range(shape[0])]) for _ in range(count)]


# ---------------------------------------------------------------------------------------------------- trust


def trusted_digits(expression: sp.Basic, environment: Environment) -> int:
    """Digits right in the value: all but a margin, or those of the coarsest trapezoid rule and gradient within."""
    own = environment.digits - MARGIN
    if _is_exact(expression):
        return own
    dimension = _quadrature(expression, environment)
    if dimension:
        own = min(own, TRAPEZOID_DIGITS.get(dimension, own) - MARGIN)
    inner = min((trusted_digits(arg, environment) for arg in expression.args), default=own)
    loss = MARGIN if isinstance(expression, (Gradient, MatrixGradient)) else 0
    return min(own, inner) - loss


@lru_cache(maxsize=1 << 16)
def _is_exact(expression: sp.Basic) -> bool:
    """Neither an integral nor a gradient occurs."""
    inexact = (Integrate, Posterior, Evidence, Expect, ExpectMatrix, Gradient, MatrixGradient)
    return not isinstance(expression, inexact) and all(map(_is_exact, expression.args))


def _quadrature(expression: sp.Basic, environment: Environment) -> int:
    """The dimension of the trapezoid rule that the node itself needs; 0 where its value is exact."""
    law = _integrated_law(expression)
    return 0 if law is None else _gaussian_dimension(law, environment)


def _integrated_law(expression: sp.Basic) -> sp.Basic | None:
    if isinstance(expression, Integrate):
        return expression.domain
    if isinstance(expression, (Posterior, Evidence)):
        return expression.prior
    if isinstance(expression, (Expect, ExpectMatrix)):
        smooth = isinstance(expression.law, Posterior) or degree(expression.body, expression.variable) == inf
        return expression.law if smooth else None
    return None


def _gaussian_dimension(law: sp.Basic, environment: Environment) -> int:
    if isinstance(law, AbstractLaw):
        return 0
    if isinstance(law, Posterior):
        return _gaussian_dimension(law.prior, environment)
    mean = law.parameters[0]
    if not isinstance(mean, sp.MatrixExpr):
        return 1
    return integer_of(sp.sympify(mean.shape[0]), environment)
