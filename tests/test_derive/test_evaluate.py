"""What expressions mean: reference values, identities that hold, wrong ones that fail."""

from __future__ import annotations

from math import inf

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Q

from closedform.derive.evaluate import (
    Environment,
    FiniteSpace,
    NoMeaning,
    OutsideDomain,
    TooExpensive,
    compare,
    evaluate,
    same_law,
    sample,
    trusted_digits,
)
from closedform.derive.evaluate.cubature import gaussian_cubature
from closedform.derive.evaluate.degree import degree, log_degree
from closedform.derive.evaluate.matrices import ZERO
from closedform.derive.nodes import (
    ELBO,
    KL,
    AbstractLaw,
    Apply,
    CrossEntropy,
    Density,
    Entropy,
    Entry,
    Evidence,
    Expect,
    ExpectMatrix,
    Gradient,
    Group,
    Integrate,
    Law,
    Likelihood,
    LogDet1pmx,
    LowerTriangle,
    MatrixApply,
    MatrixGradient,
    Paren,
    Posterior,
    ProductOver,
    Scalar,
    SumOver,
)
from closedform.derive.special import expm1, expm1mx, log1pmx

MU1, SIGMA1, MU2, SIGMA2, X, Y, A, B = sp.symbols("mu1 sigma1 mu2 sigma2 x y a b", real=True)
K = sp.Symbol("k", integer=True, positive=True)
INDEX, J = sp.symbols("i j", integer=True, positive=True)
S1, S2, L1, C, D = (sp.MatrixSymbol(name, K, K) for name in ("Sigma1", "Sigma2", "L1", "C", "D"))
U1, U2, V, W, T1, T2 = (sp.MatrixSymbol(name, K, 1) for name in ("mu1", "mu2", "v", "w", "sigma1", "sigma2"))
NORMAL1, NORMAL2 = Law("normal", MU1, SIGMA1), Law("normal", MU2, SIGMA2)
MVN1, MVN2 = Law("mvn", U1, S1), Law("mvn", U2, S2)
DIAG1, DIAG2 = Law("normal_diag", U1, T1), Law("normal_diag", U2, T2)
ANY1, ANY2 = AbstractLaw("1"), AbstractLaw("2")
HALF = sp.Rational(1, 2)


class PositiveEntries(sp.assumptions.Predicate):
    name = "positive_entries"


class PositiveDiagonal(sp.assumptions.Predicate):
    name = "positive_diagonal"


positive_entries, positive_diagonal = PositiveEntries(), PositiveDiagonal()
SCALE = [Q.positive(SIGMA1), Q.positive(SIGMA2)]
COVARIANCE = [Q.symmetric(S1), Q.positive_definite(S1), Q.symmetric(S2), Q.positive_definite(S2)]
SPREADS = [positive_entries(T1), positive_entries(T2)]


def mul(*factors: sp.Expr) -> sp.Expr:
    return sp.Mul(*factors, evaluate=False)


def add(*terms: sp.Expr) -> sp.Expr:
    return sp.Add(*terms, evaluate=False)


def power(base: sp.Expr, exponent: sp.Expr | int) -> sp.Expr:
    return sp.Pow(base, exponent, evaluate=False)


def ratio(over: sp.Expr, under: sp.Expr) -> sp.Expr:
    return mul(over, power(under, -1))


def minus(a: sp.MatrixExpr, b: sp.MatrixExpr) -> sp.MatrixExpr:
    return sp.MatAdd(a, sp.MatMul(-1, b))


def outer(a: sp.MatrixExpr, b: sp.MatrixExpr) -> sp.MatrixExpr:
    return sp.MatMul(Group(a), sp.Transpose(Group(b)))


def quad(weight: sp.MatrixExpr, y: sp.MatrixExpr) -> Scalar:
    return Scalar(sp.MatMul(sp.Transpose(Group(y)), weight, Group(y)))


def number(text: str | sp.Rational) -> mpmath.mpf:
    with mpmath.workdps(60):
        return mpmath.mpf(text.p) / text.q if isinstance(text, sp.Rational) else mpmath.mpf(text)


def matrix(*rows: tuple[str, ...]) -> tuple[tuple[mpmath.mpf, ...], ...]:
    return tuple(tuple(number(entry) for entry in row) for row in rows)


