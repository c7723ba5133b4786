"""What an instance of a statement is: no variable caught, none let out, no gradient by something else, no assumption forgotten."""

import pytest
import sympy as sp
from sympy import Q

from closedform.derive.derivation import Derivation, Theorem
from closedform.derive.errors import DeriveError
from closedform.derive.facts import Facts
from closedform.derive.nodes import KL, AbstractLaw, Apply, At, Density, Entry, Evidence, Expect, Gradient, Integrate, Law, Paren, SumOver
from closedform.derive.rewrite import add, exp, match, mul, power, sub, substitute
from closedform.derive.rule import RULES, Book, DoesNotApply, Rule, Statement
from closedform.derive.theorems import theorems

a, b, c, mu, s, w, x, y, z = (sp.Symbol(name, real=True) for name in ("a", "b", "c", "mu", "s", "w", "x", "y", "z"))
i, j, k = (sp.Symbol(name, integer=True, positive=True) for name in "ijk")
v, V = sp.MatrixSymbol("v", k, 1), sp.MatrixSymbol("V", k, 1)
column = sp.MatrixSymbol("x", k, 1)
law1, law2 = AbstractLaw("1"), AbstractLaw("2")


def normal(mean: sp.Expr) -> Law:
    return Law("normal", mean, s)


def theorem(derivation: Derivation) -> Theorem:
    return derivation.conclude("t", "t", "test")


# ---------------------------------------------------------------------------------------------------- substituting


@pytest.mark.parametrize(
    ("binder", "key", "value"),
    [
        (SumOver(KL(law1, normal(Entry(v, j))), j, k), law1, normal(Entry(V, j))),
        (Expect(Density(law2, x), x, law1), law2, normal(x)),
        (SumOver(Entry(v, j), j, k), v, sp.MatMul(Entry(V, j), V)),
        (SumOver(sp.Trace(sp.MatMul(v, sp.Transpose(v))), j, i), k, j),
        (SumOver(Apply("g", x), j, k), Apply("g", x), Entry(v, j)),
        (SumOver(mul(Entry(v, i), j), j, k), Entry(v, i), j),
    ],
)
def test_a_binder_catches_nothing_of_what_is_put_in(binder: sp.Basic, key: sp.Basic, value: sp.Basic) -> None:
    new = substitute(binder, {key: value})
    assert new.variable != binder.variable
    assert binder.variable in new.free_symbols | {size for symbol in new.atoms(sp.MatrixSymbol) for size in symbol.shape}


def test_what_a_binder_binds_is_not_replaced_inside_it() -> None:
    total = SumOver(Entry(v, j), j, k)
    assert substitute(total, {Entry(v, j): a}) == total
    assert substitute(mul(Entry(v, j), total), {Entry(v, j): a}) == mul(a, total)


def test_a_bound_column_is_as_long_as_its_law() -> None:
    new = substitute(Expect(Entry(column, 1), column, Law("normal_diag", v, V)), {k: sp.Integer(2)})
    assert new.variable.shape == new.domain.parameters[0].shape == (2, 1)
    assert new.body.matrix == new.variable


def test_a_law_that_speaks_of_the_variable_is_not_caught_by_a_definition() -> None:
    facts = Facts.of(Q.positive(s))
    for start, rule, given in (
        (KL(normal(mu), normal(x)), "lemma:kl_definition", {}),
        (Evidence(normal(z), x), "evidence_definition", {}),
        (Integrate(y, x, normal(mu)), "change_of_measure", {"law1": normal(x)}),
    ):
        assert x in Derivation(start, facts).apply(rule, **given).line.free_symbols


def test_a_density_that_is_positive_everywhere_is_so_at_a_point_of_its_own() -> None:
    """The lemma assumes that the second density is positive at x, whatever x is; the x of the law is another."""
    used = Derivation(KL(normal(mu), normal(x)), Facts.of(Q.positive(s))).apply("lemma:kl_definition")
    special = theorems["kl_definition"].specialise({law1: normal(mu), law2: normal(x)}, Q.positive(s))
    for line in (used, special):
        assert not [step.rule for step in theorem(line).check().steps if not step.verdict.passed]


def test_a_statement_over_numbers_says_nothing_of_columns() -> None:
    Sigma = sp.MatrixSymbol("Sigma", k, k)
    facts = Facts.of(Q.symmetric(Sigma), Q.positive_definite(Sigma))
    with pytest.raises(DeriveError, match="is a law of columns, and x is none"):
        Derivation(KL(Law("mvn", v, Sigma), Law("mvn", V, Sigma)), facts).apply("lemma:kl_definition")


# ---------------------------------------------------------------------------------------------------- matching


def test_a_function_of_one_variable_speaks_of_no_other_that_is_bound_around_it() -> None:
    law = AbstractLaw("1")
    pattern = Expect(SumOver(mul(Apply("g", x), Apply("f", j)), j, k), x, law)
    split = Expect(SumOver(mul(x, Entry(v, j)), j, k), x, law)
    mixed = Expect(SumOver(mul(Paren(mul(x, j)), Paren(mul(x, j))), j, k), x, law)
    assert list(match(pattern, split, {}))
    assert not list(match(pattern, mixed, {}))


def test_a_function_of_something_unknown_matches_nothing() -> None:
    pattern = SumOver(mul(Apply("g", a), Entry(v, j)), j, k)
    assert not list(match(pattern, SumOver(mul(Entry(V, j), Entry(v, j)), j, k), {}))
    assert list(match(pattern, SumOver(mul(power(b, 2), Entry(v, j)), j, k), {a: b}))


