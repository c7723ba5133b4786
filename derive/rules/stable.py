"""Forms that keep their digits near equality: differences first, and expm1mx and logratiomx of them."""

import sympy as sp
from sympy import Q

from ..nodes import Paren
from ..rewrite import add, div, exp, log, mul, neg, power, sub
from ..rule import Rule, Statement
from ..special import expm1mx, logratiomx
from .symbols import a, b, half, two, u, v

DEFINITION = "definition of the function"
one = sp.S.One
relative = Paren(div(Paren(sub(a, b)), b))

STABLE = (
    Rule("expm1mx_of_exp", Statement(add(exp(a), neg(one), neg(a)), expm1mx(a)), DEFINITION, leaves=add(exp(u), neg(one), neg(v))),
    Rule(
        "expm1mx_of_difference", Statement(add(exp(sub(a, b)), neg(one), neg(a), b), expm1mx(sub(a, b))), DEFINITION,
        leaves=add(exp(sub(u, v)), neg(one), neg(u), neg(v)),
    ),
    Rule(
        "logratiomx_of_log", Statement(add(div(a, b), neg(one), log(div(b, a))), neg(logratiomx(a, b))), DEFINITION,
        (Q.positive(a), Q.positive(b)), leaves=add(div(u, v), neg(one), log(div(u, v))),
    ),
    Rule(
        "logratiomx_at_one", Statement(add(a, neg(one), neg(log(a))), neg(logratiomx(a, one))), DEFINITION, (Q.positive(a),),
        leaves=add(u, neg(one), neg(log(v))),
    ),
    Rule(
        "square_at_one",
        Statement(add(power(a, 2), neg(one), neg(log(power(a, 2)))), add(power(Paren(sub(a, one)), 2), neg(mul(two, logratiomx(a, one))))),
        "a = 1 + (a - 1), squared", (Q.positive(a),), leaves=add(power(u, 2), neg(one), neg(log(u))),
    ),
    Rule(
        "square_near_one",
        Statement(
            add(div(power(a, 2), mul(two, power(b, 2))), neg(half), log(div(b, a))),
            add(mul(half, power(relative, 2)), neg(logratiomx(a, b))),
        ),
        "a = b + (a - b), squared", (Q.positive(a), Q.positive(b)),
        leaves=add(div(power(u, 2), mul(two, power(v, 2))), neg(half), log(div(u, v))),
    ),
)  # fmt: skip