def assert_equal_everywhere(
    old: sp.Basic, new: sp.Basic, *hypotheses: sp.Basic, sizes: tuple[int, ...] = (1, 2, 3, 4)
) -> None:
    for k in sizes:
        for seed in range(2):
            result = compare(old, new, sample([old, new], hypotheses, k, seed))
            assert result.holds, (k, seed, mpmath.nstr(result.gap, 5), old, new)


def assert_told_apart(old: sp.Basic, new: sp.Basic, *hypotheses: sp.Basic, from_k: int = 1) -> None:
    for k in range(from_k, 4):
        for seed in (0, 2):  # in rough worlds numbers may coincide
            result = compare(old, new, sample([old, new], hypotheses, k, seed))
            assert not result.holds, (k, seed, old, new)


# ---------------------------------------------------------------------------------------------------- reference values

AT_U = Environment({MU1: number("0.5"), SIGMA1: number("0.8"), MU2: number("-0.25"), SIGMA2: number("1.5")})
AT_T = Environment(
    {
        K: number("3"),
        S1: matrix(("1.3", ".4", "-.2"), (".4", ".9", ".1"), ("-.2", ".1", ".7")),
        S2: matrix(("2", "-.3", ".5"), ("-.3", "1.1", ".2"), (".5", ".2", "1.6")),
        U1: matrix((".2",), ("-.4",), (".7",)),
        U2: matrix(("-.1",), (".3",), (".5",)),
    }
)
STANDARD = Law("mvn", sp.ZeroMatrix(K, 1), sp.Identity(K))


@pytest.mark.parametrize(
    ("expression", "environment", "expected"),
    [
        (KL(NORMAL1, NORMAL2), AT_U, "0.3958308816445963599665"),
        (KL(NORMAL2, NORMAL1), AT_U, "1.068656965577625862256"),
        (Entropy(NORMAL1), AT_U, "1.195794981890463"),
        (CrossEntropy(NORMAL1, NORMAL2), AT_U, "1.591625863535059"),
        (Gradient(KL(NORMAL1, NORMAL2), SIGMA1), AT_U, sp.Rational(-161, 180)),
        (Gradient(KL(NORMAL1, NORMAL2), SIGMA2), AT_U, sp.Rational(419, 1350)),
        (Gradient(KL(NORMAL1, NORMAL2), MU2), AT_U, sp.Rational(-1, 3)),
        (KL(MVN1, MVN2), AT_T, "0.6976296869778515244641"),
        (KL(MVN2, MVN1), AT_T, "1.522802520504465323532"),
        (KL(MVN1, STANDARD), AT_T, "0.5165834876460879389685"),
        (sp.Trace(sp.MatMul(sp.Inverse(S2), S1)), AT_T, "2.352583586626139817629"),
        (quad(sp.Inverse(S2), minus(U1, U2)), AT_T, "0.5139817629179331306991"),
        (sp.log(ratio(sp.Determinant(S2), sp.Determinant(S1))), AT_T, "1.528694024411630100600"),
        (Entry(MatrixGradient(KL(MVN1, MVN2), U1), 2), AT_T, "-0.6757852077001013"),
        (Entry(MatrixGradient(KL(MVN1, MVN2), S1, "symmetric"), 3, 1), AT_T, "-.274345305167"),
        (Entry(MatrixGradient(KL(MVN1, MVN2), S2, "symmetric"), 2, 2), AT_T, "-.280710533799"),
    ],
)
def test_reference_values(expression: sp.Basic, environment: Environment, expected: str | sp.Rational) -> None:
    value = evaluate(expression, environment)
    decimals = 45 if isinstance(expected, sp.Rational) else len(expected.partition(".")[2])
    assert abs(value - number(expected)) <= mpmath.mpf(10) ** -decimals


def test_vae_vector() -> None:
    environment = Environment(
        {K: number("3"), U1: matrix((".2",), ("-.4",), (".7",)), V: matrix(("-.7",), (".3",), ("-1.9",))}
    )
    spread = sp.exp(mul(HALF, Entry(V, INDEX)), evaluate=False)
    per_dimension = KL(Law("normal", Entry(U1, INDEX), spread), Law("normal", 0, 1))
    assert abs(evaluate(SumOver(per_dimension, INDEX, K), environment) - number("0.9930063652950238356648")) < 1e-21


