"""What a family says of itself, and the rules that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..facts import POSITIVE_EVERYWHERE
from ..nodes import Density, Expect, Law
from ..rewrite import substitute
from ..rule import Rule, Statement


@dataclass(frozen=True)
class Family:
    """A law with parameters and their domains, a density, known expectations, and how the law is displayed."""

    name: str
    parameters: tuple[sp.Basic, ...]
    domain: tuple[AppliedPredicate, ...]
    point: sp.Basic
    density: sp.Expr
    expectations: tuple[tuple[str, sp.Expr, sp.Expr], ...]
    display: tuple[str, tuple[sp.Basic, ...]]
    source: str

    def __post_init__(self) -> None:
        POSITIVE_EVERYWHERE[self.name] = self.domain_of

    @property
    def law(self) -> Law:
        return Law(self.name, *self.parameters)

    def domain_of(self, *arguments: sp.Basic) -> tuple[AppliedPredicate, ...]:
        """The domain for other arguments."""
        mapping = dict(zip(self.parameters, arguments, strict=True))
        return tuple(
            condition.function(*(substitute(part, mapping) for part in condition.arguments)) for condition in self.domain
        )

    def rules(self) -> tuple[Rule, ...]:
        """The density and each known expectation, as rules."""
        density = Rule(
            f"density_{self.name}", Statement(Density(self.law, self.point), self.density), self.source, self.domain,
            leaves=Density(Law("no_such_family", *self.parameters), self.point),
        )  # fmt: skip
        known = tuple(
            Rule(
                f"expect_{name}_{self.name}", Statement(Expect(body, self.point, self.law), value), self.source, self.domain,
                leaves=Expect(body, self.point, Law("no_such_family", *self.parameters)),
            )
            for name, body, value in self.expectations
        )  # fmt: skip
        return (density, *known)
