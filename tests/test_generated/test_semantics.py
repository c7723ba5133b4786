"""What the caller of a kernel may rely on: types, shapes, out=, axis=, errors, NaN, degenerate laws."""

from __future__ import annotations

import inspect
import pickle
import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import oracles
import points
from closedform.generated import Kernel

Array = NDArray[np.float64]


def ordinary(kernel: Kernel, *shape: int) -> list[Array]:
    return points.arguments(kernel.arguments, "ordinary", shape)


def as_tuple(values: Any) -> tuple[Array, ...]:
    return values if isinstance(values, tuple) else (values,)


def is_reduction(kernel: Kernel) -> bool:
    return "k" in kernel.signature


def first(kernel: Kernel, *values: Any) -> Any:
    """The divergence, or the first term."""
    return as_tuple(kernel(*values))[0]


# ---------------------------------------------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["float32"], "float32"),
        (["float16"], "float32"),
        (["float64"], "float64"),
        (["int64"], "float64"),
        (["int8"], "float64"),
        (["bool"], "float64"),
        (["float32", "float64"], "float64"),
        (["float32", "int8"], "float64"),
        (["float16", "float32"], "float32"),
    ],
)
def test_types_of_results(kernel: Kernel, given: list[str], expected: str) -> None:
    arguments = [np.ones(3, dtype=given[i % len(given)]) for i in range(kernel.nin)]
    assert {value.dtype for value in as_tuple(kernel(*arguments))} == {np.dtype(expected)}


def test_python_numbers_adopt_the_type_of_arrays(kernel: Kernel) -> None:
    arguments = [np.ones(3, dtype=np.float32), *[1.0, 1][: kernel.nin - 1], *[1.0] * (kernel.nin - 3)]
    assert {value.dtype for value in as_tuple(kernel(*arguments))} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "bad", [np.ones(3, dtype=complex), np.array([1, None, 2]), np.array(["a", "b", "c"]), np.ones(3, dtype=np.longdouble)], ids=str
)
def test_other_types_are_refused_by_name(kernel: Kernel, bad: Any) -> None:
    arguments = [np.ones(3)] * (kernel.nin - 1)
    with pytest.raises(TypeError, match=rf"^{kernel.__name__}: {kernel.arguments[-1]} is of type {bad.dtype}"):
        kernel(*arguments, bad)


def test_a_number_beyond_the_range_is_told_by_name(kernel: Kernel) -> None:
    name = kernel.arguments[-1]
    with pytest.raises(OverflowError, match=rf"^{kernel.__name__}: {name} is a whole number beyond the range of float64$"):
        kernel(*[np.ones(3)] * (kernel.nin - 1), 10**400)


def test_float16_computes_as_float32(implementation: ModuleType) -> None:
    half = np.array([-12.5, 10.0], dtype=np.float16)  # e^v would overflow in float16
    np.testing.assert_array_equal(implementation.kl_vae_per_dim(half, half), implementation.kl_vae_per_dim(*[half.astype(np.float32)] * 2))


# ---------------------------------------------------------------------------------------------------- shapes


def test_arguments_broadcast(kernel: Kernel) -> None:
    """A column of rows against single rows gives the table of all pairs."""
    whole = ordinary(kernel, 5, 1, 3)
    whole[0] = whole[0][:1]
    table = kernel(*whole)
    repeated = kernel(*[np.broadcast_to(x, (5, 4, 3)).copy() for x in whole])
    for found, expected in zip(as_tuple(table), as_tuple(repeated), strict=True):
        np.testing.assert_array_equal(np.broadcast_to(found[:, :1], expected.shape), expected)


