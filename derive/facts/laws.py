"""Where a density is positive."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Q
from sympy.assumptions import AppliedPredicate

from ..nodes import AbstractLaw, Density, Law, Posterior
from .answers import UNKNOWN, Answer, Facts, yes

# family -> the conditions under which its density is positive everywhere; each family's file adds its line.
POSITIVE_EVERYWHERE: dict[str, Callable[..., tuple[AppliedPredicate, ...]]] = {}


def density_positive(facts: Facts, density: Density) -> Answer:
    law = density.law
    if isinstance(law, Posterior):
        return facts.all([Q.positive(Density(law.prior, density.point))], "prior and likelihood are positive")
    if isinstance(law, AbstractLaw):
        return yes("hypothesis") if any(_assumes(fact, law) for fact in facts.assumed) else UNKNOWN
    if isinstance(law, Law) and law.family in POSITIVE_EVERYWHERE:
        return facts.all(POSITIVE_EVERYWHERE[law.family](*law.parameters), f"{law.family} density")
    return UNKNOWN


def _assumes(fact: AppliedPredicate, law: AbstractLaw) -> bool:
    """Is the density of the law assumed to be positive, at whatever point?"""
    (subject, *_) = fact.arguments
    return bool(fact.function == Q.positive) and isinstance(subject, Density) and bool(subject.law == law)
