"""Where kernels are tested: ordinary laws, those that nearly agree, spreads of all sizes, the ends of the range. Fixed seeds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
REGIMES = ("ordinary", "near equality", "extreme", "wide")


def arguments(names: Sequence[str], regime: str, shape: tuple[int, ...], seed: int = 0) -> list[Array]:
    """One array for each argument."""
    rng = np.random.default_rng([seed, REGIMES.index(regime)])
    found: dict[str, Array] = {}
    for name in names:
        stem, law = name.rstrip("12"), name[len(name.rstrip("12")) :]
        found[name] = _draw(rng, stem, regime, shape)
        if regime == "near equality":
            distance = rng.choice([-1.0, 1.0], shape) * 10.0 ** rng.uniform(-14, -2, shape)
            if law == "2":
                near = found[stem + "1"]
                found[name] = near + distance if stem in {"mu", "logvar"} else near * (1 + distance)
            elif not law:
                found[name] = distance if stem in {"mu", "logvar"} else 1 + distance
    return [found[name] for name in names]


def _draw(rng: np.random.Generator, stem: str, regime: str, shape: tuple[int, ...]) -> Array:
    if stem == "mu":
        return rng.normal(size=shape) * 10.0 ** rng.uniform(-20, 20, shape) if regime == "extreme" else rng.normal(size=shape)
    if stem == "logvar":
        reach = {"extreme": 150, "wide": 20}.get(regime)
        return rng.uniform(-reach, reach, shape) if reach else rng.normal(size=shape)
    reach = {"extreme": 60, "wide": 8}.get(regime)
    return 10.0 ** rng.uniform(-reach, reach, shape) if reach else rng.uniform(0.2, 4.0, shape)


def has_matrices(signature: str) -> bool:
    """Is there an argument with two core dimensions?"""
    return re.search(r"\w,\w", signature) is not None
