"""The polynomials by which expm1mx, log1pmx and logratiomx are computed, their coefficients computed and their errors known.

The NumPy twins use the beginnings of the Taylor series, whose error is proved:

    expm1mx(x)  = x^2 (1/2! + x/3! + x^2/4! + ...)                          |x| < 1
    log(1+x)    = 2 (s + s^3/3 + s^5/5 + ...),  s = x/(2 + x)               2/5 < 1 + x < 5/2, so |s| < 3/7

The second is used without its first term: log1pmx(x) = s (2 s^2 (1/3 + s^2/5 + ...) - x), because 2s - x = -x s.

The C uses shorter polynomials that spread the error evenly over the interval (minimax, by Remez' exchange), rounded to the type:

    e^r  = 1 + r + r^2 (1/2 + r P(r))                                       |r| <= log(2)/2
    log(1+x) as above, with 1/3 + s^2/5 + ... replaced by Q(s^2)            |s| <= 1/3
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import factorial, log2

import mpmath
import numpy as np
from mpmath import mp, mpf

# The relative error of a cut series: an eighth of the rounding error of the type.
BITS = {"f64": 56, "f32": 27}


@dataclass(frozen=True)
class Series:
    """c[0] + c[1] t + ... + c[n-1] t^(n-1); for |t| <= reach the rest is below `error` times the smallest value of the series."""

    coefficients: tuple[Fraction, ...]
    reach: Fraction
    error: Fraction

    @property
    def descending(self) -> tuple[float, ...]:
        """The coefficients as the nearest floats, for Horner's scheme."""
        return tuple(float(value) for value in reversed(self.coefficients))


def cut(coefficient: Callable[[int], Fraction], quotient: Callable[[int], Fraction], reach: Fraction, least: Fraction, bits: int) -> Series:
    """The shortest beginning of a series with positive coefficients whose rest is below 2^-bits times `least`.

    `quotient(n)` bounds c[m+1]/c[m] for every m >= n, so that the rest after n terms is below c[n] reach^n / (1 - quotient(n) reach).
    """
    found = [coefficient(0)]
    while True:
        count = len(found)
        error = coefficient(count) * reach**count / (1 - quotient(count) * reach) / least
        if error <= Fraction(1, 2**bits):
            return Series(tuple(found), reach, error)
        found.append(coefficient(count))


def expm1mx_series(bits: int) -> Series:
    """(e^x - 1 - x)/x^2 in powers of x for |x| <= 1, where it is nowhere below e^-1 > 1/3."""
    return cut(lambda n: Fraction(1, factorial(n + 2)), lambda n: Fraction(1, n + 3), Fraction(1), Fraction(1, 3), bits)


def atanh_series(bits: int) -> Series:
    """(atanh(s)/s - 1)/s^2 in powers of t = s^2 for |s| <= 3/7; at least 1/3."""
    return cut(lambda n: Fraction(1, 2 * n + 3), lambda n: Fraction(1), Fraction(9, 49), Fraction(1, 3), bits)


SERIES: dict[str, Callable[[int], Series]] = {"expm1mx": expm1mx_series, "log1pmx": atanh_series}

# ---------------------------------------------------------------------------------------------------- minimax

DIGITS = 50
TERMS = 48  # of a Taylor series: what is left out is far below the last digit at |x| <= 1/2


@dataclass(frozen=True)
class Target:
    """A function by its Taylor coefficients, the interval, and the weight of the error there."""

    coefficient: Callable[[int], Fraction]
    low: Callable[[], mpf]
    high: Callable[[], mpf]
    weight: Callable[[mpf], mpf]
    meaning: str

    def at(self, x: mpf) -> mpf:
        return mpmath.polyval(self._descending, x)

    @property
    def _descending(self) -> list[mpf]:
        return [mpf(c.numerator) / c.denominator for c in map(self.coefficient, reversed(range(TERMS)))]


