"""The metavariables of the formula sheets."""

import sympy as sp

from ..nodes import AbstractLaw, Apply

a, b, c, m, n, u, v = (sp.Symbol(name, real=True) for name in ("a", "b", "c", "m", "n", "u", "v"))
x = sp.Symbol("x", real=True)
law1, law2 = AbstractLaw("1"), AbstractLaw("2")
g, h = Apply("g", x), Apply("h", x)
half = sp.Rational(1, 2)
