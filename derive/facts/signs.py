"""Signs of numbers: positive, not negative, not zero."""

from __future__ import annotations

import sympy as sp
from sympy import Q

from ..nodes import BINDERS, Density, Entry, Evidence, Expect, Likelihood, Paren, ProductOver, SumOver
from ..special import expm1, expm1mx, logratiomx
from .answers import UNKNOWN, Answer, Anything, Facts, Verdict, positive_diagonal, positive_entries, question, yes
from .laws import density_positive

SURE = sp.Float("1e-20")  # a number nearer to 0 than this may be 0


def sign_of_number(x: Anything) -> int | None:
    """-1, 0 or 1 for a real number that SymPy can tell from 0; None for everything else."""
    if isinstance(x, sp.Rational):
        return int(sp.sign(x))
    if not isinstance(x, sp.Expr) or x.free_symbols or x.has(*BINDERS, Density, Entry, Likelihood, Evidence, Paren):
        return None
    value = x.evalf(40)
    if not isinstance(value, sp.Float) or abs(value) < SURE:
        return None
    return 1 if value > 0 else -1


def _by_number(x: Anything, wanted: tuple[int, ...]) -> Answer | None:
    sign = sign_of_number(x)
    return None if sign is None else Answer(Verdict.YES if sign in wanted else Verdict.NO, "a number")


def _inside(facts: Facts, binder: Anything) -> Facts:
    return facts.hiding([binder.variable])


@question("positive")
def positive(facts: Facts, x: Anything) -> Answer:
    if (number := _by_number(x, (1,))) is not None:
        return number
    if isinstance(x, (sp.exp, Likelihood, Evidence)):
        return yes("always positive")
    if isinstance(x, Density):
        return density_positive(facts, x)
    if isinstance(x, Paren):
        return facts.ask(Q.positive(x.body))
    if isinstance(x, sp.Determinant):
        return facts.all([Q.positive_definite(x.arg)], "determinant of a positive definite matrix")
    if isinstance(x, Entry):
        return _positive_entry(facts, x)
    if isinstance(x, sp.Mul):
        return facts.all(map(Q.positive, x.args), "product of positive factors")
    if isinstance(x, sp.Pow):
        if facts.holds(Q.positive(x.base)):
            return yes("power of a positive number")
        if x.exp.is_even and facts.holds(Q.nonzero(x.base)):
            return yes("even power")
    if isinstance(x, sp.Add) and any(facts.holds(Q.positive(term)) for term in x.args):
        return facts.all(map(Q.nonnegative, x.args), "sum of a positive and nonnegative terms")
    if isinstance(x, (Expect, ProductOver)) or (isinstance(x, SumOver) and x.domain.is_positive):
        return _inside(facts, x).all([Q.positive(x.body)], "of something positive")
    return UNKNOWN


def _positive_entry(facts: Facts, x: Entry) -> Answer:
    if len(x.index) == 1:
        return facts.all([positive_entries(x.matrix)], "entry of a positive vector")
    if x.index[0] != x.index[1]:
        return UNKNOWN
    by_diagonal = facts.all([positive_diagonal(x.matrix)], "diagonal entry")
    return by_diagonal if by_diagonal != UNKNOWN else facts.all([Q.positive_definite(x.matrix)], "diagonal of a positive definite matrix")


@question("nonnegative")
def nonnegative(facts: Facts, x: Anything) -> Answer:
    if (number := _by_number(x, (0, 1))) is not None:
        return number
    if (strictly := facts.ask(Q.positive(x))).verdict is Verdict.YES:
        return strictly
    if isinstance(x, sp.Pow) and x.exp.is_even:
        return yes("even power")
    if isinstance(x, expm1mx):
        return yes("e^x >= 1 + x")
    if isinstance(x, Paren):
        return facts.ask(Q.nonnegative(x.body))
    if isinstance(x, sp.Mul) and len(x.args) == 2 and expm1(x.args[0]) == x.args[1]:
        return yes("e^x - 1 has the sign of x")
    if isinstance(x, sp.Mul) and len(x.args) == 2 and x.args[0] == -1 and isinstance(x.args[1], logratiomx):
        return facts.all(map(Q.positive, x.args[1].args), "log t <= t - 1")
    if isinstance(x, (sp.Mul, sp.Add)):
        return facts.all(map(Q.nonnegative, x.args), "nonnegative parts")
    if isinstance(x, (Expect, SumOver)):
        return _inside(facts, x).all([Q.nonnegative(x.body)], "of something nonnegative")
    return UNKNOWN


@question("nonzero")
def nonzero(facts: Facts, x: Anything) -> Answer:
    if (number := _by_number(x, (-1, 1))) is not None:
        return number
    if (strictly := facts.ask(Q.positive(x))).verdict is Verdict.YES:
        return strictly
    if isinstance(x, Paren):
        return facts.ask(Q.nonzero(x.body))
    if isinstance(x, sp.Mul):
        return facts.all(map(Q.nonzero, x.args), "product of nonzero factors")
    if isinstance(x, sp.Pow):
        return facts.all([Q.nonzero(x.base)], "power of a nonzero number")
    return UNKNOWN
