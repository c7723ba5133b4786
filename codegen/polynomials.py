"""The series by which expm1mx, log1pmx and logratiomx are computed near 0, their coefficients exact and their error proved.

    expm1mx(x)  = x^2 (1/2! + x/3! + x^2/4! + ...)                          |x| < 1
    log(1+x)    = 2 (s + s^3/3 + s^5/5 + ...),  s = x/(2 + x)               1/2 < 1 + x < 2, so |s| < 1/3

The second is used without its first term: log1pmx(x) = s (2 s^2 (1/3 + s^2/5 + ...) - x), because 2s - x = -x s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

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
    """(atanh(s)/s - 1)/s^2 in powers of t = s^2 for |s| <= 1/3; at least 1/3."""
    return cut(lambda n: Fraction(1, 2 * n + 3), lambda n: Fraction(1), Fraction(1, 9), Fraction(1, 3), bits)


SERIES: dict[str, Callable[[int], Series]] = {"expm1mx": expm1mx_series, "log1pmx": atanh_series}
