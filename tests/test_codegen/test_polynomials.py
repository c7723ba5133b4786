"""The series keep the error that they promise, and the twins of the C compute with them to the last digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from closedform.codegen.polynomials import BITS, SERIES, Series, cut
from closedform.generated.numpy_kernels import special

EXACT = {
    "expm1mx": lambda x: (mpmath.exp(x) - 1 - x) / x**2,
    "log1pmx": lambda t: (mpmath.atanh(mpmath.sqrt(t)) / mpmath.sqrt(t) - 1) / t,
}


@pytest.mark.parametrize("kind", BITS)
@pytest.mark.parametrize("name", SERIES)
def test_the_rest_is_below_its_bound(name: str, kind: str) -> None:
    series = SERIES[name](BITS[kind])
    assert series.error <= Fraction(1, 2 ** BITS[kind])
    with mp.workdps(60):
        reach = mpf(series.reach.numerator) / series.reach.denominator
        for share in (mpf(1), mpf("0.7"), mpf("0.01")) + ((mpf(-1), mpf("-0.5")) if name == "expm1mx" else ()):
            value = mpmath.polyval([mpf(c.numerator) / c.denominator for c in reversed(series.coefficients)], share * reach)
            exact = EXACT[name](share * reach)
            assert abs(value - exact) <= abs(exact) * mpf(2) ** -BITS[kind]


@pytest.mark.parametrize("name", SERIES)
def test_one_term_less_would_not_do(name: str) -> None:
    """The series is as short as its bound allows, and the bound is not idle: the shorter one misses by more."""
    series = SERIES[name](BITS["f64"])
    with mp.workdps(60):
        reach = mpf(series.reach.numerator) / series.reach.denominator
        shorter = [mpf(c.numerator) / c.denominator for c in reversed(series.coefficients[:-1])]
        assert abs(mpmath.polyval(shorter, reach) / EXACT[name](reach) - 1) > mpf(2) ** -(BITS["f64"] + 2)


def test_a_geometric_series_is_cut_where_it_should() -> None:
    found = cut(lambda n: Fraction(1), lambda n: Fraction(1), Fraction(1, 2), Fraction(1), 10)
    assert found == Series((Fraction(1),) * 11, Fraction(1, 2), Fraction(1, 1024))


X = np.concatenate([sign * 10.0 ** np.linspace(-300, 2.5, 400) for sign in (1, -1)])


def test_expm1mx_to_the_last_digits() -> None:
    with mp.workdps(700):
        for x, found in zip(X, special.expm1mx(X), strict=True):
            exact = mpmath.exp(mpf(x)) - 1 - mpf(x)
            assert abs(mpf(found) - exact) <= 4 * mpf(2) ** -53 * exact + mpf(5e-324)


def test_log1pmx_to_the_last_digits() -> None:
    inside = X[X > -1]
    with mp.workdps(700):
        for x, found in zip(inside, special.log1pmx(inside), strict=True):
            exact = mpmath.log(1 + mpf(x)) - mpf(x)
            assert abs(mpf(found) - exact) <= 10 * mpf(2) ** -53 * abs(exact) + mpf(5e-324)


PAIRS = [(1.0, 1 + 2.0**-52), (3.0, 3.0000001), (1e-200, 3e150), (1e200, 1e-100), (0.5, 1.0), (2.0, 1.0), (5e-324, 1.0), (1e-310, 1e5)]


def test_logratiomx_to_the_last_digits() -> None:
    with mp.workdps(700), np.errstate(divide="ignore"):  # the branch not taken
        for a, b in PAIRS:
            exact = mpmath.log(mpf(a) / mpf(b)) - (mpf(a) - mpf(b)) / mpf(b)
            (found,) = special.logratiomx(np.array([a]), np.array([b]))
            assert abs(mpf(found) - exact) <= 10 * mpf(2) ** -53 * abs(exact)
