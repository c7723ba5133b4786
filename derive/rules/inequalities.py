"""Inequalities, each with the case in which it is an equality."""

import sympy as sp
from sympy import Q

from ..nodes import Expect
from ..rewrite import add, log, neg, sub
from ..rule import Rule, Statement
from .symbols import A, a, g, law1, u, x

INEQUALITIES = (
    Rule(
        "log_at_most", Statement(log(a), sub(a, sp.S.One), "<="), "the logarithm is concave; its tangent at 1", (Q.positive(a),),
        leaves=add(u, neg(sp.S.One)), equality=Statement(a, sp.S.One),
    ),
    Rule("positive", Statement(a, sp.S.Zero, ">="), "what is known of the sign; never an equality", (Q.positive(a),), leaves=A),
    Rule(
        "not_negative", Statement(a, sp.S.Zero, ">="), "what is known of the sign", (Q.nonnegative(a),), leaves=A,
        equality=Statement(a, sp.S.Zero),
    ),
    Rule(
        "jensen_log", Statement(log(Expect(g, x, law1)), Expect(log(g), x, law1), ">="), "Jensen 1906", (Q.positive(g),),
        leaves=Expect(log(g), x, law1), equality=Statement(g, Expect(g, x, law1)),
    ),
)  # fmt: skip
