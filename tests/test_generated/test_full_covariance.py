"""The accuracy that is promised of full covariance, for every registered kernel, on fewer laws than `make accuracy` takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from closedform import generated
from full_covariance import laws, others, table
from full_covariance.reference import DIGITS, Pair, error

KERNELS = [*laws.kernels(gradients=False), *laws.kernels(gradients=True)]
TIGHT = 0.1  # of the bound, where it has a condition in it: what the kernels keep has a margin of a hundred


def cases_of(kernel: str) -> list[table.Case]:
    return [case for case in table.cases(gradients=kernel.endswith("_value_and_grad")) if case.kernel == kernel]


def test_the_registry_was_read() -> None:
    assert {"kl_mvn", "kl_mvn_chol", "kl_mvn_prec", "kl_mvn_prec_chol", "kl_mvn_vae_chol", "kl_mvn_chol_value_and_grad"} <= set(KERNELS)


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernels_keep_their_bounds(kernel: str) -> None:
    """Ordinary laws and laws from 1e-2 to 1e-14 apart, conditions up to 1e8, both types, compiled and twin."""
    rows = [table.measured(case, (3, 8), 2) for case in cases_of(kernel)]
    assert len(rows) >= 2
    assert [str(row.case) for row in rows if row.points == 0] == []
    assert [row.told(list(row.errors)) for row in rows if not row.kept] == []
    assert [row.told(list(row.errors)) for row in rows if row.case.condition > laws.WELL and row.share > TIGHT] == []


@pytest.mark.parametrize("kernel", KERNELS)
def test_one_dimension(kernel: str) -> None:
    """Matrices of one entry have the condition 1, so every case has the strictest bound."""
    for case in cases_of(kernel):
        row = table.measured(case, (1,), 3)
        assert row.kept, row.told(list(row.errors))


@pytest.mark.parametrize("kernel", KERNELS)
def test_forty_dimensions(kernel: str) -> None:
    """The hardest laws of the largest size that the bounds are promised for, at either end of the distances."""
    names = getattr(generated, kernel).arguments
    condition = table.CONDITIONS[np.float64][-1 if table.conditioned(names) else 0]
    cases = [case for case in cases_of(kernel) if case.real is np.float64 and case.condition == condition]
    for case in cases[:1] + cases[-1:]:
        row = table.measured(case, (40,), 1)
        assert row.kept, row.told(list(row.errors))


@pytest.mark.parametrize("kernel", [name for name in KERNELS if table.conditioned(getattr(generated, name).arguments)])
@pytest.mark.parametrize("conditions", [(1e8, 10.0), (10.0, 1e8)])
def test_one_law_is_badly_conditioned(kernel: str, conditions: tuple[float, float]) -> None:
    """The promise for matrices names the larger condition, that for factors the one that is solved with."""
    case = table.Case(kernel, np.float64, max(conditions), None)
    row = table.Row(case)
    for k in (2, 6):
        drawn = [laws.arguments(case.arguments, k, condition=condition, seed=place) for place, condition in enumerate(conditions)]
        values = [drawn[int(name[-1]) - 1][place] for place, name in enumerate(case.arguments)]
        table.measure(row, values, Pair(case.arguments, values))
    assert row.kept, row.told(list(row.errors))


@pytest.mark.skipif(generated.config()["kernels"] != "compiled", reason="no compiled kernels")
@pytest.mark.parametrize("wanted", ["baseline", "avx2"])  # this process has the best one
def test_every_instruction_set_keeps_the_bounds(wanted: str) -> None:
    """A processor without that set answers with the best one below it."""
    code = """
