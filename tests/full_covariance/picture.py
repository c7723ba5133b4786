"""The picture of what is lost near equality: `make figures` writes relative_error.svg beside this file, and README shows it.

Medians over pairs of laws in eight dimensions, factors of condition 10. Everybody's error is that for the numbers he was given; the
broken line is the error of `kl_mvn` for the laws whose covariances were formed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from closedform import generated

from . import laws, others
from .reference import Pair, error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curves = dict[str, list[float]]
PICTURE = Path(__file__).with_name("relative_error.svg")
DIMENSION, CONDITION, PAIRS = 8, 10.0, 15
FACTORS, COVARIANCES = ("mu1", "L1", "mu2", "L2"), ("mu1", "cov1", "mu2", "cov2")
DISTANCES = {np.float64: 10.0 ** -np.arange(0.5, 14.25, 0.5), np.float32: 10.0 ** -np.arange(0.5, 7.25, 0.25)}
LEAST = 1e-17  # an exact result has a place in a logarithmic picture as well
KERNELS = {"kl_mvn_chol, from factors": generated.kl_mvn_chol, "kl_mvn, from covariances": generated.kl_mvn}
FORMED = "kl_mvn, for the factors\nwhose covariances were formed"
OTHERS: dict[str, tuple[others.Formula, Sequence[str]]] = {
    "PyTorch's formula, from factors": (others.torch_formula, FACTORS),
    "TFP's formula, from factors": (others.tfp_formula, FACTORS),
    "textbook, from covariances": (others.textbook, COVARIANCES),
}
STYLES: dict[str, dict[str, Any]] = {
    "kl_mvn_chol, from factors": {"color": "#0060a8", "linewidth": 2.2},
    "kl_mvn, from covariances": {"color": "#2a9d63", "linewidth": 2.2},
    FORMED: {"color": "#2a9d63", "linewidth": 1.4, "linestyle": "--"},
    "PyTorch's formula, from factors": {"color": "#c8402f", "linewidth": 1.4},
    "TFP's formula, from factors": {"color": "#c8402f", "linestyle": "", "marker": "o", "markersize": 3.2, "markerfacecolor": "white"},
    "textbook, from covariances": {"color": "#e09020", "linewidth": 1.4, "linestyle": "-."},
}


def curves(real: type, distances: Sequence[float], pairs: int = PAIRS) -> Curves:
    """The median relative error of each at each distance."""
    found: Curves = {name: [] for name in STYLES}
    for distance in distances:
        errors = [errors_of(real, distance, seed) for seed in range(pairs)]
        for name in STYLES:
            found[name].append(max(LEAST, float(np.median([each[name] for each in errors]))))
    return found


def errors_of(real: type, distance: float, seed: int) -> dict[str, float]:
    """The relative errors for one pair of laws, given by its factors and by the covariances that are formed of them."""
    factors = laws.arguments(FACTORS, DIMENSION, condition=CONDITION, distance=distance, seed=seed, real=real)
    given = {FACTORS: factors, COVARIANCES: [formed(value) if value.ndim == 2 else value for value in factors]}
    exact = {names: Pair(names, values).divergence() for names, values in given.items()}

    def off(function: Callable[..., Any], names: Sequence[str]) -> float:
        with np.errstate(all="ignore"):
            return error(np.asarray(function(names, given[tuple(names)])), exact[tuple(names)])

    found = {name: off(formula, names) for name, (formula, names) in OTHERS.items()}
    for (name, kernel), names in zip(KERNELS.items(), (FACTORS, COVARIANCES), strict=True):
        found[name] = off(lambda _, values, kernel=kernel: kernel(*values), names)
    return found | {FORMED: error(generated.kl_mvn(*given[COVARIANCES]), exact[FACTORS])}


def formed(L: laws.Array) -> laws.Array:
    """L L^T, rounded to the type of L."""
    wide = L.astype(np.float64)
    product = (wide @ wide.T).astype(L.dtype)
    return np.tril(product) + np.tril(product, -1).T


def draw(out: Path, pairs: int = PAIRS) -> None:
    """Both types side by side; on white, so that it can be read on a dark page."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # Without dates and random names the same numbers are the same file.
    with rc_context({"svg.hashsalt": "relative_error", "font.size": 9, "mathtext.fontset": "dejavusans"}):
        figure = Figure(figsize=(10, 4.3), layout="constrained", facecolor="white")
        for axes, (real, distances) in zip(figure.subplots(1, 2), DISTANCES.items(), strict=True):
            panel(axes, real, distances, curves(real, distances, pairs))
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right center", frameon=False, labelspacing=1.1)
        figure.savefig(out, metadata={"Date": None} if out.suffix == ".svg" else {"Software": None}, dpi=110)


def panel(axes: Axes, real: type, distances: Sequence[float], found: Curves) -> None:
    for name, errors in found.items():
        axes.loglog(distances, errors, label=name, **STYLES[name])
    axes.axhspan(1, 1e3, color="#f3e2df", zorder=0)
    axes.text(0.03, 0.975, "no digit is right", color="#8c2a1c", ha="left", va="top", transform=axes.transAxes)
    axes.set(xlim=(distances[0], distances[-1]), ylim=(LEAST if real is np.float64 else 1e-9, 30))
    axes.set(xlabel="distance of the two laws, in standard deviations", ylabel="relative error", title=np.dtype(real).name)
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    draw(out)
    print(f"wrote {out}")


if __name__ == "__main__":
    main()
