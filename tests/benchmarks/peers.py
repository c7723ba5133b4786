"""The kernels beside other ways to compute the same, in one process, one thread, taking turns: `make bench` prints the tables.

Times are CPU time of the process, pinned to one processor; each figure is a median over rounds, each ratio a median of ratios in the
same round. Inputs are filled. "limit" is a loop in C that only reads the inputs and writes what the kernel writes. Whoever fails, or needs
more than PATIENCE seconds a call, is left out of that table with a line that says so; so are the tables for which no time is left.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_variable] = "1"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import numpy as np  # noqa: E402 - the number of threads is read at import

from closedform import generated  # noqa: E402

Run = Callable[[], object]
TIE = 0.05  # ratios this near to 1 are no difference
PATIENCE = 3.0
OURS = ("limit", "closedform", "closedform, fresh", "ufunc")

LIMITS = r"""
#include <stddef.h>
#define LOOPS(T, S) \
T read_##S(size_t n, const T *a, const T *b) { \
    T s[64] = {0}; \
    for (size_t i = 0; i + 64 <= n; i += 64) for (int l = 0; l < 64; ++l) s[l] += a[i + l] + b[i + l]; \
    T t = 0; for (int l = 0; l < 64; ++l) t += s[l]; return t; } \
void both_##S(size_t n, const T *restrict a, const T *restrict b, T *restrict c, T *restrict d) { \
    for (size_t i = 0; i < n; ++i) { c[i] = a[i] + b[i]; d[i] = a[i] - b[i]; } } \
void four_##S(size_t n, const T *restrict a, const T *restrict b, const T *restrict c, const T *restrict d, \
              T *restrict e, T *restrict f, T *restrict g, T *restrict h) { \
    for (size_t i = 0; i < n; ++i) { e[i] = a[i] + b[i]; f[i] = c[i] - d[i]; g[i] = a[i] - c[i]; h[i] = b[i] - d[i]; } }
