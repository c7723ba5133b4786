"""Integrals against Gaussian laws: exact for polynomials, and the trapezoid rule for everything else.

Cubature knows of a Gaussian law its mean, covariance and unit mass; the trapezoid rule knows nothing but the density's
values, and so tests them. Both work in the standardised coordinates z of x = m + L z.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations
from itertools import product as tensor
from math import ceil

import mpmath

from .environment import TooExpensive
from .matrices import ONE, ZERO, Number

Point = tuple[Number, ...]
TENSOR_LIMIT = 700  # nodes
TRAPEZOID_LIMIT = {1: 6_000, 2: 40_000, 3: 120_000}  # evaluations of the integrand

# Decimal digits asked of the trapezoid rule, by dimension. Three dimensions take seconds for a few digits: on request alone.
TRAPEZOID_DIGITS = {1: 45, 2: 25}


def gaussian_cubature(dimension: int, degree: float) -> tuple[tuple[Point, Number], ...]:
    """Nodes and weights that give E[p(z)] exactly, z standard normal, for every polynomial p of the degree."""
    return _cubature(dimension, int(degree), mpmath.mp.prec)


@lru_cache(maxsize=256)
def _cubature(dimension: int, degree: int, precision: int) -> tuple[tuple[Point, Number], ...]:
    """The precision is that of mpmath at the call; it is an argument for the sake of the cache."""
    if degree <= 1:
        return (((ZERO,) * dimension, ONE),)
    if degree <= 3:
        weight = ONE / (2 * dimension)
        return tuple((node, weight) for node in _axes(dimension, mpmath.sqrt(dimension)))
    if degree <= 5:
        return tuple(_degree_five(dimension))
    order = ceil((degree + 1) / 2)
    if order**dimension > TENSOR_LIMIT:
        raise TooExpensive(f"a polynomial of degree {degree} in {dimension} variables needs {order**dimension} nodes")
    nodes = _gauss_hermite(order)
    return tuple(
        (tuple(node for node, _ in choice), mpmath.fprod(weight for _, weight in choice))
        for choice in tensor(nodes, repeat=dimension)
    )


def _axes(dimension: int, radius: Number) -> Iterator[Point]:
    for axis in range(dimension):
        for sign in (radius, -radius):
            yield tuple(sign if i == axis else ZERO for i in range(dimension))


def _degree_five(k: int) -> Iterator[tuple[Point, Number]]:
    """Stroud's formula: the centre, 2k points on the axes, 2k(k - 1) on the diagonals of the coordinate planes."""
    yield (ZERO,) * k, mpmath.mpf(2) / (k + 2)
    if k != 4:
        for node in _axes(k, mpmath.sqrt(k + 2)):
            yield node, mpmath.mpf(4 - k) / (2 * (k + 2) ** 2)
    radius, weight = mpmath.sqrt(mpmath.mpf(k + 2) / 2), ONE / (k + 2) ** 2
    for i, j in combinations(range(k), 2):
        for a, b in tensor((radius, -radius), repeat=2):
            yield tuple(a if n == i else b if n == j else ZERO for n in range(k)), weight


def _gauss_hermite(order: int) -> list[tuple[Number, Number]]:
    """Nodes and weights for the standard normal density, from the zeros of the Hermite polynomial He of the order."""
    before, here = [ONE], [ONE, ZERO]  # highest coefficient first
    for n in range(1, order):
        following = [*here, ZERO]
        for i, c in enumerate(before):
            following[i + 2] -= n * c
        before, here = here, following
    with mpmath.extradps(15):
        zeros = mpmath.polyroots(here, maxsteps=200, extraprec=200)
        weights = [mpmath.factorial(order) / (order * mpmath.polyval(before, x)) ** 2 for x in zeros]
    return list(zip(zeros, weights, strict=True))


# ---------------------------------------------------------------------------------------------------- trapezoid rule


def trapezoid(integrand: Callable[[Point], list[Number]], dimension: int, digits: int | None = None) -> list[Number]:
    """The integral over all z of a smooth integrand (a list of values) that falls off like a Gaussian density.

    The rule with step h contains the rule with step 2h. Their difference is the error of the coarse one; the error of
    the fine one is at most the square of it for the integrands that occur (its log goes like 1/h or 1/h^2).
    `digits` are those of TRAPEZOID_DIGITS unless said otherwise. Raises TooExpensive above two dimensions (above three, where
    they are said), or where the step or the range needed is out of reach.
    """
    digits = digits or TRAPEZOID_DIGITS.get(dimension)
    if digits is None or dimension not in TRAPEZOID_LIMIT:
        raise TooExpensive(f"no trapezoid rule in {dimension} dimensions; check this in one or two")
    step = mpmath.pi / mpmath.sqrt((digits + 6) * mpmath.log(10))
    radius = mpmath.sqrt(2 * (digits + 5) * mpmath.log(10)) + 1
    limit = TRAPEZOID_LIMIT[dimension]
    while True:
        if (2 * radius / step) ** dimension > limit:
            raise TooExpensive(f"the integrand needs more than {limit} evaluations for {digits} digits")
        fine, coarse, size, rim = _lattice_sums(integrand, dimension, step, radius)
        # An integrand that is 0 everywhere, log(f/f), leaves rounding errors alone, which do not fall off.
        size = max(size, mpmath.mpf(10) ** (-digits / 2))
        if rim * radius**dimension > size * mpmath.mpf(10) ** -digits:
            radius *= mpmath.mpf(3) / 2
        elif max(abs(a - b) for a, b in zip(fine, coarse, strict=True)) > size * mpmath.mpf(10) ** (-digits / 2):
            step /= mpmath.sqrt(2)
        else:
            return fine


def _lattice_sums(
    integrand: Callable[[Point], list[Number]], dimension: int, step: Number, radius: Number
) -> tuple[list[Number], list[Number], Number, Number]:
    """The sums of step h and 2h over a ball, the integral of the modulus, and the largest value on the rim."""
    count = int(radius / step)
    inner = (count - 1) ** 2
    fine: list[Number] = []
    coarse: list[Number] = []
    size, rim = ZERO, ZERO
    ticks = [step * i for i in range(-count, count + 1)]
    for index in tensor(range(-count, count + 1), repeat=dimension):
        distance = sum(i * i for i in index)
        if distance > count**2:
            continue
        values = integrand(tuple(ticks[i + count] for i in index))
        if not fine:
            fine, coarse = [ZERO] * len(values), [ZERO] * len(values)
        fine = [total + value for total, value in zip(fine, values, strict=True)]
        if not any(i % 2 for i in index):
            coarse = [total + value for total, value in zip(coarse, values, strict=True)]
        largest = max(map(abs, values))
        size += largest
        if distance > inner:
            rim = max(rim, largest)
    volume = step**dimension
    return [volume * v for v in fine], [2**dimension * volume * v for v in coarse], volume * size, rim
