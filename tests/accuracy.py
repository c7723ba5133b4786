"""How many units in the last place the kernels are off, as tables: `make accuracy`, and `make accuracy-full` for every float32.

References: python-flint balls of 1400 bits for samples; double precision (checked against those balls) for every float32.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from types import ModuleType

import flint
import numpy as np
from flint import arb
from numpy.typing import NDArray

import oracles
import points
from closedform import generated
from closedform.generated import numpy_kernels

Array = NDArray[np.floating]
BITS = 1400
TYPES = (np.float32, np.float64)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    quantity: str
    real: str
    implementation: str
    points: int
    worst: float
    mean: float
    bound: float
    where: str

    def __str__(self) -> str:
        told = f"{self.quantity:34} {self.real:8} {self.implementation:9} {self.points:13,} {self.worst:8.2f} {self.mean:7.3f}"
        return f"{told} {self.bound:6.1f}   {self.where}"


HEADER = f"{'quantity':34} {'type':8} {'kernels':9} {'points':>13} {'max ulp':>8} {'mean':>7} {'bound':>6}   worst at"


def implementations() -> list[tuple[str, ModuleType]]:
    """The compiled kernels by their instruction set, and the twins."""
    compiled = generated.config().get("instruction_set", "numpy")
    return [(compiled, generated), ("twin", numpy_kernels)]


# ---------------------------------------------------------------------------------------------------- the functions, one by one


def half_expm1mx(x: arb) -> arb:
    return (x.exp() - 1 - x) / 2


def half_expm1(x: arb) -> arb:
    return (x.exp() - 1) / 2


def minus_half_log1pmx(var: arb) -> arb:
    return (var - 1 - var.log()) / 2


@dataclass(frozen=True)
class Function:
    """A function, the kernel in which it stands alone, its bounds, and where it is tried."""

    name: str
    exact: Callable[[arb], arb]
    in_double: Callable[[Array], Array]
    computed: Callable[[ModuleType, Array], Array]
    bound: float
    twin_bound: float
    sample: Callable[[np.random.Generator, type, int], Array]


def of_logvar(rng: np.random.Generator, real: type, count: int) -> Array:
    """Log-uniform over the whole range, dense where the reduction changes, both signs."""
    smallest, largest = (-44.0, 89.3) if real is np.float32 else (-300.0, 710.4)
    magnitudes = np.concatenate([
        10 ** rng.uniform(smallest, 2, count), rng.uniform(0, 2, count), rng.uniform(0.33, 0.4, count // 2),
        rng.uniform(0.68, 0.71, count // 2), rng.uniform(0, largest, count),
    ])  # fmt: skip
    return np.concatenate([magnitudes, -magnitudes]).astype(real)


def of_var(rng: np.random.Generator, real: type, count: int) -> Array:
    """Near 1, at the borders of the reduction, and over the whole range."""
    near, far = (-7, 37) if real is np.float32 else (-15, 300)
    distance = 10 ** rng.uniform(near, 0, count)
    parts = [1 + distance, 1 - 0.999 * distance, 10 ** rng.uniform(-far, far, count), rng.uniform(0.4, 3, count)]
    return np.concatenate([*parts, rng.uniform(0.49, 0.51, count // 2), rng.uniform(1.9, 2.2, count // 2)]).astype(real)


def _exact_sum(x: Array, start: int, sign: int) -> Array:
    """x^2 (1/start - ...), the series of e^x - 1 - x (factorials) or of log(1 + x) - x."""
    total = np.zeros_like(x)
    for n in range(12, 1, -1):
        total = (1 + x * total / (n + 1)) if start else (1.0 / n + sign * x * total)
    return total * x * x / (2 if start else 1)


def expm1mx_in_double(x: Array) -> Array:
    x = x.astype(np.float64)
    found, near = np.expm1(x) - x, np.abs(x) < 0.02
    found[near] = _exact_sum(x[near], 1, 1)
    return 0.5 * found


def log1pmx_in_double(var: Array) -> Array:
    var = var.astype(np.float64)
    d = var - 1
    found, near = d - np.log(var), np.abs(d) < 0.02
    found[near] = _exact_sum(d[near], 0, -1)
    return 0.5 * found


FUNCTIONS = (
    Function(
        "expm1mx(x)/2", half_expm1mx, expm1mx_in_double,
        lambda module, x: module.kl_vae_per_dim(np.zeros_like(x), x), 2.5, 4.0, of_logvar,
    ),
    Function(
        "expm1(x)/2", half_expm1, lambda x: 0.5 * np.expm1(x.astype(np.float64)),
        lambda module, x: module.kl_vae_per_dim_value_and_grad(np.zeros_like(x), x)[2], 2.0, 4.0, of_logvar,
    ),
    Function(
        "-log1pmx(x - 1)/2", minus_half_log1pmx, log1pmx_in_double,
        lambda module, x: module.kl_vae_var(np.zeros_like(x)[:, None], x[:, None]), 4.0, 4.0, of_var,
    ),
)  # fmt: skip


def units(found: Array, exact: list[arb], real: type) -> Array:
    """|found - exact| in units in the last place of the exact value; NaN where that is beyond the format."""
    errors = np.full(len(exact), np.nan)
    for index, (value, ball) in enumerate(zip(found, exact, strict=True)):
        with np.errstate(over="ignore"):
            nearest = real(float(ball.mid()))
        if np.isfinite(nearest):
            unit = float(np.spacing(np.abs(nearest)))
            errors[index] = abs(float((arb(float(value)) - ball).mid())) / unit if np.isfinite(value) else np.inf
    return errors


def sampled(function: Function, count: int, seed: int = 7) -> Iterator[Row]:
    """The function on a sample, in both types, compiled and by the twin."""
    for real in TYPES:
        x = function.sample(np.random.default_rng(seed), real, count)
        with flint.ctx.workprec(BITS):
            exact = [function.exact(arb(float(value))) for value in x]
            for name, module in implementations():
                with np.errstate(all="ignore"):
                    found = function.computed(module, x)
                assert not np.any(found < 0) or function.name == "expm1(x)/2", f"{function.name} is negative"
                errors = units(found, exact, real)
                yield _row(function.name, real, name, errors, x, function.twin_bound if module is numpy_kernels else function.bound)


PATTERNS = 1 << 32
SEGMENT = 1 << 26  # what one process does at a time
CHUNK = 1 << 16  # numbers that fit into the cache with all that is computed of them


@dataclass(frozen=True)
class Worst:
    """What was found on many numbers."""

    count: int = 0
    total: float = 0.0
    worst: float = 0.0
    where: float = 0.0

    def __add__(self, other: Worst) -> Worst:
        high = max(self, other, key=lambda found: found.worst)
        return Worst(self.count + other.count, self.total + other.total, high.worst, high.where)


def in_segment(place: int, step: int, start: int) -> Worst:
    """The function at that place of the table, on every `step`th bit pattern of the segment that begins at `start`."""
    function, found = FUNCTIONS[place], Worst()
    for first in range(start + -start % step, start + SEGMENT, CHUNK * step):
        x = np.arange(first, min(start + SEGMENT, first + CHUNK * step), step, dtype=np.uint64).astype(np.uint32).view(np.float32)
        x = x[np.isfinite(x) & (x < 89.41)] if function.sample is of_logvar else x[np.isfinite(x) & (x > 0)]
        if x.size:
            found += compared(function.computed(generated, x), function.in_double(x), x, function.name)
    return found


def compared(found: Array, exact: Array, x: Array, name: str) -> Worst:
    """float32 values and the same in double; a value beyond the format is left out."""
    with np.errstate(over="ignore"):
        nearest = exact.astype(np.float32)
    errors = np.abs(found.astype(np.float64) - exact) / np.spacing(np.abs(nearest)).astype(np.float64)
    kept = np.isfinite(nearest)
    if not np.isfinite(errors[kept]).all():
        raise AssertionError(f"{name} is no number where its value is one: {x[kept][~np.isfinite(errors[kept])][:3]}")
    errors = np.where(kept, errors, 0.0)
    place = int(np.argmax(errors))
    return Worst(int(kept.sum()), float(errors.sum()), float(errors[place]), float(x[place]))


def silent(task: tuple[int, int, int]) -> Worst:
    with np.errstate(all="ignore"):
        return in_segment(*task)


def every(function: Function, step: int, processes: int = 1) -> Row:
    """The public float32 function, compiled where there is a compiler, on every `step`th bit pattern from end to end."""
    tasks = [(FUNCTIONS.index(function), step, start) for start in range(0, PATTERNS, SEGMENT)]
    found = Worst()
    if processes == 1:
        found = sum(map(silent, tasks), found)
    else:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            for done, part in enumerate(pool.imap_unordered(silent, tasks), 1):
                found += part
                if sys.stderr.isatty():
                    print(f"{function.name}: {100 * done // len(tasks)} %", end="\r", file=sys.stderr, flush=True)
    name, _ = implementations()[0]
    bound = function.bound if generated.config()["kernels"] == "compiled" else function.twin_bound
    return Row(function.name, "float32", name, found.count, found.worst, found.total / max(found.count, 1), bound, f"{found.where!r}")


# ---------------------------------------------------------------------------------------------------- rows


def exact_row(mu: Array, logvar: Array) -> arb:
    """The sum over a row, in balls."""
    return sum((half_expm1mx(arb(float(v))) + arb(float(m)) ** 2 / 2 for m, v in zip(mu, logvar, strict=True)), arb(0))


def rows(sizes: tuple[int, ...], most: int) -> Iterator[Row]:
    """kl_vae of rows of each length, from ordinary numbers to collapsed ones; at most `most` elements a line."""
    rng = np.random.default_rng(3)
    for real in TYPES:
        scales = (1.0, 1e-2, 1e-4, 1e-8, 1e-17) if real is np.float32 else (1.0, 1e-4, 1e-10, 1e-50, 1e-150)
        for size in sizes:
            count = max(1, min(60, most // size))
            for scale in scales:
                mu, logvar = ((scale * rng.normal(size=(count, size))).astype(real) for _ in range(2))
                with flint.ctx.workprec(BITS):
                    exact = [exact_row(*pair) for pair in zip(mu, logvar, strict=True)]
                    for name, module in implementations():
                        errors = units(module.kl_vae(mu, logvar), exact, real)
                        bound = 3.0 if module is generated else 4.0
                        yield _row(f"row of {size:,}, scale {scale:g}", real, name, errors, np.arange(count), bound)


# ---------------------------------------------------------------------------------------------------- gradients


def gradients(count: int) -> Iterator[Row]:
    """Every gradient by every argument, for laws of three kinds; in units of the larger part where two parts cancel."""
    kernels = generated.kernels()
    names = [name for name in sorted(kernels) if name.endswith("_value_and_grad") and not re.search(r",\w", kernels[name]["signature"])]
    for name in names:
        for real in TYPES:
            worst: dict[str, list[float]] = {label: [0.0] for label, _ in implementations()}
            for regime in ("ordinary", "near equality", "wide"):
                arguments = [x.astype(real) for x in points.arguments(getattr(generated, name).arguments, regime, (count, 1))]
                for label, module in implementations():
                    _, *found = getattr(module, name)(*arguments)
                    for argument, values in zip(getattr(module, name).arguments, found, strict=True):
                        for index, value in enumerate(np.ravel(values)):
                            numbers = [float(np.ravel(x)[index]) for x in arguments]
                            exact = oracles.slope(getattr(generated, name).arguments, numbers, argument)
                            scale = float(oracles.slope_scale(getattr(generated, name).arguments, numbers, argument))
                            if real(scale) != 0:
                                worst[label].append(abs(float(oracles.mpf(float(value)) - exact)) / float(np.spacing(real(scale))))
            for label, errors in worst.items():
                yield _row(name.removesuffix("_value_and_grad") + " gradients", real, label, np.array(errors), np.arange(len(errors)), 4.0)


def _row(quantity: str, real: type, implementation: str, errors: Array, x: Array, bound: float) -> Row:
    known = ~np.isnan(errors)
    place = int(np.nanargmax(np.where(known, errors, -1)))
    return Row(
        quantity, np.dtype(real).name, implementation, int(known.sum()), float(errors[place]), float(np.mean(errors[known])), bound,
        f"{x[place].item()!r}",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=0, metavar="N", help="every Nth float32, and nothing else")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="at work at the same time on every float32")
    asked = parser.parse_args()
    print(HEADER)
    missed = []
    if asked.every:
        lines: Iterator[Row] = (every(function, asked.every, asked.processes) for function in FUNCTIONS)
    else:
        samples = [sampled(function, 3000) for function in FUNCTIONS]
        lines = chain(*samples, rows((1, 3, 17, 128, 513, 4096, 65536), 30000), gradients(40))
    for row in lines:
        print(row, flush=True)
        if row.worst > row.bound:
            missed.append(row)
    if missed:
        raise SystemExit(f"{len(missed)} lines are above their bound")


if __name__ == "__main__":
    main()
