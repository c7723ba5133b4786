"""Rules where names clash, ranges differ or are empty, and terms are of another kind than the rule expects."""

import pytest
import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate

from closedform.derive.derivation import Derivation
from closedform.derive.differential import NoDerivative, differential
from closedform.derive.facts import Facts, positive_entries
from closedform.derive.nodes import KL, AbstractLaw, Entry, Expect, ExpectMatrix, Integrate, Law, SumOver
from closedform.derive.rewrite import add, div, matadd, mul, power
from closedform.derive.rule import DoesNotApply, MissingAssumption
from closedform.derive.rules import RULES

a, b, mu, s, x, y = (sp.Symbol(name, real=True) for name in ("a", "b", "mu", "s", "x", "y"))
i, j, k, m = (sp.Symbol(name, integer=True, positive=True) for name in "ijkm")
n = sp.Symbol("n", integer=True)
v, w, column = (sp.MatrixSymbol(name, k, 1) for name in "vwx")
A, B, C = (sp.MatrixSymbol(name, k, k) for name in "ABC")
law1, law2 = AbstractLaw("1"), AbstractLaw("2")
independent = Law("normal_diag", v, w)


def step(line: sp.Basic, rule: str, *facts: AppliedPredicate, **given: sp.Basic) -> sp.Basic:
    return Derivation(line, Facts.of(*facts)).apply(rule, **given).line


# ---------------------------------------------------------------------------------------------------- expectations


def test_the_coordinate_of_a_marginal_is_a_free_one() -> None:
    with pytest.raises(DoesNotApply):
        step(Expect(SumOver(power(Entry(column, j), 2), j, k), column, independent), "marginal")
    with pytest.raises(DoesNotApply):
        step(Expect(add(Entry(column, j), SumOver(power(Entry(column, j), 2), j, k)), column, independent), "marginal")


def test_the_variable_of_a_marginal_is_no_number_of_that_name() -> None:
    new = step(Expect(mul(x, Entry(column, i)), column, independent), "marginal")
    assert x in new.free_symbols
    assert new.body == mul(x, new.variable)


@pytest.mark.parametrize(
    ("body", "variable", "law", "free"),
    [(SumOver(x, j, k), x, Law("normal", Entry(v, j), s), j), (SumOver(j, j, k), j, Law("normal", mu, s), None)],
)
def test_the_index_of_a_sum_of_expectations_is_not_that_of_the_law(
    body: sp.Expr, variable: sp.Symbol, law: Law, free: sp.Symbol | None
) -> None:
    new = step(Expect(body, variable, law), "expect_sum")
    assert isinstance(new, SumOver)
    assert new.variable not in law.free_symbols | {variable}
    assert free is None or free in new.free_symbols


def test_how_many_terms_a_sum_has_is_not_up_to_chance() -> None:
    with pytest.raises(DoesNotApply):
        step(Expect(SumOver(a, j, x), x, law1), "expect_sum")


def test_a_number_that_varies_stays_with_its_matrix() -> None:
    with pytest.raises(DoesNotApply):
        step(ExpectMatrix(sp.MatMul(x, A), x, law1), "expect_product")


def test_a_measure_is_changed_where_both_densities_are_positive() -> None:
    line = Integrate(y, x, law2)
    assert len(RULES["change_of_measure"].where) == 2
    with pytest.raises(MissingAssumption, match=r"Density\(AbstractLaw\(2\)"):
        step(line, "change_of_measure", *(RULES["change_of_measure"].where[:1]), law1=law1)
    assert step(line, "change_of_measure", *RULES["change_of_measure"].where, law1=law1).law == law1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_divergence_is_between_laws_on_one_space(order: tuple[int, int]) -> None:
    pair = Law("normal", mu, s), independent
    with pytest.raises(DoesNotApply):
        step(KL(*(pair[place] for place in order)), "kl_definition", Q.positive(s), positive_entries(w))


# ---------------------------------------------------------------------------------------------------- sums


