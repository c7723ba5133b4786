"""Real numbers: multiplying out, factoring, re-centring, squares, brackets."""

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy import Q

from ..facts import Facts
from ..monomials import DivisionByZero, Monomial, monomial, polynomial, total
from ..nodes import Group, Paren
from ..rewrite import add, div, mul, power, sub
from ..rule import Rewrite, Rule, Statement
from .domains import dropped
from .symbols import a, b, c, half, two, u, v

FIELD = "field axioms"
minus = sp.S.NegativeOne


def _expand(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Products of sums multiplied out, like terms added, numbers gathered; what cancels must have had a value."""
    if isinstance(node, (sp.Add, sp.Mul, sp.Pow)):
        try:
            new = total(polynomial(node))
        except DivisionByZero:
            return
        if new != node:
            yield Rewrite(new, None, dropped(node, new))


def _factor_out(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Out of all terms that contain every factor of c; c is a product of powers and a number."""
    if not isinstance(node, sp.Add):
        return
    common = monomial(given["c"])
    if common.coefficient == 0:
        return
    terms = [(index, monomial(term)) for index, term in enumerate(node.args)]
    chosen = [(index, term) for index, term in terms if _contains(term, common)]
    if len(chosen) > 1:
        rest = total(term * common**-1 for _, term in chosen)
        items = tuple(index for index, _ in chosen) if len(chosen) < len(terms) else None
        new = mul(given["c"], rest)
        needed = (*(Q.nonzero(atom) for atom, _ in common.powers), *dropped(add(*(node.args[index] for index, _ in chosen)), new))
        yield Rewrite(new, items, tuple(dict.fromkeys(needed)))


def _drop_bracket(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Around a number or a matrix."""
    if isinstance(node, (Paren, Group)):
        yield Rewrite(node.body)


def _contains(term: Monomial, common: Monomial) -> bool:
    mine = dict(term.powers)
    return all(
        exponent <= mine.get(atom, 0) if exponent > 0 else mine.get(atom, 0) <= exponent for atom, exponent in common.powers
    )


ALGEBRA = (
    Rule(
        "expand", Statement(mul(c, add(a, b)), add(mul(c, a), mul(c, b))), FIELD, leaves=add(u, mul(u, v)), rewrites=_expand,
    ),
    Rule(
        "factor_out", Statement(add(mul(c, a), mul(c, b)), mul(c, add(a, b))), FIELD, (Q.nonzero(c),), leaves=add(u, v),
        rewrites=_factor_out, given=("c",),
    ),
    Rule("recentre", Statement(Paren(sub(a, b)), add(Paren(sub(a, c)), Paren(sub(c, b)))), FIELD, leaves=Paren(add(u, v)), given=("c",)),
    Rule("drop_bracket", Statement(Paren(a), a), "notation", leaves=add(u, v), rewrites=_drop_bracket,
        words="a bracket that kept its terms together is taken away"),
    Rule("minus_zero", Statement(Paren(add(a, mul(minus, sp.S.Zero))), a), FIELD, leaves=Paren(sub(u, v))),
    Rule(
        "square_of_sum", Statement(power(add(a, b), 2), add(power(a, 2), mul(sp.Integer(2), a, b), power(b, 2))),
        FIELD, leaves=power(mul(u, v), 2),
    ),
    Rule("half_square", Statement(div(power(a, 2), mul(two, power(b, 2))), mul(half, power(Paren(div(a, b)), 2))),
        FIELD, (Q.nonzero(b),), leaves=div(power(u, 2), mul(two, v))),
    Rule("minus_minus", Statement(mul(minus, minus, a), a), FIELD, leaves=mul(minus, u)),
    Rule("commute", Statement(add(a, b), add(b, a)), FIELD, leaves=mul(u, v)),
)  # fmt: skip
