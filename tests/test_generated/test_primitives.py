"""The functions in C that kernels are made of, each by itself, as each instruction set computes it: expm1mx, expm1, log1pmx, logratiomx.

A kernel computes an element with the branch-free function unless that says "doubt"; then with the careful one, in double. Here both are
called as a kernel calls them, on numbers of the whole range of their formats.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import accuracy
import flint
import numpy as np
import pytest
from accuracy import arb
from numpy.typing import NDArray

Array = NDArray[np.floating]
ROOT = Path(__file__).resolve().parents[2]
C = ROOT / "generated" / "c"
FLAGS = ["-std=c11", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fopenmp-simd"]
SETS = {"baseline": [], "avx2": ["-mavx2", "-mfma"], "avx512": ["-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"]}
NEEDED = {"baseline": set(), "avx2": {"avx2", "fma"}, "avx512": {"avx512f", "avx512dq", "avx512bw", "avx512vl"}}
REALS = {np.float32: ("_f32", "float"), np.float64: ("", "double")}

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


@dataclass(frozen=True)
class Primitive:
    """A function of one or two numbers: its names in C, its value, its bound in units in the last place, and its domain."""

    name: str
    arity: int
    fast: str
    doubt: str
    careful: str
    exact: Callable[..., arb]
    in_double: Callable[..., Array]
    bound: float
    sign: int  # of every value, 0 where it varies
    domain: float  # arguments are greater


def expm1mx(x: arb) -> arb:
    return x.exp() - 1 - x


def log1pmx(x: arb) -> arb:
    return (1 + x).log() - x


def logratiomx(a: arb, b: arb) -> arb:
    return (a / b).log() - (a - b) / b


def log1pmx_in_double(x: Array) -> Array:
    found = np.log1p(x) - x
    near = np.abs(x) < 0.02
    found[near] = -accuracy._exact_sum(x[near], 0, -1)
    return found


def logratiomx_in_double(a: Array, b: Array) -> Array:
    x = (a - b) / b
    found = np.log(a / b) - x
    near = np.abs(x) < 0.02
    found[near] = -accuracy._exact_sum(x[near], 0, -1)
    return found


PRIMITIVES = (
    Primitive("expm1mx", 1, "expm1mx", "doubt_of_expm1mx", "expm1mx_anywhere", expm1mx,
              lambda x: 2 * accuracy.expm1mx_in_double(x), 2.5, 1, -np.inf),
    Primitive("expm1", 1, "expm1_of", "doubt_of_expm1mx", "expm1_anywhere", lambda x: x.exp() - 1, np.expm1, 2.0, 0, -np.inf),
    Primitive("log1pmx", 1, "log1pmx", "doubt_of_log1pmx", "log1pmx_anywhere", log1pmx, log1pmx_in_double, 4.0, -1, -1.0),
    Primitive("logratiomx", 2, "logratiomx", "doubt_of_logratiomx", "logratiomx_anywhere", logratiomx, logratiomx_in_double, 4.0, -1, 0.0),
)  # fmt: skip
IDS = [primitive.name for primitive in PRIMITIVES]

# An element is in doubt as kernels tell: a bit above those of the exponent, a number that must be positive and is not normal, a value that
# is no number.
DRIVER = """
void try_{name}{ours}(size_t n, const {real} *restrict a, const {real} *restrict b, {real} *restrict found, unsigned char *restrict doubt)
{{
    for (size_t i = 0; i < n; ++i) {{
        found[i] = {fast}{ours}({arguments});
    }}
    for (size_t i = 0; i < n; ++i) {{
        doubt[i] = (({doubt}{ours}({arguments}){positive}) >> {exponent}) != 0 || !isfinite(found[i]);
        if (doubt[i]) {{
            found[i] = ({real}){careful}({arguments});
        }}
    }}
    (void)b;
}}
"""


def driver() -> str:
    """closedform.c, and a loop over each function of it."""
    parts = ['#include "closedform.c"', "#include <stddef.h>"]
    for primitive in PRIMITIVES:
        for real, (ours, name) in REALS.items():
            arguments = ["a[i]", "b[i]"][: primitive.arity]
            positive = "".join(f" | doubt_of_positive{ours}({text})" for text in arguments) if primitive.arity == 2 else ""
            parts.append(
                DRIVER.format(
                    name=primitive.name, ours=ours, real=name, fast=primitive.fast, doubt=primitive.doubt, careful=primitive.careful,
                    arguments=", ".join(arguments), positive=positive, exponent=8 if real is np.float32 else 11,
                )
            )  # fmt: skip
    return "\n".join(parts)


@pytest.fixture(scope="module", params=SETS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The functions on one instruction set."""
    cpuinfo = Path("/proc/cpuinfo")
    if not NEEDED[request.param] <= set(cpuinfo.read_text().split() if cpuinfo.exists() else []):
        pytest.skip(f"this processor has no {request.param}")
    folder = tmp_path_factory.mktemp("primitives")
    (folder / "driver.c").write_text(driver())
    words = [*FLAGS, *SETS[request.param], "-fPIC", "-shared", f"-I{C}", "driver.c", "-o", "driver.so", "-lm"]
    done = subprocess.run(["cc", *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "driver.so"))


