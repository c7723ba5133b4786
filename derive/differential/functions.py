"""Slopes of scalar functions: one row a function, with the conditions under which it has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate

from ..rewrite import add, div, exp, mul, neg, power, sub
from ..special import expm1, expm1mx, log1pmx, logratiomx

Slopes: TypeAlias = Callable[..., tuple[sp.Expr, ...]]  # one partial derivative for each argument
Domain: TypeAlias = Callable[..., tuple[AppliedPredicate, ...]]


def everywhere(*_: sp.Expr) -> tuple[AppliedPredicate, ...]:
    return ()


def positive(*arguments: sp.Expr) -> tuple[AppliedPredicate, ...]:
    return tuple(Q.positive(x) for x in arguments)


FUNCTIONS: dict[type[sp.Function], tuple[Slopes, Domain]] = {
    sp.exp:      (lambda x: (exp(x),),                                      everywhere),
    sp.log:      (lambda x: (power(x, -1),),                                positive),
    sp.loggamma: (lambda x: (sp.digamma(x, evaluate=False),),               positive),
    expm1:       (lambda x: (exp(x),),                                      everywhere),
    expm1mx:     (lambda x: (expm1(x),),                                    everywhere),
    log1pmx:     (lambda x: (neg(div(x, add(sp.S.One, x))),),               lambda x: positive(add(sp.S.One, x))),
    logratiomx:  (lambda a, b: (sub(power(a, -1), power(b, -1)), mul(sub(a, b), power(b, -2))), positive),
}  # fmt: skip
