"""The metavariables of the formula sheets."""

import sympy as sp

from ..nodes import AbstractLaw, Apply, MatrixApply

a, b, c, n, u, v = (sp.Symbol(name, real=True) for name in "abcnuv")
x, t = (sp.Symbol(name, real=True) for name in "xt")
half, two = sp.Rational(1, 2), sp.Integer(2)

k, m, p = (sp.Symbol(name, integer=True, positive=True) for name in "kmp")
i, j = (sp.Symbol(name, integer=True, positive=True) for name in "ij")
A, B, C = (sp.MatrixSymbol(name, k, k) for name in "ABC")
wide, tall = sp.MatrixSymbol("A", m, k), sp.MatrixSymbol("B", k, m)
y, z, w = (sp.MatrixSymbol(name, k, 1) for name in "yzw")
column = sp.MatrixSymbol("x", k, 1)

law1, law2 = AbstractLaw("1"), AbstractLaw("2")
g, h = Apply("g", x), Apply("h", x)
Y, Z = MatrixApply("Y", x, m, k), MatrixApply("Z", x, m, k)
