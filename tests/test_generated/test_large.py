"""Results that are too many for the cache go past it: the same bits as in small pieces, and not a byte beside them."""

from __future__ import annotations

import numpy as np
import pytest

from closedform import generated

MEGABYTES = 64  # of results; from 32 on they go past the cache
FOREIGN = 123.0


def drawn(kernel: generated.Kernel, shape: tuple[int, ...], real: type[np.floating]) -> list[np.ndarray]:
    rng = np.random.default_rng(7)
    return [rng.uniform(0.5, 2.0, shape).astype(real) for _ in kernel.arguments]


def result_in_frame(shape: tuple[int, ...], real: type[np.floating], offset: int) -> tuple[np.ndarray, np.ndarray]:
    """An array that begins `offset` numbers after a larger one, and that one, to see whether anything is written beside."""
    size = int(np.prod(shape))
    frame = np.full(size + 64, FOREIGN, real)
    return frame[offset : offset + size].reshape(shape), frame


@pytest.mark.parametrize("real", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 5, 100, 128, 1000, 4111])
def test_rows(k: int, real: type[np.floating]) -> None:
    kernel = generated.kl_vae_value_and_grad
    rows = (MEGABYTES << 20) // np.dtype(real).itemsize // 2 // k
    given = drawn(kernel, (rows, k), real)
    for offset in (0, 3):
        kl, by_mu, by_logvar = ((rows,), (rows, k), (rows, k))
        framed = [result_in_frame(shape, real, offset) for shape in (kl, by_mu, by_logvar)]
        kernel(*given, out=tuple(array for array, _ in framed))
        for first in range(0, rows, max(rows // 3, 1)):
            piece = slice(first, first + 50)
            for (array, _), expected in zip(framed, kernel(*(x[piece] for x in given)), strict=True):
                np.testing.assert_array_equal(array[piece], expected)
        for array, frame in framed:
            assert np.isfinite(array).all()
            assert (frame[:offset] == FOREIGN).all()
            assert (frame[offset + array.size :] == FOREIGN).all()


@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_elements_and_those_in_doubt(real: type[np.floating]) -> None:
    kernel = generated.kl_normal_value_and_grad
    count = (MEGABYTES << 20) // np.dtype(real).itemsize // kernel.nout
    given = drawn(kernel, (count,), real)
    given[1][[0, count // 2, count - 1]] = np.nan
    with np.errstate(invalid="ignore"):
        found = kernel(*given)
    for first in (0, count // 2 - 10, count - 100):
        piece = slice(first, first + 100)
        with np.errstate(invalid="ignore"):
            small = kernel(*(x[piece] for x in given))
        for array, expected in zip(found, small, strict=True):
            np.testing.assert_allclose(array[piece], expected, rtol=8 * np.finfo(real).eps)
    assert np.isnan(found[0]).sum() == 3


def test_in_place() -> None:
    """An argument that is overwritten by a result, in arrays that are too large for the cache."""
    kernel = generated.kl_normal_value_and_grad
    count = (MEGABYTES << 20) // 8 // kernel.nout
    given = drawn(kernel, (count,), np.float64)
    expected = kernel(*given)
    kernel(*given, out=(np.empty(count), *given))
    for array, right in zip(given, expected[1:], strict=True):
        np.testing.assert_array_equal(array, right)
