"""The accuracy that is promised, on smaller samples than `make accuracy` takes, under every instruction set that there is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import accuracy
import numpy as np
import pytest

from closedform import generated

TESTS = Path(__file__).resolve().parents[1]


def assert_within(lines: list[accuracy.Row]) -> None:
    assert lines
    assert [str(line) for line in lines if not line.worst <= line.bound] == []


@pytest.mark.parametrize("function", accuracy.FUNCTIONS, ids=lambda function: function.name)
def test_functions_keep_their_bounds(function: accuracy.Function) -> None:
    assert_within(list(accuracy.sampled(function, 300)))


def test_rows_keep_three_units() -> None:
    assert_within(list(accuracy.rows((1, 2, 17, 64, 129, 1000), 2000)))


def test_gradients_keep_four_units() -> None:
    assert_within(list(accuracy.gradients(4)))


@pytest.mark.parametrize("function", accuracy.FUNCTIONS, ids=lambda function: function.name)
def test_single_precision_at_every_100003rd_number(function: accuracy.Function) -> None:
    row = accuracy.every(function, 100_003)
    assert row.points > 10_000
    assert_within([row])


@pytest.mark.slow
@pytest.mark.parametrize("function", accuracy.FUNCTIONS, ids=lambda function: function.name)
def test_single_precision_at_every_seventh_number(function: accuracy.Function) -> None:
    assert_within([accuracy.every(function, 7)])


@pytest.mark.parametrize("function", accuracy.FUNCTIONS, ids=lambda function: function.name)
def test_the_reference_in_double_is_good_for_single_precision(function: accuracy.Function) -> None:
    x = function.sample(np.random.default_rng(1), np.float32, 200)
    with accuracy.flint.ctx.workprec(accuracy.BITS):
        for value, found in zip(x, function.in_double(x), strict=True):
            exact = function.exact(accuracy.arb(float(value)))
            assert abs(float(accuracy.arb(float(found)) - exact)) <= 1e-12 * abs(float(exact))


@pytest.mark.skipif(generated.config()["kernels"] != "compiled", reason="no compiled kernels")
@pytest.mark.parametrize("wanted", ["baseline", "avx2", "avx512"])
def test_every_instruction_set_keeps_the_bounds(wanted: str) -> None:
    """A processor without that set answers with the best one below it."""
    code = """
import accuracy
lines = [row for function in accuracy.FUNCTIONS for row in accuracy.sampled(function, 200)] + list(accuracy.rows((3, 128, 300), 4000))
print(len(lines), [str(line) for line in lines if not line.worst <= line.bound])
"""
    environment = {**os.environ, "CLOSEDFORM_SIMD": wanted, "PYTHONPATH": str(TESTS)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    count, missed = done.stdout.split(maxsplit=1)
    assert int(count) > 20
    assert missed.strip() == "[]"


@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_zero_is_for_equal_laws_alone(real: type) -> None:
    """As long as the square of the distance is a number of the format."""
    for distance in 10.0 ** -np.arange(1, 18 if real is np.float32 else 150):
        assert generated.kl_vae(real([distance]), real([0])) > 0
        assert generated.kl_vae(real([0]), real([distance])) > 0
        assert generated.kl_vae(real([0]), real([-distance])) > 0


@pytest.mark.parametrize(
    ("real", "last", "first"), [(np.float32, 89.41, 89.42), (np.float64, 710.475, 710.476)], ids=["float32", "float64"]
)
def test_overflow_comes_where_the_value_overflows(real: type, last: float, first: float) -> None:
    """e^x/2 is a number for a while after e^x is none."""
    for module in (generated, generated.numpy_kernels):
        with np.errstate(over="ignore"):
            assert np.isfinite(module.kl_vae_per_dim(real(0), real(last)))
            assert module.kl_vae_per_dim(real(0), real(first)) == np.inf
            value, _, slope = module.kl_vae_value_and_grad(real([0]), real([last]))
            assert np.isfinite([value, slope[0]]).all()


def test_log_variances_far_beyond_the_exponential(implementation: ModuleType) -> None:
    """e^-logvar2 is no number below -709.8; what it multiplies may be 0, or so small that the product is one."""
    value, slope = 9.8503555700852346e33, 1.97007111401704696e234
    assert implementation.kl_normal_logvar(0.0, -1000.0, 0.0, -1000.0) == 0
    assert implementation.kl_normal_logvar(1e-200, -1000.0, 0.0, -1000.0) == pytest.approx(value, rel=1e-15)
    found, by_mu1, *_ = implementation.kl_normal_logvar_value_and_grad(1e-200, -1000.0, 0.0, -1000.0)
    assert (found, by_mu1) == (pytest.approx(value, rel=1e-15), pytest.approx(slope, rel=1e-15))


@pytest.mark.skipif(generated.config()["kernels"] != "compiled", reason="the twins have the range of NumPy's exp in float32")
def test_single_precision_has_the_range_of_its_values() -> None:
    """The compiled kernels compute an element in doubt in double; the twins overflow with NumPy's exp in float32."""
    single = np.float32([1e-30, -200.0, 0.0, -200.0])
    assert generated.kl_normal_logvar(*single) == pytest.approx(0.5e-60 * np.exp(200.0), rel=1e-5)