# The reach of r is a little more than log(2)/2: rounding to the nearest n is not exact.
_REACH = Fraction(3474, 10000)
TARGETS = {
    "exponential": Target(
        lambda n: Fraction(1, factorial(n + 3)),
        lambda: -_number(_REACH),
        lambda: _number(_REACH),
        lambda r: abs(r) / (mpf(1) / 2 + r / 6 + r * r / 24),
        "(e^r - 1 - r - r^2/2)/r^3 for |r| <= 0.3474; error relative to (e^r - 1 - r)/r^2",
    ),
    "logarithm": Target(
        lambda n: Fraction(1, 2 * n + 3),
        lambda: mpf(0),
        lambda: mpf(1) / 9,
        lambda t: mpf(3) + 0 * t,
        "(atanh(s) - s)/s^3 in t = s^2 for t <= 1/9; error relative to 1/3",
    ),
}
DEGREES = {("exponential", "f64"): 9, ("exponential", "f32"): 4, ("logarithm", "f64"): 9, ("logarithm", "f32"): 3}


@dataclass(frozen=True)
class Minimax:
    """Coefficients in falling powers, each a number of the type, and the weighted error of the polynomial that they make."""

    coefficients: tuple[float, ...]
    error: float
    meaning: str

    @property
    def bits(self) -> float:
        """-log2 of the error."""
        return -log2(self.error)


def _number(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


@cache
def minimax(name: str, kind: str) -> Minimax:
    """The best polynomial of its degree for the target, rounded to the type; found by Remez' exchange in fifty digits."""
    target, degree = TARGETS[name], DEGREES[name, kind]
    with mp.workdps(DIGITS):
        low, high = target.low(), target.high()
        count = degree + 2
        nodes = [(low + high) / 2 - (high - low) / 2 * mpmath.cos(mpmath.pi * i / (count - 1)) for i in range(count)]
        # The weight may vanish in the middle, where any error is allowed: none of the points to begin with is there.
        nodes = [x if target.weight(x) > 1e-9 else x + (high - low) / (8 * count) for x in nodes]
        # An even number of points: the middle is none of them.
        grid = [low + (high - low) * i / 599 for i in range(600)]
        values = [target.at(x) for x in grid]
        for _ in range(12):
            rows = [[x**power for power in range(degree + 1)] + [(-1) ** i / target.weight(x)] for i, x in enumerate(nodes)]
            *coefficients, _level = mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix([target.at(x) for x in nodes]))
            errors = [(mpmath.polyval(coefficients[::-1], x) - y) * target.weight(x) for x, y in zip(grid, values, strict=True)]
            moved = _extrema(grid, errors, count)
            if moved == nodes:
                break
            nodes = moved
        rounded = tuple(_rounded(c, kind) for c in coefficients[::-1])
        exact = [mpf(c) for c in rounded]
        worst = max(abs((mpmath.polyval(exact, x) - y) * target.weight(x)) for x, y in zip(grid, values, strict=True))
        return Minimax(rounded, float(worst), target.meaning)


def _extrema(grid: list[mpf], errors: list[mpf], count: int) -> list[mpf]:
    """The points of largest error between its changes of sign, `count` of them in a row."""
    peaks: list[int] = []
    for index, error in enumerate(errors):
        if peaks and (error > 0) == (errors[peaks[-1]] > 0):
            if abs(error) > abs(errors[peaks[-1]]):
                peaks[-1] = index
        else:
            peaks.append(index)
    while len(peaks) > count:
        del peaks[0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1]
    if len(peaks) < count:
        raise ArithmeticError(f"Remez' exchange found {len(peaks)} extrema of {count}: start it from other nodes")
    return [grid[index] for index in peaks]


def _rounded(value: mpf, kind: str) -> float:
    """The nearest number of the type, as a float."""
    return float(value) if kind == "f64" else float(np.float32(float(value)))