LOOPS(float, float32)
LOOPS(double, float64)
"""


def limits() -> ctypes.CDLL:
    """Loops that do nothing but move the bytes."""
    folder = Path(tempfile.mkdtemp())
    (folder / "limits.c").write_text(LIMITS)
    library = str(folder / "limits.so")
    subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library, str(folder / "limits.c")], check=True)
    return ctypes.CDLL(library)


def timed(run: Run, least: float) -> float:
    """Seconds of CPU time a call, over as many calls as fill `least` seconds."""
    count = 1
    while True:
        start = time.process_time()
        for _ in range(count):
            run()
        spent = time.process_time() - start
        if spent >= least:
            return spent / count
        count = max(count + 1, int(count * min(10.0, 1.2 * least / max(spent, 1e-6))))


def compared(runs: dict[str, Run], rounds: int, least: float) -> dict[str, list[float]]:
    """Seconds a call of each, in turns."""
    ready = {name: run for name, run in runs.items() if is_ready(name, run)}
    found: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, run in ready.items():
            found[name].append(timed(run, least))
    return found


def is_ready(name: str, run: Run) -> bool:
    """Can it be timed? The first call compiles, the second tells how long one takes."""
    try:
        run()
        start = time.process_time()
        run()
        spent = time.process_time() - start
    except Exception as error:
        if name in OURS:
            raise
        print(f"\n{name} left out: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}")
        return False
    if spent > PATIENCE and name not in OURS:
        print(f"\n{name} left out: {spent:.1f} s a call")
        return False
    return True


def ratio(times: dict[str, list[float]], name: str, to: str) -> float:
    return statistics.median(a / b for a, b in zip(times[name], times[to], strict=True))


def told(value: float) -> str:
    return "tie" if abs(value - 1) <= TIE else f"{value:.2f}x"


# ---------------------------------------------------------------------------------------------------- the others


def pointers(*arrays: Any) -> list[Any]:
    return [ctypes.c_void_p(x.ctypes.data) for x in arrays]


class Others:
    """What is installed beside NumPy."""

    def __init__(self) -> None:
        self.torch, self.jax, self.numba = (_imported(name) for name in ("torch", "jax", "numba"))
        if self.torch is not None:
            self.torch.set_num_threads(1)
            self.torch._dynamo.config.cache_size_limit = 1000
            self.torch._dynamo.config.accumulated_cache_size_limit = 1000
            self.compiled = self.torch.compile(self.textbook)
        if self.jax is not None:
            jnp = self.jax.numpy

            def value(mu: Any, logvar: Any) -> Any:
                return 0.5 * jnp.sum(mu * mu + jnp.expm1(logvar) - logvar, axis=-1)

            def with_gradients(mu: Any, logvar: Any) -> Any:
                kl, back = self.jax.vjp(value, mu, logvar)
                return kl, back(jnp.ones_like(kl))

            self.jax_value, self.jax_gradients = self.jax.jit(value), self.jax.jit(with_gradients)
        if self.numba is not None:
            self.numba_value = self.numba.njit(fastmath=True)(_numba_value)

    def textbook(self, mu: Any, logvar: Any) -> Any:
        return -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(-1)

    def divergence(self, mu: Any, logvar: Any) -> Any:
        Normal = self.torch.distributions.Normal
        one = Normal(mu, (0.5 * logvar).exp(), validate_args=False)
        two = Normal(self.torch.zeros_like(mu), self.torch.ones_like(mu), validate_args=False)
        return self.torch.distributions.kl_divergence(one, two).sum(-1)

    def values(self, mu: Any, logvar: Any, *, compiled: bool) -> dict[str, Run]:
        runs: dict[str, Run] = {"numpy": lambda: 0.5 * np.sum(mu * mu + np.expm1(logvar) - logvar, axis=-1)}
        if self.torch is not None:
            a, b = self.torch.from_numpy(mu), self.torch.from_numpy(logvar)
            runs["torch textbook"] = self._without_gradients(self.textbook, a, b)
            runs["torch kl_divergence"] = self._without_gradients(self.divergence, a, b)
            if compiled:
                runs["torch.compile"] = self._without_gradients(self.compiled, a, b)
        if self.jax is not None:
            x, y = self.jax.numpy.asarray(mu), self.jax.numpy.asarray(logvar)
            runs["jax jit"] = lambda: self.jax_value(x, y).block_until_ready()
        if self.numba is not None:
            runs["numba fastmath"] = lambda: self.numba_value(mu, logvar)
        return runs

    def gradients(self, mu: Any, logvar: Any, *, compiled: bool) -> dict[str, Run]:
        runs: dict[str, Run] = {}
        if self.torch is not None:
            a, b = self.torch.from_numpy(mu).requires_grad_(), self.torch.from_numpy(logvar).requires_grad_()
            up = self.torch.ones(mu.shape[0], dtype=a.dtype)
            runs["torch textbook"] = lambda: self.torch.autograd.grad(self.textbook(a, b), (a, b), up)
            runs["torch kl_divergence"] = lambda: self.torch.autograd.grad(self.divergence(a, b), (a, b), up)
            if compiled:
                runs["torch.compile"] = lambda: self.torch.autograd.grad(self.compiled(a, b), (a, b), up)
        if self.jax is not None:
            x, y = self.jax.numpy.asarray(mu), self.jax.numpy.asarray(logvar)
            runs["jax jit"] = lambda: self.jax.block_until_ready(self.jax_gradients(x, y))
        return runs

    def _without_gradients(self, function: Callable[..., Any], *operands: Any) -> Run:
        def run() -> Any:
            with self.torch.no_grad():
                return function(*operands)

        return run


def _numba_value(mu, logvar):  # type: ignore[no-untyped-def]
    found = np.empty(mu.shape[0], mu.dtype)
    half = mu.dtype.type(0.5)
    for i in range(mu.shape[0]):
        total = mu.dtype.type(0)
        for j in range(mu.shape[1]):
            total += mu[i, j] * mu[i, j] + np.expm1(logvar[i, j]) - logvar[i, j]
        found[i] = half * total
    return found


def _imported(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError:
        print(f"{name} is not installed: left out")
        return None


# ---------------------------------------------------------------------------------------------------- tables


def table(title: str, times: dict[str, list[float]], elements: int, bytes_: int) -> None:
    """ns and GB/s of each, the share of the limit, and how often the kernel is faster."""
    print(f"\n{title}")
    print(f"    {'':24} {'ns/element':>10} {'GB/s':>7} {'of limit':>8} {'kernel is':>10}")
    for name, seconds in times.items():
        each = statistics.median(seconds) / elements
        share = ratio(times, "limit", name)
        speed, faster = bytes_ / elements / each / 1e9, told(ratio(times, name, "closedform"))
        print(f"    {name:24} {1e9 * each:10.3f} {speed:7.1f} {share:8.2f} {faster:>10}")


def vae(others: Others, bound: ctypes.CDLL, rounds: int, *, quick: bool, until: float) -> None:
    """Every size, the most usual length of rows first, as long as there is time."""
    for k in (128,) if quick else (128, 32, 512, 1):
        for megabytes in (4, 64):
            for real in ("float32", "float64"):
                if time.monotonic() > until:
                    print(f"\n{real}, {megabytes} MiB an array, K = {k}: left out, the time is over (--minutes)")
                else:
                    vae_of(others, bound, rounds, real, (megabytes << 20) // np.dtype(real).itemsize, k)
    print("\ntorch.compile takes part for K = 128: it needs many seconds for each shape and type.")


def vae_of(others: Others, bound: ctypes.CDLL, rounds: int, real: str, count: int, k: int) -> None:
    """One size of the VAE's term: the value, and the value with its gradients."""
    rng = np.random.default_rng(0)
    size, in_cache = np.dtype(real).itemsize, count * np.dtype(real).itemsize <= 4 << 20
    mu = rng.normal(size=(count // k, k)).astype(real)
    logvar = rng.uniform(-4, 1, mu.shape).astype(real)
    kl, by_mu, by_logvar = np.zeros(count // k, real), np.zeros_like(mu), np.zeros_like(mu)
    read, both = getattr(bound, f"read_{real}"), getattr(bound, f"both_{real}")
    given, all_of_them, length = pointers(mu, logvar), pointers(mu, logvar, by_mu, by_logvar), ctypes.c_size_t(count)
    label = f"{real}, {'in cache' if in_cache else 'DRAM'}, {count:,} elements, K = {k}"
    turns, least = (rounds, 0.01) if in_cache else (max(3, rounds // 2), 0.0)
    values: dict[str, Run] = {
        "limit": lambda: read(length, *given),
        "closedform": lambda: generated.kl_vae(mu, logvar, out=kl),
        "closedform, fresh": lambda: generated.kl_vae(mu, logvar),
        **others.values(mu, logvar, compiled=k == 128),
    }
    table(f"kl_vae, {label}", compared(values, turns, least), count, 2 * size * count)
    gradients: dict[str, Run] = {
        "limit": lambda: both(length, *all_of_them),
        "closedform": lambda: generated.kl_vae_value_and_grad(mu, logvar, out=(kl, by_mu, by_logvar)),
        "closedform, fresh": lambda: generated.kl_vae_value_and_grad(mu, logvar),
        **others.gradients(mu, logvar, compiled=k == 128),
    }
    table(f"kl_vae_value_and_grad, {label}", compared(gradients, turns, least), count, 4 * size * count)


def pair(others: Others, bound: ctypes.CDLL, rounds: int, count: int, k: int = 128) -> None:
    """The general diagonal pair: four inputs, four gradients."""
    rng = np.random.default_rng(0)
    means = [rng.normal(size=(count // k, k)).astype(np.float32) for _ in range(2)]
    spreads = [rng.uniform(0.2, 4, means[0].shape).astype(np.float32) for _ in range(2)]
    inputs = [means[0], spreads[0], means[1], spreads[1]]
    outputs = [np.zeros_like(means[0]) for _ in range(4)]
    kl, all_of_them = np.zeros(count // k, np.float32), pointers(*inputs, *outputs)
    runs: dict[str, Run] = {
        "limit": lambda: bound.four_float32(ctypes.c_size_t(count), *all_of_them),
        "closedform": lambda: generated.kl_normal_diag_value_and_grad(*inputs, out=(kl, *outputs)),
        **(pair_by_torch(others.torch, inputs, count // k) if others.torch is not None else {}),
    }
    title = f"kl_normal_diag_value_and_grad, float32, {count:,} elements, K = {k}"
    table(title, compared(runs, rounds, 0.01), count, 32 * count)


def pair_by_torch(torch: Any, inputs: list[Any], rows: int) -> dict[str, Run]:
    tensors = [torch.from_numpy(x).requires_grad_() for x in inputs]
    up = torch.ones(rows)

    def textbook() -> Any:
        mu1, sigma1, mu2, sigma2 = tensors
        each = (sigma2 / sigma1).log() + (sigma1.pow(2) + (mu1 - mu2).pow(2)) / (2 * sigma2.pow(2)) - 0.5
        return torch.autograd.grad(each.sum(-1), tensors, up)

    def divergence() -> Any:
        laws = [torch.distributions.Normal(*tensors[i : i + 2], validate_args=False) for i in (0, 2)]
        return torch.autograd.grad(torch.distributions.kl_divergence(*laws).sum(-1), tensors, up)

    return {"torch textbook": textbook, "torch kl_divergence": divergence}


def calls_with(mu: Any, logvar: Any) -> dict[str, Run]:
    return {
        "ufunc": lambda: generated.kl_vae.ufunc(mu, logvar),
        "closedform": lambda: generated.kl_vae(mu, logvar),
        "numpy": lambda: 0.5 * np.sum(mu * mu + np.exp(logvar) - 1.0 - logvar, axis=-1),
    }


def calls(rounds: int) -> None:
    """A call with a hundred elements."""
    rng = np.random.default_rng(0)
    print("\na call, N = 100, float64, microseconds")
    for shape in ((1, 100), (100, 1)):
        times = compared(calls_with(rng.normal(size=shape), rng.uniform(-4, 1, shape)), rounds, 0.01)
        figures = ", ".join(f"{name} {1e6 * statistics.median(seconds):.2f}" for name, seconds in times.items())
        print(f"    {shape[0]} x {shape[1]}: {figures}; of numpy {ratio(times, 'closedform', 'numpy'):.2f}")


def machine() -> str:
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    processor = names[0] if names else platform.processor()
    return f"{processor}, {len(names)} processors, Python {platform.python_version()}, NumPy {np.__version__}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="K = 128 alone")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=14.0, help="no table is begun after so many")
    asked = parser.parse_args()
    start = time.monotonic()
    warnings.simplefilter("ignore")
    others = Others()
    print(f"{machine()}; kernels: {generated.config()}; {time.strftime('%Y-%m-%d')}")
    bound = limits()
    calls(asked.rounds)
    for count in (1 << 18, 1 << 22):
        pair(others, bound, asked.rounds, count)
    vae(others, bound, asked.rounds, quick=asked.quick, until=start + 60 * asked.minutes)


if __name__ == "__main__":
    main()