def test_strided_and_readonly_arguments(kernel: Kernel) -> None:
    arguments = ordinary(kernel, 6, 4)
    strided = [np.repeat(np.asfortranarray(x), 2, axis=1)[:, ::2] for x in arguments]
    for x in strided:
        x.setflags(write=False)
    for found, expected in zip(as_tuple(kernel(*strided)), as_tuple(kernel(*arguments)), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_numbers_stand_for_a_whole_axis(implementation: ModuleType) -> None:
    logvar = np.array([[-0.7, 0.3, -1.9], [0.1, 0.2, 0.3]])
    zeros = np.zeros(3)
    np.testing.assert_array_equal(implementation.kl_vae(0.0, logvar), implementation.kl_vae(zeros, logvar))
    np.testing.assert_array_equal(implementation.kl_vae(np.array(0.0), logvar), implementation.kl_vae(zeros, logvar))
    value, by_mu, by_logvar = implementation.kl_vae_value_and_grad(0, logvar)
    assert (value.shape, by_mu.shape, by_logvar.shape) == ((2,), (2, 3), (2, 3))


def test_scalars_give_scalars(implementation: ModuleType) -> None:
    assert isinstance(implementation.kl_normal(0.0, 1.0, 1.0, 2.0), np.float64)
    assert isinstance(implementation.kl_vae([0.0], [1.0]), np.float64)
    assert all(isinstance(value, np.float64) for value in implementation.kl_normal_value_and_grad(0.0, 1.0, 1.0, 2.0))


def test_no_dimension_is_no_divergence(kernel: Kernel) -> None:
    if is_reduction(kernel):
        value, *gradients = as_tuple(kernel(*[np.ones((2, 0))] * kernel.nin))
        np.testing.assert_array_equal(value, [0.0, 0.0])
        assert all(gradient.shape in {(2, 0), (2,)} for gradient in gradients)
    assert as_tuple(kernel(*[np.ones((0, 3))] * kernel.nin))[0].size == 0


def test_arguments_by_name(implementation: ModuleType) -> None:
    assert implementation.kl_normal(mu1=0.5, sigma1=0.8, sigma2=1.5, mu2=-0.25) == implementation.kl_normal(0.5, 0.8, -0.25, 1.5)
    assert implementation.kl_vae([0.5], logvar=[0.1]) == implementation.kl_vae([0.5], [0.1])
    with pytest.raises(TypeError, match=r"^kl_normal takes mu1, sigma1, mu2, sigma2; missing: mu2, sigma2$"):
        implementation.kl_normal(0.5, 0.8)


# ---------------------------------------------------------------------------------------------------- ufunc options


def test_out(kernel: Kernel) -> None:
    arguments = ordinary(kernel, 5, 3)
    expected = as_tuple(kernel(*arguments))
    out = tuple(np.full_like(value, 7.0) for value in expected)
    found = kernel(*arguments, out=out if kernel.nout > 1 else out[0])
    assert all(value is target for value, target in zip(as_tuple(found), out, strict=True))
    for target, value in zip(out, expected, strict=True):
        np.testing.assert_array_equal(target, value)
    positional = tuple(np.full_like(value, 7.0) for value in expected)
    kernel(*arguments, *positional)
    for target, value in zip(positional, expected, strict=True):
        np.testing.assert_array_equal(target, value)


def test_out_may_be_an_argument(implementation: ModuleType) -> None:
    arguments = [np.array(x) for x in ([0.5, 0.1], [0.8, 0.7], [-0.25, 0.2], [1.5, 0.3])]
    expected = implementation.kl_normal_value_and_grad(*[x.copy() for x in arguments])
    spare = np.empty(2)
    found = implementation.kl_normal_value_and_grad(*arguments, out=(*arguments, spare))
    for value, target in zip(expected, found, strict=True):
        np.testing.assert_array_equal(target, value)


def test_out_of_another_shape_is_refused(implementation: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"^kl_vae: "):
        implementation.kl_vae(np.ones((2, 3)), np.ones((2, 3)), out=np.empty(5))


def test_axis(kernel: Kernel) -> None:
    if is_reduction(kernel):
        arguments = ordinary(kernel, 5, 3)
        moved = kernel(*[np.moveaxis(x, -1, 0).copy() for x in arguments], axis=0)
        results = kernel.signature.split("->")[1].split("),(")
        for found, expected, dims in zip(as_tuple(moved), as_tuple(kernel(*arguments)), results, strict=True):
            np.testing.assert_array_equal(np.moveaxis(found, 0, -1) if "k" in dims else found, expected)


def test_where(implementation: ModuleType) -> None:
    out = np.full(3, 7.0)
    implementation.kl_normal(0.0, 1.0, [1.0, 2.0, 3.0], 1.0, out=out, where=[True, False, True])
    np.testing.assert_allclose(out, [0.5, 7.0, 4.5])


def test_dtype(implementation: ModuleType) -> None:
    assert implementation.kl_normal(0.0, 1.0, [1.0], 2.0, dtype=np.float32).dtype == np.float32
    with pytest.raises(TypeError):
        implementation.kl_normal(0.0, 1.0, [1.0], 2.0, dtype=np.int64)


# ---------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("name", "shapes", "message"),
    [
        ("kl_vae", [(3,), (4,)], "kl_vae: logvar has shape (4,), but mu has shape (3,): expected (..., 3)"),
        ("kl_vae", [(2, 3), (2, 1)], "kl_vae: logvar has shape (2, 1), but mu has shape (2, 3): expected (..., 3)"),
        ("kl_vae", [(4, 3), (5, 3)], "kl_vae: logvar has shape (5, 3), but mu has shape (4, 3): they do not broadcast"),
        ("kl_vae", [(), ()], "kl_vae: mu, logvar are all numbers; at least one must be an array of shape (..., k)"),
        ("kl_normal", [(3,), (1,), (4,), ()], "kl_normal: mu2 has shape (4,), but mu1 has shape (3,): they do not broadcast"),
        (
            "kl_normal_diag_value_and_grad", [(3,), (3,), (3,), (2, 4)],
            "kl_normal_diag_value_and_grad: sigma2 has shape (2, 4), but mu1 has shape (3,): expected (..., 3)",
        ),
    ],
)  # fmt: skip
def test_wrong_shapes_are_told_in_the_callers_terms(
    implementation: ModuleType, name: str, shapes: list[tuple[int, ...]], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        getattr(implementation, name)(*[np.ones(shape) for shape in shapes])
    assert str(caught.value) == message


def test_a_missing_axis_is_told(implementation: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"^kl_vae: mu has shape \(3,\), which has no axis 1$"):
        implementation.kl_vae(np.ones(3), np.ones(3), axis=1)


# ---------------------------------------------------------------------------------------------------- outside the domain


def spoilt(kernel: Kernel, name: str, value: float) -> list[Array]:
    """Ordinary arguments of three elements, the second of which has that value in one argument."""
    arguments = ordinary(kernel, 3, 1) if is_reduction(kernel) else ordinary(kernel, 3)
    arguments[kernel.arguments.index(name)][1] = value
    return arguments


def outside(kernel: Kernel) -> list[tuple[str, float]]:
    """Arguments with values that no law has."""
    return [(name, np.nan) for name in kernel.arguments] + [(name, -1.0) for name in kernel.arguments if positive(name)]


def positive(name: str) -> bool:
    return name.rstrip("12") in {"sigma", "var", "prec"}


def test_outside_the_domain_one_element_is_nan(kernel: Kernel) -> None:
    for name, value in outside(kernel):
        arguments = spoilt(kernel, name, value)
        with np.errstate(invalid="ignore"):
            found = as_tuple(kernel(*arguments))
        for result in found:
            assert list(np.isnan(np.ravel(result))) == [False, True, False]


def test_outside_the_domain_numpy_is_told(kernel: Kernel) -> None:
    for name, value in outside(kernel):
        arguments = spoilt(kernel, name, value)
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match=f"^invalid value encountered in {kernel.__name__}$"):
            kernel(*arguments)
        with np.errstate(invalid="warn"), pytest.warns(RuntimeWarning, match=f"^invalid value encountered in {kernel.__name__}$"):
            kernel(*arguments)
        told: list[tuple[str, int]] = []
        with np.errstate(invalid="call", call=lambda *what, told=told: told.append(what)):
            kernel(*arguments)
        assert told == [("invalid value", 8)]


