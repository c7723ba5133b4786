"""Kernels of thin matrices: against fifty digits and the dense formula, near equality, any sizes, bad elements, work linear in k."""

from __future__ import annotations

import time
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.typing import NDArray

import points
from closedform import generated

Array = NDArray[np.floating]
NAMES = ("mu1", "W1", "d1", "mu2", "W2", "d2")
EPS = {np.float64: 2.0**-52, np.float32: 2.0**-23}
SIZES = [(1, 1, 1), (2, 1, 1), (5, 2, 3), (9, 3, 1), (3, 5, 4), (40, 4, 4)]
EDGES = [(8, 0, 2), (8, 2, 0), (4, 0, 0), (0, 2, 1), (0, 0, 0)]


def test_what_is_tested_here_is_registered() -> None:
    """Every kernel of matrices that are not square."""
    found = {name for name, entry in generated.kernels().items() if points.has_matrices(entry["signature"].replace("k,k", "k"))}
    assert found == {"kl_mvn_lowrank", "kl_mvn_lowrank_value_and_grad"}
    assert generated.kernels()["kl_mvn_lowrank"]["signature"] == "(k),(k,r),(k),(k),(k,s),(k)->()"


def arguments(k: int, r: int, s: int, count: int = 3, seed: int = 0) -> list[Array]:
    rng = np.random.default_rng([seed, k, r, s])
    found: list[Array] = []
    for rank in (r, s):
        found += [rng.normal(size=(count, k)), rng.normal(size=(count, k, rank)), rng.uniform(0.3, 3.0, (count, k))]
    return found


def exact(values: list[Array], digits: int = 50) -> mpf:
    """KL by inverse and determinant with fifty digits or more."""
    with mp.workdps(digits):
        mu1, W1, d1, mu2, W2, d2 = ([[mpf(float(x)) for x in np.atleast_1d(row)] for row in value] for value in values)
        S1, S2 = (mpmath.diag([x[0] for x in d]) + _gram(W, len(d)) for d, W in ((d1, W1), (d2, W2)))
        gap, inverse, k = mpmath.matrix(mu1) - mpmath.matrix(mu2), S2**-1, len(d1)
        trace = mpmath.fsum((inverse * S1)[i, i] for i in range(k))
        return (trace - k + (gap.T * inverse * gap)[0] - mpmath.log(mpmath.det(S1) / mpmath.det(S2))) / 2


def _gram(W: list[list[mpf]], k: int) -> Any:
    return mpmath.matrix([[mpmath.fdot(W[i], W[j]) for j in range(k)] for i in range(k)])


def dense(values: list[Array]) -> list[Array]:
    """Gradients with whole matrices: 2 G W and the diagonal of G, with G the gradient by the covariance."""
    mu1, W1, d1, mu2, W2, d2 = values
    S1, S2 = np.diag(d1) + W1 @ W1.T, np.diag(d2) + W2 @ W2.T
    P1, P2, gap = np.linalg.inv(S1), np.linalg.inv(S2), mu1 - mu2
    G1, G2 = (P2 - P1) / 2, (P2 - P2 @ (S1 + np.outer(gap, gap)) @ P2) / 2
    return [P2 @ gap, 2 * G1 @ W1, np.diag(G1), -P2 @ gap, 2 * G2 @ W2, np.diag(G2)]


def condition(values: list[Array]) -> float:
    return max(float(np.linalg.cond(np.diag(values[i + 1]) + values[i] @ values[i].T)) for i in (1, 4))


@pytest.mark.parametrize("real", [np.float64, np.float32])
@pytest.mark.parametrize(("k", "r", "s"), SIZES)
def test_values_against_fifty_digits(implementation: ModuleType, k: int, r: int, s: int, real: type) -> None:
    given = [x.astype(real) for x in arguments(k, r, s)]
    found = implementation.kl_mvn_lowrank(*given)
    assert found.dtype == real
    for index, value in enumerate(found):
        one = [x[index] for x in given]
        wanted = exact(one)
        assert abs(mpf(float(value)) - wanted) <= 100 * k * EPS[real] * condition([x.astype(float) for x in one]) * wanted


@pytest.mark.parametrize(("k", "r", "s"), [*SIZES, *EDGES])
def test_gradients_against_the_dense_formula(implementation: ModuleType, k: int, r: int, s: int) -> None:
    given = arguments(k, r, s)
    value, *found = implementation.kl_mvn_lowrank_value_and_grad(*given)
    np.testing.assert_allclose(value, implementation.kl_mvn_lowrank(*given), rtol=1e-14)
    for index in range(len(value)):
        for gradient, wanted in zip(found, dense([x[index] for x in given]), strict=True):
            assert gradient[index].shape == wanted.shape
            np.testing.assert_allclose(gradient[index], wanted, rtol=0, atol=1e-11 * np.abs(wanted).max(initial=1))


