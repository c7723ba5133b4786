"""Pairs of laws for any kernel of matrices, at a distance from each other and with a condition. Fixed seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from closedform import generated
from points import has_matrices

from .reference import split

Array = NDArray[np.floating]
RANK = 2
WELL = 100.0  # the condition up to which matrices count as well-conditioned


def kernels(*, gradients: bool) -> list[str]:
    """The registered kernels that take matrices: of values, or of values and gradients."""
    found = sorted(name for name, entry in generated.kernels().items() if has_matrices(entry["signature"]))
    return [name for name in found if name.endswith("_value_and_grad") == gradients]


def factor(rng: np.random.Generator, k: int, condition: float) -> Array:
    """Lower triangular with a positive diagonal and with that condition, which no scaling of its rows or columns would mend."""
    sizes = condition ** -np.linspace(0, 1, k) if k > 1 else np.array([rng.uniform(0.5, 2)])
    turn, _ = np.linalg.qr(rng.normal(size=(k, k)))
    upper = np.linalg.qr(sizes[:, None] * turn.T).R
    return np.tril((upper * np.sign(np.diag(upper))[:, None]).T)


def arguments(
    names: Sequence[str], k: int, *, condition: float = 10.0, distance: float | None = None, seed: int = 0, real: type = np.float64
) -> list[Array]:
    """One pair of laws in that type. `condition` is that of the matrices given; `distance` how far law 1 is from law 2, as a share of
    law 2's spread (rounding moves a law by eps times the condition besides), or None if they have nothing to do with each other."""
    rng = np.random.default_rng([seed, k])
    kinds = {split(name)[0] for name in names}
    squared = kinds & {"cov", "prec"}
    two = _law(rng, k, condition**0.5 if squared else condition) if "mu2" in names else _standard(k)
    one = _law(rng, k, condition**0.5 if squared else condition) if distance is None else _moved(rng, two, distance)
    found = []
    for name in names:
        stem, law = split(name)
        value = {"1": one, "2": two}[law]["L" if stem in ("R", "cov", "prec") else stem]
        found.append(_symmetric((value @ value.T).astype(real)) if stem in ("cov", "prec") else value.astype(real))
    return found


def _law(rng: np.random.Generator, k: int, condition: float) -> dict[str, Array]:
    spread = condition ** -rng.permutation(np.linspace(0, 1, k))
    return {"mu": rng.normal(size=k), "L": factor(rng, k, condition), "W": rng.normal(size=(k, RANK)), "d": spread}


def _standard(k: int) -> dict[str, Array]:
    return {"mu": np.zeros(k), "L": np.eye(k), "W": np.zeros((k, RANK)), "d": np.ones(k)}


def _moved(rng: np.random.Generator, law: dict[str, Array], distance: float) -> dict[str, Array]:
    """The law moved by that share of its own spread in every direction, so that the divergence is about k distance^2."""
    L, k = law["L"], len(law["mu"])
    return {
        "mu": law["mu"] + distance * L @ rng.normal(size=k),
        "L": L + distance * L @ np.tril(rng.uniform(-1, 1, (k, k))),
        "W": law["W"] * (1 + distance * rng.uniform(-1, 1, (k, RANK))),
        "d": law["d"] * (1 + distance * rng.uniform(-1, 1, k)),
    }


def _symmetric(matrix: Array) -> Array:
    return np.asarray(np.tril(matrix) + np.tril(matrix, -1).T)


def is_factored(names: Sequence[str]) -> bool:
    """Are the matrices given by triangular factors?"""
    return {split(name)[0] for name in names} <= {"mu", "L", "R"}


def is_thin(names: Sequence[str]) -> bool:
    """Are the covariances given as diagonals and thin factors?"""
    return any(split(name)[0] == "W" for name in names)


def condition_of(names: Sequence[str], values: Sequence[Array]) -> float:
    """What errors grow with: of factors the condition of the one that is solved with, of matrices the larger one."""
    given = {name: value.astype(float) for name, value in zip(names, values, strict=True)}
    if is_thin(names):
        matrices = [np.diag(given["d" + law]) + given["W" + law] @ given["W" + law].T for law in "12"]
    else:
        matrices = [given[name] for name in ("L2", "R1", "cov1", "cov2", "prec1", "prec2") if name in given]
        matrices = matrices[:1] if is_factored(names) else matrices
    return max((float(np.linalg.cond(matrix)) for matrix in matrices), default=1.0)


def allowed(names: Sequence[str], values: Sequence[Array]) -> float:
    """The relative error that is promised: 8 k eps for well-conditioned factors, else 100 k eps times the condition."""
    k, eps, condition = len(values[0]), float(np.finfo(values[0].dtype).eps), condition_of(names, values)
    return 8 * k * eps if is_factored(names) and condition <= WELL else 100 * k * eps * condition