from full_covariance import table
cases = [case for gradients in (False, True) for case in table.cases(gradients=gradients) if case.distance in (None, 1e-6)]
rows = [table.measured(case, (3, 8), 1) for case in cases]
print(len(rows), [row.told(list(row.errors)) for row in rows if not row.kept])
"""
    environment = {**os.environ, "CLOSEDFORM_SIMD": wanted, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    count, missed = done.stdout.split(maxsplit=1)
    assert int(count) >= len(KERNELS)
    assert missed.strip() == "[]"


def test_near_equality_the_others_have_no_digit_left() -> None:
    """At a distance of 1e-10 in float64: what the comparison is about."""
    for kernel in ("kl_mvn", "kl_mvn_chol", "kl_mvn_prec", "kl_mvn_prec_chol", "kl_mvn_vae_chol"):
        row = table.measured(table.Case(kernel, np.float64, 10.0, 1e-10), (8,), 3)
        assert row.kept
        assert row.errors.keys() == table.IMPLEMENTATIONS.keys() | others.VALUES.keys()
        assert min(row.errors[name] for name in others.VALUES) >= 0.5
        assert max(row.errors[name] for name in table.IMPLEMENTATIONS) < 1e-14


# ---------------------------------------------------------------------------------------------------- what it is measured with

PARAMETERS = (
    ("mu1", "L1", "mu2", "L2"), ("mu1", "cov1", "mu2", "cov2"), ("mu1", "prec1", "mu2", "prec2"), ("mu1", "R1", "mu2", "R2"),
    ("mu", "L"), ("mu1", "W1", "d1", "mu2", "W2", "d2"),
)  # fmt: skip


@pytest.mark.parametrize("names", PARAMETERS, ids=" ".join)
@pytest.mark.parametrize("real", [np.float64, np.float32])
def test_on_ordinary_laws_the_others_are_right(names: tuple[str, ...], real: type) -> None:
    """Their formulas stand for what they are: none was mistyped."""
    for k in (1, 2, 5):
        values = laws.arguments(names, k, seed=k, real=real)
        pair = Pair(names, values)
        tolerance = 2000 * k * np.finfo(real).eps
        for name, formula in others.VALUES.items():
            assert error(formula(names, values), pair.divergence()) <= tolerance, name
        for name, formula in others.GRADIENTS.items():
            found = formula(names, values)
            assert found is not None or name == "autograd"
            for by, gradient, wanted in zip(names, found or (), pair.gradients(), strict=False):
                assert gradient.dtype == real
                assert error(gradient, wanted) <= tolerance, (name, by)


@pytest.mark.parametrize("names", PARAMETERS, ids=" ".join)
def test_the_reference_gradients_are_slopes(names: tuple[str, ...]) -> None:
    """Central differences of the reference divergence, entry by entry; an entry of a symmetric matrix moves with its mirror image."""
    values = laws.arguments(names, 3, seed=4)
    pair = Pair(names, values)
    step = mpf(10) ** -25
    for name, gradient in zip(names, pair.gradients(), strict=True):
        symmetric = name.startswith(("cov", "prec"))
        for i in range(gradient.rows):
            for j in range(min(i + 1, gradient.cols) if symmetric or name[0] in "LR" else gradient.cols):
                mirrored = symmetric and i != j
                with mp.workdps(DIGITS):
                    ends = [moved(pair, name, {(i, j), (j, i)} if mirrored else {(i, j)}, sign * step) for sign in (1, -1)]
                    slope = (ends[0] - ends[1]) / (2 * step) / (2 if mirrored else 1)
                    assert mpmath.almosteq(slope, gradient[i, j], rel_eps=mpf(10) ** -20, abs_eps=mpf(10) ** -30), (name, i, j)


def moved(pair: Pair, name: str, entries: set[tuple[int, int]], step: mpf) -> mpf:
    """The divergence where these entries of that argument are larger by `step`."""
    other = Pair.__new__(Pair)
    other.names, other.k = pair.names, pair.k
    other.given = {key: value.copy() for key, value in pair.given.items()}
    for entry in entries:
        other.given[name][entry] += step
    other.settle()
    return other.divergence()


def test_laws_are_as_they_are_ordered() -> None:
    """The condition is the one asked for, and the divergence of near laws about k times the squared distance."""
    for k in (2, 8, 40):
        for condition in (10.0, 1e4, 1e8):
            assert np.linalg.cond(laws.factor(np.random.default_rng(0), k, condition)) == pytest.approx(condition, rel=1e-6)
        for names in PARAMETERS[:4]:
            values = laws.arguments(names, k, distance=1e-4)
            assert laws.condition_of(names, values) == pytest.approx(10, rel=0.01)
            assert 0.05 < float(Pair(names, values).divergence()) / (k * k * 1e-8) < 2
    with pytest.raises(AssertionError, match="does not know the argument tau1: teach it in STEMS"):
        laws.arguments(("mu1", "tau1"), 2)
