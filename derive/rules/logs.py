"""Logarithms and exponentials of real numbers."""

import sympy as sp
from sympy import Q

from ..nodes import Apply, ProductOver, SumOver
from ..rewrite import add, div, exp, log, mul, power, sub
from ..rule import Rule, Statement
from .symbols import a, b, j, k, n, u, v

REAL = "logarithm of a positive real"
f = Apply("f", j)

LOGS = (
    Rule("log_mul", Statement(log(mul(a, b)), add(log(a), log(b))), REAL, (Q.positive(a), Q.positive(b)), leaves=log(add(u, v))),
    Rule("log_div", Statement(log(div(a, b)), sub(log(a), log(b))), REAL, (Q.positive(a), Q.positive(b)), leaves=log(sub(u, v))),
    Rule("log_pow", Statement(log(power(a, n)), mul(n, log(a))), REAL, (Q.positive(a),), leaves=power(log(u), 2)),
    Rule("log_exp", Statement(log(exp(a)), a), REAL, leaves=exp(log(u))),
    Rule("exp_log", Statement(exp(log(a)), a), REAL, (Q.positive(a),), leaves=log(exp(u))),
    Rule("log_one", Statement(log(sp.S.One), sp.S.Zero), REAL, leaves=log(u)),

    Rule("log_product", Statement(log(ProductOver(f, j, k)), SumOver(log(f), j, k)), REAL, (Q.positive(f),), leaves=log(SumOver(f, j, k))),

    Rule("exp_power", Statement(power(exp(a), n), exp(mul(n, a))), "exponential of a real", leaves=power(u, v)),
    Rule("exp_mul", Statement(mul(exp(a), exp(b)), exp(add(a, b))), "exponential of a real", leaves=add(exp(u), exp(v))),
)  # fmt: skip
