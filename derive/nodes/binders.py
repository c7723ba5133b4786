"""Integrals, expectations, sums and products: nodes in which a variable is bound."""

from __future__ import annotations

import sympy as sp

from .inert import Inert


class Binder(Inert):
    """A scalar in which `variable` is bound, in `body` alone. A third argument says over what it runs."""

    def __new__(cls, body: sp.Expr, variable: sp.Basic, domain: sp.Basic) -> Binder:
        return super().__new__(cls, body, variable, sp.sympify(domain))

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    domain = property(lambda self: self.args[2])

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.variable}) | self.domain.free_symbols


class Integrate(Binder):
    """The integral of body over the support of the law `domain`."""


class Expect(Binder):
    """E[body] when variable has the law `domain`."""

    law = property(lambda self: self.args[2])


class SumOver(Binder):
    """The sum of body for variable = 1 .. domain."""


class ProductOver(Binder):
    """The product of body for variable = 1 .. domain."""


class At(Binder):
    """body at variable = domain: a gradient along a path, a term at a point."""
