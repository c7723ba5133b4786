"""Laws of random variables: of a named family, any law at all, and the posterior by Bayes."""

from __future__ import annotations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr


class Law(sp.Basic):
    """The law of a continuous random variable: the name of a family, and its parameters."""

    def __new__(cls, family: str | Str, *parameters: sp.Basic) -> Law:
        name = family if isinstance(family, Str) else Str(family)
        return super().__new__(cls, name, *map(sp.sympify, parameters))

    @property
    def family(self) -> str:
        return str(self.args[0].name)

    @property
    def parameters(self) -> tuple[sp.Basic, ...]:
        return tuple(self.args[1:])


class AbstractLaw(sp.Basic):
    """Any law at all, known by its label. In a rule or theorem it stands for every law, as a symbol does for every number."""

    def __new__(cls, label: str | Str) -> AbstractLaw:
        return super().__new__(cls, label if isinstance(label, Str) else Str(label))

    @property
    def label(self) -> str:
        return str(self.args[0].name)


class Posterior(sp.Basic):
    """The law of z given x by Bayes: prior law of z, and the conditional density of x given z that `Likelihood` names."""

    def __new__(cls, prior: sp.Basic, x: sp.Basic) -> Posterior:
        return super().__new__(cls, prior, x)

    @property
    def prior(self) -> sp.Basic:
        return self.args[0]

    @property
    def x(self) -> sp.Basic:
        return self.args[1]


def point_of(*laws: sp.Basic) -> sp.Basic:
    """A variable that runs over the space of the first law: a column where its first parameter is one, else a number.

    It is called x, or z where a law is one of latent variables; with a prime where the laws speak of another of that name.
    """
    taken = {str(symbol) for law in laws for symbol in law.free_symbols}
    name = "z" if any(isinstance(law, Posterior) for law in laws) else "x"
    while name in taken:
        name += "'"
    first = laws[0].parameters[0] if isinstance(laws[0], Law) and laws[0].parameters else None
    if isinstance(first, MatrixExpr):
        return sp.MatrixSymbol(name, *first.shape)
    return sp.Symbol(name, real=True)


def lives_on(law: sp.Basic, point: sp.Basic) -> bool:
    """May the law have a density at the point? One of columns has none at a number; any law at all may live anywhere."""
    while isinstance(law, Posterior):
        law = law.prior
    return not isinstance(law, Law) or isinstance(point_of(law), MatrixExpr) == isinstance(point, MatrixExpr)
