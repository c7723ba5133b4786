"""Notation of laws, densities, divergences and expectations.

A law that has a label is written by it in E_1 and f_1; every other law is written out, as N(mu, sigma^2).
"""

from __future__ import annotations

from functools import singledispatch

import sympy as sp

from ..families import FAMILIES, Family
from ..nodes import (
    ELBO,
    KL,
    AbstractLaw,
    CrossEntropy,
    Density,
    Entropy,
    Entry,
    Entrywise,
    Evidence,
    Expect,
    ExpectMatrix,
    Integrate,
    Law,
    Likelihood,
    Posterior,
)
from ..rewrite import exp, mul, power, substitute
from ..rule import UnknownName
from .names import name_of
from .notation import Pen, notation, part, upright, write
from .shapes import Call, Integral, Mean, Name, Pair, Shape


@notation.register(Law)
def _law(law: Law, pen: Pen) -> Shape:
    """As the family displays it, parameters put in: N(mu1, sigma1^2)."""
    return Call(_letter(law), tuple(write(tidy(shown), pen.unmarked()) for shown in _displayed(law)))


def _letter(law: Law) -> Name:
    letter = _family(law).display[0]
    return Name(letter, face="script" if len(letter) == 1 else "upright")


def _displayed(law: Law) -> tuple[sp.Basic, ...]:
    family = _family(law)
    mapping = dict(zip(family.parameters, law.parameters, strict=True))
    for parameter, value in tuple(mapping.items()):  # sizes as well: a column of the family has length k
        if isinstance(parameter, sp.MatrixSymbol):
            mapping.update(zip(parameter.shape, map(sp.sympify, value.shape), strict=True))
    return tuple(substitute(shown, mapping) for shown in family.display[1])


def _family(law: Law) -> Family:
    if law.family not in FAMILIES:
        raise UnknownName("family of laws", law.family, FAMILIES)
    return FAMILIES[law.family]


@singledispatch
def tidy(shown: sp.Basic) -> sp.Basic:
    """The argument of a displayed law as people write it: the square of a root or of exp(v/2) carried out."""
    if not shown.args or isinstance(shown, sp.MatrixSymbol):
        return shown
    return shown.func(*map(tidy, shown.args))


@tidy.register(sp.Pow)
def _tidy_power(shown: sp.Pow) -> sp.Basic:
    base, exponent = tidy(shown.base), shown.exp
    if base == 1:
        return base
    if isinstance(base, sp.Pow) and base.exp * exponent == 1:
        return base.base
    if isinstance(base, sp.Pow) and base.exp.is_Number:
        return power(base.base, base.exp * exponent)
    if isinstance(base, sp.exp) and isinstance(base.args[0], sp.Mul) and base.args[0].args[0] * exponent == 1:
        return exp(mul(*base.args[0].args[1:]))
    return power(base, exponent)


@tidy.register(sp.Add)
@tidy.register(sp.Mul)
@tidy.register(sp.Function)
def _leave(shown: sp.Basic) -> sp.Basic:
    return shown


@tidy.register(Entry)
def _tidy_entry(shown: Entry) -> sp.Basic:
    """An entry of a column whose entries are known."""
    column = tidy(shown.matrix)
    if isinstance(column, Entrywise) and len(shown.index) == 1:
        return tidy(substitute(column.body, {column.variable: shown.index[0]}))
    if isinstance(column, sp.OneMatrix | sp.ZeroMatrix):
        return sp.S.One if isinstance(column, sp.OneMatrix) else sp.S.Zero
    return shown


@tidy.register(sp.DiagMatrix)
def _tidy_diagonal(shown: sp.DiagMatrix) -> sp.Basic:
    column = tidy(shown.args[0])
    ones = isinstance(column, sp.OneMatrix) or (isinstance(column, Entrywise) and column.body == 1)
    return sp.Identity(column.shape[0]) if ones else sp.DiagMatrix(column)


@notation.register(AbstractLaw)
def _abstract(law: AbstractLaw, pen: Pen) -> Shape:
    return _named(law.label)


def _named(label: str) -> Name:
    """The prior law is p, as are the likelihood p(x | z) and the evidence p(x)."""
    return Name("p") if label == "prior" else name_of(label)


@notation.register(Posterior)
def _posterior(law: Posterior, pen: Pen) -> Shape:
    """p(. | x)"""
    return Call(Name("p"), (Pair(Name("cdot"), "|", part(law, 1, pen)),))


# ---------------------------------------------------------------------------------------------------- densities


@notation.register(Density)
def _density(density: Density, pen: Pen) -> Shape:
    point, law = part(density, 1, pen), density.law
    if isinstance(law, Posterior):
        return Call(Name("p"), (Pair(point, "|", write(law.x, pen.unmarked())),))
    label = label_of(law, pen)
    if label is None:
        shown = write(law, pen.unmarked())
        assert isinstance(shown, Call)
        first, *rest = shown.arguments
        return Call(shown.function, (Pair(point, ";", first), *rest))
    # A number labels a density, f_1(x); a letter is its name, q(z).
    return Call(Name("f", label) if label.isdigit() or not label else _named(label), (point,))


def label_of(law: sp.Basic, pen: Pen) -> str | None:
    return law.label if isinstance(law, AbstractLaw) else pen.labels.get(law)


@notation.register(Likelihood)
def _likelihood(likelihood: Likelihood, pen: Pen) -> Shape:
    return Call(Name("p"), (Pair(part(likelihood, 0, pen), "|", part(likelihood, 1, pen)),))


@notation.register(Evidence)
def _evidence(evidence: Evidence, pen: Pen) -> Shape:
    return Call(Name("p"), (part(evidence, 1, pen),))


# ---------------------------------------------------------------------------------------------------- of whole laws


@notation.register(KL)
def _kl(kl: KL, pen: Pen) -> Shape:
    return Call(upright("KL"), (Pair(part(kl, 0, pen), "||", part(kl, 1, pen)),))


@notation.register(Entropy)
@notation.register(CrossEntropy)
def _entropy(entropy: sp.Basic, pen: Pen) -> Shape:
    return Call(upright("H"), tuple(part(entropy, index, pen) for index in range(len(entropy.args))))


@notation.register(ELBO)
def _elbo(elbo: ELBO, pen: Pen) -> Shape:
    law, prior, x = (part(elbo, index, pen) for index in range(3))
    return Call(upright("ELBO"), (law, Pair(prior, ";", x)))


# ---------------------------------------------------------------------------------------------------- integrals


@notation.register(Integrate)
def _integral(integral: Integrate, pen: Pen) -> Shape:
    return Integral(part(integral, 0, pen), part(integral, 1, pen))


@notation.register(Expect)
@notation.register(ExpectMatrix)
def _expect(mean: Expect | ExpectMatrix, pen: Pen) -> Shape:
    """E_1[..] where the law has a label, E_{x ~ law}[..] where it has none."""
    label, law = label_of(mean.law, pen), part(mean, 2, pen)
    under: Shape | None = Pair(part(mean, 1, pen), "~", law)
    if label is not None:
        under = _named(label) if label else None
    return Mean(part(mean, 0, pen), under)