@pytest.mark.parametrize(
    "line",
    [
        add(SumOver(Entry(v, j), j, k), SumOver(mul(Entry(v, i), Entry(w, j)), i, k)),
        add(SumOver(Entry(v, j), j, k), mul(k, Entry(w, j))),
        add(SumOver(Entry(v, j), j, k), mul(Entry(w, j), SumOver(Entry(v, i), i, k))),
    ],
)
def test_joined_sums_catch_no_index(line: sp.Expr) -> None:
    new = step(line, "join_sums")
    assert isinstance(new, SumOver)
    assert new.variable != j
    assert j in new.free_symbols


def test_a_number_is_a_sum_of_ones_only_where_it_is_none_below_zero() -> None:
    for size in (add(i, sp.Integer(-2)), n, sp.Integer(-3), a):
        with pytest.raises(DoesNotApply):
            step(add(SumOver(mul(a, j), j, size), size), "join_sums")
    assert step(add(SumOver(a, j, k), k), "join_sums") == SumOver(add(a, sp.S.One), j, k)


def test_an_entry_of_a_product_of_matrices_is_not_taken_factor_by_factor() -> None:
    assert step(Entry(matadd(sp.MatMul(A, v), w), i), "entry") == add(Entry(sp.MatMul(A, v), i), Entry(w, i))
    assert step(Entry(matadd(sp.MatMul(2, A, v), w), i), "entry") == add(mul(sp.Integer(2), Entry(sp.MatMul(A, v), i)), Entry(w, i))
    assert step(Entry(matadd(sp.MatMul(-1, v), w), i), "entry") == add(mul(sp.S.NegativeOne, Entry(v, i)), Entry(w, i))


# ---------------------------------------------------------------------------------------------------- matrices


def test_an_inverse_beside_an_oblong_matrix_stays() -> None:
    wide = sp.MatrixSymbol("W", k, m)
    with pytest.raises(DoesNotApply):
        step(sp.MatMul(sp.Inverse(A), wide), "cancel_inverse")
    assert step(sp.MatMul(sp.Inverse(sp.Inverse(A)), sp.Inverse(A)), "cancel_inverse", Q.invertible(A)) == sp.Identity(k)


def test_zero_times_what_has_no_value_is_not_zero() -> None:
    product = sp.MatMul(sp.ZeroMatrix(k, k), sp.Inverse(A))
    with pytest.raises(MissingAssumption, match="invertible"):
        step(product, "multiply_by_zero")
    assert step(product, "multiply_by_zero", Q.invertible(A)) == sp.ZeroMatrix(k, k)


def test_what_has_no_value_does_not_cancel() -> None:
    difference = matadd(sp.Inverse(A), B, sp.MatMul(-1, sp.Inverse(A)))
    with pytest.raises(MissingAssumption, match="invertible"):
        step(difference, "cancel_matrices")
    assert step(difference, "cancel_matrices", Q.invertible(A)) == sp.MatAdd(sp.ZeroMatrix(k, k), B)


# ---------------------------------------------------------------------------------------------------- fractions and gradients


def test_nothing_is_taken_out_that_is_zero() -> None:
    with pytest.raises(DoesNotApply):
        step(add(mul(x, y), x), "factor_out", c=sp.S.Zero)


@pytest.mark.parametrize(("rule", "given"), [("factor_out", {"c": y}), ("common_denominator", {})])
def test_what_cancels_on_the_way_is_no_divisor_that_is_forgotten(rule: str, given: dict[str, sp.Basic]) -> None:
    line = add(mul(y, div(x, x)), mul(y, a)) if rule == "factor_out" else add(div(mul(b, x), mul(x, y)), a)
    with pytest.raises(MissingAssumption, match=r"Q\.nonzero\(x\)"):
        step(line, rule, Q.nonzero(y), **given)
    assert step(line, rule, Q.nonzero(y), Q.nonzero(x), **given) != line


def test_an_index_is_not_what_a_gradient_is_taken_by() -> None:
    assert differential(add(power(x, 2), SumOver(mul(x, a), x, k)), x) == mul(sp.Integer(2), x)
    with pytest.raises(NoDerivative, match="of a sum of x terms"):
        differential(SumOver(mul(x, a), j, x), x)
