"""Real numbers: distributing, cancelling, re-centring, squares."""

import sympy as sp

from ..nodes import Paren
from ..rewrite import add, mul, neg, power, sub
from ..rule import Rule, Statement
from .symbols import a, b, c, u, v

FIELD = "field axioms"

ALGEBRA = (
    Rule("distribute", Statement(mul(c, add(a, b)), add(mul(c, a), mul(c, b))), FIELD, leaves=add(u, v)),
    Rule("cancel", Statement(add(a, neg(a)), sp.S.Zero), FIELD, leaves=add(u, v)),
    Rule("drop_zero", Statement(add(a, sp.S.Zero), a), FIELD, leaves=add(u, v)),
    Rule("minus_minus", Statement(mul(sp.S.NegativeOne, sp.S.NegativeOne, a), a), FIELD, leaves=neg(u)),
    Rule("recentre", Statement(sub(a, b), add(Paren(sub(a, c)), Paren(sub(c, b)))), FIELD, leaves=neg(u), given=("c",)),
    Rule(
        "square_of_sum", Statement(power(add(a, b), 2), add(power(a, 2), mul(sp.Integer(2), a, b), power(b, 2))),
        FIELD, leaves=power(mul(u, v), 2),
    ),
)  # fmt: skip
