"""What holds of every divergence, on arguments that Hypothesis looks for."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import oracles
import points
import strategies
from closedform import generated

VALUES = sorted(
    name for name, entry in generated.kernels().items()
    if not name.endswith(("_value_and_grad", "_terms")) and not points.has_matrices(entry["signature"])
)  # fmt: skip


def evaluated(module: ModuleType, name: str, arguments: tuple[float, ...]) -> float:
    """One number from a kernel: a sum over one dimension where it sums."""
    kernel = getattr(module, name)
    with np.errstate(all="ignore"):
        return float(kernel(*([x] for x in arguments)) if "k" in kernel.signature else kernel(*arguments))


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=60)
@given(data=st.data())
def test_a_divergence_is_never_negative_and_right(name: str, data: st.DataObject) -> None:
    names = getattr(generated, name).arguments
    arguments = data.draw(strategies.arguments(names))
    exact = oracles.divergence(names, arguments)
    assume(1e-250 < exact < 1e250 or exact == 0)
    for module in (generated, generated.numpy_kernels):
        found = evaluated(module, name, arguments)
        assert found >= 0
        assert found == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("name", [name for name in VALUES if "vae" not in name])
@settings(max_examples=40)
@given(data=st.data())
def test_equal_laws_are_exactly_at_zero(name: str, data: st.DataObject) -> None:
    arguments = data.draw(strategies.equal_laws(getattr(generated, name).arguments))
    assert evaluated(generated, name, arguments) == 0
    assert evaluated(generated.numpy_kernels, name, arguments) == 0


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=40)
@given(data=st.data())
def test_the_twin_agrees(name: str, data: st.DataObject) -> None:
    arguments = data.draw(strategies.arguments(getattr(generated, name).arguments))
    compiled, twin = (evaluated(module, name, arguments) for module in (generated, generated.numpy_kernels))
    assert compiled == pytest.approx(twin, rel=1e-13, abs=1e-300)


def test_the_standard_law_is_at_zero(implementation: ModuleType) -> None:
    assert implementation.kl_vae(np.zeros(3), np.zeros(3)) == 0
    assert implementation.kl_vae_var(np.zeros(3), np.ones(3)) == 0
    assert implementation.kl_vae_sigma(np.zeros(3), np.ones(3)) == 0
