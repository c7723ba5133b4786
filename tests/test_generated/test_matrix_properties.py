"""What holds of every divergence of full covariance, on laws that Hypothesis looks for: any shape, condition, distance and type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from closedform import generated
from closedform.generated import numpy_kernels
from full_covariance import laws
from full_covariance.reference import split

Array = NDArray[np.floating]
KERNELS = [*laws.kernels(gradients=False), *laws.kernels(gradients=True)]
PAIRS = [name for name in KERNELS if "mu2" in getattr(generated, name).arguments]
MODULES = (generated, numpy_kernels)
# As powers of the scale by which all lengths are multiplied.
DEGREE = {"mu": 1, "L": 1, "R": -1, "cov": 2, "prec": -2, "W": 1, "d": 2}


@dataclass(frozen=True)
class Laws:
    """What is drawn: pairs of laws by shape, condition, distance, scale and type."""

    k: int
    batch: int | None
    condition: float
    distance: float | None
    exponent: int
    real: type
    seed: int

    def arguments(self, names: tuple[str, ...]) -> list[Array]:
        """One pair, or a batch of them, in the order of a kernel; scaled by a power of two if there are two laws to scale."""
        pairs = [
            laws.arguments(names, self.k, condition=self.condition, distance=self.distance, seed=self.seed + place, real=self.real)
            for place in range(self.batch or 1)
        ]
        found = [np.stack(values) if self.batch else values[0] for values in zip(*pairs, strict=True)]
        return scaled(names, found, self.exponent) if "mu2" in names else found


def scaled(names: tuple[str, ...], values: list[Array], exponent: int) -> list[Array]:
    """The same laws in another unit of length, of which every number knows without rounding."""
    return [value * value.dtype.type(2.0 ** (exponent * DEGREE[split(name)[0]])) for name, value in zip(names, values, strict=True)]


DRAWN = st.builds(
    Laws,
    k=st.one_of(st.integers(1, 12), st.integers(13, 70)),
    batch=st.one_of(st.none(), st.integers(1, 9)),
    # A matrix of a larger condition may have lost its definiteness when it was rounded to float32.
    condition=st.floats(0.0, 4.0).map(lambda x: 10.0**x),
    distance=st.one_of(st.none(), st.floats(-17.0, -0.5).map(lambda x: 10.0**x)),
    exponent=st.integers(-20, 20),
    real=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 10**6),
)


def parts(kernel: str, found: Any) -> list[Array]:
    """The value, and the gradients if there are some."""
    return [np.asarray(part) for part in (found if kernel.endswith("_value_and_grad") else [found])]


@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=25)
@given(drawn=DRAWN)
def test_a_divergence_is_never_negative(kernel: str, drawn: Laws) -> None:
    values = drawn.arguments(getattr(generated, kernel).arguments)
    for module in MODULES:
        value = parts(kernel, getattr(module, kernel)(*values))[0]
        assert value.dtype == drawn.real
        assert value.shape == (() if drawn.batch is None else (drawn.batch,))
        assert (value >= 0).all()


@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=25)
@given(drawn=DRAWN)
def test_equal_laws_are_exactly_at_zero(kernel: str, drawn: Laws) -> None:
    """And so are all gradients, however badly conditioned the law is."""
    names = getattr(generated, kernel).arguments
    values = dict(zip(names, drawn.arguments(names), strict=True))
    if "mu2" in names:
        same = [values[name.replace("1", "2")] for name in names]
    else:
        same = [np.zeros_like(values["mu"]), np.broadcast_to(np.eye(drawn.k, dtype=drawn.real), values[names[1]].shape)]
    for module in MODULES:
        for part in parts(kernel, getattr(module, kernel)(*same)):
            np.testing.assert_array_equal(part, np.zeros_like(part))


@pytest.mark.parametrize("kernel", PAIRS)
@settings(max_examples=25)
@given(drawn=DRAWN, exponent=st.integers(-20, 20))
def test_the_unit_of_length_does_not_matter(kernel: str, drawn: Laws, exponent: int) -> None:
    """To the last bit, as powers of two round nothing; gradients are per unit. In float64, where the squares of rounding errors that
    stand for zeros do not underflow."""
    names = getattr(generated, kernel).arguments
    values = replace(drawn, real=np.float64).arguments(names)
    for module in MODULES:
        before, after = (parts(kernel, getattr(module, kernel)(*given)) for given in (values, scaled(names, values, exponent)))
        assert before[0].tobytes() == after[0].tobytes()
        for name, gradient, other in zip(names, before[1:], after[1:], strict=False):
            np.testing.assert_array_equal(gradient, scaled((name,), [other], exponent)[0])


@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=25)
@given(drawn=DRAWN)
def test_compiled_and_twin_agree(kernel: str, drawn: Laws) -> None:
    """Up to twice what is promised of either, which of thin factors is nothing unless they are well-conditioned."""
    names = getattr(generated, kernel).arguments
    if laws.is_thin(names):
        drawn = replace(drawn, condition=min(drawn.condition, laws.WELL))
    values = drawn.arguments(names)
    found, expected = (parts(kernel, getattr(module, kernel)(*values)) for module in MODULES)
    allowed = 2 * max(laws.allowed(names, [x[place] for x in values] if drawn.batch else values) for place in range(drawn.batch or 1))
    for a, b in zip(found, expected, strict=True):
        core = tuple(range(0 if drawn.batch is None else 1, a.ndim))
        size = np.abs(b).max(axis=core, keepdims=True)
        assert (np.abs(a - b) <= allowed * size).all()
