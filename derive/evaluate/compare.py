"""Do two expressions have the same value here? The digits a value can be trusted with, and comparison to that many."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import mpmath
import sympy as sp

from ..nodes import AbstractLaw, Evidence, Expect, ExpectMatrix, Gradient, Integrate, Law, LimitTo, MatrixGradient, Posterior
from .cubature import TRAPEZOID_DIGITS
from .degree import integrated_law
from .environment import GUARD, Environment, draw_signed
from .laws import NumericLaw, value_shape
from .matrices import ONE, ZERO, Number, Value, column
from .meaning import evaluate, integer_of
from .of_laws import numeric_law
from .of_limits import LIMIT_DIGITS

LAWS = (Law, AbstractLaw, Posterior)
GRADIENTS = (Gradient, MatrixGradient)
MARGIN = 5  # digits given away to cancellation among terms of size 1


@dataclass(frozen=True)
class Comparison:
    """Whether old relation new holds, the largest gap seen, and the digits to which it was looked at."""

    holds: bool
    gap: Number
    digits: int


def compare(old: sp.Basic, new: sp.Basic, environment: Environment, relation: str = "=") -> Comparison:
    """Evaluate both, and compare by "=", "<=" or ">="; two laws are equal if their densities are.

    A gap counts as none up to 10^-digits times the larger of the values, or if it is rounding: it all but vanishes where more
    digits are carried. Of integrals by the trapezoid rule, which has no more digits to give, 10^-digits times 1 counts as none.
    Raises EvaluationError where a side has no value.
    """
    if isinstance(old, LAWS) and isinstance(new, LAWS):
        return same_law(old, new, environment)
    here = _at_digits(old, new, environment, relation)
    if here.relative() <= here.tolerance:
        return Comparison(holds=True, gap=here.relative(), digits=here.digits)
    if here.is_infinite():
        return Comparison(holds=False, gap=mpmath.inf, digits=here.digits)
    finer = _at_digits(old, new, environment.finer, relation)
    if finer.digits == here.digits:
        gap = here.relative(floor=ONE)
        return Comparison(holds=gap <= here.tolerance, gap=gap, digits=here.digits)
    # A difference quotient does not see a slope that is nothing beside the values.
    floor = finer.tolerance if old.has(*GRADIENTS) or new.has(*GRADIENTS) else ZERO
    gap = finer.beyond_rounding(here, floor)
    return Comparison(holds=gap <= here.tolerance, gap=gap, digits=here.digits)


@dataclass(frozen=True)
class _Gaps:
    """Entry by entry what is in the way of the relation, and the sizes of the values; no entry where the shapes differ."""

    entries: tuple[tuple[Number, Number], ...]
    digits: int

    @property
    def tolerance(self) -> Number:
        return mpmath.mpf(10) ** -self.digits

    def relative(self, floor: Number = ZERO) -> Number:
        """The largest gap relative to the values, or to the floor where they are less."""
        return max((_ratio(gap, max(size, floor)) for gap, size in self.entries), default=mpmath.inf)

    def is_infinite(self) -> bool:
        """Is a value infinite, and the other one not the same?"""
        return any(mpmath.isinf(gap) for gap, _ in self.entries)

    def beyond_rounding(self, coarse: _Gaps, floor: Number) -> Number:
        """The largest relative gap of those above the floor that more digits do not make vanish."""
        pairs = zip(self.entries, coarse.entries, strict=True)
        lasting = [(gap, size) for (gap, size), (before, _) in pairs if before and gap > max(floor, before * coarse.tolerance)]
        return _Gaps(tuple(lasting), self.digits).relative() if lasting or not self.entries else ZERO


def _ratio(gap: Number, size: Number) -> Number:
    """Of the gap to the size; a gap of 0 is none, and an infinite one is infinite."""
    return gap if gap == 0 or mpmath.isinf(gap) else gap / size


def _at_digits(old: sp.Basic, new: sp.Basic, environment: Environment, relation: str) -> _Gaps:
    digits = min(trusted_digits(old, environment), trusted_digits(new, environment))
    first, second = evaluate(old, environment), evaluate(new, environment)
    if value_shape(first) != value_shape(second):
        return _Gaps((), digits)
    with mpmath.workdps(environment.digits + GUARD):
        pairs = zip(_flat(first), _flat(second), strict=True)
        return _Gaps(tuple((abs(_GAPS[relation](a, b)), max(abs(a), abs(b))) for a, b in pairs), digits)


def compare_values(old: Value, new: Value, digits: int, relation: str = "=") -> Comparison:
    """Whether old relation new to so many digits, entry by entry; a gap of 10^-digits counts as none."""
    if value_shape(old) != value_shape(new):
        return Comparison(holds=False, gap=mpmath.inf, digits=digits)
    pairs = list(zip(_flat(old), _flat(new), strict=True))
    tolerance = mpmath.mpf(10) ** -digits
    gaps = [_ratio(_GAPS[relation](a, b), max(1, abs(a), abs(b))) for a, b in pairs]
    worst = max(gaps, key=abs)
    return Comparison(holds=abs(worst) <= tolerance, gap=worst, digits=digits)


# What is in the way of the relation: 0 where it holds.
_GAPS = {
    "=": lambda a, b: a - b if a != b else ZERO,  # oo - oo is no number
    "<=": lambda a, b: a - b if a > b else ZERO,
    ">=": lambda a, b: b - a if a < b else ZERO,
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
        comparisons = [_compare_densities(first, second, x, digits) for x in points]
    return max(comparisons, key=lambda comparison: abs(comparison.gap))


def _compare_densities(first: NumericLaw, second: NumericLaw, x: Value, digits: int) -> Comparison:
    """Of the logarithms, unless there is none."""
    if first.density(x) == 0 or second.density(x) == 0:
        return compare_values(first.density(x), second.density(x), digits)
    return compare_values(first.log_density(x), second.log_density(x), digits)


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
    if isinstance(expression, LimitTo):
        own = min(own, LIMIT_DIGITS - MARGIN)
    inner = min((trusted_digits(arg, environment) for arg in expression.args), default=own)
    loss = MARGIN if isinstance(expression, GRADIENTS) else 0
    return min(own, inner) - loss


@lru_cache(maxsize=1 << 16)
def _is_exact(expression: sp.Basic) -> bool:
    """Neither an integral nor a gradient occurs."""
    inexact = (Integrate, Posterior, Evidence, Expect, ExpectMatrix, Gradient, MatrixGradient, LimitTo)
    return not isinstance(expression, inexact) and all(map(_is_exact, expression.args))


def _quadrature(expression: sp.Basic, environment: Environment) -> int:
    """The dimension of the trapezoid rule that the node itself needs; 0 where its value is exact."""
    law = integrated_law(expression)
    return 0 if law is None else _gaussian_dimension(law, environment)


def _gaussian_dimension(law: sp.Basic, environment: Environment) -> int:
    if isinstance(law, AbstractLaw):
        return 0
    if isinstance(law, Posterior):
        return _gaussian_dimension(law.prior, environment)
    mean = law.parameters[0]
    if not isinstance(mean, sp.MatrixExpr):
        return 1
    return integer_of(sp.sympify(mean.shape[0]), environment)