# ---------------------------------------------------------------------------------------------------- nodes

NUMBERS = Environment(
    {A: number("3"), B: number("-2"), INDEX: number("2"), K: number("2"), C: matrix(("1", "2"), ("3", "4"))}
)
COLUMN = sp.ImmutableMatrix([2, 3])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (add(A, mul(-1, B), sp.Rational(1, 2)), "5.5"),
        (power(A, B), sp.Rational(1, 9)),
        (power(sp.Integer(4), HALF), "2"),
        (sp.Float(0.25), "0.25"),
        (sp.Abs(B, evaluate=False), "2"),
        (Paren(add(A, B)), "1"),
        (Entry(C, 1, INDEX), "2"),
        (Entry(COLUMN, 2), "3"),
        (sp.MatrixSymbol("C", K, K)[1, 0], "3"),
        (sp.Trace(C), "5"),
        (sp.Determinant(C), "-2"),
        (sp.Trace(sp.Inverse(C)), sp.Rational(-5, 2)),
        (sp.Trace(sp.MatPow(C, 2)), "29"),
        (sp.Trace(sp.MatMul(2, C, A, sp.Identity(K))), "30"),
        (sp.Trace(sp.MatMul(C, sp.Transpose(C))), "30"),
        (sp.Determinant(sp.DiagMatrix(COLUMN)), "6"),
        (sp.Trace(sp.DiagMatrix(sp.HadamardPower(COLUMN, 2))), "13"),
        (sp.Trace(sp.HadamardProduct(C, C)), "17"),
        (sp.Determinant(LowerTriangle(C)), "4"),
        (Scalar(sp.MatMul(sp.OneMatrix(1, 2), C, COLUMN)), "26"),
        (SumOver(mul(INDEX, A), INDEX, 4), "30"),
        (ProductOver(add(INDEX, 1), INDEX, 3), "24"),
        (sp.gamma(sp.Integer(5), evaluate=False), "24"),
        (sp.exp(sp.log(A, evaluate=False), evaluate=False), "3"),
    ],
)
def test_nodes(expression: sp.Basic, expected: str | sp.Rational) -> None:
    assert mpmath.almosteq(evaluate(expression, NUMBERS), number(expected), rel_eps=mpmath.mpf(10) ** -50)


@pytest.mark.parametrize("exponent", [0, 9, 20])
def test_log_of_a_determinant_near_one_keeps_its_digits(exponent: int) -> None:
    """Of diagonal matrices it is a sum of log1pmx of the quotients of their entries."""
    share = sp.Rational(10) ** -exponent
    found = evaluate(LogDet1pmx(sp.DiagMatrix(COLUMN), sp.MatMul(share, sp.DiagMatrix(COLUMN))), NUMBERS)
    with mpmath.workdps(50):
        assert mpmath.almosteq(found, 2 * evaluate(log1pmx(share), NUMBERS), rel_eps=mpmath.mpf(10) ** -30)
    with pytest.raises(OutsideDomain, match="determinants of one sign"):
        evaluate(LogDet1pmx(sp.Identity(K), sp.MatMul(-1, C)), NUMBERS)


@given(st.integers(-60, 60).filter(bool))
def test_special_functions_keep_their_digits_near_zero(exponent: int) -> None:
    x = sp.Rational(3, 7) * sp.Rational(10) ** -abs(exponent) * (1 if exponent > 0 else -1)
    for function, plain in (
        (expm1, lambda t: mpmath.exp(t) - 1),
        (expm1mx, lambda t: mpmath.exp(t) - 1 - t),
        (log1pmx, lambda t: mpmath.log(1 + t) - t),
    ):
        with mpmath.workdps(250):
            expected = plain(number(x) if abs(exponent) < 5 else mpmath.mpf(x.p) / x.q)
        assert mpmath.almosteq(evaluate(function(x), NUMBERS), expected, rel_eps=mpmath.mpf(10) ** -48)


