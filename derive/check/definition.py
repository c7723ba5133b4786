"""The definition itself: the integral of the explicit densities, by a rule that knows nothing but their values, against the last line.

Expectations elsewhere are computed from mean and covariance, exactly; here f1 log(f1/f2) is summed on a lattice, so that mass, mean
and covariance are tested too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

import mpmath
import sympy as sp

from .. import enclose
from ..derivation import Theorem
from ..evaluate import (
    Environment,
    EvaluationError,
    Number,
    Value,
    compare_values,
    dimensions,
    evaluate,
    free,
    gaussian_integral,
    numeric_law,
    trusted_digits,
)
from ..nodes import KL, CrossEntropy, Density, Entropy, Gradient, Integrate, Law, LimitTo, MatrixGradient, point_of
from ..rewrite import build, div, log, mul, neg
from .numeric import Worlds
from .report import PROVED, REFUTED, UNKNOWN, Evidence, checked

Divergence = KL | CrossEntropy | Entropy

# A point at which no two terms of the univariate formulas coincide.
REFERENCE = {
    "mu": sp.Rational(1, 2), "mu1": sp.Rational(1, 2), "mu2": sp.Rational(-1, 4),
    "sigma": sp.Rational(4, 5), "sigma1": sp.Rational(4, 5), "sigma2": sp.Rational(3, 2),
    "var": sp.Rational(16, 25), "var1": sp.Rational(16, 25), "var2": sp.Rational(9, 4),
    "prec": sp.Rational(25, 16), "prec1": sp.Rational(25, 16), "prec2": sp.Rational(4, 9),
    "logvar": log(sp.Rational(16, 25)), "logvar1": log(sp.Rational(16, 25)), "logvar2": log(sp.Rational(9, 4)),
}  # fmt: skip
CLOSE = 1e-30  # a wider enclosure says too little
LATTICE_DIGITS = {1: 41, 2: 16, 3: 8}  # by dimension: space takes a second

_INTEGRALS: dict[tuple[sp.Basic, Hashable], tuple[Value, int]] = {}  # by integral and the numbers in it


def definition_evidence(theorem: Theorem, worlds: Worlds) -> list[Evidence]:
    """The left side with every divergence and entropy of explicit laws replaced by its integral, against the last line."""
    unfolded = unfold(theorem.lhs)
    if unfolded == theorem.lhs:
        return []
    return [_by_lattice(theorem, unfolded, worlds), *_by_enclosure(theorem, worlds)]


# ---------------------------------------------------------------------------------------------------- trapezoid rule


def _by_lattice(theorem: Theorem, unfolded: sp.Basic, worlds: Worlds) -> Evidence:
    found = []
    try:
        for size, seed in _places(theorem.lhs):
            world = worlds(size, seed)
            value, digits = _integrated(theorem.lhs, unfolded, world)
            digits = min(digits, trusted_digits(theorem.rhs, world))
            found.append((size, compare_values(value, evaluate(theorem.rhs, world), digits, theorem.relation)))
    except EvaluationError as problem:
        return Evidence("definition", "theorem", UNKNOWN, str(problem))
    wrong = [f"{mpmath.nstr(result.gap, 5)} at k = {size}" for size, result in found if not result.holds]
    if wrong:
        return Evidence("definition", "theorem", REFUTED, f"the integral and the last line differ by {', '.join(wrong)}")
    where = ", ".join(dict.fromkeys(f"{result.digits} digits at k = {size}" for size, result in found))
    return Evidence("definition", "theorem", checked(len(found)), f"the integral by the trapezoid rule: {where}")


def _places(lhs: sp.Basic) -> list[tuple[int, int]]:
    """(dimension, seed). A gradient integrates anew for every difference, so one point must do; space is for general laws alone."""
    if lhs.has(Gradient, MatrixGradient):
        return [(1, 0)]
    line = [(1, 0), (1, 1), (1, 2)]
    return [*line, *([(2, 0)] if dimensions([lhs]) else []), *([(3, 0)] if _is_general(lhs) else [])]


def _is_general(lhs: sp.Basic) -> bool:
    """Multivariate laws with parameters of no special form."""
    return isinstance(lhs, Divergence) and all(
        isinstance(law, Law) and law.family == "mvn" and all(isinstance(part, sp.MatrixSymbol) for part in law.parameters)
        for law in lhs.args
    )


def _integrated(lhs: sp.Basic, unfolded: sp.Basic, world: Environment) -> tuple[Value, int]:
    """The integral at these numbers, once for all theorems about it, and the digits it is good for."""
    key = (unfolded, tuple((symbol, world.values[symbol]) for symbol in sorted(free(unfolded), key=str)))
    if key not in _INTEGRALS:
        if isinstance(lhs, Divergence):
            digits = LATTICE_DIGITS.get(_dimension(lhs, world), LATTICE_DIGITS[1])
            _INTEGRALS[key] = (_on_lattice(lhs, world, digits), digits - 1)
        else:
            _INTEGRALS[key] = (evaluate(unfolded, world), trusted_digits(unfolded, world))
    return _INTEGRALS[key]


def _dimension(divergence: Divergence, world: Environment) -> int:
    """Of the points of its laws: a size may also be a number, whatever the world's dimension."""
    apart = replace(world, memo={})  # made with too few digits to be remembered
    shape = numeric_law(divergence.args[0], apart).shape
    return shape[0] if shape else 1


