"""Gradients against central differences at 50 digits, against printed reference values, and by their structure."""

from __future__ import annotations

import re
from pathlib import Path

import mpmath
import pytest
import sympy as sp
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from sympy import Q
from sympy.assumptions import AppliedPredicate

from closedform.derive.derivation import Derivation
from closedform.derive.differential import NoDerivative, derivative, differential
from closedform.derive.evaluate import Environment, TooExpensive, compare, evaluate, sample
from closedform.derive.facts import Facts, positive_diagonal, positive_entries
from closedform.derive.nodes import (
    KL,
    Apply,
    Entry,
    Expect,
    Gradient,
    Group,
    Law,
    LowerTriangle,
    MatrixGradient,
    Paren,
    ProductOver,
    Scalar,
    SumOver,
)
from closedform.derive.rewrite import add, div, exp, log, matadd, matmul, matsub, mul, neg, power, sub
from closedform.derive.rules import RULES
from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

ROOT = Path(__file__).resolve().parents[2]
half, two = sp.Rational(1, 2), sp.Integer(2)
k, i, j, n = sp.symbols("k i j n", integer=True, positive=True)
m1, s1, m2, s2, w1, w2, v1, v2, p1, p2, x, y = sp.symbols("mu1 sigma1 mu2 sigma2 var1 var2 logvar1 logvar2 prec1 prec2 x y", real=True)
S1, S2, L1, L2, A, B, P1, P2 = (sp.MatrixSymbol(name, k, k) for name in ("Sigma1", "Sigma2", "L1", "L2", "A", "B", "Prec1", "Prec2"))
c1, c2, t1, t2, c = (sp.MatrixSymbol(name, k, 1) for name in ("mu1", "mu2", "sigma1", "sigma2", "c"))
d, column = Paren(sub(m1, m2)), Group(matsub(c1, c2))


def covariances(*matrices: sp.MatrixExpr) -> list[AppliedPredicate]:
    return [fact for matrix in matrices for fact in (Q.symmetric(matrix), Q.positive_definite(matrix))]


def factors(*matrices: sp.MatrixExpr) -> list[AppliedPredicate]:
    return [fact for matrix in matrices for fact in (Q.lower_triangular(matrix), positive_diagonal(matrix))]


def quadratic(inverse: sp.MatrixExpr) -> sp.Expr:
    return Scalar(matmul(sp.Transpose(column), inverse, column))


def kl_mvn(cov1: sp.MatrixExpr, cov2: sp.MatrixExpr, prec2: sp.MatrixExpr) -> sp.Expr:
    """The closed form in several dimensions, traced."""
    logdet = sub(log(sp.Determinant(cov2)), log(sp.Determinant(cov1)))
    return mul(half, add(sp.Trace(matmul(prec2, cov1)), quadratic(prec2), neg(k), logdet))


def square(factor: sp.MatrixExpr) -> sp.MatrixExpr:
    return matmul(factor, sp.Transpose(factor))


# The closed form and the stable form in each parameterisation, with what is assumed of the parameters.
SCALAR = {
    "sigma": add(log(div(s2, s1)), div(add(power(s1, 2), power(d, 2)), mul(two, power(s2, 2))), neg(half)),
    "sigma_stable": add(mul(half, power(div(d, s2), 2)), mul(half, power(div(Paren(sub(s1, s2)), s2), 2)), neg(logratiomx(s1, s2))),
    "var": mul(half, add(log(div(w2, w1)), div(w1, w2), div(power(d, 2), w2), neg(sp.S.One))),
    "var_stable": mul(half, sub(div(power(d, 2), w2), logratiomx(w1, w2))),
    "logvar": mul(half, add(v2, neg(v1), exp(sub(v1, v2)), mul(power(d, 2), exp(neg(v2))), neg(sp.S.One))),
    "logvar_stable": mul(half, add(expm1mx(sub(v1, v2)), mul(power(d, 2), exp(neg(v2))))),
    "prec": mul(half, add(log(div(p1, p2)), div(p2, p1), mul(power(d, 2), p2), neg(sp.S.One))),
    "prec_stable": mul(half, sub(mul(power(d, 2), p2), logratiomx(p2, p1))),
}
POSITIVE = [Q.positive(parameter) for parameter in (s1, s2, w1, w2, p1, p2)]
BY_SCALAR = [(name, parameter) for name, expr in SCALAR.items() for parameter in sorted(expr.free_symbols, key=str)]

