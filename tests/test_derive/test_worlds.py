"""The worlds in which expressions are tried: they satisfy what was assumed, grant nothing else, and tell terms apart."""

from __future__ import annotations

import os
import subprocess
import sys

import mpmath
import pytest
import sympy as sp
from sympy import Q

from closedform.derive.evaluate import Environment, NoMeaning, OutsideDomain, compare, evaluate, holds, sample
from closedform.derive.evaluate.matrices import ZERO
from closedform.derive.facts import positive_diagonal, positive_entries
from closedform.derive.nodes import KL, AbstractLaw, Apply, Density, Entropy, Entry, Group, Law, MatrixApply, Scalar, SumOver
from closedform.derive.rewrite import add, exp, log, matmul, matsub, neg

MU1, SIGMA1, MU2, SIGMA2, X, Y, A, B = sp.symbols("mu1 sigma1 mu2 sigma2 x y a b", real=True)
K, M, N = sp.symbols("k m n", integer=True, positive=True)
INDEX, J = sp.symbols("i j", integer=True, positive=True)
S1, S2, L1, C = (sp.MatrixSymbol(name, K, K) for name in ("Sigma1", "Sigma2", "L1", "C"))
U1, U2, V, T1, T2 = (sp.MatrixSymbol(name, K, 1) for name in ("mu1", "mu2", "v", "sigma1", "sigma2"))
GAP = Group(matsub(U1, U2))
NORMAL1, NORMAL2 = Law("normal", MU1, SIGMA1), Law("normal", MU2, SIGMA2)
SCALE = [Q.positive(SIGMA1), Q.positive(SIGMA2)]
COVARIANCE = [Q.symmetric(S1), Q.positive_definite(S1), Q.symmetric(S2), Q.positive_definite(S2)]
SPREADS = [positive_entries(T1), positive_entries(T2)]


def test_nothing_is_granted_that_was_not_assumed() -> None:
    rectangular = sp.MatMul(sp.MatrixSymbol("A", M, N), sp.MatrixSymbol("B", N, K))
    world = sample([rectangular, C], [], 2, 0)
    assert [int(world.values[size]) for size in (K, M, N)] == [2, 3, 4]
    plain, definite = world.values[C], sample([C], [Q.positive_definite(C)], 3, 0).values[C]
    assert plain[0][1] != plain[1][0]
    assert definite[0][1] != definite[1][0]
    assert len(sample([sp.MatrixSymbol("A", M, M)], [], 3, 0).values[sp.MatrixSymbol("A", M, M)]) == 3


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", [0, 1])
def test_hypotheses_hold_where_expressions_are_tried(k: int, seed: int) -> None:
    hypotheses = [
        *COVARIANCE,
        *SPREADS,
        Q.lower_triangular(L1),
        positive_diagonal(L1),
        Q.positive(SIGMA1),
        Q.nonzero(add(A, neg(B))),
        Q.positive(add(sp.S.One, A)),
        Q.invertible(C),
        Q.positive(Apply("g", X)),
        Q.positive_definite(MatrixApply("Y", X, K, K)),
        Q.positive(Density(AbstractLaw("1"), Y)),
    ]
    world = sample([S1, S2], hypotheses, k, seed)
    for fact in (COVARIANCE[0], COVARIANCE[2]):
        value = world.values[fact.arguments[0]]
        assert all(value[i][j] == value[j][i] for i in range(k) for j in range(k))
    assert all(world.values[L1][i][j] == 0 for i in range(k) for j in range(i + 1, k))
    assert all(world.values[L1][i][i] > 0 for i in range(k))
    assert all(entry > 0 for row in world.values[T1] for entry in row)
    assert world.values[A] > -1
    assert evaluate(Apply("g", X), world) > 0
    evaluate(
        Entropy(Law("mvn", U1, MatrixApply("Y", X, K, K))),
        Environment({**world.values, U1: world.values[T1]}, world.seed, functions=world.functions),
    )


def test_free_indices_stay_inside() -> None:
    for seed in range(8):
        world = sample([Entry(C, INDEX, J), Entry(V, INDEX)], [], 3, seed)
        assert {1, 2, 3} >= {int(world.values[INDEX]), int(world.values[J])}


def test_unsatisfiable_and_unknown_hypotheses_are_refused() -> None:
    with pytest.raises(OutsideDomain, match="no values were found that satisfy"):
        sample([A], [Q.positive(A), Q.positive(neg(A))], 1, 0)
    with pytest.raises(NoMeaning, match="unknown predicate"):
        sample([C], [Q.orthogonal(C)], 1, 0)


def test_terms_are_told_apart_at_the_test_points() -> None:
    terms = [
        sp.Trace(sp.MatMul(sp.Inverse(S2), S1)),
        Scalar(matmul(sp.Transpose(GAP), sp.Inverse(S2), GAP)),
        K,
        sp.log(sp.Determinant(S1)),
        sp.log(sp.Determinant(S2)),
    ]
    for k in (1, 2, 3, 4):
        world = sample(terms, COVARIANCE, k, 0)
        values = [abs(evaluate(term, world)) for term in terms]
        assert min(abs(a - b) for i, a in enumerate(values) for b in values[:i]) > mpmath.mpf("1e-6")


