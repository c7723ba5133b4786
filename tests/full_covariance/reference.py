"""The divergence and its gradients with ninety digits: inverses and determinants in mpmath, as every textbook has them.

Nothing here is shared with closedform. Where two laws agree to fourteen digits and their matrices have a condition of 1e16, what is
computed this way still has more digits than a kernel can have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

Array = NDArray[np.floating]
Matrix = Any  # mpmath.matrix, which has no types
DIGITS = 90
STEMS = ("mu", "L", "R", "cov", "prec", "W", "d")


def split(name: str) -> tuple[str, str]:
    """What the argument of that name is, and of which law; a law without a number is law 1."""
    found = re.fullmatch(r"([A-Za-z]+)([12]?)", name)
    if found is None or found[1] not in STEMS:
        raise AssertionError(f"tests/full_covariance does not know the argument {name}: teach it in STEMS")
    return found[1], found[2] or "1"


def exact(name: str, value: Array) -> Matrix:
    """The numbers as they are stored; of a factor its lower triangle."""
    numbers = np.tril(value) if split(name)[0] in "LR" else np.asarray(value)
    rows = numbers.tolist()
    return mpmath.matrix([[mpf(x) for x in row] for row in rows] if numbers.ndim == 2 else [mpf(x) for x in rows])


@dataclass
class Law:
    """A normal law by mean, covariance and precision."""

    mean: Matrix
    cov: Matrix
    prec: Matrix
    logdet: mpf  # of the covariance


def law_of(parameters: dict[str, Matrix], k: int) -> Law:
    """From one of its parameterisations; what is not given is that of N(0, I)."""
    mean = parameters.get("mu", mpmath.zeros(k, 1))
    if "R" in parameters or "prec" in parameters:
        prec = parameters["R"] * parameters["R"].T if "R" in parameters else parameters["prec"]
        return Law(mean, mpmath.inverse(prec), prec, -_logdet(prec))
    if "L" in parameters:
        cov = parameters["L"] * parameters["L"].T
    elif "W" in parameters:
        cov = mpmath.diag(list(parameters["d"])) + parameters["W"] * parameters["W"].T
    else:
        cov = parameters.get("cov", mpmath.eye(k))
    return Law(mean, cov, mpmath.inverse(cov), _logdet(cov))


def _logdet(matrix: Matrix) -> mpf:
    factor = mpmath.cholesky(matrix)
    return 2 * mpmath.fsum(mpmath.log(factor[i, i]) for i in range(matrix.rows))


class Pair:
    """Two laws, given by the arguments of a kernel."""

    def __init__(self, names: Sequence[str], values: Sequence[Array]) -> None:
        self.names = tuple(names)
        with mp.workdps(DIGITS):
            self.given = {name: exact(name, value) for name, value in zip(names, values, strict=True)}
        self.k = len(values[0])
        self.settle()

    def settle(self) -> None:
        """Both laws, from the arguments."""
        with mp.workdps(DIGITS):
            self.one, self.two = (law_of(self._parameters(law), self.k) for law in "12")
            self.gap = self.one.mean - self.two.mean

    def _parameters(self, law: str) -> dict[str, Matrix]:
        return {split(name)[0]: value for name, value in self.given.items() if split(name)[1] == law}

    def divergence(self) -> mpf:
        """KL = 1/2 [tr(P2 S1) + d' P2 d - k + log det S2 - log det S1]."""
        with mp.workdps(DIGITS):
            P2, S1, k = self.two.prec, self.one.cov, range(self.k)
            trace = mpmath.fsum(P2[i, j] * S1[i, j] for i in k for j in k)
            return (trace + (self.gap.T * P2 * self.gap)[0] - self.k + self.two.logdet - self.one.logdet) / 2

    def gradients(self) -> list[Matrix]:
        """By every argument: of matrices those of tr(G' dS) with symmetric dS, of factors lower triangular."""
        with mp.workdps(DIGITS):
            P1, P2, S1 = self.one.prec, self.two.prec, self.one.cov
            pull = P2 * self.gap
            by_mean = {"1": pull, "2": -pull}
            by_cov = {"1": (P2 - P1) / 2, "2": (P2 - P2 * S1 * P2 - pull * pull.T) / 2}
            return [self._by(name, by_mean, by_cov) for name in self.names]

    def _by(self, name: str, by_mean: dict[str, Matrix], by_cov: dict[str, Matrix]) -> Matrix:
        """The chain rule from mean and covariance to the argument."""
        stem, law = split(name)
        G, S = by_cov[law], (self.one if law == "1" else self.two).cov
        value = self.given[name]
        if stem == "mu":
            return by_mean[law]
        if stem in ("prec", "R"):
            G = -(S * G * S)
        if stem in ("cov", "prec"):
            return G
        if stem == "d":
            return mpmath.matrix([G[i, i] for i in range(self.k)])
        return 2 * G * value if stem == "W" else _lower(2 * G * value)


def _lower(matrix: Matrix) -> Matrix:
    found = matrix.copy()
    for i in range(matrix.rows):
        for j in range(i + 1, matrix.cols):
            found[i, j] = mpf(0)
    return found


def error(found: Array, wanted: Matrix | mpf) -> float:
    """The largest difference, relative to the largest entry of what is wanted; infinite where what was found is no number."""
    entries = np.ravel(found).tolist()
    exactly = [wanted] if isinstance(wanted, mpf) else list(wanted)  # both row by row
    if not np.isfinite(entries).all():
        return float("inf")
    with mp.workdps(DIGITS):
        size = max(abs(x) for x in exactly)
        worst = max(abs(mpf(x) - y) for x, y in zip(entries, exactly, strict=True))
        return float(worst / size) if size else float("inf") if worst else 0.0
