"""What a family says of itself, and the rules that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.assumptions import AppliedPredicate
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import POSITIVE_EVERYWHERE
from ..nodes import Density, Expect, ExpectMatrix, Law
from ..rewrite import substitute
from ..rule import Rule, Statement


@dataclass(frozen=True)
class Family:
    """A law with parameters and their domains, a density, known expectations, and how the law is displayed.

    `same_law` is another name of the same law (a diagonal normal law is a multivariate one), or None.
    """

    name: str
    parameters: tuple[sp.Basic, ...]
    domain: tuple[AppliedPredicate, ...]
    point: sp.Basic
    density: sp.Expr
    expectations: tuple[tuple[str, sp.Basic, sp.Basic], ...]
    display: tuple[str, tuple[sp.Basic, ...]]
    source: str
    same_law: Law | None = None

    def __post_init__(self) -> None:
        POSITIVE_EVERYWHERE[self.name] = self.domain_of

    @property
    def law(self) -> Law:
        return Law(self.name, *self.parameters)

    def domain_of(self, *arguments: sp.Basic) -> tuple[AppliedPredicate, ...]:
        """The domain for other arguments."""
        mapping = dict(zip(self.parameters, arguments, strict=True))
        return tuple(condition.function(*(substitute(part, mapping) for part in condition.arguments)) for condition in self.domain)

    def rules(self) -> tuple[Rule, ...]:
        """The density, each known expectation and the other name of the law, as rules."""
        other = Law("no_such_family", *self.parameters)
        density = Rule(
            f"density_{self.name}", Statement(Density(self.law, self.point), self.density), self.source, self.domain,
            leaves=Density(other, self.point),
        )  # fmt: skip
        known = tuple(
            Rule(
                f"expect_{name}_{self.name}", Statement(_expect(body, self.point, self.law), value), self.source, self.domain,
                leaves=_expect(body, self.point, other),
            )
            for name, body, value in self.expectations
        )  # fmt: skip
        if self.same_law is None:
            return (density, *known)
        renamed = Rule(
            f"{self.name}_is_{self.same_law.family}", Statement(self.law, self.same_law), self.source, self.domain, leaves=other,
            words=f"a law of the family {self.name} is one of the family {self.same_law.family}",
        )  # fmt: skip
        return (density, *known, renamed)


def _expect(body: sp.Basic, point: sp.Basic, law: Law) -> sp.Basic:
    return ExpectMatrix(body, point, law) if isinstance(body, MatrixExpr) else Expect(body, point, law)
