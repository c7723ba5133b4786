"""Kernels of full covariance beside torch and SciPy, in one process, one thread, taking turns: `make bench-matrices` prints the table.

Times are CPU time, medians over rounds; each ratio is a median of ratios in the same round. torch is MultivariateNormal(scale_tril=...)
without validation, forward, or forward and backward; SciPy is a loop over solve_triangular. Floating-point operations are counted as the
k^3/3 that solving for a lower triangle takes, whatever a kernel or a peer does; "peak" is the product of two matrices by NumPy's BLAS.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterable
from typing import Any

from peers import Run, compared, machine, ratio

# isort: split
# peers comes first: it settles the number of threads, which is read where NumPy is imported.
import numpy as np

from closedform import generated

COUNTS = {2: 100_000, 4: 100_000, 8: 100_000, 16: 2_000, 32: 1_000, 64: 500, 128: 100, 1000: 1, 2000: 1}
COLUMNS = {"kernel": 26, "type": 8, "k": 5, "batch": 7, "ns a pair": 13, "torch": 7, "scipy": 7, "GF/s": 6, "of peak": 8}
PRODUCT = 512  # the size of the product that tells the peak, for smaller matrices


def laws(k: int, real: str) -> list[Any]:
    """Two batches of laws: mu1, L1, mu2, L2."""
    rng, count, i = np.random.default_rng(k), COUNTS[k], np.arange(k)
    given = []
    for _ in range(2):
        L = np.tril(rng.normal(size=(count, k, k)), -1) / k
        L[:, i, i] = 1.5 ** rng.uniform(-1, 1, (count, k))
        given += [rng.normal(size=(count, k)).astype(real), L.astype(real)]
    return given


def by_torch(torch: Any, given: list[Any], *, gradients: bool) -> Run:
    mu1, L1, mu2, L2 = tensors = [torch.from_numpy(x).requires_grad_(gradients) for x in given]
    up = torch.ones(len(mu1), dtype=mu1.dtype)

    def run() -> Any:
        one = torch.distributions.MultivariateNormal(mu1, scale_tril=L1, validate_args=False)
        two = torch.distributions.MultivariateNormal(mu2, scale_tril=L2, validate_args=False)
        kl = torch.distributions.kl_divergence(one, two)
        return torch.autograd.grad(kl, tensors, up) if gradients else kl

    return run


def by_scipy(given: list[Any]) -> Run:
    from scipy.linalg import solve_triangular

    def run() -> list[float]:
        found = []
        for mu1, L1, mu2, L2 in zip(*given, strict=True):
            solved = solve_triangular(L2, np.column_stack([L1, mu1 - mu2]), lower=True, check_finite=False)
            logs = np.log(np.diagonal(L2)).sum() - np.log(np.diagonal(L1)).sum()
            found.append(logs + ((solved * solved).sum() - len(mu1)) / 2)
        return found

    return run


def product(k: int, real: str) -> Run:
    x, y = np.random.default_rng(0).normal(size=(2, k, k)).astype(real)
    into = np.empty_like(x)
    return lambda: np.matmul(x, y, out=into)


def row(torch: Any, name: str, real: str, k: int, rounds: int) -> list[str]:
    kernel, given, gradients = getattr(generated, name), laws(k, real), name.endswith("_value_and_grad")
    out = kernel(*given)
    size = max(k, PRODUCT)
    runs: dict[str, Run] = {"closedform": lambda: kernel(*given, out=out), "product": product(size, real)}
    if torch is not None:
        runs["torch"] = by_torch(torch, given, gradients=gradients)
    if k >= 16 and not gradients:
        runs["scipy"] = by_scipy(given)
    times = compared(runs, rounds, 0.02)
    each = statistics.median(times["closedform"]) / COUNTS[k]
    rate = k**3 / 3 / each
    share = statistics.median(
        (k**3 / 3 * COUNTS[k] / a) / (2 * size**3 / b) for a, b in zip(times["closedform"], times["product"], strict=True)
    )
    told = [f"{ratio(times, other, 'closedform'):.1f}x" if other in times else "" for other in ("torch", "scipy")]
    figures = [f"{rate / 1e9:.1f}", f"{share:.2f}"] if k >= 16 and not gradients else ["", ""]
    return [name, real, str(k), str(COUNTS[k]), f"{1e9 * each:,.{1 if each < 1e-6 else 0}f}", *told, *figures]


def line(cells: Iterable[str]) -> str:
    widths = enumerate(zip(cells, COLUMNS.values(), strict=True))
    return "  ".join(f"{cell:<{width}}" if place < 2 else f"{cell:>{width}}" for place, (cell, width) in widths)


def table(torch: Any, sizes: list[int], rounds: int) -> None:
    print(line(COLUMNS))
    for name in ("kl_mvn_chol", "kl_mvn_chol_value_and_grad"):
        for real in ("float64", "float32"):
            for k in sizes:
                print(line(row(torch, name, real, k, rounds)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("sizes", type=int, nargs="*", help="of the table's; all without")
    asked = parser.parse_args()
    try:
        import torch
    except ImportError:
        torch = None
        print("torch is not installed: left out")
    else:
        torch.set_num_threads(1)
    print(f"{machine()}; kernels: {generated.config()}; {time.strftime('%Y-%m-%d')}")
    table(torch, asked.sizes or list(COUNTS), asked.rounds)


if __name__ == "__main__":
    main()
