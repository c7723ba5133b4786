"""Fractions over one line, cancelled, and the differences above the line: values by the evaluator, forms by hand."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Q

from closedform.derive.derivation import Derivation
from closedform.derive.evaluate import compare, sample
from closedform.derive.facts import Facts
from closedform.derive.monomials import Monomial, content, gathered, monomial, polynomial, total
from closedform.derive.nodes import Group, Paren
from closedform.derive.rewrite import add, div, exp, matadd, matmul, matsub, mul, neg, power, sub
from closedform.derive.rule import DoesNotApply, MissingAssumption
from closedform.derive.rules import RULES
from closedform.derive.special import expm1

a, b, c, d = (sp.Symbol(name, real=True) for name in "abcd")
k = sp.Symbol("k", integer=True, positive=True)
A, B, C = (sp.MatrixSymbol(name, k, k) for name in "ABC")
half, two = sp.Rational(1, 2), sp.Integer(2)
NONZERO = Facts.of(*map(Q.nonzero, (a, b, c, d)))


def after(rule: str, line: sp.Basic, facts: Facts = NONZERO) -> sp.Basic:
    return Derivation(line, facts).apply(RULES[rule]).line


# ---------------------------------------------------------------------------------------------------- one line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (sub(div(a, power(b, 2)), power(a, -1)), div(sub(power(a, 2), power(b, 2)), mul(power(b, 2), a))),
        (sub(power(a, -1), div(add(power(b, 2), c), power(a, 3))), div(add(power(a, 2), neg(power(b, 2)), neg(c)), power(a, 3))),
        (add(neg(power(a, -1)), power(b, -1)), div(sub(a, b), mul(a, b))),
        (add(neg(power(a, -1)), neg(power(b, -1))), neg(div(add(b, a), mul(a, b)))),
        (add(power(mul(two, a), -1), power(mul(sp.Integer(6), b), -1)), div(add(mul(sp.Integer(3), b), a), mul(sp.Integer(6), a, b))),
        (add(c, power(a, -1), neg(power(b, -1))), add(c, div(sub(b, a), mul(a, b)))),
        (sub(a, power(a, -1)), div(sub(power(a, 2), sp.S.One), a)),
        (sub(div(a, b), div(a, b)), sp.S.Zero),
    ],
    ids=str,
)
def test_common_denominator(line: sp.Expr, expected: sp.Expr) -> None:
    assert after("common_denominator", line) == expected


def test_a_sum_without_fractions_is_left_alone() -> None:
    for line in (add(mul(half, a), half), add(a, exp(neg(b))), mul(a, power(b, -1))):
        with pytest.raises(DoesNotApply):
            after("common_denominator", line)


def test_what_stands_below_the_line_must_be_known_not_to_vanish() -> None:
    with pytest.raises(MissingAssumption, match=r"Q\.nonzero\(b\)"):
        after("common_denominator", add(power(a, -1), power(b, -1)), Facts.of(Q.nonzero(a)))


def fractions() -> st.SearchStrategy[sp.Expr]:
    number = st.fractions(min_value=-4, max_value=4, max_denominator=6).filter(bool).map(lambda q: sp.Rational(q.numerator, q.denominator))
    powers = st.lists(st.tuples(st.sampled_from([a, b, Paren(sub(c, d))]), st.integers(-3, 3).filter(bool)), max_size=3)
    return st.tuples(number, powers).map(lambda parts: mul(parts[0], *(power(atom, n) for atom, n in parts[1])))


@settings(max_examples=60, deadline=None)
@given(st.lists(fractions(), min_size=2, max_size=5).map(lambda terms: add(*terms)))
def test_random_sums_of_fractions(line: sp.Expr) -> None:
    facts = NONZERO.also(Q.nonzero(Paren(sub(c, d))))
    for rewrite in RULES["common_denominator"].candidates(line, {}, facts):
        assert all(facts.holds(condition) for condition in rewrite.conditions)
        if rewrite.items is None:
            world = sample([line, a, b, c, d], facts.sorted(), 1, seed=3)
            assert compare(line, rewrite.new, world).holds
            terms = polynomial(rewrite.new) if isinstance(rewrite.new, sp.Add) else ()
            assert all(exponent > 0 for term in terms for _, exponent in term.powers), "a fraction is left in the sum"


# ---------------------------------------------------------------------------------------------------- cancelling


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (div(power(a, 2), power(a, 3)), power(a, -1)),
        (mul(two, half), sp.S.One),
        (div(mul(two, a), mul(two, power(b, 2))), div(a, power(b, 2))),
        (div(mul(a, c), mul(b, c)), div(a, b)),
        (mul(neg(a), power(a, -1)), neg(sp.S.One)),
        (mul(a, b, a), mul(power(a, 2), b)),
    ],
    ids=str,
)
def test_expand_cancels(line: sp.Expr, expected: sp.Expr) -> None:
    assert after("expand", line) == expected


def test_nothing_is_cancelled_that_might_be_zero() -> None:
    with pytest.raises(MissingAssumption, match=r"expand needs Q\.nonzero\(a\)"):
        after("expand", div(power(a, 2), a), Facts())
    assert after("expand", mul(a, b, a), Facts()) == mul(power(a, 2), b)


# ---------------------------------------------------------------------------------------------------- differences


def test_differences() -> None:
    product = mul(Paren(sub(a, b)), Paren(add(a, b)))
    assert after("difference_of_squares", sub(power(a, 2), power(b, 2))) == product
    assert after("difference_of_squares", add(power(a, 2), neg(power(b, 2)), neg(c))) == add(product, neg(c))
    assert after("expm1_of_exp", sub(exp(a), sp.S.One)) == expm1(a)
    assert after("expm1_of_exp", add(neg(sp.S.One), exp(a), b)) == add(expm1(a), b)


def test_differences_of_inverses() -> None:
    facts = Facts.of(Q.invertible(A), Q.invertible(B))
    inverse = sp.Inverse(A)
    assert after("difference_of_inverses", matsub(inverse, sp.Inverse(B)), facts) == matmul(inverse, Group(matsub(B, A)), sp.Inverse(B))
    line = matadd(matmul(two, inverse), matmul(-1, inverse, C, inverse), matmul(half, inverse, B, C, inverse))
    expected = matmul(inverse, Group(matadd(matmul(two, A), matmul(-1, C), matmul(half, B, C))), inverse)
    assert after("common_inverse", line, facts) == expected
    assert compare(line, expected, sample([line], facts.sorted(), 3, seed=0)).holds
    with pytest.raises(MissingAssumption):
        after("common_inverse", line, Facts())
    for other in (matadd(inverse, C), matadd(inverse, matmul(inverse, C)), matadd(C, B)):
        with pytest.raises(DoesNotApply):
            after("common_inverse", other, facts)


# ---------------------------------------------------------------------------------------------------- monomials


def test_monomials_gather_powers_and_numbers_in_order() -> None:
    read = monomial(div(mul(two, b, a, b), mul(sp.Integer(4), power(a, 3))))
    assert read == Monomial(half, ((b, two), (a, sp.Integer(-2))))
    assert read.expr == div(power(b, 2), mul(two, power(a, 2)))
    assert (read * read**-1) == Monomial()
    assert monomial(power(power(a, half), 4)).powers == ((a, two),)
    assert monomial(power(add(a, b), 2)).powers == ((add(a, b), two),)


def test_polynomials_multiply_out_and_add_like_terms() -> None:
    assert total(polynomial(mul(add(a, b), sub(a, b)))) == add(power(a, 2), neg(power(b, 2)))
    assert total(polynomial(add(a, b, neg(a)))) == b
    assert total(gathered([])) == 0
    assert content([sp.Rational(3, 2), sp.Rational(9, 4)]) == sp.Rational(3, 4)