def test_inside_the_domain_nothing_is_reported(kernel: Kernel) -> None:
    for regime in points.REGIMES:
        with np.errstate(all="raise"):
            kernel(*points.arguments(kernel.arguments, regime, (50, 3)))


def test_one_bad_dimension_spoils_its_row_alone(implementation: ModuleType) -> None:
    logvar = np.array([[0.1, np.nan, 0.3], [0.1, 0.2, 0.3]])
    with np.errstate(invalid="ignore"):
        value, by_mu, by_logvar = implementation.kl_vae_value_and_grad(1.0, logvar)
    assert list(np.isnan(value)) == [True, False]
    assert np.isnan(by_logvar).sum() == np.isnan(by_mu).sum() == 1


def test_overflow_is_reported(implementation: ModuleType) -> None:
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match=r"^overflow encountered in kl_vae$"):
        implementation.kl_vae([0.0], [800.0])
    with np.errstate(over="ignore"):
        assert implementation.kl_vae([0.0], [800.0]) == np.inf
        assert implementation.kl_vae(np.float32([0.0]), np.float32([89.5])) == np.inf


# ---------------------------------------------------------------------------------------------------- degenerate laws


def edges(name: str) -> list[float]:
    return [0.0, np.inf] if positive(name) else [-np.inf, np.inf]


