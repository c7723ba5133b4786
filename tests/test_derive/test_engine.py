"""The engine on its own: places, matching, substitution, conditions, polarity."""

import pytest
import sympy as sp
from sympy import Q

from closedform.derive.context import line_relation
from closedform.derive.derivation import Derivation
from closedform.derive.errors import DeriveError
from closedform.derive.facts import Facts, Verdict
from closedform.derive.nodes import AbstractLaw, Apply, Expect, MatrixGradient
from closedform.derive.rewrite import Site, add, at_site, exp, log, match, match_within, mul, neg, power, replace, sites, substitute
from closedform.derive.rule import DoesNotApply, MissingAssumption, Rule, Statement

a, b, c, x, y = (sp.Symbol(name, real=True) for name in "abcxy")
LOG_MUL = Rule("log_mul", Statement(log(mul(a, b)), add(log(a), log(b))), "real logarithm", (Q.positive(a), Q.positive(b)))


def test_build_flattens_and_moves_nothing() -> None:
    assert add(c, add(b, a)).args == (c, b, a)
    assert mul(sp.Integer(2), sp.Integer(3)).args == (2, 3)


def test_replacing_some_terms_keeps_the_others_in_place() -> None:
    new, span = replace(add(a, b, c), Site((), (1, 2)), mul(b, c))
    assert new.args == (a, mul(b, c))
    assert at_site(new, span) == mul(b, c)


def test_replacing_by_a_sum_dissolves_into_the_parent() -> None:
    new, span = replace(add(a, b), Site((1,)), add(x, y))
    assert new.args == (a, x, y)
    assert at_site(new, span) == add(x, y)


def test_what_is_no_term_is_not_replaced() -> None:
    A = sp.MatrixSymbol("A", 2, 2)
    expectation, gradient = Expect(x, x, AbstractLaw("1")), MatrixGradient(sp.Trace(A), A)
    for tree, path in ((sp.Trace(A), (0, 1)), (sp.ZeroMatrix(2, 2), (0,)), (expectation, (1,)), (gradient, (1,))):
        assert path not in list(sites(tree))
        with pytest.raises(DeriveError, match="no term stands at the path"):
            replace(tree, Site(path), y)


def test_matching_a_bag_leaves_the_rest() -> None:
    items, found = next(match_within(add(a, neg(a)), add(x, y, neg(x)), {}))
    assert items == (0, 2)
    assert found == {a: x}


def test_a_symbol_under_a_binder_matches_only_what_is_free_of_it() -> None:
    law = AbstractLaw("1")
    pattern = Expect(mul(a, Apply("g", x)), x, law)
    subject = Expect(mul(b, power(y, 2)), y, AbstractLaw("2"))
    found = next(match(pattern, subject, {}))
    assert found[a] == b
    assert not list(match(Expect(a, x, law), Expect(y, y, law), {}))


def test_substitution_does_not_capture() -> None:
    law = AbstractLaw("1")
    result = substitute(Expect(add(a, x), x, law), {a: x})
    assert x in result.free_symbols


def test_a_rule_fires_on_yes_alone() -> None:
    known = Derivation(log(mul(x, y)), Facts.of(Q.positive(x), Q.positive(y))).apply(LOG_MUL)
    assert known.line == add(log(x), log(y))
    assert [d.by for d in known.steps[0].conditions] == ["hypothesis", "hypothesis"]
    with pytest.raises(MissingAssumption, match=r"log_mul needs Q\.positive"):
        Derivation(log(mul(x, y)), Facts.of(Q.positive(x))).apply(LOG_MUL)
    with pytest.raises(DoesNotApply, match="log_mul matches nothing"):
        Derivation(add(x, y), Facts()).apply(LOG_MUL)


def test_facts_answer_three_ways() -> None:
    facts = Facts.of(Q.positive(x))
    assert facts.ask(Q.positive(x)).verdict is Verdict.YES
    assert facts.ask(Q.positive(sp.S.Zero)).verdict is Verdict.NO
    assert facts.ask(Q.positive(y)).verdict is Verdict.UNKNOWN
    assert facts.ask(Q.positive(mul(x, exp(y)))).verdict is Verdict.YES


def test_polarity_flips_under_a_negative_factor_and_refuses_an_unknown_one() -> None:
    assert line_relation(neg(x), (1,), "<=", Facts()) == ">="
    assert line_relation(add(a, exp(x)), (1, 0), "<=", Facts()) == "<="
    with pytest.raises(MissingAssumption, match="carried through log"):
        line_relation(log(x), (0,), "<=", Facts())
    with pytest.raises(MissingAssumption, match="sign of a"):
        line_relation(mul(a, x), (1,), "<=", Facts())


def test_a_theorem_proves_its_hypotheses_anew() -> None:
    theorem = Derivation(log(mul(x, y)), Facts.of(Q.positive(x), Q.positive(y))).apply(LOG_MUL).conclude("t", "t", "test")
    used = Derivation(log(mul(a, exp(b))), Facts.of(Q.positive(a))).apply(theorem.as_rule())
    assert used.line == add(log(a), log(exp(b)))
    with pytest.raises(MissingAssumption, match=r"lemma:t needs Q\.positive"):
        Derivation(log(mul(a, b)), Facts.of(Q.positive(a))).apply(theorem.as_rule())


def test_a_fact_about_a_free_symbol_says_nothing_of_a_bound_one_of_that_name() -> None:
    hidden = Derivation(Expect(log(mul(x, x)), x, AbstractLaw("1")), Facts.of(Q.positive(x)))
    with pytest.raises(MissingAssumption, match=r"log_mul needs Q\.positive\(x\)"):
        hidden.apply(LOG_MUL)


def test_an_equation_that_a_small_change_breaks_is_refused_under_a_derivative() -> None:
    S = sp.MatrixSymbol("S", 2, 2)
    mirror = Rule("mirror", Statement(sp.Transpose(S), S), "symmetry", (Q.symmetric(S),))
    body, facts = sp.Trace(sp.MatMul(sp.Transpose(S), sp.MatrixSymbol("A", 2, 2))), Facts.of(Q.symmetric(S))
    with pytest.raises(MissingAssumption, match="which the derivative around it breaks"):
        Derivation(MatrixGradient(body, S, "full"), facts).apply(mirror)
    assert Derivation(MatrixGradient(body, S, "symmetric"), facts).apply(mirror).steps
