"""Divergence, integral and expectation."""

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy import Q

from ..facts import Facts
from ..nodes import KL, Density, Expect, Integrate, point_of
from ..rewrite import add, div, log, mul
from ..rule import Rewrite, Rule, Statement
from .symbols import a, c, g, h, law1, law2, x


def _definition(left: sp.Basic, right: sp.Basic, point: sp.Basic) -> sp.Expr:
    f1, f2 = Density(left, point), Density(right, point)
    return Integrate(mul(f1, log(div(f1, f2))), point, left)


def _define(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, KL):
        point = point_of(node.law1)
        yield Rewrite(_definition(node.law1, node.law2, point), None, (Q.positive(Density(node.law2, point)),))


EXPECTATION = (
    Rule(
        "kl_definition", Statement(KL(law1, law2), _definition(law1, law2, x)), "Kullback, Leibler 1951",
        (Q.positive(Density(law2, x)),), leaves=log(div(Density(law1, x), Density(law2, x))), rewrites=_define,
    ),
    Rule(
        "integral_as_expectation", Statement(Integrate(mul(Density(law1, x), g), x, law1), Expect(g, x, law1)),
        "definition of E for a law with a density", leaves=Integrate(mul(Density(law2, x), g), x, law1),
    ),
    Rule(
        "expect_add", Statement(Expect(add(g, h), x, law1), add(Expect(g, x, law1), Expect(h, x, law1))),
        "linearity of E", leaves=Expect(mul(g, h), x, law1),
    ),
    Rule(
        "expect_scale", Statement(Expect(mul(a, g), x, law1), mul(a, Expect(g, x, law1))),
        "linearity of E", leaves=Expect(mul(g, h), x, law1),
    ),
    Rule("expect_constant", Statement(Expect(c, x, law1), c), "a density integrates to 1", leaves=Expect(g, x, law1)),
)  # fmt: skip