def test_one_degenerate_law_is_infinitely_far(kernel: Kernel) -> None:
    """The limit exists for means that agree, too."""
    if kernel.__name__.endswith("_terms"):
        return
    for name in kernel.arguments:
        for value in edges(name):
            arguments = spoilt(kernel, name, value)
            if "mu2" in kernel.arguments and name not in {"mu1", "mu2"}:
                arguments[kernel.arguments.index("mu2")] = arguments[kernel.arguments.index("mu1")]
            with np.errstate(divide="ignore"):
                found = np.ravel(first(kernel, *arguments))
            assert list(np.isposinf(found)) == [False, True, False], (name, value)
            assert np.isfinite(found[[0, 2]]).all()
            with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match=f"^divide by zero encountered in {kernel.__name__}$"):
                kernel(*arguments)


def test_two_degenerate_laws_have_no_divergence(kernel: Kernel) -> None:
    if "mu2" not in kernel.arguments:
        return
    spread1, spread2 = kernel.arguments[1], kernel.arguments[3]
    for value in edges(spread1):
        arguments = spoilt(kernel, spread1, value)
        arguments[3][1] = value
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match=r"^invalid value"):
            kernel(*arguments)
        with np.errstate(invalid="ignore"):
            assert list(np.isnan(np.ravel(first(kernel, *arguments)))) == [False, True, False], spread2


def test_gradients_at_the_edge_are_limits(kernel: Kernel) -> None:
    """Beside sigma = 0 and the like, the derivative is as large as the formula at 1e-40 says, or as small."""
    if not kernel.__name__.endswith("_value_and_grad"):
        return
    for place, name in enumerate(kernel.arguments):
        if not positive(name):
            continue
        arguments = spoilt(kernel, name, 0.0)
        near = [float(np.ravel(x)[1]) for x in arguments]
        near[place] = 1e-40
        with np.errstate(divide="ignore"):
            _, *gradients = as_tuple(kernel(*arguments))
        for by, gradient in zip(kernel.arguments, gradients, strict=True):
            found, limit = float(np.ravel(gradient)[1]), float(oracles.slope(kernel.arguments, near, by))
            if abs(limit) > 1e20:
                assert found == np.copysign(np.inf, limit), (name, by)
            else:
                assert found == pytest.approx(limit, rel=1e-9, abs=1e-20), (name, by)


# ---------------------------------------------------------------------------------------------------- as an object


def test_a_kernel_is_pickled_by_name(kernel: Kernel) -> None:
    assert pickle.loads(pickle.dumps(kernel)) is kernel


def test_a_kernel_tells_what_it_is(kernel: Kernel) -> None:
    assert repr(kernel) == f"<kernel {kernel.__module__}.{kernel.__name__}{kernel.signature}>"
    assert tuple(inspect.signature(kernel).parameters)[: kernel.nin] == kernel.arguments
    assert kernel.types == [character * kernel.nin + "->" + character * kernel.nout for character in "fd"]


def test_a_docstring_has_formula_domain_errors_and_theorem(kernel: Kernel) -> None:
    text = inspect.getdoc(kernel) or ""
    flowing = " ".join(text.split())
    for part in (" = ", "Domain: ", "Raises: ", "NaN", kernel.theorem, "float32 stays float32", "Options, as of NumPy's ufuncs: out ("):
        assert part in flowing, f"{kernel.__name__} has no {part!r} in its docstring"
    assert text.splitlines()[0].isascii()
    assert all(name in text for name in kernel.arguments)


def test_threads_share_a_kernel(implementation: ModuleType) -> None:
    """The GIL is released, and no state is kept: many threads get what one gets."""
    from concurrent.futures import ThreadPoolExecutor

    mu, logvar = points.arguments(("mu", "logvar"), "ordinary", (40, 2000, 3))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(implementation.kl_vae, mu, logvar))
    np.testing.assert_array_equal(found, implementation.kl_vae(mu, logvar))


def test_warnings_point_at_the_caller(implementation: ModuleType) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        implementation.kl_normal(0.0, -1.0, 0.0, 1.0)
    assert [str(warning.message) for warning in caught] == ["invalid value encountered in kl_normal"]
