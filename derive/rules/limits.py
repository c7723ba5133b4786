"""Limits of numbers: from above at a number, at oo and at -oo. A limit may be infinite, and how to reckon with oo is said here too.

Sums and products are taken apart only where no oo - oo and no 0 oo can come of it.
"""

from collections.abc import Iterable, Iterator, Mapping

import sympy as sp
from sympy import Q

from ..facts import Facts
from ..nodes import LimitTo, Paren, may_be_infinite
from ..rewrite import add, exp, log, mul, neg, power
from ..rule import Rewrite, Rule, Statement
from ..special import expm1mx, logratiomx
from .domains import dropped
from .symbols import a, g, h, u, x

ANALYSIS = "Rudin 1976, Principles of Mathematical Analysis, chapters 3, 4 and 8"
EXTENDED = "Rudin 1976, Principles of Mathematical Analysis, 1.23"
oo, minus_oo, zero = sp.oo, sp.S.NegativeInfinity, sp.S.Zero
p = sp.Symbol("p", real=True)


def _factor(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Every factor in which the variable does not occur, at once."""
    if isinstance(node, LimitTo) and isinstance(bare(node.body), sp.Mul):
        fixed, moving = _parted(node)
        if fixed and moving:
            yield Rewrite(mul(*fixed, _limit_of(mul(*moving), node)), None, tuple(map(Q.nonzero, fixed)))


def _term(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Every term in which the variable does not occur, at once."""
    if isinstance(node, LimitTo) and isinstance(bare(node.body), sp.Add):
        fixed, moving = _parted(node)
        if fixed and moving:
            yield Rewrite(add(*fixed, _limit_of(add(*moving), node)))


def _sum(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Term by term; none is negative near the point, so that none goes to -oo."""
    if isinstance(node, LimitTo) and isinstance(bare(node.body), sp.Add):
        terms = bare(node.body).args
        yield Rewrite(add(*(_limit_of(term, node) for term in terms)), None, tuple(map(Q.nonnegative, terms)))


def _parted(node: LimitTo) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """The parts of the body without the variable, and those with it; a limit within a limit stays where it is."""
    fixed: list[sp.Expr] = []
    moving: list[sp.Expr] = []
    for part in bare(node.body).args:
        (moving if node.variable in part.free_symbols or may_be_infinite(part) else fixed).append(part)
    return fixed, moving


def bare(body: sp.Expr) -> sp.Expr:
    """What stands in a bracket, which a limit has no need of."""
    return body.body if isinstance(body, Paren) else body


def _limit_of(body: sp.Expr, like: LimitTo) -> LimitTo:
    return LimitTo(body, like.variable, like.domain)


def _infinite_sum(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """oo, and numbers or more oo beside it; -oo likewise."""
    if isinstance(node, sp.Add):
        for infinity, turned in ((oo, minus_oo), (minus_oo, oo)):
            others = [term for term in node.args if term not in (infinity, neg(turned))]
            if len(others) < len(node.args) and _are_numbers(others):
                yield Rewrite(infinity, None, dropped(node, infinity))


def _infinite_product(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """oo or -oo, and beside it negative rationals and what is positive."""
    if not isinstance(node, sp.Mul):
        return
    infinite = [factor for factor in node.args if factor in (oo, minus_oo)]
    others = [factor for factor in node.args if factor not in (oo, minus_oo)]
    if len(infinite) == 1 and others and _are_numbers(others):
        negative = [factor for factor in others if factor.is_Rational and factor < 0]
        signs = len(negative) + infinite.count(minus_oo)
        positive = [Q.positive(factor) for factor in others if factor not in negative]
        yield Rewrite(minus_oo if signs % 2 else oo, None, tuple(dict.fromkeys((*positive, *dropped(mul(*others), oo)))))


def _are_numbers(parts: Iterable[sp.Expr]) -> bool:
    return not any(map(may_be_infinite, parts))


LIMITS = (
    Rule("limit_constant", Statement(LimitTo(a, x, p), a), ANALYSIS, leaves=LimitTo(x, x, u)),
    Rule("limit_variable", Statement(LimitTo(x, x, p), p), ANALYSIS, leaves=LimitTo(power(x, 2), x, u)),
    Rule(
        "limit_factor", Statement(LimitTo(mul(a, g), x, p), mul(a, LimitTo(g, x, p))), ANALYSIS, (Q.nonzero(a),),
        leaves=LimitTo(mul(x, exp(x)), x, u), rewrites=_factor,
    ),
    Rule(
        "limit_term", Statement(LimitTo(add(a, g), x, p), add(a, LimitTo(g, x, p))), ANALYSIS,
        leaves=LimitTo(add(x, exp(x)), x, u), rewrites=_term,
    ),
    Rule(
        "limit_sum", Statement(LimitTo(add(g, h), x, p), add(LimitTo(g, x, p), LimitTo(h, x, p))), ANALYSIS,
        (Q.nonnegative(g), Q.nonnegative(h)), leaves=LimitTo(mul(x, exp(x)), x, u), rewrites=_sum,
    ),
    Rule("limit_square", Statement(LimitTo(power(g, 2), x, p), power(LimitTo(g, x, p), 2)), ANALYSIS, leaves=LimitTo(power(x, 3), x, u)),

    Rule("limit_exp_at_infinity", Statement(LimitTo(exp(x), x, oo), oo), ANALYSIS, leaves=LimitTo(exp(x), x, minus_oo)),
    Rule("limit_exp_at_minus_infinity", Statement(LimitTo(exp(x), x, minus_oo), zero), ANALYSIS, leaves=LimitTo(exp(x), x, oo)),
    Rule("limit_log_at_infinity", Statement(LimitTo(log(x), x, oo), oo), ANALYSIS, leaves=LimitTo(log(x), x, zero)),
    Rule("limit_log_at_zero", Statement(LimitTo(log(x), x, zero), minus_oo), ANALYSIS, leaves=LimitTo(log(x), x, oo)),

    Rule("limit_expm1mx_at_infinity", Statement(LimitTo(expm1mx(x), x, oo), oo),
        "e^x - 1 - x >= x^2/2 for x >= 0", leaves=LimitTo(expm1mx(x), x, zero)),
    Rule("limit_expm1mx_at_minus_infinity", Statement(LimitTo(expm1mx(x), x, minus_oo), oo),
        "e^x - 1 - x >= -1 - x", leaves=LimitTo(expm1mx(x), x, zero)),
    Rule("limit_logratiomx_at_infinity", Statement(LimitTo(logratiomx(x, a), x, oo), minus_oo),
        "log t <= t/2 for t > 0, so that log t - (t - 1) <= 1 - t/2", (Q.positive(a),), leaves=LimitTo(logratiomx(a, x), x, oo)),
    Rule("limit_logratiomx_at_zero", Statement(LimitTo(logratiomx(x, a), x, zero), minus_oo),
        "log t - (t - 1) <= 1 + log t for t > 0", (Q.positive(a),), leaves=LimitTo(logratiomx(a, x), x, zero)),

    Rule("infinite_sum", Statement(add(oo, a), oo), EXTENDED, leaves=add(oo, minus_oo), rewrites=_infinite_sum),
    Rule("infinite_product", Statement(mul(a, oo), oo), EXTENDED, (Q.positive(a),), leaves=mul(oo, minus_oo), rewrites=_infinite_product),
    Rule("infinite_square", Statement(power(oo, 2), oo), EXTENDED, leaves=power(oo, -1)),
)  # fmt: skip