@pytest.mark.parametrize(
    ("expression", "error", "wording"),
    [
        (sp.zeta(A, evaluate=False), NoMeaning, "no meaning is given to the function zeta"),
        (sp.Integral(A, A), NoMeaning, "no meaning is given to Integral"),
        (Y, NoMeaning, "no value for y"),
        (sp.log(B, evaluate=False), OutsideDomain, r"log of -2\.0: b"),
        (power(B, HALF), OutsideDomain, "a power 0.5 of -2.0"),
        (power(sp.Integer(0), -1), OutsideDomain, "division by 0"),
        (sp.Inverse(sp.OneMatrix(2, 2)), OutsideDomain, "a singular matrix has no inverse"),
        (Entry(C, 3, 1), NoMeaning, "no entry 3, 1 in a matrix of shape"),
        (Entropy(Law("cauchy", A, B)), NoMeaning, "no density is known here for the family 'cauchy'"),
        (Entropy(Law("normal", A, B)), OutsideDomain, "a standard deviation is positive, not -2.0"),
        (Entropy(Law("mvn", COLUMN, C)), OutsideDomain, "not symmetric has no Cholesky factor"),
        (Density(ANY1, A), NoMeaning, "density at the points of its space"),
        (Expect(X, X, Law("mvn", COLUMN, sp.Identity(2))), NoMeaning, "the law is one of"),
        (SumOver(INDEX, INDEX, HALF), NoMeaning, "which is no size or index"),
        (MatrixGradient(sp.Trace(C), C, "banded"), NoMeaning, "full, symmetric and lower are known"),
        (Gradient(A, mul(A, B)), NoMeaning, "neither a symbol nor an entry"),
    ],
)
def test_what_has_no_value_says_so(expression: sp.Basic, error: type[Exception], wording: str) -> None:
    with pytest.raises(error, match=wording):
        evaluate(expression, NUMBERS)


def test_bound_variables_hide_outer_values_and_leave_them_alone() -> None:
    inner = SumOver(mul(INDEX, SumOver(mul(INDEX, INDEX), INDEX, 3)), INDEX, 2)
    assert evaluate(add(inner, INDEX), NUMBERS) == 3 * 14 + 2


# ---------------------------------------------------------------------------------------------------- expectations


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.data())
def test_cubature_is_exact_for_its_degree(k: int, data: st.DataObject) -> None:
    degrees = data.draw(st.lists(st.integers(0, 4), min_size=k, max_size=k).filter(lambda d: sum(d) <= 7))
    with mpmath.workdps(60):
        if mpmath.ceil((sum(degrees) + 1) / 2) ** k > 700:
            return
        nodes = gaussian_cubature(k, sum(degrees))
        value = mpmath.fsum(w * mpmath.fprod(x**d for x, d in zip(z, degrees, strict=True)) for z, w in nodes)
        moment = mpmath.fprod(0 if d % 2 else mpmath.fac2(d - 1) for d in degrees)
        assert abs(value - moment) < mpmath.mpf(10) ** -52


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (mul(X, Y), 1),
        (add(power(X, 3), Y), 3),
        (power(Paren(add(X, mul(-1, Y))), 2), 2),
        (power(X, Y), inf),
        (ratio(Y, X), inf),
        (sp.exp(X, evaluate=False), inf),
        (sp.log(sp.exp(mul(-1, power(X, 2)), evaluate=False), evaluate=False), 2),
        (sp.log(ratio(Density(NORMAL1, X), Density(NORMAL2, X)), evaluate=False), 2),
        (sp.log(add(Density(NORMAL1, X), Density(NORMAL2, X)), evaluate=False), inf),
        (sp.log(mul(ratio(1, SIGMA1), sp.exp(mul(A, X), evaluate=False)), evaluate=False), 1),
        (sp.log(Likelihood(Y, X), evaluate=False), 2),
        (Apply("g", X), 2),
        (Expect(mul(X, Y), Y, NORMAL1), 1),
        (Expect(Y, Y, Law("normal", X, 1)), inf),
        (SumOver(mul(INDEX, power(X, 2)), INDEX, 3), 2),
        (Y, 0),
    ],
)
def test_degree_is_read_off_the_tree(body: sp.Expr, expected: float) -> None:
    assert degree(body, X) == expected