DENSE = kl_mvn(S1, S2, sp.Inverse(S2))
CHOLESKY = kl_mvn(square(L1), square(L2), sp.Inverse(square(L2)))
PRECISION = kl_mvn(sp.Inverse(P1), sp.Inverse(P2), P2)
MATRIX = [
    *((DENSE, variable, "full", covariances(S1, S2)) for variable in (c1, c2)),
    *((DENSE, variable, structure, covariances(S1, S2)) for variable in (S1, S2) for structure in ("symmetric", "full", "lower")),
    *((PRECISION, variable, "symmetric", covariances(P1, P2)) for variable in (P1, P2)),
    *((CHOLESKY, variable, "lower", factors(L1, L2)) for variable in (L1, L2)),
    *((CHOLESKY, variable, "full", factors(L1, L2)) for variable in (c1, L1, L2)),
]


def at(name: sp.MatrixExpr, index: sp.Expr) -> Entry:
    return Entry(name, index)


DIAGONAL = SumOver(
    add(
        log(div(at(t2, j), at(t1, j))),
        div(add(power(at(t1, j), 2), power(Paren(sub(at(c1, j), at(c2, j))), 2)), mul(two, power(at(t2, j), 2))),
        neg(half),
    ),
    j, k,
)  # fmt: skip
POSITIVE_ENTRIES = [positive_entries(t1), positive_entries(t2)]


def assert_gradient(body: sp.Expr, variable: sp.Basic, structure: str, hypotheses: list[AppliedPredicate], dimensions: range) -> None:
    """The computed gradient equals the differences of the body, and its conditions follow from the hypotheses."""
    facts = Facts.of(*hypotheses)
    found = derivative(body, variable, structure, facts)
    assert [condition for condition in found.conditions if not facts.holds(condition)] == []
    matrix = isinstance(variable, sp.MatrixSymbol)
    wanted = MatrixGradient(body, variable, structure) if matrix else Gradient(body, variable)
    for dimension in dimensions:
        world = sample([wanted, found.value], hypotheses, dimension, seed=dimension)
        comparison = compare(wanted, found.value, world)
        assert comparison.holds, f"k = {dimension}, gap {comparison.gap}: {found.value}"
        assert comparison.digits >= 30


# ---------------------------------------------------------------------------------------------------- against differences


@pytest.mark.parametrize(("name", "parameter"), BY_SCALAR, ids=[f"{name}-{parameter}" for name, parameter in BY_SCALAR])
def test_scalar_gradients(name: str, parameter: sp.Symbol) -> None:
    assert_gradient(SCALAR[name], parameter, "full", POSITIVE, range(1, 3))


MATRIX_IDS = [f"{variable}-{structure}-{number}" for number, (_, variable, structure, _) in enumerate(MATRIX)]


@pytest.mark.parametrize(("body", "variable", "structure", "hypotheses"), MATRIX, ids=MATRIX_IDS)
def test_matrix_gradients(body: sp.Expr, variable: sp.MatrixSymbol, structure: str, hypotheses: list[AppliedPredicate]) -> None:
    assert_gradient(body, variable, structure, hypotheses, range(1, 5))


@pytest.mark.parametrize("column", [c1, t1, c2, t2], ids=str)
@pytest.mark.parametrize("index", [i, j, sp.Integer(1)], ids=str)
def test_gradients_by_one_entry(column: sp.MatrixSymbol, index: sp.Expr) -> None:
    """Also by v[j] where j is the name of the index of the sum."""
    assert_gradient(DIAGONAL, Entry(column, index), "full", POSITIVE_ENTRIES, range(1, 5))
    assert not differential(DIAGONAL, Entry(column, index)).has(SumOver)


@pytest.mark.parametrize(
    "body",
    [
        SumOver(mul(at(c, j), at(c, i)), j, k),
        mul(at(c, i), SumOver(power(at(c, j), 2), j, k)),
        SumOver(mul(at(c, j), SumOver(mul(at(c, n), power(at(c, j), 2), at(c1, n)), n, k)), j, k),
        SumOver(mul(at(c, j), SumOver(power(at(c, j), 3), j, k)), j, k),
        exp(SumOver(mul(x, at(c, j), at(c1, j)), j, k)),
    ],
    ids=str,
)
def test_an_entry_inside_and_outside_of_sums(body: sp.Expr) -> None:
    """Also where one sum stands in another and their indices have one name."""
    assert_gradient(body, Entry(c, i), "full", [], range(1, 5))