MU1, MU2 = [0.2, -0.4, 0.7], [-0.1, 0.3, 0.5]


def test_reference_value(implementation: ModuleType) -> None:
    """A point of the mathematics, with ranks 1 and 2."""
    W1, W2 = np.array([[0.5], [-0.3], [0.2]]), np.array([[0.4, 0.1], [-0.2, 0.6], [0.3, -0.5]])
    found = implementation.kl_mvn_lowrank(MU1, W1, [0.9, 0.4, 0.7], MU2, W2, [1.1, 0.8, 1.3])
    assert found == pytest.approx(0.5256090670473280886, rel=1e-14)


@pytest.mark.parametrize(("k", "r", "s"), EDGES)
def test_any_size_may_be_0(implementation: ModuleType, k: int, r: int, s: int) -> None:
    given = arguments(k, r, s)
    found = implementation.kl_mvn_lowrank(*given)
    for index, value in enumerate(found):
        wanted = float(exact([x[index] for x in given])) if k else 0.0
        assert value == pytest.approx(wanted, rel=1e-12)
    if r == s == 0 and k:
        mu1, _, d1, mu2, _, d2 = given
        np.testing.assert_allclose(found, implementation.kl_normal_diag_var(mu1, d1, mu2, d2), rtol=1e-13)


@pytest.mark.parametrize("real", [np.float64, np.float32])
def test_equal_laws_are_exactly_at_zero(implementation: ModuleType, real: type) -> None:
    for k, r in ((1, 1), (3, 5), (7, 2), (33, 8), (200, 3)):
        law = [x.astype(real) for x in arguments(k, r, r)[:3]]
        for found in implementation.kl_mvn_lowrank_value_and_grad(*law, *law):
            np.testing.assert_array_equal(found, np.zeros_like(found))


@pytest.mark.parametrize("distance", [1e-1, 1e-4, 1e-8, 1e-12, 1e-15])
@pytest.mark.parametrize("real", [np.float64, np.float32])
def test_near_equality_the_digits_are_kept(implementation: ModuleType, distance: float, real: type) -> None:
    """Relative errors, however close the laws are; two hundred digits know the divergence of 1e-30."""
    for k, r in ((4, 1), (7, 2), (12, 3)):
        law = arguments(k, r, r, 3, seed=1)[:3]
        rng = np.random.default_rng(k)
        given = [x.astype(real) for x in (*(x * (1 + distance * rng.uniform(-1, 1, x.shape)) for x in law), *law)]
        found = implementation.kl_mvn_lowrank(*given)
        for index, value in enumerate(found):
            one = [x[index] for x in given]
            wanted = exact(one, digits=200)
            assert abs(mpf(float(value)) - wanted) <= 100 * k * EPS[real] * condition([x.astype(float) for x in one]) * wanted


def test_a_rotation_of_the_factors_is_no_difference(implementation: ModuleType) -> None:
    """The laws agree though W does not: what the docstring says is lost is lost, and no more."""
    mu, W, d = (x[0] for x in arguments(9, 3, 3)[:3])
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))
    joint = np.sum((W @ turn - W) ** 2 / d[:, None]) / 2
    assert 0 <= implementation.kl_mvn_lowrank(mu, W @ turn, d, mu, W, d) <= 1e-14 * joint


@pytest.mark.parametrize("distance", [1e-2, 1e-5, 1e-9, 1e-13])
def test_never_negative(implementation: ModuleType, distance: float) -> None:
    for seed in range(20):
        law = arguments(6, 2, 2, 4, seed)[:3]
        rng = np.random.default_rng(seed)
        near = [x * (1 + distance * rng.uniform(-1, 1, x.shape)) for x in law]
        assert (implementation.kl_mvn_lowrank(*near, *law) >= 0).all()


# ---------------------------------------------------------------------------------------------------- semantics


def test_compiled_kernels_and_twins_agree() -> None:
    for k, r, s in (*SIZES, (130, 7, 7)):
        given = arguments(k, r, s, 5)
        for name in ("kl_mvn_lowrank", "kl_mvn_lowrank_value_and_grad"):
            pair = getattr(generated, name)(*given), getattr(generated.numpy_kernels, name)(*given)
            for found, expected in zip(*(part if isinstance(part, tuple) else (part,) for part in pair), strict=True):
                np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * np.abs(expected).max(initial=1))


