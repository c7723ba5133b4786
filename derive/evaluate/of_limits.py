"""Limits, by going there: values along a sequence that runs to the point faster than any power, and what they tell.

The points are 2^(2^n) and half as far again, or lie that near, and each value is computed with digits to spare for what may cancel at
such sizes. Values that settle have a limit; values that grow ever faster, all in one direction, have the limit oo or -oo. Anything else
has no limit that is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import mpmath

from ..nodes import LimitTo
from .environment import Environment, NoMeaning
from .matrices import Number
from .meaning import meaning, scalar_of

STAGES = range(3, 9)  # 2^8 to 2^256
DIGITS = 400  # enough for the fourth power of the farthest point to be seen beside 1, and its inverse
SETTLED = mpmath.mpf(10) ** -30  # relative; 1/x has come as near as this to 0
LIMIT_DIGITS = 30
LATE = 8  # steps that must go one way


@meaning.register(LimitTo)
def _limit(expression: LimitTo, env: Environment) -> Number:
    values = along(expression, env)
    if _settles(values):
        return +values[-1]
    steps = _steps(values)[-LATE:]
    if abs(values[-1]) > 1 and (all(step > 0 for step in steps) or all(step < 0 for step in steps)) and _grows(_steps(values[::2])[-3:]):
        return mpmath.inf * mpmath.sign(steps[-1])
    raise NoMeaning(f"{expression.body} neither settles nor grows without bound as {expression.variable} goes to {expression.domain}")


def along(expression: LimitTo, env: Environment) -> list[Number]:
    """The body at points nearer and nearer to where the variable goes."""
    here = Environment(env.values, env.seed, DIGITS, env.functions, env.space)
    with mpmath.workdps(DIGITS):
        point = scalar_of(expression.domain, env)
        return [scalar_of(expression.body, here.bind(expression.variable, at)) for at in _points(point)]


def _points(point: Number) -> Sequence[Number]:
    far = [factor * mpmath.ldexp(1, 2**stage) for stage in STAGES for factor in (1, mpmath.mpf(3) / 2)]
    if mpmath.isinf(point):
        return [mpmath.sign(point) * x for x in far]
    return [point + 1 / x for x in far]


def _settles(values: Sequence[Number]) -> bool:
    """The last four are as good as equal, and move less and less."""
    first, *steps = (abs(step) for step in _steps(values[-5:]))
    return bool(max(steps) <= SETTLED * max(1, abs(values[-1])) and max(steps) <= first)


def _steps(values: Sequence[Number]) -> list[Number]:
    return [after - before for before, after in pairwise(values)]


def _grows(steps: Sequence[Number]) -> bool:
    """Each step is at least as long as the one before: so does not what converges, and so do even logarithms."""
    return all(abs(after) >= abs(before) for before, after in pairwise(steps))
