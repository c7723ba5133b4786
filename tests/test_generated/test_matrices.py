"""Kernels of whole matrices: values at fifty digits, near equality, semantics, one bad element among good ones."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from numpy.typing import NDArray

from closedform import generated
from closedform.generated import Kernel
from closedform.generated.matrix_kernel import MatrixKernel

Array = NDArray[np.floating]
MATRICES = sorted(name for name, entry in generated.kernels().items() if "k,k" in entry["signature"])
NAMES = [name for name in MATRICES if not name.endswith("_value_and_grad")]
GRADIENTS = [name for name in MATRICES if name.endswith("_value_and_grad")]
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 12, 17, 33)
EPS = {np.float64: 2.0**-52, np.float32: 2.0**-23}


@pytest.fixture(params=NAMES)
def kernel(request: pytest.FixtureRequest, implementation: ModuleType) -> Kernel:
    found = getattr(implementation, request.param)
    assert isinstance(found, MatrixKernel)
    return found


# ---------------------------------------------------------------------------------------------------- arguments and references


def factors(rng: np.random.Generator, count: int, k: int, spread: float = 1.5) -> Array:
    """Lower triangular, with diagonal entries between 1/spread and spread."""
    L = np.tril(rng.normal(size=(count, k, k)), -1) / k
    i = np.arange(k)
    L[:, i, i] = spread ** rng.uniform(-1, 1, size=(count, k))
    return L


def is_matrix(name: str) -> bool:
    return not name.startswith("mu")


def takes_factors(name: str) -> bool:
    return name[0] in "LR"


def arguments(names: tuple[str, ...], count: int, k: int, distance: float | None = None, seed: int = 0) -> list[Array]:
    """Random laws; at that relative distance from each other if it is given."""
    rng = np.random.default_rng([seed, k])
    L, mu = {"2": factors(rng, count, k)}, {"2": rng.normal(size=(count, k))}
    if distance is None:
        L["1"], mu["1"] = factors(rng, count, k), rng.normal(size=(count, k))
    elif "mu2" in names:
        L["1"] = L["2"] * (1 + distance * rng.uniform(-1, 1, (count, k, k)))
        mu["1"] = mu["2"] + distance * rng.normal(size=(count, k))
    else:
        L["1"] = np.eye(k) + distance * np.tril(rng.uniform(-1, 1, (count, k, k)))
        mu["1"] = distance * rng.normal(size=(count, k))
    found = []
    for name in names:
        law = name[-1] if name[-1] in "12" else "1"
        if not is_matrix(name):
            found.append(mu[law])
        else:
            found.append(L[law] if takes_factors(name) else mirrored(L[law] @ np.swapaxes(L[law], -1, -2)))
    return found


def mirrored(S: Array) -> Array:
    """Exactly symmetric, which a product may not be."""
    return np.asarray(np.tril(S) + np.swapaxes(np.tril(S, -1), -1, -2))


def equal_laws(given: dict[str, Array]) -> list[Array]:
    """Arguments of the same names with both laws the second, or the standard one where there is no second."""
    if "mu2" in given:
        return [given[name.replace("1", "2")] for name in given]
    return [np.zeros_like(x) + np.eye(x.shape[-1], dtype=x.dtype) if is_matrix(name) else np.zeros_like(x) for name, x in given.items()]


def exact(names: tuple[str, ...], values: list[Array]) -> mpf:
    """KL with far more digits than the kernel has."""
    with mp.workdps(90):
        return textbook(names, [mpmath.matrix([[mpf(float(x)) for x in row] for row in np.atleast_2d(value).tolist()]) for value in values])


def textbook(names: tuple[str, ...], values: list[Any]) -> mpf:
    """KL by inverse and determinant, as every textbook has it."""
    laws: dict[str, Any] = {}
    for name, matrix in zip(names, values, strict=True):
        law = name[-1] if name[-1] in "12" else "1"
        if not is_matrix(name):
            laws["mu" + law] = matrix.T
            continue
        k = matrix.rows
        if takes_factors(name):
            lower = mpmath.matrix(k, k)
            for i in range(k):
                for j in range(i + 1):
                    lower[i, j] = matrix[i, j]
            matrix = lower * lower.T
        laws["cov" + law] = matrix**-1 if name[0] == "R" or name.startswith("prec") else matrix
    inverse = laws.get("cov2", mpmath.eye(k)) ** -1
    gap = laws["mu1"] - laws.get("mu2", mpmath.zeros(k, 1))
    trace = mpmath.fsum((inverse * laws["cov1"])[i, i] for i in range(k))
    return (trace - k + (gap.T * inverse * gap)[0] - mpmath.log(mpmath.det(inverse) * mpmath.det(laws["cov1"]))) / 2


def condition(names: tuple[str, ...], values: list[Array]) -> float:
    return max(np.linalg.cond(x) for name, x in zip(names, values, strict=True) if is_matrix(name))


# ---------------------------------------------------------------------------------------------------- gradients


@pytest.fixture(params=GRADIENTS)
def with_gradients(request: pytest.FixtureRequest, implementation: ModuleType) -> Kernel:
    found = getattr(implementation, request.param)
    assert isinstance(found, MatrixKernel)
    return found


def slope(names: tuple[str, ...], values: list[Array], place: int, entry: tuple[int, ...]) -> mpf:
    """The derivative by one entry, good to thirty digits: a central difference of the textbook formula.

    An entry of a symmetric matrix moves together with the one across the diagonal, and each is given half of what that changes.
    """
    step = mpf(10) ** -30
    symmetric = len(entry) == 2 and not takes_factors(names[place])
    places = {entry, entry[::-1]} if symmetric else {entry}
    with mp.workdps(90):
        ends = []
        for sign in (1, -1):
            moved = [np.array([[mpf(float(x)) for x in row] for row in np.atleast_2d(value)], dtype=object) for value in values]
            for at in places:
                moved[place][at if len(at) == 2 else (0, *at)] += sign * step
            ends.append(textbook(names, [mpmath.matrix(value.tolist()) for value in moved]))
        return (ends[0] - ends[1]) / (2 * step * len(places))


@pytest.mark.parametrize("distance", [None, 1e-3, 1e-8])
@pytest.mark.parametrize("real", [np.float64, np.float32])
def test_gradients(with_gradients: Kernel, distance: float | None, real: type) -> None:
    """Against differences of the textbook formula with ninety digits, relative to the largest entry of each gradient."""
    for k in (1, 2, 5):
        given = [x.astype(real) for x in arguments(with_gradients.arguments, 3, k, distance)]
        value, *found = with_gradients(*given)
        alone = getattr(generated, with_gradients.__name__.removesuffix("_value_and_grad"))
        one = [x[1] for x in given]
        np.testing.assert_allclose(value[1], alone(*one), rtol=9 * k * EPS[real] * condition(with_gradients.arguments, one))
        for place, gradient in enumerate(found):
            wanted = np.zeros(gradient[1].shape)
            for entry in np.ndindex(*gradient[1].shape):
                if len(entry) == 1 or entry[0] >= entry[1]:
                    wanted[entry] = float(slope(with_gradients.arguments, one, place, entry))
                    if len(entry) == 2 and not takes_factors(with_gradients.arguments[place]):
                        wanted[entry[::-1]] = wanted[entry]
            bound = 100 * k * EPS[real] * condition(with_gradients.arguments, one)
            assert np.abs(gradient[1] - wanted).max() <= bound * np.abs(wanted).max() + 1e-50  # what a difference of that step is good to


def test_the_factor_route_meets_the_dense_route(implementation: ModuleType) -> None:
    """By L the gradient is tril(2 G L), where G is the symmetric gradient by L L^T."""
    for k in (1, 2, 4, 7, 11, 40, 99):
        mu1, L1, mu2, L2 = arguments(("mu1", "L1", "mu2", "L2"), 9, k)
        _, _, by_L1, _, by_L2 = implementation.kl_mvn_chol_value_and_grad(mu1, L1, mu2, L2)
        S1, S2 = (L @ np.swapaxes(L, -1, -2) for L in (L1, L2))
        P1, P2 = np.linalg.inv(S1), np.linalg.inv(S2)
        gap = (mu1 - mu2)[..., None]
        by_S1 = (P2 - P1) / 2
        by_S2 = (P2 - P2 @ (S1 + gap @ np.swapaxes(gap, -1, -2)) @ P2) / 2
        np.testing.assert_allclose(by_L1, np.tril(2 * by_S1 @ L1), rtol=0, atol=1e-12 * np.abs(by_L1).max())
        np.testing.assert_allclose(by_L2, np.tril(2 * by_S2 @ L2), rtol=0, atol=1e-11 * np.abs(by_L2).max())


@pytest.mark.parametrize("k", [1, 3, 4, 5, 8, 9, 33, 97, 130, 200, 401])
def test_gradients_of_batches_single_matrices_and_twins_agree(k: int) -> None:
    for name in GRADIENTS:
        kernel, twin = getattr(generated, name), getattr(generated.numpy_kernels, name)
        for distance in (None, 1e-7):
            given = arguments(kernel.arguments, 19 if k < 200 else 2, k, distance)
            single = zip(*[kernel(*[x[i] for x in given]) for i in range(2)], strict=True)
            for found, expected, one in zip(kernel(*given), twin(*given), single, strict=True):
                scale = np.abs(expected).max()
                np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * scale)
                np.testing.assert_allclose(found[:2], np.stack(one), rtol=0, atol=1e-12 * scale)
                if found.ndim == 3:
                    np.testing.assert_array_equal(found, np.tril(found) if takes_factors(kernel.arguments[1]) else np.swapaxes(found, 1, 2))


@pytest.mark.parametrize("k", [2, 8, 11])
def test_gradients_of_near_and_distant_laws_side_by_side(with_gradients: Kernel, k: int) -> None:
    """Which form is right for an element depends on that element alone."""
    near, far = (arguments(with_gradients.arguments, 20, k, distance) for distance in (1e-7, None))
    mixed = [np.where((np.arange(20) % 3 == 0).reshape(-1, *[1] * (x.ndim - 1)), x, y) for x, y in zip(near, far, strict=True)]
    for found, *alone in zip(with_gradients(*mixed), with_gradients(*near), with_gradients(*far), strict=True):
        for index, value in enumerate(found):
            np.testing.assert_allclose(value, alone[index % 3 != 0][index], rtol=0, atol=1e-13 * np.abs(value).max())


def test_gradients_vanish_between_equal_laws(with_gradients: Kernel) -> None:
    for k in (1, 4, 8, 12, 70):
        given = dict(zip(with_gradients.arguments, arguments(with_gradients.arguments, 9, k), strict=True))
        for found in with_gradients(*equal_laws(given)):
            np.testing.assert_array_equal(found, np.zeros_like(found))


@pytest.mark.parametrize("k", [2, 5, 9, 70])
def test_a_bad_element_has_no_gradients_and_spoils_no_other(with_gradients: Kernel, k: int) -> None:
    given = arguments(with_gradients.arguments, 20, k)
    good = with_gradients(*given)
    for place, name in enumerate(with_gradients.arguments):
        for _, bad in spoil(name, given[place][6]) if is_matrix(name) else [("nan", np.full(k, np.nan))]:
            spoilt = [x.copy() for x in given]
            spoilt[place][6] = bad
            with np.errstate(invalid="ignore"):
                found = with_gradients(*spoilt)
            for value, before in zip(found, good, strict=True):
                read = np.tril(np.ones((k, k), bool)) if value.ndim == 3 and takes_factors(with_gradients.arguments[1]) else ...
                assert np.isnan(value[6][read]).all()
                np.testing.assert_array_equal(np.delete(value, 6, axis=0), np.delete(before, 6, axis=0))


def test_gradients_broadcast_and_read_and_write_with_any_strides(with_gradients: Kernel) -> None:
    for k in (3, 8, 11):
        given = arguments(with_gradients.arguments, 6, k)
        expected = with_gradients(*given)
        tables = with_gradients(given[0][:, None], *given[1:])
        for table, value in zip(tables, expected, strict=True):
            assert table.shape == (6, *value.shape)
            np.testing.assert_allclose(table[np.arange(6), np.arange(6)], value, rtol=0, atol=1e-13 * np.abs(value).max())
        strided = [np.repeat(x, 2, axis=-1)[..., ::2] for x in given]
        out = tuple(np.zeros((*value.shape, 2))[..., 0] for value in expected)
        for arrays in (strided, [np.asfortranarray(x) for x in given]):
            with_gradients(*arrays, out=out)
            for target, value in zip(out, expected, strict=True):
                np.testing.assert_allclose(target, value, rtol=0, atol=1e-14 * np.abs(value).max())


def test_no_dimension_has_no_gradients(with_gradients: Kernel) -> None:
    empty = [np.ones((2, 0, 0)) if is_matrix(name) else np.ones((2, 0)) for name in with_gradients.arguments]
    value, *found = with_gradients(*empty)
    np.testing.assert_array_equal(value, [0, 0])
    assert [x.shape for x in found] == [x.shape for x in empty]


def test_gradients_into_given_arrays(with_gradients: Kernel) -> None:
    given = arguments(with_gradients.arguments, 4, 3)
    expected = with_gradients(*given)
    out = tuple(np.empty_like(value) for value in expected)
    for target, found, value in zip(out, with_gradients(*given, out=out), expected, strict=True):
        assert found is target
        np.testing.assert_array_equal(target, value)
    assert [value.shape for value in with_gradients(*[x[0] for x in given])][1:] == [value.shape[1:] for value in expected[1:]]


# ---------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("real", [np.float64, np.float32])
@pytest.mark.parametrize("distance", [None, 1e-2, 1e-5, 1e-9, 1e-13])
def test_values(kernel: Kernel, distance: float | None, real: type) -> None:
    """Of factors every digit but a few, however close the laws are; of matrices what their condition leaves."""
    for k in (1, 2, 4, 7, 9):
        given = [x.astype(real) for x in arguments(kernel.arguments, 3, k, distance)]
        found = kernel(*given)
        assert found.dtype == real
        for index, value in enumerate(found):
            one = [x[index] for x in given]
            wanted = exact(kernel.arguments, one)
            bound = 8 * k * EPS[real] if all(takes_factors(n) for n in kernel.arguments if is_matrix(n)) else (
                100 * k * EPS[real] * condition(kernel.arguments, one))
            assert abs(mpf(float(value)) - wanted) <= bound * wanted + mpf(float(np.finfo(real).tiny))


@pytest.mark.parametrize("k", [1, 3, 8, 9, 20, 40])
@pytest.mark.parametrize("spread", [10.0, 1e4])
def test_difference_form_keeps_its_digits_in_badly_conditioned_laws(implementation: ModuleType, k: int, spread: float) -> None:
    """Relative error at most 100 k eps cond(L2), at distances from 1e-2 to 1e-14."""
    rng = np.random.default_rng(k)
    for distance in 10.0 ** np.arange(-2, -15, -4):
        L2 = factors(rng, 1, k, spread)
        L1 = L2 * (1 + distance * rng.uniform(-1, 1, L2.shape))
        mu2 = rng.normal(size=(1, k))
        mu1 = mu2 + distance * np.diagonal(L2, axis1=-2, axis2=-1) * rng.normal(size=(1, k))
        found = float(implementation.kl_mvn_chol(mu1, L1, mu2, L2)[0])
        wanted = exact(("mu1", "L1", "mu2", "L2"), [x[0] for x in (mu1, L1, mu2, L2)])
        assert abs(mpf(found) - wanted) <= 100 * k * 2.0**-52 * float(np.linalg.cond(L2[0])) * wanted


@pytest.mark.parametrize("k", [*SIZES, 60, 97, 130, 200, 401])
def test_batches_single_matrices_and_twins_agree(k: int) -> None:
    """One matrix is computed by itself, many side by side, large ones by a BLAS."""
    for name in NAMES:
        kernel, twin = getattr(generated, name), getattr(generated.numpy_kernels, name)
        for distance in (None, 1e-6):
            given = arguments(kernel.arguments, 19 if k < 200 else 2, k, distance)
            found = kernel(*given)
            np.testing.assert_allclose(found, twin(*given), rtol=1e-9 if distance else 1e-12)
            np.testing.assert_allclose(found[:2], [kernel(*[x[i] for x in given]) for i in range(2)], rtol=1e-9 if distance else 1e-12)


def test_laws_far_apart_in_size(implementation: ModuleType) -> None:
    """Quotients of diagonals at the ends of the range, subnormal numbers among them."""
    L1 = np.array([[[3e-200]], [[1e-310]], [[2.0]], [[5e-324]]])
    L2 = np.array([[[2e180]], [[1e-300]], [[1e-150]], [[1e300]]])
    zero = np.zeros((4, 1))
    with np.errstate(over="ignore"):
        found = implementation.kl_mvn_chol(zero, L1, zero, L2)
    for value, a, b in zip(found, L1[:, 0, 0], L2[:, 0, 0], strict=True):
        wanted = exact(("mu1", "L1", "mu2", "L2"), [np.zeros(1), np.array([[a]]), np.zeros(1), np.array([[b]])])
        assert value == pytest.approx(float(wanted), rel=1e-14)


# ---------------------------------------------------------------------------------------------------- never negative


@given(st.integers(1, 12), st.integers(0, 10**6), st.sampled_from([None, 1e-1, 1e-4, 1e-8, 1e-12, 1e-15]), st.sampled_from(["f4", "f8"]))
@settings(max_examples=25, deadline=None)
def test_never_negative(k: int, seed: int, distance: float | None, real: str) -> None:
    """A sum of squares and of terms none of which is negative is not negative after rounding either."""
    for name in NAMES:
        for module in (generated, generated.numpy_kernels):
            kernel = getattr(module, name)
            assert (kernel(*[x.astype(real) for x in arguments(kernel.arguments, 4, k, distance, seed)]) >= 0).all()


def test_equal_laws_are_exactly_at_zero(kernel: Kernel) -> None:
    for k in (*SIZES, 70):
        for real in (np.float32, np.float64):
            given = dict(zip(kernel.arguments, [x.astype(real) for x in arguments(kernel.arguments, 17, k)], strict=True))
            np.testing.assert_array_equal(kernel(*equal_laws(given)), np.zeros(17))


# ---------------------------------------------------------------------------------------------------- semantics


def test_types(kernel: Kernel) -> None:
    given = arguments(kernel.arguments, 2, 3)
    assert kernel(*[x.astype(np.float32) for x in given]).dtype == np.float32
    assert kernel(*[x.astype(np.float16) for x in given]).dtype == np.float32
    assert kernel(given[0].astype(np.float32), *given[1:]).dtype == np.float64
    with pytest.raises(TypeError, match=rf"^{kernel.__name__}: {kernel.arguments[-1]} is of type complex128"):
        kernel(*given[:-1], given[-1].astype(complex))


def test_broadcasting_strides_and_layout(kernel: Kernel) -> None:
    for k in (3, 8, 11):
        given = arguments(kernel.arguments, 6, k)
        table = kernel(given[0][:, None], *given[1:])
        assert table.shape == (6, 6)
        np.testing.assert_allclose(np.diagonal(table), kernel(*given), rtol=1e-13)
        laid_out = [np.asfortranarray(x) for x in given]
        strided = [np.repeat(x, 2, axis=-1)[..., ::2] for x in given]
        backwards = [x[::-1].copy()[::-1] for x in given]
        for other in (laid_out, strided, backwards):
            np.testing.assert_array_equal(kernel(*other), kernel(*given))


def test_numbers_stand_for_columns(implementation: ModuleType) -> None:
    L = factors(np.random.default_rng(3), 5, 4)
    np.testing.assert_array_equal(implementation.kl_mvn_vae_chol(0.0, L), implementation.kl_mvn_vae_chol(np.zeros(4), L))
    columns = np.ones(4), np.full(4, 0.5)
    found = implementation.kl_mvn_chol(1, L, np.array(0.5), L)
    np.testing.assert_array_equal(found, implementation.kl_mvn_chol(columns[0], L, columns[1], L))


def test_single_matrices_give_numbers(kernel: Kernel) -> None:
    given = arguments(kernel.arguments, 1, 3)
    assert isinstance(kernel(*[x[0] for x in given]), np.float64)


def test_no_dimension_is_no_divergence(kernel: Kernel) -> None:
    empty = [np.ones((2, 0, 0)) if is_matrix(name) else np.ones((2, 0)) for name in kernel.arguments]
    np.testing.assert_array_equal(kernel(*empty), [0, 0])
    assert kernel(*[np.ones((0, 2, 2)) if is_matrix(name) else np.ones((0, 2)) for name in kernel.arguments]).shape == (0,)


def test_out_and_names(kernel: Kernel) -> None:
    given = arguments(kernel.arguments, 4, 3)
    out = np.empty(4)
    assert kernel(*given, out=out) is out
    np.testing.assert_array_equal(out, kernel(**dict(zip(kernel.arguments, given, strict=True))))


def test_above_the_diagonal_of_a_factor_nothing_is_read(kernel: Kernel) -> None:
    for k in (2, 4, 8, 9, 70):
        given = arguments(kernel.arguments, 9, k)
        spoilt = [x + np.triu(np.full((k, k), np.nan), 1) if takes_factors(name) else x
                  for name, x in zip(kernel.arguments, given, strict=True)]  # fmt: skip
        np.testing.assert_array_equal(kernel(*spoilt), kernel(*given))


@pytest.mark.parametrize(
    ("name", "shapes", "message"),
    [
        ("kl_mvn", [(3,), (3, 3), (3,), (3, 4)], "kl_mvn: cov2 has shape (3, 4): expected (..., 3, 3)"),
        ("kl_mvn", [(3,), (4, 4), (3,), (3, 3)], "kl_mvn: cov1 has shape (4, 4), but mu1 has shape (3,): expected (..., 3, 3)"),
        ("kl_mvn_chol", [(3,), (3,), (3,), (3, 3)], "kl_mvn_chol: L1 has shape (3,): expected (..., 3, 3)"),
        ("kl_mvn_vae_chol", [(2,), (3, 3)], "kl_mvn_vae_chol: L has shape (3, 3), but mu has shape (2,): expected (..., 2, 2)"),
        (
            "kl_mvn_vae_chol", [(2, 3), (4, 3, 3)],
            "kl_mvn_vae_chol: L has shape (4, 3, 3), but mu has shape (2, 3): (4,) and (2,) do not broadcast",
        ),
    ],
)  # fmt: skip
def test_wrong_shapes_are_told_in_the_callers_terms(
    implementation: ModuleType, name: str, shapes: list[tuple[int, ...]], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        getattr(implementation, name)(*[np.ones(shape) for shape in shapes])
    assert str(caught.value) == message


# ---------------------------------------------------------------------------------------------------- outside the domain


def spoil(name: str, matrix: Array) -> list[tuple[str, Array]]:
    """What no law has, in place of a good matrix: negative, asymmetric, not a number."""
    k = matrix.shape[-1]
    nan, negative = matrix.copy(), matrix.copy()
    nan[k - 1, 0] = np.nan
    negative[k - 1, k - 1] = -1.0
    found = [("nan", nan), ("negative", negative)]
    if not takes_factors(name):
        asymmetric = matrix.copy()
        asymmetric[0, k - 1] += 1e-3
        found.append(("asymmetric", asymmetric))
        found.append(("singular", np.ones_like(matrix)))
    return found


@pytest.mark.parametrize("k", [2, 5, 8, 13, 70])
def test_one_bad_element_spoils_no_other(kernel: Kernel, k: int) -> None:
    given = arguments(kernel.arguments, 20, k)
    good = kernel(*given)
    for place, name in enumerate(kernel.arguments):
        bad: list[tuple[str, Array]] = [("nan", np.full(k, np.nan))] if not is_matrix(name) else spoil(name, given[place][6])
        for what, value in bad:
            spoilt = [x.copy() for x in given]
            spoilt[place][6] = value
            with np.errstate(invalid="ignore"):
                found = kernel(*spoilt)
            assert np.isnan(found[6]), (name, what)
            np.testing.assert_array_equal(np.delete(found, 6), np.delete(good, 6))
            with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match=f"^invalid value encountered in {kernel.__name__}$"):
                kernel(*spoilt)


def test_rounding_is_no_asymmetry(implementation: ModuleType) -> None:
    rng = np.random.default_rng(5)
    A = rng.normal(size=(30, 6, 6))
    S = A @ np.diag(np.arange(1.0, 7.0)) @ np.swapaxes(A, -1, -2) + np.eye(6)
    with np.errstate(invalid="raise"):
        assert np.isfinite(implementation.kl_mvn(0.0, S, 1.0, S[::-1])).all()


def test_one_degenerate_law_is_infinitely_far(kernel: Kernel) -> None:
    if not takes_factors(kernel.arguments[1]):
        return
    for place in [index for index, name in enumerate(kernel.arguments) if is_matrix(name)]:
        for value in (0.0, np.inf):
            given = arguments(kernel.arguments, 10, 3)
            given[place][4, 1, 1] = value
            with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match=r"^divide by zero"):
                kernel(*given)
            with np.errstate(divide="ignore"):
                found = kernel(*given)
            assert list(np.isposinf(found)) == [index == 4 for index in range(10)]


@pytest.mark.parametrize("k", [1, 2, 9, 33])
def test_an_infinite_mean_is_infinitely_far(kernel: Kernel, k: int) -> None:
    means = [index for index, name in enumerate(kernel.arguments) if not is_matrix(name)]
    given = arguments(kernel.arguments, 6, k)
    for place in means:
        given[place][1, -1] = np.inf
        given[place][2 + place // 2, 0] = -np.inf
    with np.errstate(divide="ignore", invalid="ignore"):
        found = kernel(*given)
    both = np.nan if len(means) > 1 else np.inf
    np.testing.assert_array_equal(np.where(np.isfinite(found), 0, found), [0, both, np.inf, np.inf if len(means) > 1 else 0, 0, 0])


def test_inside_the_domain_nothing_is_reported(kernel: Kernel) -> None:
    for k in (1, 4, 8, 11, 70):
        for distance in (None, 1e-3, 1e-12):
            with np.errstate(all="raise"):
                kernel(*arguments(kernel.arguments, 21, k, distance))
