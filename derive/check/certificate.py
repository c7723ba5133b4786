"""A proof that a last line is the integral that defines it, for all parameters: an antiderivative.

Under N(m, s^2), with t = (x - m)/s, the integral of a quadratic c0 + c1 t + c2 t^2 is c0 + c2, because

    F = G f  with  G = -s (c1 + c2 t)  has  F' = (G' - G t/s) f = (c0 + c1 t + c2 t^2 - (c0 + c2)) f

and vanishes at both ends. What is left to decide is an identity between log(f1/f2), G and the last line, in which no integral
occurs; what is left to believe is that a normal density has mass 1.
"""

from __future__ import annotations

import sympy as sp

from ..decide.decision import Decision, decide
from ..derivation import Theorem
from ..enclose import applies
from ..evaluate import free
from ..nodes import KL, Law
from ..rewrite import add, div, log, mul, neg, power, sub
from .report import PROVED, REFUTED, Evidence

HALF, TWO = sp.Rational(1, 2), sp.Integer(2)


def certificate_evidence(theorem: Theorem) -> list[Evidence]:
    """For a divergence or entropy of univariate normal laws, if it can be decided; nothing for other theorems."""
    if not applies(theorem.lhs) or theorem.relation != "=":
        return []
    x = _variable(theorem)
    first, last = theorem.lhs.args[0], theorem.lhs.args[-1]
    inner = neg(log_density(last, x))
    if isinstance(theorem.lhs, KL):
        inner = add(log_density(first, x), inner)
    mean, deviation = first.parameters
    gap = sub(x, mean)
    factor, slope = antiderivative(first, last, x, divergence=isinstance(theorem.lhs, KL))
    derivative = sub(slope, div(mul(factor, gap), power(deviation, 2)))
    decision = decide(derivative, sub(inner, theorem.rhs), theorem.hypotheses.sorted())
    if decision is Decision.UNDECIDED:
        return []  # no certificate; the definition is integrated all the same
    detail = "(integrand - last line) f1 has an antiderivative that vanishes at both ends; taken for granted: int f1 = 1"
    return [Evidence("certificate", "definition for all parameters", PROVED if decision is Decision.EQUAL else REFUTED, detail)]


def log_density(law: Law, x: sp.Symbol) -> sp.Expr:
    """-log s - 1/2 log(2 pi) - (x - m)^2/(2 s^2)."""
    mean, deviation = law.parameters
    square = div(power(sub(x, mean), 2), mul(TWO, power(deviation, 2)))
    return add(neg(log(deviation)), neg(mul(HALF, log(mul(TWO, sp.pi)))), neg(square))


def antiderivative(first: Law, last: Law, x: sp.Symbol, *, divergence: bool) -> tuple[sp.Expr, sp.Expr]:
    """G and its derivative by x: c1 and c2 are those of -log f2, less those of -log f1 for a divergence."""
    (mean, deviation), (other_mean, other_deviation) = first.parameters, last.parameters
    ratio = power(div(deviation, other_deviation), 2)
    c1 = div(mul(deviation, sub(mean, other_mean)), power(other_deviation, 2))
    c2 = mul(HALF, sub(ratio, sp.S.One)) if divergence else mul(HALF, ratio)
    return neg(add(mul(deviation, c1), mul(c2, sub(x, mean)))), neg(c2)


def _variable(theorem: Theorem) -> sp.Symbol:
    taken = {str(symbol) for symbol in free(theorem.lhs) | free(theorem.rhs)}
    return sp.Symbol(next(name for name in ("x", "z", "t") if name not in taken), real=True)