def computed(library: ctypes.CDLL, primitive: Primitive, *given: Array) -> tuple[Array, NDArray[np.uint8]]:
    """Values, and where they came from the careful function."""
    real = given[0].dtype.type
    arguments = [np.ascontiguousarray(x) for x in (*given, given[0])[:2]]
    found, doubt = np.empty_like(arguments[0]), np.empty(arguments[0].size, np.uint8)
    pointers: list[Any] = [ctypes.c_void_p(x.ctypes.data) for x in (*arguments, found, doubt)]
    getattr(library, f"try_{primitive.name}{REALS[real][0]}")(ctypes.c_size_t(found.size), *pointers)
    return found, doubt


def sample(primitive: Primitive, real: type) -> tuple[Array, ...]:
    """Over the whole range, near where the value vanishes, and where reductions change."""
    rng = np.random.default_rng(11)
    limits = np.finfo(real)
    low, high = np.log10(float(limits.smallest_subnormal)), np.log10(float(limits.max)) - 1e-6
    if primitive.arity == 2:
        b = 10 ** rng.uniform(low, high, 3000)
        with np.errstate(over="ignore", under="ignore"):
            near = b[:1500] * (1 + rng.choice([-1, 1], 1500) * 10 ** rng.uniform(low / 3, -0.01, 1500))
            a = np.concatenate([near, 10 ** rng.uniform(low, high, 1500)])
        a[:100], b[:100] = b[:100], b[:100]
        pair = a.astype(real), b.astype(real)
        kept = (pair[0] > 0) & (pair[1] > 0) & np.isfinite(pair[0]) & np.isfinite(pair[1])
        return pair[0][kept], pair[1][kept]
    if primitive.name == "log1pmx":
        distance = 10 ** rng.uniform(low / 2, 0, 1500)
        borders = rng.uniform(-0.55, -0.45, 500), rng.uniform(0.9, 1.1, 500)
        x = np.concatenate([distance, -0.9999 * distance, 10 ** rng.uniform(0, high, 1000), *borders])
    else:
        x = accuracy.of_logvar(rng, real, 500)
    return (x.astype(real)[x.astype(real) > primitive.domain],)


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize("primitive", PRIMITIVES, ids=IDS)
def test_values(library: ctypes.CDLL, primitive: Primitive, real: type) -> None:
    given = sample(primitive, real)
    found, doubt = computed(library, primitive, *given)
    with flint.ctx.workprec(accuracy.BITS):
        exact = [primitive.exact(*(arb(float(x)) for x in numbers)) for numbers in zip(*given, strict=True)]
        errors = accuracy.units(found, exact, real)
    known = ~np.isnan(errors)
    assert known.sum() > 1500
    assert (doubt == 0).sum() > 500
    worst = int(np.argmax(np.where(known, errors, 0)))
    assert errors[worst] <= primitive.bound, [float(x[worst]) for x in given]
    assert_signs(primitive, found, exact)


