"""Values and gradients against the textbook formula in ninety digits, and against the reference values of the mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from mpmath import mpf
from numpy.typing import NDArray

import oracles
import points
from closedform.derive.evaluate import Environment, evaluate
from closedform.derive.theorems import theorems
from closedform.generated import Kernel

RELATIVE = 1e-12  # of the value, or of the larger of the parts that a gradient is the difference of
COUNT = 24

Array = NDArray[np.float64]


def results(kernel: Kernel) -> list[str]:
    """The names of the results, from what the docstring says of them."""
    assert kernel.__doc__ is not None
    found = re.findall(r"^ {8}(\w+) += ", kernel.__doc__, flags=re.MULTILINE)
    return [name for name in found if name in {"kl", "trace", "mean", "logdet"} or name.startswith("by_")][: kernel.nout]


def computed(kernel: Kernel, arguments: list[Array]) -> dict[str, Array]:
    values = kernel(*arguments)
    return dict(zip(results(kernel), values if kernel.nout > 1 else (values,), strict=True))


def rows(kernel: Kernel, arguments: list[Array]) -> Iterator[tuple[int, list[tuple[float, ...]]]]:
    """For each result: the arguments of each dimension; an elementwise kernel has one."""
    for index in range(COUNT):
        elements = [np.atleast_1d(argument[index]) for argument in arguments]
        yield index, [tuple(float(part[j]) for part in elements) for j in range(elements[0].size)]


def drawn(kernel: Kernel, regime: str) -> list[Array]:
    return points.arguments(kernel.arguments, regime, (COUNT, 3) if "k" in kernel.signature else (COUNT,))


def assert_close(found: float, exact: mpf, scale: mpf, where: object) -> None:
    assert abs(mpf(found) - exact) <= RELATIVE * scale, f"{found!r} instead of {float(exact)!r} at {where}"


@pytest.mark.parametrize("regime", points.REGIMES)
def test_values_against_the_textbook_formula(kernel: Kernel, regime: str) -> None:
    arguments = drawn(kernel, regime)
    found = computed(kernel, arguments)
    for index, dimensions in rows(kernel, arguments):
        if "kl" in found:
            exact = sum((oracles.divergence(kernel.arguments, values) for values in dimensions), mpf(0))
            assert_close(found["kl"][index], exact, exact, dimensions)
        else:
            for name, term in oracles.vae_terms(*zip(*dimensions, strict=True)).items():
                size = sum(abs(mpf(values[1])) for values in dimensions) if name == "logdet" else term
                assert_close(found[name][index], term, size, dimensions)


@pytest.mark.parametrize("regime", points.REGIMES)
def test_gradients_against_differences(kernel: Kernel, regime: str) -> None:
    arguments = drawn(kernel, regime)
    found = computed(kernel, arguments)
    names = kernel.arguments
    assert [name for name in found if name.startswith("by_")] in ([], [f"by_{name}" for name in names])
    for index, dimensions in rows(kernel, arguments):
        for name in names:
            if f"by_{name}" in found:
                gradient = np.atleast_1d(found[f"by_{name}"][index])
                for j, values in enumerate(dimensions):
                    exact, scale = oracles.slope(names, values, name), oracles.slope_scale(names, values, name)
                    assert_close(gradient[j], exact, scale, (name, values))


def test_the_value_comes_with_the_gradient_unchanged(implementation: ModuleType, kernel: Kernel) -> None:
    if kernel.__name__.endswith("_value_and_grad"):
        alone = getattr(implementation, kernel.__name__.removesuffix("_value_and_grad"))
        arguments = drawn(kernel, "ordinary")
        np.testing.assert_allclose(kernel(*arguments)[0], alone(*arguments), rtol=4e-15)


@pytest.mark.parametrize("name", ["kl_normal", "kl_normal_logvar", "kl_normal_prec"])
def test_values_against_the_definition(implementation: ModuleType, name: str) -> None:
    """The left side of the theorem, integrated from the densities."""
    theorem = theorems[name + "_stable"]
    values = [mpf(text) for text in ("0.5", "1.25", "-0.25", "0.75")]
    exact = evaluate(theorem.lhs, Environment(dict(zip(theorem.parameters, values, strict=True)), digits=30))
    assert_close(getattr(implementation, name)(*map(float, values)), exact, exact, name)


# Point U of the mathematics, by parameter: arguments and the gradient by them.
U = {
    "": ((1 / 2, 4 / 5, -1 / 4, 3 / 2), (1 / 3, -161 / 180, -1 / 3, 419 / 1350)),
    "_var": ((1 / 2, 16 / 25, -1 / 4, 9 / 4), (1 / 3, -161 / 288, -1 / 3, 419 / 4050)),
    "_logvar": ((1 / 2, np.log(16 / 25), -1 / 4, np.log(9 / 4)), (1 / 3, -161 / 450, -1 / 3, 419 / 1800)),
    "_prec": ((1 / 2, 25 / 16, -1 / 4, 4 / 9), (1 / 3, 1288 / 5625, -1 / 3, -419 / 800)),
}


@pytest.mark.parametrize("suffix", U)
@pytest.mark.parametrize("structure", ["kl_normal", "kl_normal_diag"])
def test_reference_values_at_u(implementation: ModuleType, structure: str, suffix: str) -> None:
    arguments, gradient = U[suffix]
    value_and_grad = getattr(implementation, f"{structure}{suffix}_value_and_grad")
    given: tuple[Any, ...] = arguments if structure == "kl_normal" else tuple([x] for x in arguments)
    value, *found = value_and_grad(*given)
    assert value == pytest.approx(0.3958308816445963599665, rel=1e-14)
    np.testing.assert_allclose(np.ravel(found), gradient, rtol=1e-14)


MU, LOGVAR = np.array([0.2, -0.4, 0.7]), np.array([-0.7, 0.3, -1.9])


def test_reference_values_of_the_vae(implementation: ModuleType) -> None:
    each = [0.1182926518957047573524, 0.1049294037880015519919, 0.7697843096113175263205]
    np.testing.assert_allclose(implementation.kl_vae_per_dim(MU, LOGVAR), each, rtol=1e-15)
    terms = implementation.kl_vae_terms(MU, LOGVAR)
    np.testing.assert_allclose(terms, [1.99601273059004767133, 0.69, -2.3], rtol=1e-15)
    trace, mean, logdet = terms
    value, by_mu, by_logvar = implementation.kl_vae_value_and_grad(MU, LOGVAR)
    assert value == pytest.approx(0.9930063652950238356648, rel=1e-15)
    assert value == pytest.approx((trace + mean - 3 - logdet) / 2, rel=1e-14)
    np.testing.assert_array_equal(by_mu, MU)
    np.testing.assert_allclose(by_logvar, [-0.25170734810429524265, 0.17492940378800155199, -0.42521569038868247368], rtol=1e-15)
    np.testing.assert_allclose(implementation.kl_vae_var(MU, np.exp(LOGVAR)), value, rtol=1e-14)
    np.testing.assert_allclose(implementation.kl_vae_sigma(MU, np.exp(LOGVAR / 2)), value, rtol=1e-14)


def test_reference_value_of_the_diagonal_pair(implementation: ModuleType) -> None:
    found = implementation.kl_normal_diag_logvar(MU, LOGVAR, [-0.1, 0.3, 0.5], [0.4, -0.2, 0.9])
    assert found == pytest.approx(1.558740679527370193, rel=1e-15)


def test_long_rows_keep_their_digits(implementation: ModuleType) -> None:
    """A sum of a hundred thousand positive terms, against the sum in exact order."""
    logvar = np.random.default_rng(5).normal(size=100_000)
    each = implementation.kl_vae_per_dim(0.0, logvar)
    assert implementation.kl_vae(0.0, logvar) == pytest.approx(float(sum(map(mpf, each.tolist()))), rel=1e-14)
    single = logvar.astype(np.float32)
    assert implementation.kl_vae(0.0, single) == pytest.approx(float(implementation.kl_vae(0.0, single.astype(float))), rel=2e-6)


def test_single_precision(kernel: Kernel) -> None:
    """float32 results are those of the same numbers in float64, to a few units in the last place."""
    for regime in ("ordinary", "near equality"):
        singles = [x.astype(np.float32) for x in drawn(kernel, regime)]
        for name, value in computed(kernel, singles).items():
            exact = computed(kernel, [x.astype(float) for x in singles])[name]
            assert value.dtype == np.float32
            if name in {"kl", "trace", "mean"}:
                np.testing.assert_allclose(value, exact, rtol=2e-6)
            else:
                np.testing.assert_allclose(value, exact, rtol=1e-5, atol=1e-5 * float(np.max(np.abs(exact))))