def _on_lattice(divergence: Divergence, world: Environment, digits: int) -> Number:
    with mpmath.workdps(digits + 10):
        here = replace(world, memo={})  # laws of few digits must not be found by whoever wants fifty
        first, last = (numeric_law(law, here) for law in (divergence.args[0], divergence.args[-1]))

        def integrand(x: Value) -> Number:
            log_first, log_last = first.log_density(x), last.log_density(x)
            return mpmath.exp(log_first) * (log_first - log_last if isinstance(divergence, KL) else -log_last)

        return gaussian_integral(first, integrand, digits)


# ---------------------------------------------------------------------------------------------------- ball arithmetic


def _by_enclosure(theorem: Theorem, worlds: Worlds) -> list[Evidence]:
    """Rigorous, at the points that were tried; nothing for a bound, or where python-flint is not installed or has no ball."""
    if theorem.relation != "=" or not enclose.applies(theorem.lhs) or not enclose.available():
        return []
    points = list(_points(theorem, worlds))
    scope = f"definition at {len(points)} points"
    try:
        found = [enclose.enclose(theorem.lhs, theorem.rhs, point) for point in points]
    except enclose.NoEnclosure:
        return []
    if not all(one.meets for one in found):
        return [Evidence("enclosure", scope, REFUTED, "the integral lies elsewhere than the last line")]
    gap = max(one.gap for one in found)
    return [Evidence("enclosure", scope, PROVED if gap < CLOSE else UNKNOWN, f"integral and last line are equal to within {gap:.0e}")]


def _points(theorem: Theorem, worlds: Worlds) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """The reference point, then two random ones; every number drawn is a multiple of 1/1024."""
    symbols = sorted(free(theorem.lhs) | free(theorem.rhs), key=str)
    random = [{symbol: _exact(worlds(1, seed).values[symbol]) for symbol in symbols} for seed in (0, 1)]
    yield {symbol: REFERENCE.get(str(symbol), random[0][symbol]) for symbol in symbols}
    yield from random


def _exact(value: object) -> sp.Rational:
    return sp.Rational(int(mpmath.mpf(value) * 1024), 1024)


# ---------------------------------------------------------------------------------------------------- definitions


def unfold(tree: sp.Basic) -> sp.Basic:
    """The tree with the definition in place of every KL, entropy and cross-entropy of explicit laws."""
    if isinstance(tree, Divergence) and all(isinstance(law, Law) for law in tree.args):
        return integral(tree)
    if isinstance(tree, LimitTo):
        return tree  # a law with next to no spread, or with next to all, is no matter for a lattice
    args = [unfold(arg) for arg in tree.args]
    return tree if all(a is b for a, b in zip(args, tree.args, strict=True)) else build(tree.func, args)


def integral(divergence: Divergence) -> sp.Expr:
    """int f1 log(f1/f2), -int f1 log f2, -int f log f."""
    law1, law2 = divergence.args[0], divergence.args[-1]
    x = point_of(*divergence.args)
    f1, f2 = Density(law1, x), Density(law2, x)
    inner = log(div(f1, f2)) if isinstance(divergence, KL) else neg(log(f2))
    return Integrate(mul(f1, inner), x, law1)