def test_degree_of_matrix_bodies() -> None:
    centred = minus(V, U1)
    assert degree(quad(C, centred), V) == 2
    assert degree(sp.Trace(sp.MatMul(C, outer(centred, centred))), V) == 2
    assert degree(sp.Inverse(outer(V, V)), V) == inf
    assert degree(Entry(V, INDEX), V) == 1
    assert log_degree(ProductOver(Density(Law("normal", Entry(U1, INDEX), 1), Entry(V, INDEX)), INDEX, K), V) == 2


def test_polynomial_expectation_equals_the_integral_of_the_density() -> None:
    body = add(mul(A, power(X, 5)), mul(B, power(X, 2)), 1)
    assert_equal_everywhere(
        Expect(body, X, NORMAL1), Integrate(mul(body, Density(NORMAL1, X)), X, NORMAL1), *SCALE, sizes=(1,)
    )
    square = quad(C, minus(V, U2))
    assert_equal_everywhere(
        Expect(square, V, MVN1), Integrate(mul(square, Density(MVN1, V)), V, MVN1), *COVARIANCE, sizes=(1, 2)
    )
    assert_equal_everywhere(
        Expect(square, V, DIAG1), Integrate(mul(square, Density(DIAG1, V)), V, DIAG1), *SPREADS, sizes=(2,)
    )


def test_integrals_far_from_the_law_they_are_centred_on() -> None:
    assert_equal_everywhere(Integrate(Density(NORMAL2, X), X, NORMAL1), sp.Integer(1), *SCALE, sizes=(1,))
    far = Law("normal", add(MU1, 30), mul(SIGMA1, 4))
    assert_equal_everywhere(Integrate(Density(far, X), X, NORMAL1), sp.Integer(1), *SCALE, sizes=(1,))
    narrow = Law("normal", MU1, mul(SIGMA1, sp.Rational(1, 9)))
    assert_equal_everywhere(Integrate(Density(narrow, X), X, NORMAL1), sp.Integer(1), *SCALE, sizes=(1,))


def test_expectations_of_what_is_no_polynomial() -> None:
    moment = sp.exp(add(mul(A, MU1), mul(HALF, power(A, 2), power(SIGMA1, 2))), evaluate=False)
    assert_equal_everywhere(Expect(sp.exp(mul(A, X), evaluate=False), X, NORMAL1), moment, *SCALE, sizes=(1,))
    assert_equal_everywhere(
        Expect(ratio(Density(MVN2, V), Density(MVN1, V)), V, MVN1), sp.Integer(1), *COVARIANCE, sizes=(1,)
    )
    with pytest.raises(TooExpensive, match="no trapezoid rule in 3 dimensions"):
        evaluate(Integrate(Density(MVN1, V), V, MVN1), AT_T)


def test_an_integral_that_does_not_converge_is_refused() -> None:
    with pytest.raises(TooExpensive):
        evaluate(Integrate(sp.Integer(1), X, NORMAL1), AT_U)
    with pytest.raises(TooExpensive):
        evaluate(Integrate(mul(Density(NORMAL1, X), sp.Abs(add(X, -1), evaluate=False)), X, NORMAL1), AT_U)


def test_expectation_identities() -> None:
    centred1, centred2, shift = minus(V, U1), minus(V, U2), minus(U1, U2)
    assert_equal_everywhere(ExpectMatrix(V, V, MVN1), U1, *COVARIANCE)
    assert_equal_everywhere(ExpectMatrix(outer(centred1, centred1), V, MVN1), S1, *COVARIANCE)
    assert_equal_everywhere(
        ExpectMatrix(outer(centred2, centred2), V, MVN1), sp.MatAdd(S1, outer(shift, shift)), *COVARIANCE
    )
    assert_equal_everywhere(
        Expect(sp.Trace(sp.MatMul(C, MatrixApply("Y", V, K, K))), V, MVN1),
        sp.Trace(sp.MatMul(C, ExpectMatrix(MatrixApply("Y", V, K, K), V, MVN1))),
        *COVARIANCE,
    )
    marginal = Expect(Apply("g", X), X, Law("normal", Entry(U1, INDEX), Entry(T1, INDEX)))
    assert_equal_everywhere(Expect(Apply("g", Entry(V, INDEX)), V, DIAG1), marginal, *SPREADS)
    assert_told_apart(ExpectMatrix(outer(centred2, centred2), V, MVN1), S1, *COVARIANCE)
    assert_told_apart(Expect(Apply("g", X), X, NORMAL1), Apply("g", MU1), *SCALE)


