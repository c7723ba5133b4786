"""Logarithms of positive numbers."""

from sympy import Q

from ..rewrite import add, div, exp, log, mul, power, sub
from ..rule import Rule, Statement
from .symbols import a, b, n, u, v

REAL = "logarithm of a positive real"

LOGS = (
    Rule("log_mul", Statement(log(mul(a, b)), add(log(a), log(b))), REAL, (Q.positive(a), Q.positive(b)), leaves=log(add(u, v))),
    Rule("log_div", Statement(log(div(a, b)), sub(log(a), log(b))), REAL, (Q.positive(a), Q.positive(b)), leaves=log(sub(u, v))),
    Rule("log_pow", Statement(log(power(a, n)), mul(n, log(a))), REAL, (Q.positive(a),), leaves=power(log(u), 2)),
    Rule("log_exp", Statement(log(exp(a)), a), REAL, leaves=exp(log(u))),
)