@pytest.mark.parametrize(
    "body",
    [
        sp.Trace(matmul(A, S1, B)),
        mul(sp.Determinant(matmul(A, S1)), sp.Trace(matmul(S1, S1))),
        power(log(add(sp.Trace(matmul(sp.Transpose(S1), S1)), sp.S.One)), 3),
        exp(mul(half, Scalar(matmul(sp.Transpose(c), Group(matadd(S1, sp.Transpose(S1), A)), c1)))),
        div(sp.Trace(sp.Inverse(matadd(S1, matmul(x, A)))), Paren(sub(sp.Trace(S1), sp.Trace(A)))),
        sp.Trace(matmul(mul(two, sp.Trace(S1)), A, S1)),
        log(sp.Determinant(matmul(mul(two, sp.pi), S1))),
        sp.Determinant(matmul(sp.Trace(S1), S1)),
        expm1(Scalar(matmul(sp.Transpose(c), S1, c))),
    ],
    ids=str,
)
def test_gradients_by_a_matrix_of_which_nothing_is_known(body: sp.Expr) -> None:
    for structure in ("full", "symmetric", "lower"):
        conditions = derivative(body, S1, structure).conditions
        assert_gradient(body, S1, structure, list(conditions), range(1, 4))


def test_gradients_through_a_diagonal_matrix() -> None:
    diagonal = sp.DiagMatrix(t1)
    body = add(
        sp.Trace(matmul(A, diagonal, B, sp.Inverse(diagonal))), log(sp.Determinant(diagonal)),
        sp.Trace(sp.DiagMatrix(sp.HadamardPower(t1, 3))),
    )  # fmt: skip
    assert_gradient(body, t1, "full", [positive_entries(t1)], range(1, 4))


def leaves() -> st.SearchStrategy[sp.Expr]:
    return st.sampled_from([x, y, sp.Integer(2), sp.Rational(-3, 2), power(x, 2), neg(y)])


def grown(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda ab: add(*ab)),
        pair.map(lambda ab: mul(*ab)),
        pair.map(lambda ab: Paren(sub(*ab))),
        inner.map(lambda a: div(a, add(sp.S.One, power(a, 2)))),
        inner.map(lambda a: log(add(two, power(a, 2)))),
        inner.map(lambda a: exp(neg(power(a, 2)))),
        inner.map(lambda a: power(add(sp.S.One, power(a, 2)), half)),
        inner.map(lambda a: log1pmx(power(a, 2))),
        inner.map(lambda a: logratiomx(add(two, power(a, 2)), exp(neg(power(a, 2))))),
    )


@settings(max_examples=40, deadline=None)
@given(st.recursive(leaves(), grown, max_leaves=6))
def test_random_scalar_expressions(body: sp.Expr) -> None:
    gradient = differential(body, x)
    world = sample([body, gradient, add(x, y)], [Q.positive(x)], 1, seed=7)
    try:
        comparison = compare(Gradient(body, x), gradient, world)
    except TooExpensive:
        reject()
    assert comparison.holds


# ---------------------------------------------------------------------------------------------------- reference values

# mathematics of the two laws in one and three dimensions: the same points at which the closed forms are tabulated
U = {m1: "1/2", s1: "4/5", m2: "-1/4", s2: "3/2", w1: "16/25", w2: "9/4", p1: "25/16", p2: "4/9"}
AT_U = {
    "sigma": {m1: "1/3", m2: "-1/3", s1: "-161/180", s2: "419/1350"},
    "var": {m1: "1/3", m2: "-1/3", w1: "-161/288", w2: "419/4050"},
    "logvar": {m1: "1/3", m2: "-1/3", v1: "-161/450", v2: "419/1800"},
    "prec": {m1: "1/3", m2: "-1/3", p1: "1288/5625", p2: "-419/800"},
}


def fraction(text: str) -> mpmath.mpf:
    return mpmath.mpf(sp.Rational(text).p) / sp.Rational(text).q


@pytest.mark.parametrize("form", ["", "_stable"])
@pytest.mark.parametrize("name", AT_U)
def test_reference_gradients_in_one_dimension(name: str, form: str) -> None:
    with mpmath.workdps(60):
        values = {symbol: fraction(text) for symbol, text in U.items()}
        values |= {v1: mpmath.log(values[w1]), v2: mpmath.log(values[w2])}
        for parameter, expected in AT_U[name].items():
            found = evaluate(differential(SCALAR[name + form], parameter), Environment(values))
            assert abs(found - fraction(expected)) < mpmath.mpf(10) ** -48


