"""Densities, likelihoods, entropies and divergences of laws, and the evidence lower bound."""

from __future__ import annotations

import sympy as sp

from .inert import Inert


class Density(Inert):
    """f(point), the density of a law at a point."""

    def __new__(cls, law: sp.Basic, point: sp.Basic) -> Density:
        return super().__new__(cls, law, point)

    law = property(lambda self: self.args[0])
    point = property(lambda self: self.args[1])


class Likelihood(Inert):
    """p(x | z): a positive function of z for the observed x."""

    def __new__(cls, x: sp.Basic, z: sp.Basic) -> Likelihood:
        return super().__new__(cls, x, z)

    x = property(lambda self: self.args[0])
    z = property(lambda self: self.args[1])


class Evidence(Inert):
    """p(x), the integral of p(x | z) over the prior law of z."""

    def __new__(cls, prior: sp.Basic, x: sp.Basic) -> Evidence:
        return super().__new__(cls, prior, x)

    prior = property(lambda self: self.args[0])
    x = property(lambda self: self.args[1])


class KL(Inert):
    """KL(law1 || law2) in nats."""

    def __new__(cls, law1: sp.Basic, law2: sp.Basic) -> KL:
        return super().__new__(cls, law1, law2)

    law1 = property(lambda self: self.args[0])
    law2 = property(lambda self: self.args[1])


class CrossEntropy(Inert):
    """H(law1, law2) = -E1[log f2], in nats."""

    def __new__(cls, law1: sp.Basic, law2: sp.Basic) -> CrossEntropy:
        return super().__new__(cls, law1, law2)

    law1 = property(lambda self: self.args[0])
    law2 = property(lambda self: self.args[1])


class Entropy(Inert):
    """H(law) = -E[log f], in nats."""

    def __new__(cls, law: sp.Basic) -> Entropy:
        return super().__new__(cls, law)

    law = property(lambda self: self.args[0])


class ELBO(Inert):
    """The evidence lower bound of log p(x): E_q[log p(x | z)] - KL(q || prior), in nats."""

    def __new__(cls, law: sp.Basic, prior: sp.Basic, x: sp.Basic) -> ELBO:
        return super().__new__(cls, law, prior, x)

    law = property(lambda self: self.args[0])
    prior = property(lambda self: self.args[1])
    x = property(lambda self: self.args[2])
