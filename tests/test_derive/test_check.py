"""Reports: what passes, what does not, what is never counted as passed; several processes; the published shortcut."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
import sympy as sp
from sympy import Q

from closedform.derive.check import Evidence, Outcome, Report, StepReport, Verdict, check, check_all, check_rule
from closedform.derive.check.certificate import certificate_evidence
from closedform.derive.check.definition import unfold
from closedform.derive.check.equality import equality_evidence
from closedform.derive.check.numeric import Worlds, conditions_hold, letters, sizes, terms_apart, tried
from closedform.derive.check.pool import related
from closedform.derive.check.replay import alike, replay
from closedform.derive.check.report import PROVED, REFUTED, UNKNOWN, checked, weakest
from closedform.derive.derivation import Derivation, Theorem
from closedform.derive.enclose import applies
from closedform.derive.facts import Facts
from closedform.derive.nodes import KL, AbstractLaw, Apply, Entropy, Expect, Group, Law, Likelihood, Paren, SumOver
from closedform.derive.rewrite import add, log, matadd, matmul, matsub, mul, neg, power, sub, substitute
from closedform.derive.rule import MissingAssumption, Rewrite, Rule, Statement, UnknownName
from closedform.derive.show.text import in_text
from closedform.derive.theorems import theorems

k = sp.Symbol("k", integer=True, positive=True)
a, b, c, x, mu1, mu2, sigma1, sigma2 = (sp.Symbol(name, real=True) for name in ("a", "b", "c", "x", "mu1", "mu2", "sigma1", "sigma2"))
A, B, P, S = (sp.MatrixSymbol(name, k, k) for name in "ABPS")
y, z, m = (sp.MatrixSymbol(name, k, 1) for name in ("y", "z", "mu"))
normal1, normal2 = Law("normal", mu1, sigma1), Law("normal", mu2, sigma2)
SCALES = Facts.of(Q.positive(sigma1), Q.positive(sigma2))
POSITIVE = Facts.of(Q.positive(a), Q.positive(b))


def by(report: StepReport | Report) -> dict[str, Verdict]:
    return {evidence.engine: evidence.verdict for evidence in report.evidence}


def good_theorem() -> Theorem:
    return Derivation(log(mul(a, power(b, 2))), POSITIVE).apply("log_mul").apply("log_pow").conclude("good", "a small theorem", "test")


# ---------------------------------------------------------------------------------------------------- verdicts


def test_zero_instances_are_no_check() -> None:
    assert checked(0) == UNKNOWN
    assert str(checked(12)) == "checked(12)"
    assert [str(one) for one in (PROVED, UNKNOWN, REFUTED)] == ["proved", "unknown", "refuted"]
    with pytest.raises(ValueError, match="none is no check"):
        Verdict(Outcome.CHECKED, 0)
    with pytest.raises(ValueError, match="only checked counts them"):
        Verdict(Outcome.PROVED, 3)


def test_a_whole_is_as_strong_as_its_weakest_part() -> None:
    assert weakest([PROVED, checked(8), checked(3)]) == checked(3)
    assert weakest([PROVED, UNKNOWN, checked(3)]) == UNKNOWN
    assert weakest([UNKNOWN, REFUTED, PROVED]) == REFUTED
    assert weakest([PROVED, PROVED]) == PROVED
    assert weakest([]) == UNKNOWN


STRUCTURE = (Evidence("replay", "step", checked(1)), Evidence("renaming", "step", checked(1)))
VALUES = (Evidence("local", "step", checked(8)), Evidence("global", "line", checked(6)))


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ((*STRUCTURE, *VALUES), checked(8)),
        ((*STRUCTURE, *VALUES, Evidence("decide", "step", UNKNOWN)), checked(8)),
        ((*STRUCTURE, *VALUES, Evidence("decide", "step", PROVED)), PROVED),
        ((*STRUCTURE, Evidence("decide", "step", PROVED)), PROVED),
        ((*VALUES, Evidence("decide", "step", PROVED)), UNKNOWN),
        ((STRUCTURE[0], *VALUES), UNKNOWN),
        ((*STRUCTURE, VALUES[0]), UNKNOWN),
        ((*STRUCTURE, VALUES[1]), UNKNOWN),
        ((*STRUCTURE, *VALUES, Evidence("conditions", "step", UNKNOWN)), UNKNOWN),
        ((*STRUCTURE, *VALUES, Evidence("conditions", "step", REFUTED)), REFUTED),
        ((*STRUCTURE, VALUES[0], Evidence("global", "line", REFUTED), Evidence("decide", "step", PROVED)), REFUTED),
        ((), UNKNOWN),
    ],
)
def test_what_the_evidence_of_a_step_amounts_to(evidence: tuple[Evidence, ...], expected: Verdict) -> None:
    assert StepReport("rule", evidence).verdict == expected


# ---------------------------------------------------------------------------------------------------- reports


def test_a_good_theorem_passes() -> None:
    theorem = good_theorem()
    report = check(theorem)
    assert report == theorem.check()
    assert [step.rule for step in report.steps] == ["log_mul", "log_pow"]
    assert [step.verdict for step in report.steps] == [PROVED, PROVED]
    assert report.verdict.passed
    assert report.count == {Outcome.PROVED: 2, Outcome.CHECKED: 0, Outcome.UNKNOWN: 0, Outcome.REFUTED: 0}
    assert report.digest == theorem.digest
    assert pickle.loads(pickle.dumps(report)) == report


def test_a_definition_and_a_known_expectation_are_checked_not_proved() -> None:
    derivation = Derivation(Expect(power(Paren(sub(x, mu1)), 2), x, normal1), SCALES).apply("expect_gap_squared_normal")
    (step,) = check(derivation.conclude("variance", "variance", "test")).steps
    assert step.verdict == checked(6)
    assert by(step)["decide"] == UNKNOWN


def test_an_inequality_is_checked_as_one() -> None:
    bound = Rule("bound", Statement(log(a), sub(a, sp.S.One), "<="), "convexity", (Q.positive(a),))
    theorem = Derivation(neg(log(a)), POSITIVE).apply(bound).conclude("bound", "bound", "test")
    report = check(theorem, {"bound": bound}.__getitem__)
    assert report.verdict.passed
    assert theorem.relation == ">="
    assert "decide" not in by(report.steps[0])


def test_a_theorem_without_steps_is_unknown() -> None:
    assert check(Derivation(a, Facts()).conclude("empty", "empty", "test")).verdict == UNKNOWN


def test_facts_that_cannot_be_tried_leave_the_theorem_unknown() -> None:
    derivation = Derivation(sp.Trace(matmul(A, B)), Facts.of(Q.orthogonal(A))).apply("trace_cycle")
    assert check(derivation.conclude("strange", "strange", "test")).verdict == UNKNOWN


def test_a_step_left_out_breaks_the_chain() -> None:
    theorem = good_theorem()
    derivation = replace(theorem.derivation, steps=theorem.derivation.steps[1:])
    report = check(replace(theorem, derivation=derivation))
    assert all(step.verdict.passed for step in report.steps)
    assert by(report)["chain"] == REFUTED
    assert report.verdict == REFUTED


def test_what_was_seen_is_told_in_any_notation() -> None:
    """And plainly so before it crosses a process border: SymPy evaluates what it unpickles."""
    theorem = good_theorem()
    first, second = theorem.derivation.steps
    wrong = replace(first, new=neg(first.new), after=neg(first.after))
    report = check(replace(theorem, derivation=replace(theorem.derivation, steps=(wrong, second))))
    in_words = report.told(lambda _: "<it>")
    details = {evidence.engine: evidence.detail for evidence in (*in_words.steps[0].evidence, *in_words.evidence)}
    assert details["replay"] == details["renaming"] == "rule log_mul does not turn <it> into <it>"
    assert re.fullmatch(r"k = 1, seed \d+: <it> = <it> is off by [\d.]+", details["local"])
    assert details["chain"] == "step 2 begins with <it>, but the line is <it>"
    assert pickle.loads(pickle.dumps(in_words)) == in_words
    assert in_words.verdict == report.verdict == REFUTED
    told = {evidence.engine: evidence.detail for evidence in report.told(in_text).steps[0].evidence}
    assert told["replay"] == "rule log_mul does not turn log(a b^2) into -[log a + log(b^2)]"


def test_the_notation_is_chosen_for_all_processes() -> None:
    assert by(check_all(["kl_normal"], write=in_text)["kl_normal"]) == by(check(theorems["kl_normal"]))
    assert all(not evidence.parts for step in check_all(["kl_normal"])["kl_normal"].steps for evidence in step.evidence)


def test_a_condition_that_is_false_is_told_in_any_notation() -> None:
    evidence = conditions_hold([Q.positive(neg(power(a, 2)))], Worlds([a], POSITIVE.sorted()))
    assert evidence.verdict == REFUTED
    assert evidence.told(in_text).detail == "-a^2 > 0 is false at k = 1, seed 0"


def test_a_start_replaced_is_seen_at_the_ends() -> None:
    theorem = good_theorem()
    report = check(replace(theorem, derivation=replace(theorem.derivation, start=log(mul(a, b)))))
    assert by(report)["chain"] == REFUTED
    assert by(report)["ends"] == REFUTED


def test_a_certificate_is_for_the_right_last_line_alone() -> None:
    theorem = theorems["kl_normal"]
    for start in (KL(normal2, normal1), KL(normal1, normal1), Entropy(normal1)):
        wrong = replace(theorem, derivation=replace(theorem.derivation, start=start))
        assert all(one.verdict != PROVED for one in certificate_evidence(wrong))


@pytest.mark.parametrize("name", ["kl_nonnegative", "elbo"])
def test_the_case_of_equality_is_exact(name: str) -> None:
    theorem = theorems[name]
    (evidence,) = equality_evidence(theorem)
    assert evidence.verdict.passed
    (*others, step) = [one for one in theorem.derivation.steps if one.equality is not None]
    assert not others
    for wrong in (Statement(step.equality.lhs, mul(sp.Integer(2), step.equality.rhs)), Statement(a, a)):
        steps = tuple(replace(one, equality=wrong) if one is step else one for one in theorem.derivation.steps)
        changed = replace(theorem, derivation=replace(theorem.derivation, steps=steps))
        assert not equality_evidence(changed)[0].verdict.passed


@pytest.mark.parametrize("name", [name for name in theorems if name.endswith("_difference_nonnegative")])
def test_equal_factors_are_not_enough_for_equal_laws(name: str) -> None:
    """The last of the cases of equality says that the means agree; without it the rest is met by laws that differ."""
    theorem = theorems[name]
    (evidence,) = equality_evidence(theorem)
    assert evidence.verdict.passed
    *_, last = (step for step in theorem.derivation.steps if step.equality is not None)
    steps = tuple(replace(step, equality=Statement(a, a)) if step is last else step for step in theorem.derivation.steps)
    (evidence,) = equality_evidence(replace(theorem, derivation=replace(theorem.derivation, steps=steps)))
    assert evidence.verdict == REFUTED
    assert "are equal" not in evidence.detail
    assert "differ where the case of equality holds" in evidence.detail


@pytest.mark.parametrize("start", [KL(normal2, normal1), KL(normal1, normal1), Law("normal", mu1, sigma2)])
def test_a_last_line_that_is_not_the_integral(start: sp.Basic) -> None:
    """The theorem of KL(1 || 2), its start replaced: the ends, the lattice and the enclosure each refuse it."""
    theorem = theorems["kl_normal"]
    start = start if isinstance(start, KL) else KL(start, normal2)
    evidence = by(check(replace(theorem, derivation=replace(theorem.derivation, start=start))))
    assert {evidence[engine] for engine in ("chain", "ends", "definition", "enclosure")} == {REFUTED}


def test_the_definition_is_integrated_and_enclosed() -> None:
    evidence = {one.engine: one for one in check(theorems["kl_normal"]).evidence}
    assert evidence["enclosure"].scope == "definition at 3 points"
    assert "40 digits at k = 1" in evidence["definition"].detail
    mvn = {one.engine: one for one in check(theorems["kl_mvn"]).evidence}
    assert "digits at k = 3" in mvn["definition"].detail


def test_a_lemma_is_looked_up_among_the_theorems() -> None:
    lemma = theorems["kl_normal"].as_rule()
    derivation = Derivation(KL(normal2, normal1), SCALES).apply(lemma)
    assert check(derivation.conclude("swapped", "swapped", "test")).verdict.passed
    backwards = Derivation(theorems["kl_definition"].rhs, theorems["kl_definition"].hypotheses)
    backwards = backwards.apply(theorems["kl_definition"].as_rule().backwards())
    assert by(check(backwards.conclude("back", "back", "test")).steps[0])["replay"] == checked(1)


# ---------------------------------------------------------------------------------------------------- worlds


@pytest.mark.parametrize(
    ("tree", "count"),
    [
        (sp.Trace(matmul(A, B, A)), 3),
        (sp.Trace(matmul(A, Group(matadd(B, matmul(y, sp.Transpose(z)))))), 3),
        (mul(power(sp.Trace(A), 3), sp.Trace(matmul(A, B))), 5),
        (sp.Inverse(matmul(A, B)), 2),
        (sp.Identity(k), 0),
    ],
)
def test_letters_of_the_longest_product(tree: sp.Basic, count: int) -> None:
    assert letters(tree) == count


def test_dimensions_in_which_terms_are_tried() -> None:
    assert sizes(log(a)) == [(1, 6)]
    assert [size for size, _ in sizes(sp.Trace(matmul(A, B)))] == [1, 2, 3, 4]
    assert [size for size, _ in sizes(sp.Trace(matmul(A, B, A, B, A)))] == [1, 2, 3, 4, 5]


def test_one_dimension_alone_is_no_check_where_dimensions_occur() -> None:
    posterior = KL(Law("mvn", m, sp.Identity(k)), Law("mvn", m, sp.Identity(k)))
    integral = Expect(Likelihood(y, z), z, Law("mvn", m, sp.Identity(k)))
    evidence = tried("local", "step", integral, integral, Worlds([integral, posterior], []))
    assert "k = 1, 2;" in evidence.detail
    assert evidence.verdict.passed
    nothing = log(neg(power(sp.Trace(A), 2)))
    assert tried("local", "step", nothing, nothing, Worlds([nothing], [])).verdict == UNKNOWN


def test_worlds_keep_terms_apart() -> None:
    terms = (power(a, 2), power(b, 2))
    worlds = Worlds(terms, [], terms)
    for seed in range(6):
        assert terms_apart(terms, worlds(1, seed))
    assert not terms_apart((a, neg(a)), worlds(1, 0))
    same = Worlds([a], [], [a, neg(a)])
    assert tried("local", "step", a, a, same).verdict == UNKNOWN


def test_a_term_undefined_where_it_was_defined_is_refuted() -> None:
    assert check_rule(Rule("lost", Statement(log(mul(a, b)), add(log(a), log(b))), "none")).verdict == REFUTED
    assert check_rule(Rule("gained", Statement(add(log(a), log(b)), log(mul(a, b))), "none")).verdict.passed


def test_bound_names_do_not_matter() -> None:
    law = AbstractLaw("1")
    z_, w_ = sp.Symbol("z", real=True), sp.Symbol("w", real=True)
    assert alike(Expect(Apply("g", z_), z_, law), Expect(Apply("g", w_), w_, law))
    assert not alike(Expect(add(Apply("g", z_), a), z_, law), Expect(add(Apply("g", z_), z_), z_, law))
    i, j = (sp.Symbol(name, integer=True, positive=True) for name in "ij")
    assert alike(SumOver(SumOver(add(i, mul(a, j)), j, i), i, k), SumOver(SumOver(add(j, mul(a, i)), i, j), j, k))
    assert not alike(SumOver(SumOver(add(i, mul(a, j)), j, i), i, k), SumOver(SumOver(add(j, mul(a, i)), j, i), i, k))


# ---------------------------------------------------------------------------------------------------- the published shortcut

BARE = Statement(
    matmul(Group(matsub(y, z)), sp.Transpose(Group(matsub(y, z)))),
    matadd(matmul(y, sp.Transpose(y)), matmul(-2, z, sp.Transpose(y)), matmul(z, sp.Transpose(z))),
)
UNDER_TRACE = Rule(
    "shortcut_under_trace_of_symmetric",
    Statement(sp.Trace(matmul(P, BARE.lhs)), sp.Trace(matmul(P, Group(BARE.rhs)))),
    "tr(P z y^T) = tr(P y z^T) for symmetric P",
    (Q.symmetric(P),),
)


def test_the_published_shortcut_is_refuted_bare() -> None:
    evidence = check_rule(Rule("shortcut", BARE, "a published proof"))
    assert evidence.verdict == REFUTED
    assert "k = 2," in evidence.detail


def test_the_published_shortcut_is_proved_under_a_trace_with_a_symmetric_weight() -> None:
    gap = Group(matsub(y, m))
    start = sp.Trace(matmul(sp.Inverse(S), gap, sp.Transpose(gap)))
    derivation = Derivation(start, Facts.of(Q.symmetric(S))).apply(UNDER_TRACE)
    report = check(derivation.conclude("shortcut", "shortcut", "test"), {UNDER_TRACE.name: UNDER_TRACE}.__getitem__)
    (step,) = derivation.steps
    assert [str(one.condition) for one in step.conditions] == ["Q.symmetric(S**(-1))"]
    assert report.steps[0].verdict == PROVED
    assert by(report.steps[0])["conditions"].passed
    with pytest.raises(MissingAssumption, match=r"needs Q\.symmetric"):
        Derivation(start, Facts()).apply(UNDER_TRACE)
    forgetful = replace(UNDER_TRACE, where=())
    unproved = Derivation(start, Facts()).apply(forgetful).conclude("forgetful", "forgetful", "test")
    assert by(check(unproved, {UNDER_TRACE.name: forgetful}.__getitem__).steps[0])["local"] == REFUTED


# ---------------------------------------------------------------------------------------------------- all of them


def test_theorems_that_share_steps_stay_together() -> None:
    names = ["kl_normal", "kl_normal_by_mu1", "kl_normal_stable", "kl_mvn", "kl_normal_stable_by_mu1", "elbo"]
    assert related(names) == [["kl_normal", "kl_normal_by_mu1", "kl_normal_stable", "kl_normal_stable_by_mu1"], ["kl_mvn"], ["elbo"]]


def test_several_processes_say_what_one_says() -> None:
    names = ["kl_definition", "kl_normal", "kl_normal_var", "kl_normal_standard"]
    arrived: list[str] = []
    reports = check_all(names, workers=2, progress=lambda report: arrived.append(report.theorem))
    assert list(reports) == names
    assert sorted(arrived) == sorted(names)
    assert reports == {name: check(theorems[name]) for name in names}


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="kl_normal"):
        check_all(["kl_norma"])


@pytest.mark.parametrize("name", list(theorems))
def test_every_theorem_passes(name: str) -> None:
    theorem = theorems[name]
    report = check(theorem)
    failed = [(step.rule, str(step.verdict), step.evidence) for step in report.steps if not step.verdict.passed]
    assert not failed
    assert all(evidence.verdict.passed for evidence in report.evidence), report.evidence
    assert report.verdict.passed
    assert engines_for(theorem) <= by(report).keys()
    if "certificate" in engines_for(theorem):
        assert by(report)["certificate"] == by(report)["enclosure"] == PROVED


def engines_for(theorem: Theorem) -> set[str]:
    """Who must have looked at the theorem as a whole. Named terms that coincide at a point could be exchanged unseen."""
    engines = {"chain", "ends"}
    engines |= {"terms"} if theorem.terms else set()
    engines |= {"definition"} if unfold(theorem.lhs) != theorem.lhs else set()
    engines |= {"enclosure", "certificate"} if theorem.relation == "=" and applies(theorem.lhs) else set()
    engines |= {"equality"} if theorem.equality_case else set()
    return engines


# ---------------------------------------------------------------------------------------------------- clean answers


def test_a_result_at_a_size_that_is_a_number_passes() -> None:
    three = {k: sp.Integer(3)}
    facts = [fact.function(*(substitute(part, three) for part in fact.arguments)) for fact in theorems["kl_mvn"].hypotheses.sorted()]
    special = theorems["kl_mvn"].specialise(three, *facts).conclude("kl_mvn in space", "", "")
    assert check(special).verdict.passed


def test_an_even_power_of_any_number_is_not_negative() -> None:
    derivation = Derivation(power(a, sp.Symbol("n", even=True)), Facts()).apply("not_negative")
    assert check(derivation.conclude("even", "", "")).verdict.passed


A = sp.MatrixSymbol("A", k, k)
i, j = (sp.Symbol(name, integer=True, positive=True) for name in "ij")
UNREACHABLE = {
    "a power that takes too long": (add(a, sp.Trace(sp.MatPow(A, 10**7))), Facts()),
    "a sum that takes too long": (add(a, SumOver(mul(b, j), j, sp.Integer(10**9))), Facts()),
    "a column that is said to be symmetric": (add(a, sp.Trace(matmul(y, sp.Transpose(y)))), Facts.of(Q.symmetric(y))),
    "a column that is said to be invertible": (add(a, sp.Trace(matmul(y, sp.Transpose(y)))), Facts.of(Q.invertible(y))),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREACHABLE)
def test_where_nothing_can_be_tried_the_verdict_is_unknown(what: str) -> None:
    line, facts = UNREACHABLE[what]
    report = check(Derivation(line, facts).apply("commute").conclude("unreachable", "", ""))
    assert report.verdict == UNKNOWN


def test_a_rule_that_fails_on_what_it_is_given_is_an_objection() -> None:
    def fails(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
        yield Rewrite(node.args[0].shape)

    (step,) = Derivation(add(a, b), Facts()).apply("commute").steps
    rule = Rule("commute", Statement(add(a, b), add(b, a)), "test", rewrites=fails)
    evidence = replay(step, Facts(), {"commute": rule}.__getitem__)
    assert evidence.verdict == REFUTED
    assert "fails on a + b: AttributeError" in evidence.detail


def test_a_free_symbol_with_the_name_of_a_bound_one_is_another() -> None:
    named = sp.Symbol("bound 0", integer=True, positive=True)
    assert not alike(SumOver(named, j, k), SumOver(j, j, k))
    assert alike(SumOver(mul(named, j), j, k), SumOver(mul(named, i), i, k))
