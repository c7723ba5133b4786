"""Normal(mu, sigma): mean mu, standard deviation sigma > 0, on the real line."""

import sympy as sp
from sympy import Q

from ..nodes import Paren
from ..rewrite import div, exp, mul, neg, power, sub
from .family import Family

mu, sigma, x = (sp.Symbol(name, real=True) for name in ("mu", "sigma", "x"))

variance = power(sigma, 2)
gap = Paren(sub(x, mu))

NORMAL = Family(
    name="normal",
    parameters=(mu, sigma),
    domain=(Q.positive(sigma),),
    point=x,
    density=mul(
        power(mul(sp.Integer(2), sp.pi, variance), sp.Rational(-1, 2)),
        exp(neg(div(power(gap, 2), mul(sp.Integer(2), variance)))),
    ),
    expectations=(
        ("gap", gap, sp.S.Zero),
        ("gap_squared", power(gap, 2), variance),
    ),
    display=("N", (mu, variance)),
    source="definition of the normal law",
)
