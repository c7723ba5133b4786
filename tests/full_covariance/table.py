"""How accurate the kernels of full covariance are, beside the others: the second half of `make accuracy`.

Relative errors, of gradients relative to the largest entry of each, the worst over sizes and pairs of laws. The reference has ninety
digits and starts from the very numbers that the kernel is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from closedform import generated
from closedform.generated import numpy_kernels

from . import laws, others
from .reference import Pair, error

NEAR = {np.float64: (1e-2, 1e-6, 1e-10, 1e-14), np.float32: (1e-2, 1e-4, 1e-6)}
CONDITIONS = {np.float64: (1e1, 1e4, 1e8), np.float32: (1e1, 1e3)}
COMPILED = generated.config().get("instruction_set", "numpy")
IMPLEMENTATIONS: dict[str, ModuleType] = {COMPILED: generated, "twin": numpy_kernels}
SIZES = (2, 8, 40)


@dataclass(frozen=True)
class Case:
    """Which laws, of which kernel, in which type."""

    kernel: str
    real: type
    condition: float
    distance: float | None

    def __str__(self) -> str:
        far = "ordinary" if self.distance is None else f"{self.distance:.0e}"
        return f"{self.kernel.removesuffix('_value_and_grad'):18} {np.dtype(self.real).name:8} {self.condition:7.0e} {far:>9}"

    @property
    def gradients(self) -> bool:
        return self.kernel.endswith("_value_and_grad")

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(getattr(generated, self.kernel).arguments)


@dataclass
class Row:
    """The worst error of each implementation; of the kernels also as a share of what is promised."""

    case: Case
    points: int = 0
    errors: dict[str, float] = field(default_factory=dict)
    negative: set[str] = field(default_factory=set)
    share: float = 0.0

    @property
    def kept(self) -> bool:
        """Is every kernel within what is promised, and never negative?"""
        return self.share <= 1 and not self.negative & IMPLEMENTATIONS.keys()

    def add(self, name: str, found: Sequence[Any], wanted: Sequence[Any]) -> float:
        """What one implementation found for one pair of laws; its worst error there."""
        worst = max(error(np.asarray(x), exact) for x, exact in zip(found, wanted, strict=True))
        self.errors[name] = max(self.errors.get(name, 0.0), worst)
        if not self.case.gradients and found[0] < 0:
            self.negative.add(name)
        return worst

    def told(self, columns: Sequence[str]) -> str:
        cells = [f"{self.errors[name]:.1e}{' <0' if name in self.negative else ''}" if name in self.errors else "-" for name in columns]
        return f"{self.case}{''.join(f'{cell:>15}' for cell in cells)} {self.share:9.0e}"


def header(columns: Sequence[str]) -> str:
    return f"{'kernel':18} {'type':8} {'cond':>7} {'distance':>9}{''.join(f'{name:>15}' for name in columns)} {'of bound':>9}"


def cases(*, gradients: bool) -> Iterator[Case]:
    """Ordinary laws and near ones for every registered kernel, and of every condition for those of which something is promised then."""
    for kernel in laws.kernels(gradients=gradients):
        names = getattr(generated, kernel).arguments
        for real in NEAR:
            for condition in CONDITIONS[real] if conditioned(names) else CONDITIONS[real][:1]:
                for distance in (None, *NEAR[real]):
                    yield Case(kernel, real, condition, distance)


def conditioned(names: Sequence[str]) -> bool:
    """Against I nothing depends on a condition; of thin factors nothing is promised where the diagonals are small beside them."""
    return "mu2" in names and not laws.is_thin(names)


def measured(case: Case, sizes: Sequence[int], count: int) -> Row:
    """`count` pairs of laws of each size."""
    row = Row(case)
    for k in sizes:
        for seed in range(count):
            measure(row, *laws_of(case.arguments, k, case.condition, case.distance, seed, case.real))
    return row


@cache  # a kernel and the one with its gradients take the same laws
def laws_of(
    names: tuple[str, ...], k: int, condition: float, distance: float | None, seed: int, real: type
) -> tuple[list[laws.Array], Pair]:
    """The arguments, and the reference that starts from them."""
    values = laws.arguments(names, k, condition=condition, distance=distance, seed=seed, real=real)
    return values, Pair(names, values)


def measure(row: Row, values: Sequence[laws.Array], pair: Pair) -> None:
    """One pair of laws more."""
    case = row.case
    wanted = pair.gradients() if case.gradients else [pair.divergence()]
    if not case.gradients and wanted[0] == 0:  # rounding made the laws equal, and 0 has no relative error
        return
    row.points += 1
    allowed = laws.allowed(case.arguments, values)
    for name, module in IMPLEMENTATIONS.items():
        found = getattr(module, case.kernel)(*values)
        row.share = max(row.share, row.add(name, found[1:] if case.gradients else [found], wanted) / allowed)
    for name, formula in (others.GRADIENTS if case.gradients else others.VALUES).items():
        with np.errstate(all="ignore"):
            computed = formula(case.arguments, values)
        if computed is not None:
            row.add(name, computed if case.gradients else [computed], wanted)


def main() -> None:
    missed = []
    for gradients, title in ((False, "values"), (True, "gradients")):
        columns = [*IMPLEMENTATIONS, *(others.GRADIENTS if gradients else others.VALUES)]
        print(f"\nFull covariance, {title}: worst relative error, k = {', '.join(map(str, SIZES))}\n\n{header(columns)}")
        for case in cases(gradients=gradients):
            row = measured(case, SIZES, 1)
            print(row.told(columns), flush=True)
            if not row.kept:
                missed.append(row)
    if missed:
        raise SystemExit(f"{len(missed)} lines are above their bound, or negative")


if __name__ == "__main__":
    main()