def test_a_mean_that_has_the_name_of_the_variable_is_not_the_variable() -> None:
    facts = Facts.of(Q.positive(s))
    with pytest.raises(DoesNotApply):
        Derivation(Expect(power(Paren(sub(x, x)), 2), x, normal(x)), facts).apply("expect_gap_squared_normal")
    assert Derivation(Expect(power(Paren(sub(y, x)), 2), y, normal(x)), facts).apply("expect_gap_squared_normal").line == power(s, 2)


def test_a_variable_bound_twice_is_the_inner_one() -> None:
    pattern = SumOver(SumOver(mul(i, j), j, k), i, k)
    assert list(match(pattern, SumOver(SumOver(mul(a, b), b, k), a, k), {})) == []  # a real index is no whole number
    assert list(match(pattern, SumOver(SumOver(mul(j, i), i, k), j, k), {}))
    assert not list(match(pattern, SumOver(SumOver(mul(j, j), j, k), j, k), {}))


def test_a_whole_number_stands_for_whole_numbers() -> None:
    count = sp.Symbol("n", integer=True)
    assert list(match(power(a, count), power(x, 3), {}))
    assert not list(match(power(a, count), power(x, sp.Rational(1, 2)), {}))
    assert not list(match(power(a, k), power(x, -3), {}))


# ---------------------------------------------------------------------------------------------------- gradients


def test_the_variable_of_a_gradient_stays_one_and_alone() -> None:
    gradient = Gradient(mul(x, exp(mul(sp.Rational(-1, 10), y))), x)
    known = theorem(Derivation(gradient, Facts()).apply("gradient").apply("positive"))
    for values in ({x: y}, {y: x}, {x: sp.Integer(2)}, {x: mul(a, b)}, {y: mul(a, x)}):
        with pytest.raises(DeriveError, match=r"a gradient is taken|gradient is then taken"):
            known.specialise(values)
    assert known.specialise({x: a, y: b}).lines()
    shared = Gradient(mul(y, exp(mul(sp.Rational(-1, 10), y))), y)
    with pytest.raises(DoesNotApply):
        Derivation(shared, Facts()).apply(known.as_rule())


def test_a_gradient_of_a_law_is_not_one_by_what_the_law_depends_on() -> None:
    gradient = Gradient(mul(mu, KL(law1, law2)), mu)
    with pytest.raises(DeriveError, match="depends on mu"):
        substitute(gradient, {law1: normal(mu)})
    assert substitute(gradient, {law1: normal(a)}).body == mul(mu, KL(normal(a), law2))


def test_a_point_is_not_put_into_a_gradient_that_speaks_of_it() -> None:
    with pytest.raises(DeriveError, match="gradient is then taken"):
        Derivation(At(Gradient(mul(x, y), x), x, y), Facts()).apply("at")
    with pytest.raises(DeriveError, match="cannot stand for x"):
        Derivation(At(Gradient(mul(x, y), x), x, sp.Integer(2)), Facts()).apply("at")
    assert Derivation(At(Gradient(mul(x, y), x), x, c), Facts()).apply("at").line == Gradient(mul(c, y), c)


# ---------------------------------------------------------------------------------------------------- metavariables


def test_a_rule_does_not_rest_on_what_sympy_assumes_of_a_symbol() -> None:
    even, positive = sp.Symbol("n", even=True), sp.Symbol("a", positive=True)
    for start in (power(a, even), mul(positive, exp(b))):
        bad = Rule("bad", Statement(start, start), "none", leaves=a)
        with pytest.raises(DeriveError, match="SymPy assumes more of it"):
            Book().add(bad)
    known = theorem(Derivation(add(a, positive), Facts()).apply("commute"))
    with pytest.raises(DeriveError, match="symbol a, and SymPy assumes more"):
        known.as_rule()


def test_what_the_left_side_does_not_tell_the_script_must() -> None:
    for line, rule, missing in (
        (sp.Identity(3), "times_inverse (backwards)", "A"),
        (sp.S.One, "det_identity (backwards)", "k"),
        (power(b, 2), "at (backwards)", "a"),
        (mul(a, b), "factor_out", "c"),
        (add(a, b), "recentre", "c"),
    ):
        with pytest.raises(DeriveError, match=f"needs a value for .*{missing}"):
            Derivation(line, Facts()).apply(rule)


def test_what_the_script_says_must_be_of_the_kind_that_is_asked_for() -> None:
    A, B = sp.MatrixSymbol("A", k, k), sp.MatrixSymbol("B", k, k)
    with pytest.raises(DeriveError, match="takes a matrix for A, and 2 is none"):
        Derivation(sp.MatAdd(sp.MatMul(2, A), sp.MatMul(2, B)), Facts()).apply("factor_product", A=sp.Integer(2))
    with pytest.raises(DeriveError, match="takes a number for c"):
        Derivation(Paren(sub(a, b)), Facts()).apply("recentre", c=A)


def test_matrices_that_the_script_gives_fit_together() -> None:
    small, large = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 3, 3)
    with pytest.raises(DeriveError, match="where k = 2"):
        RULES["det_product"].bind({"A": small, "B": large})
    assert RULES["det_product"].bind({"A": small})[k] == 2


def test_every_theorem_is_a_rule() -> None:
    for name in theorems:
        assert RULES[f"lemma:{name}"].statement.lhs == theorems[name].lhs
