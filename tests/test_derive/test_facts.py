"""Facts: a yes is true for every value that the facts allow; where it might not be, the answer is unknown."""

import pytest
import sympy as sp
from sympy import Q

from closedform.derive.context import is_exact
from closedform.derive.derivation import Derivation
from closedform.derive.facts import Facts, Verdict, positive_diagonal, positive_entries
from closedform.derive.nodes import (
    AbstractLaw,
    Density,
    Entry,
    Entrywise,
    Expect,
    Law,
    Paren,
    Posterior,
    ProductOver,
    SumOver,
)
from closedform.derive.rewrite import add, exp, log, matadd, matmul, mul, neg, power
from closedform.derive.rule import MissingAssumption
from closedform.derive.theorems import theorems

k, m, i, j = (sp.Symbol(name, integer=True, positive=True) for name in "kmij")
n = sp.Symbol("n", integer=True)
x, y, a, c, mu, s = (sp.Symbol(name, real=True) for name in ("x", "y", "a", "c", "mu", "s"))
v, w = (sp.MatrixSymbol(name, k, 1) for name in "vw")
A, L = sp.MatrixSymbol("A", k, k), sp.MatrixSymbol("L", k, k)
wide = sp.MatrixSymbol("W", m, k)
law1, law2 = AbstractLaw("1"), AbstractLaw("2")
normal = Law("normal", mu, s)

YES = [
    (Q.positive(mul(x, exp(y))), [Q.positive(x)]),
    (Q.positive(Expect(exp(x), x, normal)), []),
    (Q.positive(SumOver(Entry(v, j), j, k)), [positive_entries(v)]),
    (Q.positive(Density(normal, y)), [Q.positive(s)]),
    (Q.positive(Density(law1, y)), [Q.positive(Density(law1, x))]),
    (Q.positive(Density(Posterior(law2, y), x)), [Q.positive(Density(law2, x))]),
    (Q.nonnegative(SumOver(power(Entry(v, j), 2), j, sp.Add(i, -1))), []),
    (Q.invertible(matmul(sp.Integer(-2), L)), [Q.lower_triangular(L), positive_diagonal(L)]),
    (Q.positive_definite(matadd(A, matmul(sp.Transpose(wide), wide))), [Q.positive_definite(A)]),
    (Q.positive(sp.log(3) - 1), []),
]
UNKNOWN = [
    # A bound variable is not the free symbol of its name.
    (Q.positive(Expect(add(x, sp.Integer(3)), x, normal)), [Q.positive(x)]),
    (Q.positive(SumOver(Entry(v, j), j, k)), [Q.positive(Entry(v, j))]),
    (Q.positive(ProductOver(Entry(v, j), j, k)), [Q.positive(Entry(v, j))]),
    (positive_entries(Entrywise(Entry(v, j), j, k)), [Q.positive(Entry(v, j))]),
    # Numbers in front of a matrix.
    (positive_diagonal(matmul(sp.Integer(-1), L)), [Q.lower_triangular(L), positive_diagonal(L)]),
    (Q.invertible(matmul(c, A)), [Q.invertible(A)]),
    # Laws of which nothing is known, empty sums, numbers that may be 0.
    (Q.positive(Density(Posterior(law2, y), x)), []),
    (Q.positive(SumOver(sp.S.One, j, sp.Add(i, -1))), []),
    (Q.positive(SumOver(exp(a), j, n)), []),
    (Q.nonzero(sp.log(2) + sp.log(3) - sp.log(6)), []),
    (Q.positive(sp.log(-1)), []),
    (Q.positive(sp.sqrt(-1)), []),
    # Matrices that are not square.
    (Q.symmetric(sp.ZeroMatrix(k, m)), []),
    (Q.positive_definite(matmul(wide, sp.Transpose(wide))), [Q.invertible(wide)]),
]


@pytest.mark.parametrize(("question", "known"), YES, ids=lambda case: str(case))
def test_yes(question: sp.Basic, known: list[sp.Basic]) -> None:
    assert Facts.of(*known).ask(question).verdict is Verdict.YES


@pytest.mark.parametrize(("question", "known"), UNKNOWN, ids=lambda case: str(case))
def test_not_known(question: sp.Basic, known: list[sp.Basic]) -> None:
    assert Facts.of(*known).ask(question).verdict is Verdict.UNKNOWN


def test_numbers_have_a_sign() -> None:
    assert Facts().ask(Q.positive(sp.Rational(-1, 3))).verdict is Verdict.NO
    assert Facts().ask(Q.positive(Paren(sp.Integer(2)))).verdict is Verdict.YES
    assert Facts().ask(Q.nonzero(sp.S.Zero)).verdict is Verdict.NO


def test_a_condition_on_a_bound_variable_must_hold_for_all_its_values() -> None:
    """That one v_j + 3 is positive says nothing of the product over all j."""
    product = log(ProductOver(add(Entry(v, j), sp.Integer(3)), j, k))
    with pytest.raises(MissingAssumption, match="log_product needs"):
        Derivation(product, Facts.of(Q.positive(add(Entry(v, j), sp.Integer(3))))).apply("log_product")


def test_a_density_whose_law_depends_on_the_bound_index_is_hidden_with_it() -> None:
    law = Law("normal", mu, Entry(w, j))
    inner = log(mul(Density(law, x), exp(a)))
    known = Facts.of(Q.positive(Density(law, x)))
    assert Derivation(inner, known).apply("log_mul").steps
    with pytest.raises(MissingAssumption, match="log_mul needs"):
        Derivation(SumOver(inner, j, k), known).apply("log_mul")


def test_an_inequality_under_a_factor_that_may_be_zero_claims_no_case_of_equality() -> None:
    line = mul(power(add(c, sp.Integer(3)), 2), log(exp(a)))
    step = Derivation(line, Facts()).apply("log_at_most").steps[0]
    assert step.line_relation == "<="
    assert step.equality is None
    assert not is_exact(line, (1,), Facts())
    assert is_exact(neg(log(exp(a))), (1,), Facts())


def test_cases_of_equality_of_the_library_are_kept() -> None:
    for name in ("kl_nonnegative", "elbo", "vae_minimum", "vae_balance", "kl_mvn_difference_nonnegative"):
        assert theorems[name].equality_case