def test_trust_falls_with_quadrature_and_gradients() -> None:
    definition = Integrate(Density(MVN1, V), V, MVN1)
    worlds = {k: sample([definition], COVARIANCE, k, 0) for k in (1, 2)}
    assert trusted_digits(KL(MVN1, MVN2), worlds[2]) == 45
    assert trusted_digits(definition, worlds[1]) == 40
    assert trusted_digits(definition, worlds[2]) == 20
    assert trusted_digits(Gradient(definition, A), worlds[1]) == 35


# ---------------------------------------------------------------------------------------------------- abstract laws


def test_abstract_laws_are_laws() -> None:
    f1, f2 = Density(ANY1, X), Density(ANY2, X)
    assert_equal_everywhere(Integrate(f1, X, ANY1), sp.Integer(1))
    supported = [Q.positive(f1), Q.positive(f2)]
    divergence = KL(ANY1, ANY2)
    assert_equal_everywhere(Integrate(mul(f1, sp.log(ratio(f1, f2), evaluate=False)), X, ANY1), divergence, *supported)
    assert_equal_everywhere(divergence, add(CrossEntropy(ANY1, ANY2), mul(-1, Entropy(ANY1))), *supported)
    assert_equal_everywhere(Integrate(mul(f1, Apply("g", X)), X, ANY1), Expect(Apply("g", X), X, ANY1))
    columns = Density(ANY1, V)
    assert_equal_everywhere(Integrate(mul(columns, Entry(V, 1)), V, ANY2), Expect(Entry(V, 1), V, ANY1))
    assert_equal_everywhere(Expect(ratio(f2, f1), X, ANY1), sp.Integer(1), *supported)
    assert compare(divergence, sp.Integer(0), sample([divergence], [], 1, 0), ">=").holds
    assert_told_apart(divergence, KL(ANY2, ANY1), *supported)
    assert_told_apart(divergence, sp.Integer(0), *supported)
    assert_told_apart(sp.log(ratio(f1, f2), evaluate=False), ratio(sp.log(f1), sp.log(f2)), *supported)


def test_outside_its_support_a_law_asks_nothing() -> None:
    """f log f is 0 there, and an expectation does not look; the logarithm by itself has no value."""
    line = Integrate(mul(Density(ANY1, X), sp.log(Density(ANY1, X), evaluate=False)), X, ANY1)
    world = sample([line], [], 1, 1)
    assert ZERO in world.space.density("1")
    assert compare(line, mul(-1, Entropy(ANY1)), world).holds
    nowhere = world.bind(X, world.space.points(())[world.space.density("1").index(ZERO)])
    with pytest.raises(OutsideDomain):
        evaluate(sp.log(Density(ANY1, X), evaluate=False), nowhere)
    beyond = Integrate(mul(Density(ANY2, X), sp.log(Density(ANY1, X), evaluate=False)), X, ANY1)
    world = sample([beyond], [Q.positive(Density(ANY2, X))], 1, 1)
    with pytest.raises(OutsideDomain):
        evaluate(beyond, world)


def test_a_law_of_which_it_is_said_has_a_density_everywhere() -> None:
    fact = Q.positive(Density(ANY1, X))
    for seed in range(4):
        assert ZERO not in sample([KL(ANY1, ANY2)], [fact], 1, seed).space.density("1")


def test_a_free_point_of_an_abstract_density_lies_in_its_space() -> None:
    line = add(sp.log(Density(ANY1, X), evaluate=False), X)
    world = sample([line], [], 2, 0)
    assert world.values[X] in world.space.points(())
    assert isinstance(evaluate(line, world), mpmath.mpf)


def test_the_finite_space_is_drawn_once_and_has_mass_one() -> None:
    space = FiniteSpace("seed")
    with mpmath.workdps(60):
        assert abs(mpmath.fdot(space.weights, space.density("q")) - 1) < mpmath.mpf(10) ** -58
    assert space.points((2, 1)) == space.points((2, 1)) == FiniteSpace("seed").points((2, 1))
    assert len(set(space.points(()))) == space.size
    assert FiniteSpace("other").points(()) != space.points(())


