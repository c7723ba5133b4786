"""Matrices beyond 64 dimensions: in blocks of vector registers, by the BLAS that SciPy ships, and by loops in C without SciPy."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from closedform import generated

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
if sys.argv[1] == "missing":
    sys.modules["scipy"] = None

import numpy as np

from closedform import generated
from full_covariance import laws

assert sys.modules.get("scipy") is None, "importing the kernels imported SciPy"
count = 0
for kernel in [*laws.kernels(gradients=False), *laws.kernels(gradients=True)]:
    compiled, twin = getattr(generated, kernel), getattr(generated.numpy_kernels, kernel)
    names = compiled.arguments
    for k, distance, real in ((65, 1e-9, np.float64), (130, None, np.float32), (301, None, np.float64)):
        pairs = [laws.arguments(names, k, distance=distance, seed=seed, real=real) for seed in range(2)]
        allowed = 2 * max(laws.allowed(names, values) for values in pairs)
        batch = [np.stack(values) for values in zip(*pairs)]
        several, single, expected = compiled(*batch), compiled(*pairs[1]), twin(*batch)
        if not kernel.endswith("_value_and_grad"):
            several, single, expected = (several,), (single,), (expected,)
        for a, b, c in zip(several, single, expected):
            assert a.dtype == real
            for one, other in ((a[0], c[0]), (a[1], c[1]), (b, c[1])):
                off = np.abs(one - other).max() / (np.abs(other).max() or 1)
                assert off <= allowed, (kernel, k, distance, real, off, allowed)
                count += 1
print(count, generated.config()["blas"])
"""


@pytest.mark.skipif(generated.config()["kernels"] != "compiled", reason="no compiled kernels")
@pytest.mark.parametrize(
    ("instructions", "scipy", "told"),
    [
        ("baseline", "there", "SciPy "),
        ("baseline", "missing", "loops in C (SciPy is not installed)"),
        ("best", "missing", "blocks of vector registers"),
    ],
)
def test_every_kernel_of_large_matrices(instructions: str, scipy: str, told: str) -> None:
    """Each gives what its twin gives, one matrix at a time and several; importing the kernels imports no SciPy; `config()` tells."""
    if instructions == "best" and generated.config()["instruction_set"] == "baseline":
        pytest.skip("this machine has the baseline only")
    environment = {name: value for name, value in os.environ.items() if name != "CLOSEDFORM_SIMD"}
    environment |= {"PYTHONPATH": str(ROOT / "tests"), "OPENBLAS_NUM_THREADS": "1"}  # other tests run beside this one
    environment |= {"CLOSEDFORM_SIMD": "baseline"} if instructions == "baseline" else {}
    done = subprocess.run([sys.executable, "-c", PROGRAM, scipy], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    count, answer = done.stdout.split(maxsplit=1)
    assert int(count) >= 100
    assert answer.startswith(told)


def test_the_extra_is_there_and_documented() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert [requirement.partition(">")[0] for requirement in extras["blas"]] == ["scipy"]
    assert "closedform[blas]" in (ROOT / "README.md").read_text(encoding="utf-8")
