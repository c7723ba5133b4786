"""A rigorous enclosure of int f1 log(f1/f2) for two normal laws, tails included, in ball arithmetic (python-flint).

Every operation returns an interval that contains the true value. Between -T and T standard deviations the integral is enclosed by
adaptive Gauss-Legendre quadrature with error bounds, beyond it is bounded by complementary error functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, singledispatch
from importlib.util import find_spec
from typing import Any, TypeAlias

import sympy as sp

from .nodes import KL, CrossEntropy, Entropy, Law, Paren
from .special import expm1, expm1mx, log1pmx, logratiomx

Ball: TypeAlias = Any  # flint.arb: flint has no types
Point: TypeAlias = Mapping[sp.Symbol, sp.Expr]

BITS = 128


class NoEnclosure(Exception):
    """Something here has no ball, or its ball is too wide to say anything."""


@dataclass(frozen=True)
class Enclosure:
    """Whether the ball of the definition meets that of the formula, and how far apart the two can be at most."""

    meets: bool
    gap: float


def available() -> bool:
    """Is python-flint installed?"""
    return find_spec("flint") is not None


def applies(divergence: sp.Basic) -> bool:
    """A divergence or entropy of univariate normal laws."""
    return isinstance(divergence, (KL, CrossEntropy, Entropy)) and all(
        isinstance(law, Law) and law.family == "normal" and not any(isinstance(part, sp.MatrixExpr) for part in law.parameters)
        for law in divergence.args
    )


def enclose(divergence: sp.Basic, formula: sp.Expr, point: Point, bits: int = BITS) -> Enclosure:
    """The definition of the divergence against the formula, at one point. Raises NoEnclosure."""
    import flint

    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        gap = definition(divergence, tuple(sorted(point.items(), key=str)), bits) - ball(formula, point)
        if not gap.is_finite():
            raise NoEnclosure(f"no finite enclosure of {divergence} - ({formula}) at {dict(point)}")
        return Enclosure(bool(gap.contains(0)), float(gap.abs_upper()))
    finally:
        flint.ctx.prec = before


# ---------------------------------------------------------------------------------------------------- the integral


@dataclass(frozen=True)
class Normal:
    """N(mean, deviation^2) in balls."""

    mean: Ball
    deviation: Ball

    def density(self, x: Ball) -> Ball:
        """exp(-(x - m)^2/(2 s^2))/sqrt(2 pi s^2), for complex x."""
        import flint

        gap = (x - self.mean) / self.deviation
        return (-gap * gap / 2).exp() / (2 * flint.arb.pi()).sqrt() / self.deviation

    def log_density_around(self, other: Normal) -> tuple[Ball, Ball, Ball]:
        """a, b, c with log f(m + s t) = a + b t + c t^2, m and s those of the other law."""
        import flint

        shift, scale = (other.mean - self.mean) / self.deviation, other.deviation / self.deviation
        height = -(2 * flint.arb.pi()).log() / 2 - self.deviation.log()
        return height - shift * shift / 2, -shift * scale, -scale * scale / 2


@lru_cache(maxsize=256)
def definition(divergence: sp.Basic, values: tuple[tuple[sp.Symbol, sp.Expr], ...], bits: int) -> Ball:
    """int f1 (log f1 - log f2), -int f1 log f2 or -int f log f over the real line; several theorems ask for the same one."""
    import flint

    point = dict(values)
    laws = [Normal(*(ball(parameter, point) for parameter in law.parameters)) for law in divergence.args]
    first, last = laws[0], laws[-1]

    def integrand(x: Ball, analytic: bool) -> Ball:  # noqa: FBT001 - flint calls it so
        density, log_last = first.density(x), last.density(x).log(analytic)
        return density * (density.log(analytic) - log_last) if isinstance(divergence, KL) else -density * log_last

    cut = flint.arb(2 * bits).sqrt() + 2  # exp(-cut^2/2) is below 2^-bits
    low, high = first.mean - cut * first.deviation, first.mean + cut * first.deviation
    # Off the real line a density turns in the complex plane, and its log has cuts: many narrow pieces where the laws are far apart.
    small = flint.arb(2) ** -bits
    middle = flint.acb.integral(integrand, low, high, rel_tol=small, abs_tol=small, depth_limit=10_000, eval_limit=1_000_000)
    ends = last.log_density_around(first)
    if isinstance(divergence, KL):
        ends = tuple(a - b for a, b in zip(first.log_density_around(first), ends, strict=True))
    return middle.real + flint.arb(0, tail(ends, cut).abs_upper())


def tail(polynomial: tuple[Ball, Ball, Ball], cut: Ball) -> Ball:
    """A bound on the integral of phi(t) |a + b t + c t^2| over |t| > cut, phi the standard normal density."""
    import flint

    a, b, c = (abs(part) for part in polynomial)
    height = (-cut * cut / 2).exp() / (2 * flint.arb.pi()).sqrt()
    mass = (cut / flint.arb(2).sqrt()).erfc()
    return a * mass + 2 * b * height + c * (2 * cut * height + mass)


# ---------------------------------------------------------------------------------------------------- formulas in balls


@singledispatch
def ball(tree: sp.Basic, point: Point) -> Ball:
    """The value of a scalar formula, as a ball that contains it."""
    raise NoEnclosure(f"no ball is known for {type(tree).__name__}: {tree}")


@ball.register(sp.Rational)
def _rational(tree: sp.Rational, point: Point) -> Ball:
    import flint

    return flint.arb(int(tree.p)) / int(tree.q)


@ball.register(type(sp.pi))
def _pi(tree: sp.Expr, point: Point) -> Ball:
    import flint

    return flint.arb.pi()


@ball.register(type(sp.E))
def _e(tree: sp.Expr, point: Point) -> Ball:
    import flint

    return flint.arb(1).exp()


@ball.register(sp.Symbol)
def _symbol(tree: sp.Symbol, point: Point) -> Ball:
    if tree not in point:
        raise NoEnclosure(f"no value for {tree}")
    return ball(point[tree], {})


@ball.register(sp.Add)
def _add(tree: sp.Add, point: Point) -> Ball:
    first, *rest = (ball(arg, point) for arg in tree.args)
    return sum(rest, first)


@ball.register(sp.Mul)
def _mul(tree: sp.Mul, point: Point) -> Ball:
    total, *rest = (ball(arg, point) for arg in tree.args)
    for factor in rest:
        total = total * factor
    return total


@ball.register(sp.Pow)
def _pow(tree: sp.Pow, point: Point) -> Ball:
    base = ball(tree.base, point)
    return base ** int(tree.exp) if tree.exp.is_Integer else base ** ball(tree.exp, point)


@ball.register(Paren)
def _paren(tree: Paren, point: Point) -> Ball:
    return ball(tree.body, point)


FUNCTIONS: dict[type[sp.Function], Callable[..., Ball]] = {
    sp.exp: lambda x: x.exp(),
    sp.log: lambda x: x.log(),
    expm1: lambda x: x.exp() - 1,
    expm1mx: lambda x: x.exp() - 1 - x,
    log1pmx: lambda x: (1 + x).log() - x,
    logratiomx: lambda a, b: (a / b).log() - (a - b) / b,
}


@ball.register(sp.Function)
def _function(tree: sp.Function, point: Point) -> Ball:
    if tree.func not in FUNCTIONS:
        raise NoEnclosure(f"no ball is known for the function {tree.func.__name__}: {tree}")
    return FUNCTIONS[tree.func](*(ball(arg, point) for arg in tree.args))