@pytest.mark.parametrize("q", [AbstractLaw("q"), NORMAL1])
def test_evidence_lower_bound(q: sp.Basic) -> None:
    prior = AbstractLaw("p") if isinstance(q, AbstractLaw) else NORMAL2
    gap = add(sp.log(Evidence(prior, Y), evaluate=False), mul(-1, ELBO(q, prior, Y)))
    supported = [Q.positive(Density(law, X)) for law in (q, prior) if isinstance(law, AbstractLaw)]
    assert_equal_everywhere(gap, KL(q, Posterior(prior, Y)), *SCALE, *supported, sizes=(1,))
    assert_equal_everywhere(Evidence(prior, Y), Expect(Likelihood(Y, X), X, prior), *SCALE, sizes=(1,))
    assert_equal_everywhere(
        Density(Posterior(AbstractLaw("p"), Y), X),
        ratio(mul(Density(AbstractLaw("p"), X), Likelihood(Y, X)), Evidence(AbstractLaw("p"), Y)),
    )
    assert_told_apart(gap, KL(Posterior(prior, Y), q), *SCALE, *supported)
    assert_told_apart(Likelihood(Y, X), Likelihood(X, Y))


# ---------------------------------------------------------------------------------------------------- gradients


def test_gradients_of_each_structure() -> None:
    det = sp.log(sp.Determinant(C), evaluate=False)
    transposed = sp.Inverse(sp.Transpose(C))
    definite = [Q.positive_definite(C)]
    assert_equal_everywhere(MatrixGradient(det, C), transposed, *definite)
    assert_told_apart(MatrixGradient(det, C), sp.Inverse(C), *definite, from_k=2)
    symmetric = sp.MatMul(HALF, sp.MatAdd(D, sp.Transpose(D)))
    assert_equal_everywhere(MatrixGradient(sp.Trace(sp.MatMul(C, D)), C, "symmetric"), symmetric)
    assert_equal_everywhere(MatrixGradient(sp.Trace(sp.MatMul(C, D)), C), sp.Transpose(D))
    assert_told_apart(MatrixGradient(sp.Trace(sp.MatMul(C, D)), C, "symmetric"), sp.Transpose(D), from_k=2)
    lower = LowerTriangle(sp.MatMul(2, C, L1))
    body = sp.Trace(sp.MatMul(C, L1, sp.Transpose(L1)))
    triangular = [Q.symmetric(C), Q.lower_triangular(L1), positive_diagonal(L1)]
    assert_equal_everywhere(MatrixGradient(body, L1, "lower"), lower, *triangular)
    assert_told_apart(MatrixGradient(body, L1, "full"), lower, *triangular, from_k=2)


def test_scalar_gradients() -> None:
    assert_equal_everywhere(Gradient(Expect(power(X, 2), X, NORMAL1), SIGMA1), mul(2, SIGMA1), *SCALE)
    assert_equal_everywhere(
        Gradient(Integrate(Density(NORMAL1, X), X, NORMAL1), MU1), sp.Integer(0), *SCALE, sizes=(1,)
    )
    assert_equal_everywhere(Gradient(Gradient(power(A, 3), A), A), mul(6, A))
    entrywise = SumOver(mul(power(Entry(V, J), 2), Entry(W, J)), J, K)
    assert_equal_everywhere(Gradient(entrywise, Entry(V, INDEX)), mul(2, Entry(V, INDEX), Entry(W, INDEX)))
    assert_told_apart(Gradient(power(A, 3), A), mul(2, power(A, 2)))


# ---------------------------------------------------------------------------------------------------- equal laws


def test_laws_compare_by_their_densities() -> None:
    as_mvn = Law("mvn", U1, sp.DiagMatrix(sp.HadamardPower(T1, 2)))
    assert_equal_everywhere(DIAG1, as_mvn, *SPREADS)
    assert_equal_everywhere(
        Law("normal_diag", U1, T1), Law("mvn", U1, sp.DiagMatrix(sp.HadamardPower(T1, 2))), *SPREADS
    )
    assert_told_apart(DIAG1, Law("mvn", U1, sp.DiagMatrix(T1)), *SPREADS)
    assert_told_apart(DIAG1, DIAG2, *SPREADS)
    assert_told_apart(ANY1, ANY2)
    assert_told_apart(NORMAL1, Law("mvn", U1, S1), *SCALE, *COVARIANCE)
    world = sample([ANY1], [], 2, 0)
    assert same_law(ANY1, AbstractLaw("1"), world).holds