SIGMA1 = ((1.3, 0.4, -0.2), (0.4, 0.9, 0.1), (-0.2, 0.1, 0.7))
SIGMA2 = ((2, -0.3, 0.5), (-0.3, 1.1, 0.2), (0.5, 0.2, 1.6))
AT_T = [
    (DENSE, c1, "full", ((-0.004052684903748734,), (-0.6757852077001013,), (0.2107396149949341,))),
    (DENSE, c2, "full", ((0.004052684903748734,), (0.6757852077001013,), (-0.2107396149949341,))),
    (DENSE, S1, "symmetric", ((-0.192423625512,), (0.331584744987, -0.179427574039), (-0.274345305167, 0.0706773728249, -0.430305813583))),
    (DENSE, S2, "symmetric", ((-0.0264255996649,), (-0.204763239233, -0.280710533799), (0.109355768866, 0.163054870356, 0.0818215319929))),
    (CHOLESKY, L1, "lower", ((-0.109891430315,), (0.60543957834, -0.290400735758), (-0.425051758766, -0.0331280246617, -0.686142051039))),
    (CHOLESKY, L2, "lower", ((0.0894570078462,), (-0.344765302262, -0.489342248377), (0.297983060305, 0.378770835551, 0.193854362358))),
]


def rows(table: object) -> tuple[tuple[mpmath.mpf, ...], ...]:
    return tuple(tuple(mpmath.mpf(str(number)) for number in row) for row in table)  # type: ignore[attr-defined]


def lower_factor(matrix: tuple[tuple[mpmath.mpf, ...], ...]) -> tuple[tuple[mpmath.mpf, ...], ...]:
    factor = mpmath.cholesky(mpmath.matrix(matrix))
    return tuple(tuple(factor[row, place] for place in range(3)) for row in range(3))


@pytest.mark.parametrize(("body", "variable", "structure", "expected"), AT_T, ids=[f"{variable}-{s}" for _, variable, s, _ in AT_T])
def test_reference_gradients_in_three_dimensions(body: sp.Expr, variable: sp.MatrixSymbol, structure: str, expected: object) -> None:
    with mpmath.workdps(60):
        cov1, cov2 = rows(SIGMA1), rows(SIGMA2)
        values = {k: mpmath.mpf(3), S1: cov1, S2: cov2, L1: lower_factor(cov1), L2: lower_factor(cov2)}
        values |= {c1: rows(((0.2,), (-0.4,), (0.7,))), c2: rows(((-0.1,), (0.3,), (0.5,)))}
        found = evaluate(differential(body, variable, structure, Facts.of(*covariances(S1, S2))), Environment(values))
    for row, wanted in zip(found, rows(expected), strict=True):
        for entry, number in zip(row, wanted, strict=False):
            assert abs(entry - number) < 2e-12


# ---------------------------------------------------------------------------------------------------- structure and form


@pytest.mark.parametrize("variable", [S1, S2], ids=str)
def test_a_symmetric_gradient_is_symmetric(variable: sp.MatrixSymbol) -> None:
    facts = Facts.of(*covariances(S1, S2))
    world = sample([DENSE], facts.assumed, 3, seed=1)
    for known in (facts, Facts()):
        found = differential(DENSE, variable, "symmetric", known)
        assert compare(found, sp.Transpose(found), world).holds
    assert not differential(DENSE, variable, "symmetric", facts).has(sp.Transpose(variable))


def test_a_lower_gradient_is_lower_triangular() -> None:
    found = differential(CHOLESKY, L2, "lower")
    assert isinstance(found, LowerTriangle)
    value = evaluate(found, sample([CHOLESKY], factors(L1, L2), 3, seed=1))
    assert [value[0][1], value[0][2], value[1][2]] == [0, 0, 0]


def test_results_are_tidy() -> None:
    assert differential(SCALAR["sigma"], s1) == sub(div(s1, power(s2, 2)), power(s1, -1))
    assert differential(SCALAR["sigma"], m1) == div(d, power(s2, 2))
    assert differential(SCALAR["logvar_stable"], v1) == mul(half, expm1(sub(v1, v2)))
    facts = Facts.of(*covariances(S1, S2))
    assert differential(DENSE, c1, facts=facts) == matmul(sp.Inverse(S2), column)
    assert differential(DENSE, S1, "symmetric", facts) == matmul(half, matsub(sp.Inverse(S2), sp.Inverse(S1)))


def test_what_does_not_depend_on_the_variable_has_gradient_zero() -> None:
    law = Law("normal", m1, s1)
    assert differential(KL(law, law), y) == 0
    assert differential(add(Apply("g", x), y), y) == 1
    assert differential(sp.Trace(A), c) == sp.ZeroMatrix(k, 1)
    assert differential(sp.Trace(A), A) == sp.Identity(k)