def assert_signs(primitive: Primitive, found: Array, exact: list[arb]) -> None:
    """Never of the wrong sign, and 0 only where the value is, or half of it is too small for the format."""
    least = arb(float(np.finfo(found.dtype).smallest_subnormal))
    if primitive.sign:
        assert (primitive.sign * found >= 0).all()
    for value, ball in zip(found, exact, strict=True):
        if value == 0:
            assert abs(ball) < 2 * least
        else:
            assert ball != 0


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize("primitive", PRIMITIVES, ids=IDS)
def test_special_values(library: ctypes.CDLL, primitive: Primitive, real: type) -> None:
    """Zeros, infinities, NaN, the ends of the format: what the limit of the function is."""
    limits = np.finfo(real)
    large, tiny, small = float(limits.max), float(limits.smallest_subnormal), float(limits.tiny)
    nan, inf = np.nan, np.inf
    zeros = [((0.0,), 0.0), ((-0.0,), 0.0), ((nan,), nan)]
    cases: list[tuple[tuple[float, ...], float]] = {
        "expm1mx": [*zeros, ((inf,), inf), ((-inf,), inf), ((large,), inf), ((-large,), large), ((tiny,), 0.0)],
        "expm1": [*zeros, ((inf,), inf), ((-inf,), -1.0), ((large,), inf), ((-large,), -1.0), ((small,), small)],
        "log1pmx": [*zeros, ((inf,), -inf), ((-1.0,), -inf), ((-2.0,), nan), ((large,), -large), ((tiny,), 0.0)],
        "logratiomx": [((1.0, 1.0), 0.0), ((tiny, tiny), 0.0), ((large, large), 0.0), ((nan, 1.0), nan), ((1.0, nan), nan)],
    }[primitive.name]
    given = [np.array(column, real) for column in zip(*(numbers for numbers, _ in cases), strict=True)]
    found, _ = computed(library, primitive, *given)
    np.testing.assert_array_equal(found, np.array([value for _, value in cases], real))


def halves(primitive: Primitive, step: int) -> Iterator[tuple[Array, ...]]:
    """Every `step`th float32 of the domain; a second argument varies with the first, from far away to the next number."""
    chunk = 1 << 16
    others = np.float32([1.0, 0.7, 3e-20, 5e18])
    for start in range(0, 1 << 32, chunk * step):
        bits = np.arange(start, min(1 << 32, start + chunk * step), step, dtype=np.uint64).astype(np.uint32)
        x = bits.view(np.float32)
        x = x[np.isfinite(x) & (x > primitive.domain)]
        if primitive.arity == 1 and x.size:
            yield (x,)
        elif x.size:
            index = np.arange(x.size)
            near = x * (1 + np.float32(2.0) ** -(index % 23).astype(np.float32))
            yield x, np.where(np.isfinite(near) & (index % 3 > 0), near, others[index % 4])


def worst_of(library: ctypes.CDLL, primitive: Primitive, step: int) -> accuracy.Worst:
    found = accuracy.Worst()
    with np.errstate(all="ignore"):
        for given in halves(primitive, step):
            values, _ = computed(library, primitive, *given)
            found += accuracy.compared(values, primitive.in_double(*(x.astype(np.float64) for x in given)), given[0], primitive.name)
    return found


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=IDS)
def test_single_precision_at_every_100003rd_number(library: ctypes.CDLL, primitive: Primitive) -> None:
    found = worst_of(library, primitive, 100_003)
    assert found.count > 10_000
    assert found.worst <= primitive.bound, found


@pytest.mark.slow
@pytest.mark.parametrize("primitive", PRIMITIVES, ids=IDS)
def test_single_precision_at_every_seventh_number(library: ctypes.CDLL, primitive: Primitive) -> None:
    found = worst_of(library, primitive, 7)
    assert found.worst <= primitive.bound, found


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=IDS)
def test_the_reference_in_double_is_good_for_single_precision(primitive: Primitive) -> None:
    given = [x[::10] for x in sample(primitive, np.float32)]
    with flint.ctx.workprec(accuracy.BITS), np.errstate(all="ignore"):
        found = primitive.in_double(*(x.astype(np.float64) for x in given))
        for *numbers, value in zip(*given, found, strict=True):
            exact = primitive.exact(*(arb(float(x)) for x in numbers))
            if abs(float(exact)) < 1e300:
                assert abs(float(arb(float(value)) - exact)) <= 1e-12 * abs(float(exact)), numbers