# ---------------------------------------------------------------------------------------------------- wrong rules

TRANSPOSED = sp.Transpose
WRONG = {
    "determinant of a multiple": (sp.Determinant(sp.MatMul(A, C)), mul(A, sp.Determinant(C)), []),
    "trace of the identity": (sp.Trace(sp.Identity(K)), sp.Integer(1), []),
    "inverse of a transpose": (
        sp.Inverse(TRANSPOSED(L1)),
        sp.Inverse(L1),
        [Q.lower_triangular(L1), positive_diagonal(L1)],
    ),
    "inverse of a product": (sp.Inverse(sp.MatMul(C, D)), sp.MatMul(sp.Inverse(C), sp.Inverse(D)), []),
    "transpose of a product": (TRANSPOSED(sp.MatMul(C, D)), sp.MatMul(TRANSPOSED(C), TRANSPOSED(D)), []),
    "squared norm by the diagonal": (
        sp.Trace(sp.MatMul(TRANSPOSED(C), C)),
        SumOver(power(Entry(C, INDEX, INDEX), 2), INDEX, K),
        [],
    ),
    "trace of a square": (sp.Trace(sp.MatMul(C, C)), sp.Trace(sp.MatMul(TRANSPOSED(C), C)), []),
    "symmetric though only definite": (
        sp.Trace(sp.MatMul(S1, C)),
        sp.Trace(sp.MatMul(TRANSPOSED(S1), C)),
        [Q.positive_definite(S1)],
    ),
    "published shortcut": (
        outer(minus(V, U1), minus(V, U1)),
        sp.MatAdd(sp.MatMul(V, TRANSPOSED(V)), sp.MatMul(-2, U1, TRANSPOSED(V)), sp.MatMul(U1, TRANSPOSED(U1))),
        [],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_matrix_rules_are_seen_from_dimension_two(name: str) -> None:
    old, new, hypotheses = WRONG[name]
    assert_told_apart(old, new, *hypotheses, from_k=2)
    assert (
        name == "inverse of a transpose"
        or compare(old, new, sample([old, new], hypotheses, 1, 0)).holds
        or A in old.free_symbols
    )


def test_an_identity_of_small_sizes_needs_three_dimensions() -> None:
    t1, t2, t3 = (sp.Trace(power) for power in (C, sp.MatMul(C, C), sp.MatMul(C, C, C)))
    amitsur = add(power(t1, 3), mul(-3, t1, t2), mul(2, t3))
    assert_equal_everywhere(amitsur, sp.Integer(0), sizes=(1, 2))
    assert_told_apart(amitsur, sp.Integer(0), from_k=3)


def test_inequalities_compare_by_their_relation() -> None:
    world = sample([A], [Q.positive(A)], 1, 0)
    assert compare(sp.log(A), add(A, -1), world, "<=").holds
    assert not compare(sp.log(A), add(A, -1), world, ">=").holds
    assert not compare(sp.log(A), add(A, -1), world, "=").holds


# ---------------------------------------------------------------------------------------------------- at the limits


@pytest.mark.parametrize(
    "expression",
    [SumOver(INDEX, INDEX, sp.Integer(10**9)), sp.Trace(sp.MatPow(C, 10**7)), sp.exp(sp.exp(add(A, 300), evaluate=False), evaluate=False)],
    ids=["sum", "power", "exponential"],
)
def test_what_takes_too_long_is_refused(expression: sp.Basic) -> None:
    with pytest.raises(TooExpensive):
        evaluate(expression, NUMBERS)


def test_a_steep_function_has_a_third_derivative_and_an_exact_expectation() -> None:
    g = Apply("g", X)
    third = Gradient(Gradient(Gradient(g, X), X), X)
    assert not compare(third, sp.Integer(0), sample([third], [], 1, 1)).holds
    both = [Expect(g, X, NORMAL1), Integrate(mul(g, Density(NORMAL1, X)), X, NORMAL1)]
    assert compare(*both, sample(both[:1], SCALE, 1, 1)).holds
