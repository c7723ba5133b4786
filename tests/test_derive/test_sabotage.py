"""Wrong rules and wrong steps, each refuted, and by whom. A checker that never says no is not tested.

Each row is a derivation whose last step is wrong, together with the rules that the wrong step is believed to follow. `seen_by`
names exactly the engines that refute it, `first` the smallest dimension at which its values differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
import sympy as sp
from sympy import Q

from closedform.derive.check import Outcome, check_step
from closedform.derive.check.replay import replay
from closedform.derive.check.theorem import worlds_of
from closedform.derive.derivation import Derivation, Step
from closedform.derive.evaluate import free
from closedform.derive.facts import Facts, positive_diagonal
from closedform.derive.nodes import (
    KL,
    AbstractLaw,
    Apply,
    CrossEntropy,
    Density,
    Entropy,
    Entry,
    Expect,
    ExpectMatrix,
    Gradient,
    Group,
    Integrate,
    Law,
    LimitTo,
    LowerTriangle,
    MatrixApply,
    MatrixAt,
    MatrixGradient,
    Paren,
    ProductOver,
    Scalar,
    SumOver,
)
from closedform.derive.rewrite import add, contains, div, exp, log, matadd, matmul, matsub, mul, neg, power, sub
from closedform.derive.rule import Discharged, Relation, Rewrite, Rule, Statement
from closedform.derive.rules import RULES
from closedform.derive.show.text import in_text
from closedform.derive.special import expm1mx, log1pmx, logratiomx

k = sp.Symbol("k", integer=True, positive=True)
n = sp.Symbol("n", integer=True)
i, j = (sp.Symbol(name, integer=True, positive=True) for name in "ij")
a, b, c, x, mu1, mu2, sigma1, sigma2 = (sp.Symbol(name, real=True) for name in ("a", "b", "c", "x", "mu1", "mu2", "sigma1", "sigma2"))
A, B, C, L, S, S1, S2 = (sp.MatrixSymbol(name, k, k) for name in ("A", "B", "C", "L", "S", "Sigma1", "Sigma2"))
d, v, w, y, z = (sp.MatrixSymbol(name, k, 1) for name in "dvwyz")
m1, m2, X = (sp.MatrixSymbol(name, k, 1) for name in ("mu1", "mu2", "x"))
law1, law2, normal1, normal2 = AbstractLaw("1"), AbstractLaw("2"), Law("normal", mu1, sigma1), Law("normal", mu2, sigma2)
mvn1, mvn2 = Law("mvn", m1, S1), Law("mvn", m2, S2)
g, h, Y = Apply("g", x), Apply("h", x), MatrixApply("Y", X, k, k)
half, two, one, zero = sp.Rational(1, 2), sp.Integer(2), sp.S.One, sp.S.Zero

TINY = exp(sp.Integer(-200))
POSITIVE = (Q.positive(a), Q.positive(b))
SCALES = (Q.positive(sigma1), Q.positive(sigma2))
COVARIANCES = tuple(known(cov) for cov in (S1, S2) for known in (Q.symmetric, Q.positive_definite))
TRIANGULAR = (Q.lower_triangular(L), positive_diagonal(L))

Engines = frozenset[str]
BOTH: Engines = frozenset({"local", "global"})
LOCAL: Engines = frozenset({"local"})


@dataclass(frozen=True)
class Sabotage:
    """A derivation with a wrong last step, the rules believed, who refutes it, and from which dimension on."""

    derivation: Derivation
    seen_by: Engines
    first: int = 1
    rules: Mapping[str, Rule] = field(default_factory=lambda: RULES)


def wrong(
    lhs: sp.Basic, rhs: sp.Basic, *where: sp.Basic, first: int = 1, inside: Callable[[sp.Basic], sp.Basic] | None = None,
    relation: Relation = "=", seen_by: Engines = frozenset(), decided: bool = False, given: Mapping[str, sp.Basic] | None = None,
) -> Sabotage:
    """One step by the wrong rule lhs = rhs; `inside` puts it where the error cancels, so that the whole line does not show it."""
    speaks_of = free(lhs) | lhs.atoms(Apply, Density)
    conditions = tuple(known for known in where if known.arguments[0] in speaks_of)
    given = given or {}
    rule = Rule("wrong", Statement(lhs, rhs, relation), "sabotage", conditions, given=tuple(given))
    start = inside(lhs) if inside else lhs
    derivation = Derivation(start, Facts.of(*where)).apply(rule, lhs if contains(start, lhs) else None, **given)
    seen = seen_by | (LOCAL if inside else BOTH) | ({"decide"} if decided else frozenset())
    return Sabotage(derivation, seen, first, {"wrong": rule})


# ---------------------------------------------------------------------------------------------------- small parts

T, inv, tr, det = sp.Transpose, sp.Inverse, sp.Trace, sp.Determinant


def outer(left: sp.MatrixExpr, right: sp.MatrixExpr) -> sp.MatrixExpr:
    return matmul(Group(left), T(Group(right)))


def quad(weight: sp.MatrixExpr, left: sp.MatrixExpr, right: sp.MatrixExpr) -> sp.Expr:
    return Scalar(matmul(T(left), weight, right))


def at(vector: sp.MatrixExpr) -> sp.Expr:
    return Entry(vector, i)


def density(sign: int = -1, halved: sp.Expr = two, root: sp.Rational = -half) -> sp.Expr:
    """The normal density, if nothing is changed."""
    gap = Paren(sub(x, mu1))
    scaled = div(power(gap, 2), mul(halved, power(sigma1, 2)))
    return mul(power(mul(two, sp.pi, power(sigma1, 2)), root), exp(mul(sp.Integer(sign), scaled)))


def closed_form(
    over: sp.Expr = sigma2, under: sp.Expr = sigma1, constant: sp.Expr = half, shift: sp.Expr = mu2, power_of: int = 2
) -> sp.Expr:
    """KL of two normal laws, if nothing is changed."""
    square = add(power(sigma1, power_of), power(Paren(sub(mu1, shift)), 2))
    return add(log(div(over, under)), div(Paren(square), mul(two, power(sigma2, 2))), neg(constant))


def mvn_form(over: sp.MatrixExpr = S2, under: sp.MatrixExpr = S1, weight: sp.MatrixExpr = S2, size: sp.Expr = k) -> sp.Expr:
    """KL of two multivariate normal laws, if nothing is changed."""
    shift = Group(matsub(m1, m2))
    trace, mean = tr(matmul(inv(weight), under)), quad(inv(weight), shift, shift)
    return mul(half, Paren(add(trace, mean, neg(size), log(div(det(over), det(S1))))))


QUOTIENT, LESS_ONE = matmul(inv(L), B), matmul(inv(L), Group(matsub(B, L)))
OF_SQUARE = tr(matmul(C, L, T(L)))
SLOPE = MatrixAt(MatrixGradient(tr(matmul(C, A)), A, "symmetric"), A, matmul(L, T(L)))

t1, t2, t3, t4, t5 = (tr(matmul(*[A] * n)) if n > 1 else tr(A) for n in range(1, 6))
THIRD = add(power(t1, 3), mul(sp.Integer(-3), t1, t2), mul(two, t3))
FOURTH = add(
    power(t1, 4), mul(sp.Integer(-6), power(t1, 2), t2), mul(sp.Integer(3), power(t2, 2)), mul(sp.Integer(8), t1, t3),
    mul(sp.Integer(-6), t4),
)  # fmt: skip
FIFTH = add(
    power(t1, 5), mul(sp.Integer(-10), power(t1, 3), t2), mul(sp.Integer(15), t1, power(t2, 2)), mul(sp.Integer(20), power(t1, 2), t3),
    mul(sp.Integer(-20), t2, t3), mul(sp.Integer(-30), t1, t4), mul(sp.Integer(24), t5),
)  # fmt: skip

gap1, gap2 = Group(matsub(X, m1)), Group(matsub(X, m2))
SHORTCUT = (
    outer(matsub(y, z), matsub(y, z)),
    matadd(matmul(y, T(y)), matmul(-2, z, T(y)), matmul(z, T(z))),
)


def under_weight(part: sp.Basic) -> sp.Basic:
    return tr(matmul(S, part))


def centred_square(part: sp.Basic) -> sp.Basic:
    return Expect(power(Paren(part), 2), x, normal1)


def recentred() -> Sabotage:
    """x - mu2 = (x - mu1) + (mu2 - mu1): under a square, E does not see it."""
    rule = Rule("wrong", Statement(sub(a, b), add(Paren(sub(a, c)), Paren(sub(b, c)))), "sabotage", given=("c",))
    start = Derivation(centred_square(sub(x, mu2)), Facts.of(*SCALES))
    return Sabotage(start.apply(rule, sub(x, mu2), c=mu1), LOCAL | {"decide"}, 1, {"wrong": rule})


RULE_ROWS: dict[str, Sabotage] = {
    # logarithms and powers
    "log of a sum": wrong(log(add(a, b)), add(log(a), log(b)), *POSITIVE),
    "log of a product, conditions lost": wrong(log(mul(a, b)), add(log(a), log(b))),
    "log of a quotient, upside down": wrong(log(div(a, b)), sub(log(b), log(a)), *POSITIVE),
    "log of a power as power of the log": wrong(log(power(a, 2)), power(log(a), 2), *POSITIVE),
    "log of a square, condition lost": wrong(log(power(a, 2)), mul(two, log(a))),
    "exp of a sum as sum": wrong(exp(add(a, b)), add(exp(a), exp(b))),
    "root of a square, condition lost": wrong(power(power(a, 2), half), a),
    # what is too small to be seen beside 1
    "a tiny number as 0": wrong(TINY, zero),
    "a tiny number as 0, in a sum": wrong(add(a, TINY), a),
    "a tiny number twice": wrong(mul(a, TINY), mul(two, a, TINY)),
    "a tiny number twice, where rounding is as large": wrong(
        add(exp(a), neg(exp(a)), exp(sp.Integer(-120))), mul(two, exp(sp.Integer(-120)))
    ),
    # algebra
    "square of a sum without its cross term": wrong(power(add(a, b), 2), add(power(a, 2), power(b, 2)), decided=True),
    "cross term loses its 2": wrong(power(add(a, b), 2), add(power(a, 2), mul(a, b), power(b, 2)), decided=True),
    "sign lost in distributing": wrong(neg(Paren(sub(a, b))), sub(neg(a), b), decided=True),
    "difference of squares as square": wrong(sub(power(a, 2), power(b, 2)), power(Paren(sub(a, b)), 2), decided=True),
    "quotient of a sum by terms": wrong(div(one, add(a, b)), add(div(one, a), div(one, b)), *POSITIVE, decided=True),
    "recentred with the wrong sign": recentred(),
    "gap turned round under a square": wrong(sub(x, mu2), sub(mu2, x), *SCALES, inside=centred_square, decided=True),
    "odd part added under a symmetric law": wrong(
        Paren(sub(x, mu1)), power(Paren(sub(x, mu1)), 3), *SCALES, inside=lambda part: Expect(part, x, normal1), decided=True
    ),
    # densities
    "density with the wrong sign": wrong(Density(normal1, x), density(sign=1), *SCALES),
    "density without the 1/2": wrong(Density(normal1, x), density(halved=one), *SCALES),
    "density without its root": wrong(Density(normal1, x), density(root=sp.Integer(-1)), *SCALES),
    # stable forms
    "log1pmx with the wrong sign": wrong(sub(log(add(one, a)), a), neg(log1pmx(a)), Q.positive(a)),
    "log1pmx of the quotient, not of the quotient less 1": wrong(sub(log(a), sub(a, one)), log1pmx(a), Q.positive(a)),
    "logratiomx with its arguments exchanged": wrong(
        sub(log(div(a, b)), div(Paren(sub(a, b)), b)), logratiomx(b, a), *POSITIVE
    ),
    "expm1mx of half the argument": wrong(sub(sub(exp(a), one), a), expm1mx(mul(half, a))),
    "expm1mx with the linear term added": wrong(add(exp(a), neg(one), a), expm1mx(a), decided=True),
    # sums over an index
    "sum of a constant loses k": wrong(SumOver(a, i, k), a, first=2),
    "square of a sum as sum of squares": wrong(power(SumOver(at(v), i, k), 2), SumOver(power(at(v), 2), i, k), first=2),
    "product of sums as sum of products": wrong(
        mul(SumOver(at(v), i, k), SumOver(at(w), i, k)), SumOver(mul(at(v), at(w)), i, k), first=2
    ),
    "sum over j <= i taken over all j": wrong(
        SumOver(SumOver(power(Entry(A, i, j), 2), j, i), i, k), SumOver(SumOver(power(Entry(A, i, j), 2), j, k), i, k), first=2
    ),
    "log of a product over i as product of logs": wrong(
        log(ProductOver(power(at(v), 2), i, k)), ProductOver(log(power(at(v), 2)), i, k), first=2
    ),
    # determinants
    "|cA| = c|A|": wrong(det(matmul(a, A)), mul(a, det(A)), first=2),
    "|A + B| = |A| + |B|": wrong(det(matadd(A, B)), add(det(A), det(B)), first=2),
    "|A^-1| = |A|": wrong(det(inv(A)), det(A), Q.invertible(A)),
    "|diag v| as a sum": wrong(det(sp.DiagMatrix(v)), SumOver(at(v), i, k), first=2),
    # traces
    "tr I = 1": wrong(tr(sp.Identity(k)), one, first=2),
    "tr AB = tr A tr B": wrong(tr(matmul(A, B)), mul(tr(A), tr(B)), first=2, decided=True),
    "tr AB = tr A^T B": wrong(tr(matmul(A, B)), tr(matmul(T(A), B)), first=2, decided=True),
    "tr ABC = tr ACB": wrong(tr(matmul(A, B, C)), tr(matmul(A, C, B)), first=2, decided=True),
    "tr A^-1 = 1/tr A": wrong(tr(inv(A)), power(tr(A), -1), Q.positive_definite(A), Q.symmetric(A), first=2),
    "tr A^T A by the diagonal": wrong(tr(matmul(T(A), A)), SumOver(power(Entry(A, i, i), 2), i, k), first=2),
    "quadratic form as trace, sides exchanged": wrong(quad(A, y, z), tr(matmul(A, y, T(z))), first=2),
    "y^T A z = z^T A y": wrong(quad(A, y, z), quad(A, z, y), first=2),
    "a polynomial in traces that is 0 up to k = 2": wrong(THIRD, zero, first=3, decided=True),
    "a polynomial in traces that is 0 up to k = 3": wrong(FOURTH, zero, first=4, decided=True),
    "a polynomial in traces that is 0 up to k = 4": wrong(FIFTH, zero, first=5, decided=True),
    # products of matrices
    "(AB)^-1 = A^-1 B^-1": wrong(inv(matmul(A, B)), matmul(inv(A), inv(B)), Q.invertible(A), Q.invertible(B), first=2),
    "(AB)^T = A^T B^T": wrong(T(matmul(A, B)), matmul(T(A), T(B)), first=2),
    "(A + B)^-1 = A^-1 + B^-1": wrong(inv(matadd(S1, S2)), matadd(inv(S1), inv(S2)), *COVARIANCES),
    "(L^T)^-1 = L^-1": wrong(inv(T(L)), inv(L), *TRIANGULAR, first=2),
    "(L^T)^-1 = L^-1, within a determinant": wrong(inv(T(L)), inv(L), *TRIANGULAR, first=2, inside=det),
    "L L^T = L^T L, within a trace": wrong(matmul(L, T(L)), matmul(T(L), L), *TRIANGULAR, first=2, inside=tr),
    "A B A^-1 = B, within a trace": wrong(matmul(A, B, inv(A)), B, Q.invertible(A), first=2, inside=tr),
    "symmetric, though only definite": wrong(A, T(A), Q.positive_definite(A), first=2, inside=lambda part: quad(part, y, y)),
    "published shortcut": wrong(*SHORTCUT, first=2),
    "published shortcut as a matrix rule, under a symmetric weight": wrong(*SHORTCUT, Q.symmetric(S), first=2, inside=under_weight),
    "published shortcut under a weight of which nothing is known": wrong(tr(matmul(A, SHORTCUT[0])), tr(matmul(A, SHORTCUT[1])), first=2),
    # expectations
    "covariance whatever the centre": wrong(ExpectMatrix(outer(matsub(X, m2), matsub(X, m2)), X, mvn1), S1, *COVARIANCES),
    "covariance twice": wrong(ExpectMatrix(outer(matsub(X, m1), matsub(X, m1)), X, mvn1), matmul(2, S1), *COVARIANCES),
    "E x x^T without the mean": wrong(ExpectMatrix(matmul(X, T(X)), X, mvn1), S1, *COVARIANCES),
    "E x x^T with the mean's square as a transpose too many": wrong(
        ExpectMatrix(matmul(A, X, T(X)), X, mvn1), matmul(matadd(S1, matmul(m1, T(m1))), A), *COVARIANCES, first=2
    ),
    "variance without its square": wrong(Expect(power(Paren(sub(x, mu1)), 2), x, normal1), sigma1, *SCALES),
    "E (x - m2)^2 with the shift subtracted": wrong(
        Expect(power(Paren(sub(x, mu2)), 2), x, normal1), sub(power(sigma1, 2), power(Paren(sub(mu1, mu2)), 2)), *SCALES
    ),
    "E f(x) = f(E x)": wrong(Expect(power(x, 2), x, normal1), power(mu1, 2), *SCALES),
    "E of a product as product of E": wrong(Expect(mul(g, h), x, law1), mul(Expect(g, x, law1), Expect(h, x, law1))),
    "E loses a factor": wrong(Expect(mul(a, g), x, law1), Expect(g, x, law1)),
    "E of a constant is 0": wrong(Expect(c, x, law1), zero),
    "E of a trace as product of traces": wrong(
        Expect(tr(matmul(A, Y)), X, mvn1), mul(tr(A), tr(ExpectMatrix(Y, X, mvn1))), *COVARIANCES, first=2
    ),
    "integral as expectation under the other law": wrong(
        Integrate(mul(Density(law1, x), g), x, law1), Expect(g, x, law2), Q.positive(Density(law2, x)), given={"law2": law2}
    ),
    "divergence turned round": wrong(KL(law1, law2), KL(law2, law1)),
    "cross-entropy for entropy": wrong(KL(law1, law2), sub(CrossEntropy(law1, law2), Entropy(law2))),
    # what holds only for functions of low degree, numbers near 1, laws with full support, sums that are not empty
    "expectation by two points": wrong(
        Expect(g, x, normal1), mul(half, add(Apply("g", add(mu1, sigma1)), Apply("g", sub(mu1, sigma1)))), *SCALES
    ),
    "third derivative is 0": wrong(Gradient(Gradient(Gradient(g, x), x), x), zero),
    "nothing is above 3": wrong(a, sp.Integer(3), relation="<="),
    "nothing is below -3": wrong(a, sp.Integer(-3), relation=">="),
    "a square is at least 1/20": wrong(power(a, 2), sp.Rational(1, 20), relation=">="),
    "change of measure, support forgotten": wrong(
        Integrate(g, x, law2), Expect(div(g, Density(law1, x)), x, law1), given={"law1": law1}
    ),
    "expectation of a ratio, support forgotten": wrong(Expect(div(Density(law2, x), Density(law1, x)), x, law1), one),
    "a sum of ones that may be empty": wrong(SumOver(one, j, n), n),
    "a product that may be empty": wrong(ProductOver(a, j, n), power(a, n), Q.positive(a)),
    "a sum of ones up to i - 2": wrong(SumOver(one, j, sub(i, two)), sub(i, two)),
    "two symbols of one name": wrong(sub(a, sp.Symbol("a", positive=True)), zero, decided=True),
    # gradients
    "gradient of log|A| not transposed": wrong(MatrixGradient(log(det(A)), A), inv(A), Q.positive_definite(A), first=2),
    "gradient of tr AB not transposed": wrong(MatrixGradient(tr(matmul(A, B)), A), B, first=2),
    "gradient of a quadratic form without its 2": wrong(MatrixGradient(quad(S, y, y), y), matmul(S, y), Q.symmetric(S)),
    "gradient by L as G L, its 2 forgotten": wrong(MatrixGradient(OF_SQUARE, L, "lower"), LowerTriangle(matmul(SLOPE, L)), *TRIANGULAR),
    "gradient by L as 2 L G, sides exchanged": wrong(
        MatrixGradient(OF_SQUARE, L, "lower"), LowerTriangle(matmul(2, L, SLOPE)), *TRIANGULAR, first=2
    ),
    "gradient by L as 2 G L, not only its lower triangle": wrong(
        MatrixGradient(OF_SQUARE, L, "lower"), matmul(2, SLOPE, L), *TRIANGULAR, first=2
    ),
    "value put into a gradient's variable": wrong(
        MatrixAt(MatrixGradient(tr(matmul(A, A)), A, "full"), A, matmul(2, B)), matmul(2, T(B))
    ),
    # M = L^-1 B = I + E
    "M M^T - I with E^T E for E E^T": wrong(
        matsub(matmul(QUOTIENT, T(QUOTIENT)), sp.Identity(k)), matadd(LESS_ONE, T(LESS_ONE), matmul(T(LESS_ONE), LESS_ONE)), *TRIANGULAR,
        first=2,
    ),
    "M M^T - I as E + E^T, its square forgotten": wrong(
        matsub(matmul(QUOTIENT, T(QUOTIENT)), sp.Identity(k)), matadd(LESS_ONE, T(LESS_ONE)), *TRIANGULAR
    ),
    "L - L^-T with L^-1 for L^-T": wrong(
        matsub(L, T(inv(L))), matadd(Group(matsub(L, sp.Identity(k))), matmul(T(Group(matsub(L, sp.Identity(k)))), inv(L))), *TRIANGULAR,
        first=2,
    ),
    # limits
    "limit of e^x at the wrong end": wrong(LimitTo(exp(x), x, sp.oo), zero),
    "limit of log at 0 with the wrong sign": wrong(LimitTo(log(x), x, zero), sp.oo),
    "limit of 1/x at 0 as if x were negative": wrong(LimitTo(power(x, -1), x, zero), sp.S.NegativeInfinity),
    "limit of e^x - x as oo - oo = 0": wrong(LimitTo(sub(exp(x), x), x, sp.oo), zero),
    "limit of x e^-x as oo times 0 = oo": wrong(LimitTo(mul(x, exp(neg(x))), x, sp.oo), sp.oo),
    "limit of a factor without its sign": wrong(LimitTo(mul(a, x), x, sp.oo), sp.oo, Q.nonzero(a)),
    "limit of a square without its square": wrong(LimitTo(power(g, 2), x, a), LimitTo(g, x, a)),
    "limit taken for the value at 0": wrong(LimitTo(add(a, x), x, one), a),
    "a finite limit of e^x - 1 - x": wrong(LimitTo(expm1mx(x), x, sp.S.NegativeInfinity), sp.S.NegativeOne),
    "limit of logratiomx as that of log": wrong(LimitTo(logratiomx(x, a), x, sp.oo), sp.oo, Q.positive(a)),
    "oo times a number of any sign": wrong(mul(a, sp.oo), sp.oo, Q.nonzero(a)),
    # inequalities
    "log t >= t - 1": wrong(log(a), sub(a, one), Q.positive(a), relation=">="),
    "log t = t - 1": wrong(log(a), sub(a, one), Q.positive(a)),
    "Jensen the wrong way round": wrong(
        Expect(log(exp(g)), x, law1), log(Expect(exp(g), x, law1)), relation=">="
    ),
    # last lines
    "normal: log upside down": wrong(KL(normal1, normal2), closed_form(sigma1, sigma2), *SCALES),
    "normal: constant lost": wrong(KL(normal1, normal2), closed_form(constant=zero), *SCALES),
    "normal: variance for standard deviation": wrong(KL(normal1, normal2), closed_form(power_of=1), *SCALES),
    "normal: means forgotten": wrong(KL(normal1, normal2), closed_form(shift=mu1), *SCALES),
    "mvn: determinants exchanged with traces": wrong(KL(mvn1, mvn2), mvn_form(over=S1), *COVARIANCES),
    "mvn: covariances swapped": wrong(KL(mvn1, mvn2), mvn_form(weight=S1), *COVARIANCES),
    "mvn: covariances swapped in the trace": wrong(KL(mvn1, mvn2), mvn_form(under=S2), *COVARIANCES),
    "mvn: k lost": wrong(KL(mvn1, mvn2), mvn_form(size=one), *COVARIANCES, first=2),
}  # fmt: skip


# ---------------------------------------------------------------------------------------------------- forged steps

GOOD = Derivation(sub(log(mul(a, b)), c), Facts.of(*POSITIVE)).apply(RULES["log_mul"])
LOG_BOUND = Rule("log_bound", Statement(log(a), sub(a, one), "<="), "convexity", (Q.positive(a),))
BOUND_RULES = {"log_bound": LOG_BOUND}
BOUND = Derivation(neg(log(a)), Facts.of(Q.positive(a))).apply(LOG_BOUND)
REPLAYS: Engines = frozenset({"replay", "renaming"})


def forged(good: Derivation = GOOD, seen_by: Engines = REPLAYS, rules: Mapping[str, Rule] = RULES, **changes: object) -> Sabotage:
    """The last step of a good derivation with some of its fields replaced."""
    step: Step = replace(good.steps[-1], **changes)  # type: ignore[arg-type]
    return Sabotage(replace(good, steps=(*good.steps[:-1], step)), seen_by, 1, rules)


def _typed_in(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, KL):
        yield Rewrite(closed_form())


TYPED_IN = Rule("typed_in", Statement(KL(normal1, normal2), closed_form()), "sabotage", rewrites=_typed_in)
(STEP,) = GOOD.steps

FORGED_ROWS: dict[str, Sabotage] = {
    "after supplied by hand": forged(after=sub(add(log(a), log(c)), c), seen_by=REPLAYS | {"global"}),
    "after supplied by hand, though equal": forged(after=add(log(b), log(a), neg(c)), seen_by=REPLAYS),
    "terms exchanged by hand": forged(new=mul(two, log(a)), seen_by=REPLAYS | {"local"}),
    "terms exchanged by hand, though equal": forged(new=add(log(b), log(a)), seen_by=REPLAYS),
    "term said to be another": forged(old=log(mul(b, b)), seen_by=REPLAYS | {"local"}),
    "line before replaced": forged(before=sub(log(mul(a, a)), c), seen_by=REPLAYS | {"global"}),
    "place moved": forged(site=replace(STEP.site, path=(1,))),
    "place beyond the line": forged(site=replace(STEP.site, path=(0, 0, 0, 0, 7))),
    "condition dropped": forged(conditions=STEP.conditions[:1]),
    "condition replaced by one that is true": forged(conditions=(STEP.conditions[0], Discharged(Q.positive(exp(a)), "always positive"))),
    "condition replaced by one that is false": forged(
        conditions=(STEP.conditions[0], Discharged(Q.negative(a), "hypothesis")), seen_by=REPLAYS | {"conditions"}
    ),
    "reason replaced": forged(conditions=(STEP.conditions[0], replace(STEP.conditions[1], by="it is well known"))),
    "another rule's name": forged(rule="log_div"),
    "no rule's name": forged(rule="log_of_products"),
    "a lemma that is none": forged(rule="lemma:log_of_products"),
    "something supplied that the rule does not take": forged(given=(("q", c),)),
    "equation passed off as inequality": forged(relation="<=", line_relation="<="),
    "inequality passed off as equation": forged(BOUND, relation="=", line_relation="=", seen_by=REPLAYS | BOTH, rules=BOUND_RULES),
    "inequality not turned round under a minus": forged(BOUND, line_relation="<=", seen_by=REPLAYS | {"global"}, rules=BOUND_RULES),
    "result typed in": Sabotage(
        Derivation(KL(normal1, normal2), Facts.of(*SCALES)).apply(TYPED_IN), frozenset({"renaming"}), 1, {"typed_in": TYPED_IN}
    ),
    "condition left out by the rule that was used": Sabotage(
        Derivation(log(mul(a, b)), Facts.of(*POSITIVE)).apply(replace(RULES["log_mul"], where=())), REPLAYS
    ),
}  # fmt: skip

SABOTAGES = RULE_ROWS | FORGED_ROWS
Record = Callable[[str, object], None]
OF_SYMPY = re.compile(r"\*\*|\.T\b|Scalar\(|Determinant\(|Law\(")


@pytest.mark.parametrize("what", SABOTAGES)
def test_each_sabotage_is_refuted_by_those_who_should_see_it(what: str, record_property: Record) -> None:
    row = SABOTAGES[what]
    derivation = row.derivation
    report = check_step(derivation.steps[-1], derivation.facts, worlds_of(derivation), row.rules.__getitem__)
    seen = {evidence.engine: evidence.detail for evidence in report.evidence if evidence.verdict.outcome is Outcome.REFUTED}
    assert report.verdict.outcome is Outcome.REFUTED
    assert seen.keys() == row.seen_by, report
    for engine in BOTH & seen.keys():
        assert f"k = {row.first}," in seen[engine]
    assert not [one.detail for one in report.told(in_text).evidence if not one.verdict.passed and OF_SYMPY.search(one.detail)]
    from_size = f" from k = {row.first}" if row.first > 1 else ""
    record_property("sabotage", f"{what}: {', '.join(sorted(seen))}{from_size}")


@pytest.mark.parametrize("what", RULE_ROWS)
def test_the_rule_book_knows_no_sabotage(what: str) -> None:
    """Replay refuses what no rule of the book gives, whoever believed it."""
    derivation = RULE_ROWS[what].derivation
    assert replay(derivation.steps[-1], derivation.facts, RULES.__getitem__).verdict.outcome is Outcome.REFUTED
