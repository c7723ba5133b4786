"""Independent routes to the numbers that kernels compute: plain textbook formulas in mpmath, differentiated numerically.

Nothing here is shared with closedform: no theorem, no rewriting against cancellation, only more digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import mpmath
from mpmath import mp, mpf

DIGITS = 90  # a divergence of 1e-30 still has 60 left

# How a law's standard deviation follows from the parameter of that name.
DEVIATION: dict[str, Callable[[mpf], mpf]] = {
    "sigma": lambda x: x,
    "var": mpmath.sqrt,
    "logvar": lambda x: mpmath.exp(x / 2),
    "prec": lambda x: 1 / mpmath.sqrt(x),
}


def kl_normal(mu1: mpf, sigma1: mpf, mu2: mpf, sigma2: mpf) -> mpf:
    """log(sigma2/sigma1) + (sigma1^2 + (mu1 - mu2)^2)/(2 sigma2^2) - 1/2, as every textbook has it."""
    return mpmath.log(sigma2 / sigma1) + (sigma1**2 + (mu1 - mu2) ** 2) / (2 * sigma2**2) - mpf(1) / 2


def laws(names: Sequence[str], values: Sequence[float | mpf]) -> tuple[mpf, mpf, mpf, mpf]:
    """Mean and deviation of both laws from arguments by name; a law without arguments is N(0, 1)."""
    found: dict[tuple[str, str], mpf] = {("mu", "2"): mpf(0), ("sigma", "2"): mpf(1)}
    for name, value in zip(names, values, strict=True):
        parts = re.fullmatch(r"([a-z]+)([12]?)", name)
        if parts is None or parts[1] not in {"mu", *DEVIATION}:
            raise AssertionError(f"tests/oracles.py does not know the parameter {name}: teach it in DEVIATION")
        stem, law = parts[1], parts[2] or "1"
        found["mu" if stem == "mu" else "sigma", law] = mpf(value) if stem == "mu" else DEVIATION[stem](mpf(value))
    return found["mu", "1"], found["sigma", "1"], found["mu", "2"], found["sigma", "2"]


def divergence(names: Sequence[str], values: Sequence[float | mpf]) -> mpf:
    """KL in nats of one dimension."""
    with mp.workdps(DIGITS):
        return kl_normal(*laws(names, values))


def slope(names: Sequence[str], values: Sequence[float | mpf], by: str) -> mpf:
    """Its derivative by the argument of that name: a central difference that is exact to about forty digits."""
    place = list(names).index(by)
    with mp.workdps(6 * DIGITS):
        _, sigma1, _, sigma2 = laws(names, values)
        # The step is small beside everything that the argument is compared with.
        size = min(sigma1, sigma2) if by.startswith("mu") else mpf(1) if by.startswith("logvar") else abs(mpf(values[place]))
        step = size * mpf(10) ** -DIGITS

        def at(x: mpf) -> mpf:
            moved = list(values)
            moved[place] = x
            return kl_normal(*laws(names, moved))

        x = mpf(values[place])
        return (at(x + step) - at(x - step)) / (2 * step)


def slope_scale(names: Sequence[str], values: Sequence[float | mpf], by: str) -> mpf:
    """The size of the two parts of the derivative, that of the spreads and that of the means, which may cancel each other."""
    mu1, *_ = (value for name, value in zip(names, values, strict=True) if name in {"mu", "mu1"})
    equal = [0 if name == "mu" else mu1 if name == "mu2" else value for name, value in zip(names, values, strict=True)]
    whole, spreads = slope(names, values, by), slope(names, equal, by)
    return abs(spreads) + abs(whole - spreads)


def vae_terms(mu: Sequence[float], logvar: Sequence[float]) -> dict[str, mpf]:
    """trace, mean and logdet of N(mu, diag(exp(logvar))) against N(0, I): KL = (trace + mean - k - logdet)/2."""
    with mp.workdps(DIGITS):
        return {
            "trace": mpmath.fsum(mpmath.exp(mpf(v)) for v in logvar),
            "mean": mpmath.fsum(mpf(m) ** 2 for m in mu),
            "logdet": mpmath.fsum(mpf(v) for v in logvar),
        }