def test_broadcasting_strides_and_numbers(implementation: ModuleType) -> None:
    mu1, W1, d1, mu2, W2, d2 = arguments(5, 2, 3, 6)
    whole = implementation.kl_mvn_lowrank(mu1, W1, d1, mu2, W2, d2)
    table = implementation.kl_mvn_lowrank(mu1[:, None], W1, d1, mu2, W2, d2)
    assert table.shape == (6, 6)
    np.testing.assert_allclose(np.diagonal(table), whole, rtol=1e-14)
    for other in (np.asfortranarray, lambda x: np.repeat(x, 2, axis=-1)[..., ::2], lambda x: x[::-1].copy()[::-1]):
        np.testing.assert_allclose(implementation.kl_mvn_lowrank(*map(other, (mu1, W1, d1, mu2, W2, d2))), whole, rtol=1e-14)
    ones = np.ones(5)
    np.testing.assert_array_equal(
        implementation.kl_mvn_lowrank(0.0, W1, 2.0, mu2, W2, 1), implementation.kl_mvn_lowrank(0 * ones, W1, 2 * ones, mu2, W2, ones)
    )


def test_results_into_given_arrays(implementation: ModuleType) -> None:
    given = arguments(4, 2, 1)
    expected = implementation.kl_mvn_lowrank_value_and_grad(*given)
    out = tuple(np.full_like(value, 7.0) for value in expected)
    for target, found, value in zip(out, implementation.kl_mvn_lowrank_value_and_grad(*given, out=out), expected, strict=True):
        assert found is target
        np.testing.assert_array_equal(target, value)


@pytest.mark.parametrize(("place", "value"), [*((place, np.nan) for place in range(6)), (2, 0.0), (2, -1.0), (5, 0.0), (5, -1.0)])
def test_one_bad_element_spoils_no_other(implementation: ModuleType, place: int, value: float) -> None:
    given = arguments(4, 2, 3, 5)
    good = implementation.kl_mvn_lowrank_value_and_grad(*given)
    given[place][3].flat[-1] = value
    with np.errstate(invalid="ignore"):
        found = implementation.kl_mvn_lowrank_value_and_grad(*given)
        assert np.isnan(implementation.kl_mvn_lowrank(*given)[3])
    for bad, before in zip(found, good, strict=True):
        assert np.isnan(bad[3]).all()
        np.testing.assert_array_equal(np.delete(bad, 3, axis=0), np.delete(before, 3, axis=0))
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match=r"^invalid value encountered in kl_mvn_lowrank$"):
        implementation.kl_mvn_lowrank(*given)


@pytest.mark.parametrize("place", range(6))
def test_an_infinite_law_is_infinitely_far(implementation: ModuleType, place: int) -> None:
    given = arguments(4, 2, 2, 5)
    given[place][3].flat[0] = np.inf
    with np.errstate(divide="ignore"):
        found = implementation.kl_mvn_lowrank(*given)
    assert list(np.isposinf(found)) == [False, False, False, True, False]
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match=r"^divide by zero encountered in kl_mvn_lowrank$"):
        implementation.kl_mvn_lowrank(*given)
    given[(place + 3) % 6][3].flat[0] = np.inf
    with np.errstate(invalid="ignore"):
        assert np.isnan(implementation.kl_mvn_lowrank(*given)[3])


def test_inside_the_domain_nothing_is_reported(implementation: ModuleType) -> None:
    for k, r, s in (*SIZES, *EDGES):
        with np.errstate(all="raise"):
            implementation.kl_mvn_lowrank_value_and_grad(*arguments(k, r, s))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([(3,), (4, 2), (3,), (3,), (3, 2), (3,)], "W1 has shape (4, 2), but mu1 has shape (3,): expected (..., 3, r)"),
        ([(3,), (3, 2), (3,), (3,), (3,), (3,)], "W2 has shape (3,): expected (..., 3, s)"),
        ([(3,), (3, 2), (3,), (3,), (3, 2), (2,)], "d2 has shape (2,), but mu1 has shape (3,): expected (..., 3)"),
    ],
)  # fmt: skip
def test_wrong_shapes_are_told_in_the_callers_terms(implementation: ModuleType, shapes: list[tuple[int, ...]], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        implementation.kl_mvn_lowrank(*[np.ones(shape) for shape in shapes])
    assert str(caught.value) == f"kl_mvn_lowrank: {message}"


def test_the_work_is_linear_in_k() -> None:
    """Twice as many rows take about twice as long, where whole matrices would take eight times as long."""
    took = []
    for k in (2000, 4000):
        given = arguments(k, 4, 4, 1)
        took.append(min(_timed(given) for _ in range(7)))
    assert took[1] < 5 * took[0]


def _timed(given: list[Array]) -> float:
    start = time.perf_counter()
    generated.kl_mvn_lowrank_value_and_grad(*given)
    return time.perf_counter() - start
