"""Two univariate laws whose parameters are any numbers of the format: where a value overflows, vanishes, or is merely far away."""

from __future__ import annotations

import random
from functools import cache
from types import ModuleType

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.typing import NDArray

KERNELS = {"sigma": "kl_normal", "var": "kl_normal_var", "logvar": "kl_normal_logvar", "prec": "kl_normal_prec"}
LOG_VARIANCE = {"sigma": lambda x: 2 * mpmath.log(x), "var": mpmath.log, "logvar": lambda x: x, "prec": lambda x: -mpmath.log(x)}
COUNT = 400
BITS = 2400  # of e^x - 1 - x for the smallest x there is
ENOUGH = 1e6  # e to that is beyond every format


def exact(spread: str, mu1: float, spread1: float, mu2: float, spread2: float) -> mpf:
    """(e^x - 1 - x + (mu1 - mu2)^2/var2)/2 for x = log var1 - log var2."""
    with mp.workprec(BITS):
        first, second = (LOG_VARIANCE[spread](mpf(x)) for x in (spread1, spread2))
        x, shift = first - second, abs(mpf(mu1) - mpf(mu2))
        size = 2 * mpmath.log(shift) - second if shift else -mpmath.inf
        if max(x, size) > ENOUGH:
            return mpmath.inf
        return ((mpmath.expm1(x) if x > -ENOUGH else -1) - x + (mpmath.exp(size) if size > -ENOUGH else 0)) / 2


@cache
def laws(spread: str, real: type) -> tuple[list[NDArray[np.floating]], list[mpf]]:
    """Arguments from the smallest normal number to the largest, log-variances far beyond all exponents, equal ones; and the values."""
    rng, limits = random.Random(spread), np.finfo(real)
    top = float(np.log10(limits.max)) - 0.4  # so that mu1 - mu2 is a number

    def positive() -> float:
        borders = (1.0, float(limits.max), float(limits.max) / 2, float(limits.tiny), 2 * float(limits.tiny))
        return rng.choice(borders) if rng.random() < 0.2 else 10 ** rng.uniform(0.4 - top, top)

    def mean() -> float:
        return rng.choice((0.0, 1.0, -1.0)) * 10 ** rng.uniform(-top, top)

    def logvar() -> float:
        return rng.choice((-1, 1)) * (10 ** rng.uniform(-top, top) if rng.random() < 0.3 else rng.uniform(0, 12 * top))

    rows = []
    for _ in range(COUNT):
        mu1, spread1 = mean(), (logvar if spread == "logvar" else positive)()
        mu2 = mu1 if rng.random() < 0.4 else mean()
        spread2 = spread1 if rng.random() < 0.3 else (logvar if spread == "logvar" else positive)()
        rows.append((mu1, spread1, mu2, spread2))
    arguments = [np.array(column).astype(real) for column in zip(*rows, strict=True)]
    return arguments, [exact(spread, *map(float, row)) for row in zip(*arguments, strict=True)]


@pytest.mark.parametrize("real", [np.float32, np.float64])
@pytest.mark.parametrize("spread", sorted(KERNELS))
def test_the_whole_range_has_values(implementation: ModuleType, spread: str, real: type) -> None:
    """Never NaN, never negative; inf where the value is beyond the format (and in the last two octaves, where a term may be);
    0 where it rounds to 0; else right but for a few units."""
    arguments, values = laws(spread, real)
    with np.errstate(all="ignore"):
        found = getattr(implementation, KERNELS[spread])(*arguments)
        again, *slopes = getattr(implementation, KERNELS[spread] + "_value_and_grad")(*arguments)
    np.testing.assert_array_equal(found, again)
    largest, smallest = float(np.finfo(real).max), float(np.finfo(real).smallest_subnormal)
    seen = dict.fromkeys(("inf", "zero", "number"), 0)
    for place, (value, true) in enumerate(zip(map(float, found), values, strict=True)):
        what = f"{KERNELS[spread]}({', '.join(repr(float(x[place])) for x in arguments)}) is {value}, not {mpmath.nstr(true, 9)}"
        if true > largest / 4:
            assert value == np.inf or (value > largest / 5 and true < 2 * largest), what
            seen["inf"] += 1
        elif 2 * true < smallest:
            assert value == 0, what
            seen["zero"] += 1
        else:
            assert abs(value - true) <= 8 * float(np.spacing(real(true))), what
            seen["number"] += 1
    assert min(seen.values()) > COUNT // 20, seen
    equal = np.all([arguments[0] == arguments[2], arguments[1] == arguments[3]], axis=0)
    assert equal.sum() > COUNT // 20
    for slope in slopes:
        np.testing.assert_array_equal(slope[equal], 0)