def test_worlds_do_not_depend_on_hash_order() -> None:
    program = (
        "import sympy as sp; from sympy import Q; from closedform.derive.evaluate import sample, evaluate\n"
        "from closedform.derive.nodes import *\n"
        "k = sp.Symbol('k'); S = sp.MatrixSymbol('S', k, k); m = sp.MatrixSymbol('m', k, 1)\n"
        "e = KL(Law('mvn', m, S), Law('mvn', sp.ZeroMatrix(k, 1), sp.Identity(k)))\n"
        "print(evaluate(e, sample([e, KL(AbstractLaw('1'), AbstractLaw('2'))], [Q.positive_definite(S)], 3, 7)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


# ---------------------------------------------------------------------------------------------------- rough worlds


def test_rough_worlds_hold_large_and_small_numbers_of_both_signs() -> None:
    values = [sample([A], [], 1, seed).values[A] for seed in (1, 3, 5, 7)]
    assert any(value > 3 for value in values)
    assert any(value < -3 for value in values)
    assert all(abs(sample([A], [], 1, seed).values[A]) < 3 for seed in (0, 2, 4))


def test_some_rough_worlds_have_equal_numbers_and_zeros() -> None:
    symbols = [sp.Symbol(f"c{n}", real=True) for n in range(8)]
    values = list(sample(symbols, [], 1, 5).values.values())
    assert ZERO in values
    assert len(set(values) - {ZERO}) < len([value for value in values if value])
    positive = sample(symbols, [Q.positive(symbol) for symbol in symbols], 1, 5).values.values()
    assert min(positive) > 0


def test_parameters_of_laws_stay_moderate() -> None:
    for seed in range(8):
        values = sample([KL(NORMAL1, NORMAL2)], SCALE, 1, seed).values
        assert all(mpmath.mpf("0.29") < abs(values[symbol]) < 3 for symbol in (MU1, SIGMA1, MU2, SIGMA2))


def test_symbols_of_one_name_are_different_numbers() -> None:
    other = sp.Symbol("a", positive=True)
    values = sample([add(A, other)], [], 1, 0).values
    assert values[A] != values[other]


def test_a_sum_may_be_empty_where_its_size_is_any_integer() -> None:
    size = sp.Symbol("n", integer=True)
    ones = SumOver(sp.Integer(1), INDEX, size)
    assert {bool(compare(ones, size, sample([ones], [], 1, seed)).holds) for seed in (0, 1)} == {True, False}
    assert {int(sample([ones], [], k, 1).values[size]) for k in (1, 2)} == {-1, 0}
    assert sample([SumOver(sp.Integer(1), INDEX, add(J, sp.Integer(-2)))], [], 1, 0).values[J] == 1


def test_an_even_number_is_even() -> None:
    even, odd = sp.Symbol("n", even=True), sp.Symbol("m", odd=True, positive=True)
    for seed in range(8):
        values = sample([add(even, odd)], [], 1, seed).values
        assert values[even] % 2 == 0
        assert values[odd] % 2 == 1
        assert values[odd] > 0


def test_rare_hypotheses_are_met() -> None:
    assert sample([A], [Q.positive(add(A, sp.Integer(-5)))], 1, 0).values[A] > 5
    assert sample([A], [Q.negative(add(A, sp.Integer(5)))], 1, 0).values[A] < -5


TINY = exp(sp.Integer(-200))


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (Q.nonzero(TINY), True),
        (Q.positive(TINY), True),
        (Q.zero(TINY), False),
        (Q.zero(add(exp(A), neg(exp(A)))), True),
        (Q.positive(add(log(sp.Integer(6)), neg(log(sp.Integer(2))), neg(log(sp.Integer(3))))), False),
        (Q.nonnegative(add(log(sp.Integer(6)), neg(log(sp.Integer(2))), neg(log(sp.Integer(3))))), True),
        (Q.invertible(sp.MatMul(sp.Rational(1, 1000), C)), True),
        (Q.invertible(sp.MatMul(TINY, C)), True),
        (Q.invertible(sp.MatMul(V, sp.Transpose(V))), False),
        (Q.symmetric(sp.MatMul(TINY, C)), False),
        (Q.symmetric(V), False),
        (Q.invertible(V), False),
        (Q.lower_triangular(V), False),
        (Q.positive_definite(V), False),
    ],
    ids=str,
)
def test_predicates_are_judged_by_size_and_shape(fact: sp.Basic, expected: object) -> None:
    for seed in (0, 1):
        assert holds(fact, sample(fact.arguments, [], 3, seed)) is expected


def test_a_hypothesis_that_no_shape_satisfies_says_so() -> None:
    with pytest.raises(OutsideDomain, match="no matrix of shape"):
        sample([V], [Q.symmetric(V)], 2, 0)
