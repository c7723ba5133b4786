"""Integrals, expectations, sums, products and limits: nodes in which a variable is bound."""

from __future__ import annotations

from functools import lru_cache

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


class LimitTo(Binder):  # a class called Limit would be printed by SymPy as its own
    """The limit of body as variable comes down to the number `domain`, or grows to oo, or falls to -oo.

    It may be oo or -oo, and no other node may, but for these two themselves; see `may_be_infinite`.
    """


@lru_cache(maxsize=1 << 14)
def may_be_infinite(tree: sp.Basic) -> bool:
    """Does a limit, oo or -oo occur? What holds of real numbers need not hold of it: oo - oo is no number, and not 0."""
    return isinstance(tree, (LimitTo, sp.core.numbers.Infinity, sp.core.numbers.NegativeInfinity)) or any(map(may_be_infinite, tree.args))