def test_conditions_are_those_met_on_the_way() -> None:
    assert derivative(add(log(x), log(y)), x).conditions == (Q.positive(x),)
    assert derivative(power(x, -2), x).conditions == (Q.nonzero(x),)
    assert derivative(power(x, half), x).conditions == (Q.positive(x),)
    assert derivative(power(x, 3), x).conditions == ()
    assert derivative(sp.Trace(matmul(sp.Inverse(A), B)), A).conditions == (Q.invertible(A),)
    assert derivative(sp.Trace(matmul(A, A)), A, "symmetric", Facts.of(Q.symmetric(A))).conditions == (Q.symmetric(A),)


# ---------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("body", "variable", "message"),
    [
        (KL(Law("normal", m1, s1), Law("normal", m2, s2)), m1, r"no derivative of KL by mu1"),
        (Apply("g", x), x, r"no derivative of Apply by x"),
        (Expect(mul(s1, x), x, Law("normal", m1, s1)), s1, r"no derivative of Expect by sigma1"),
        (sp.Abs(x), x, r"no derivative of the function Abs"),
        (ProductOver(at(c, j), j, k), Entry(c, i), r"no derivative of ProductOver"),
        (SumOver(at(c, j), j, k), c, r"by the whole of c"),
        (SumOver(at(c, j), j, n), Entry(c, i), r"one entry among others"),
        (at(c, j), Entry(c, i), r"one entry among others"),
        (Scalar(matmul(sp.Transpose(c), c)), Entry(c, i), r"no derivative of MatrixSymbol"),
        (mul(k, x), k, r"no derivative is taken by k"),
        (sp.Trace(A), sp.Transpose(A), r"no derivative is taken by A\.T"),
    ],
)
def test_refusals_name_what_has_no_rule(body: sp.Expr, variable: sp.Basic, message: str) -> None:
    with pytest.raises(NoDerivative, match=message):
        differential(body, variable)


def test_a_structure_must_fit_the_variable() -> None:
    with pytest.raises(NoDerivative, match="symmetric gradient is one by a square matrix"):
        differential(quadratic(A), c1, "symmetric")
    with pytest.raises(NoDerivative, match="has no structure 'lower'"):
        differential(power(x, 2), x, "lower")
    with pytest.raises(NoDerivative, match="not 'diagonal'"):
        differential(sp.Trace(A), A, "diagonal")  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------- as a rule


def test_a_gradient_is_a_step_whose_conditions_are_discharged() -> None:
    step = Derivation(Gradient(SCALAR["sigma"], s1), Facts.of(*POSITIVE)).apply(RULES["gradient"]).steps[0]
    assert step.after == differential(SCALAR["sigma"], s1)
    assert Q.nonzero(s1) in [discharged.condition for discharged in step.conditions]
    facts = Facts.of(*covariances(S1, S2))
    line = Derivation(MatrixGradient(DENSE, S1, "symmetric"), facts).apply(RULES["matrix_gradient"]).line
    assert line == differential(DENSE, S1, "symmetric", facts)


# ---------------------------------------------------------------------------------------------------- why not SymPy's own


@pytest.mark.parametrize("variable", [S1, S2, c1, c2], ids=str)
def test_sympy_takes_the_gradient_of_the_closed_form_for_zero(variable: sp.MatrixSymbol) -> None:
    """If this fails after an upgrade, SymPy has learnt it; ours must then agree with SymPy's."""
    gap = c1 - c2
    plain = (
        sp.Trace(S2.I * S1) + sp.Trace(gap.T * S2.I * gap) - k + sp.log(sp.Determinant(S2)) - sp.log(sp.Determinant(S1))
    ) / 2
    assert sp.diff(plain, variable) in (0, sp.ZeroMatrix(*variable.shape))
    ours = differential(DENSE, variable, facts=Facts.of(*covariances(S1, S2)))
    value = evaluate(ours, sample([DENSE, ours], covariances(S1, S2), 2, seed=0))
    assert all(abs(entry) > 1e-3 for row in value for entry in row)


def test_no_code_of_the_mathematics_asks_sympy_for_a_derivative() -> None:
    files = list((ROOT / "derive").rglob("*.py"))
    assert len(files) > 20
    asking = re.compile(r"\.diff\(|\bsp\.(diff|Derivative)\b|from sympy.* import .*\b(diff|Derivative)\b")
    found = [f"{file}:{line}" for file in files for line in file.read_text(encoding="utf-8").splitlines() if asking.search(line)]
    assert found == []
    assert all(asking.search(line) for line in ("expr.diff(S1)", "sp.diff(expr, S1)", "from sympy import Q, diff"))
