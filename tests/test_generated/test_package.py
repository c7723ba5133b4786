"""The package: which kernels answer, what it imports, dask, the demonstration, the stubs."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import dask.array as da
import numpy as np
import pytest

import points
from closedform import generated
from closedform.generated import Kernel, numpy_kernels

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, **environment: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_manifest_lists_the_kernels() -> None:
    manifest = json.loads((ROOT / "generated" / "MANIFEST.json").read_text(encoding="utf-8"))
    told = {name: {key: entry[key] for key in ("theorem", "digest", "signature")} for name, entry in manifest["kernels"].items()}
    assert generated.kernels() == told
    for name, entry in manifest["kernels"].items():
        assert getattr(generated, name).arguments == tuple(entry["arguments"])


def test_both_packages_export_the_same_kernels() -> None:
    assert set(generated.kernels()) == set(numpy_kernels.__all__)
    assert set(generated.__all__) == {*generated.kernels(), "Kernel", "config", "kernels", "numpy_kernels"}


def test_config_says_which_kernels_answer() -> None:
    config = generated.config()
    if config["kernels"] == "compiled":
        assert config["instruction_set"] in {"baseline", "avx2", "avx512"}
        assert all(isinstance(getattr(generated, name).ufunc, np.ufunc) for name in generated.kernels())
    else:
        assert config["reason"]


def test_without_the_extension_the_twins_answer() -> None:
    code = """
import sys
sys.modules["closedform.generated._kernels"] = None
from closedform.generated import config, kl_normal, numpy_kernels
print(config()["kernels"], kl_normal(0.0, 1.0, 1.0, 2.0) == numpy_kernels.kl_normal(0.0, 1.0, 1.0, 2.0), bool(config()["reason"]))
"""
    assert run(code) == "numpy True True"


def test_the_twins_answer_on_request() -> None:
    code = "from closedform.generated import config; print(config()['reason'])"
    assert run(code, CLOSEDFORM_KERNELS="numpy") == "CLOSEDFORM_KERNELS=numpy asks for the kernels in NumPy"


def test_an_extension_of_other_theorems_is_not_used() -> None:
    code = """
import sys, types
other = types.ModuleType("closedform.generated._kernels")
other.BUILD = "of other theorems"
sys.modules["closedform.generated._kernels"] = other
import closedform
from closedform import generated
print(generated.config()["reason"])
"""
    assert run(code) == "the extension was compiled from other derivations: install closedform again"


@pytest.mark.skipif(generated.config()["kernels"] != "compiled", reason="no compiled kernels")
@pytest.mark.parametrize(("wanted", "told"), [("", "fine"), ("AVX2", "CLOSEDFORM_SIMD is AVX2: it may be baseline, avx2 or avx512")])
def test_an_instruction_set_that_nobody_knows_is_refused(wanted: str, told: str) -> None:
    """Not passed over: who misspells it would believe to have tested that set."""
    code = """
try:
    from closedform import generated
except ValueError as error:
    print(error)
else:
    print("fine")
"""
    assert run(code, CLOSEDFORM_SIMD=wanted) == told


@pytest.mark.skipif(generated.config()["kernels"] != "compiled", reason="no compiled kernels")
@pytest.mark.parametrize("wanted", ["baseline", "avx2", "avx512"])
def test_every_instruction_set_gives_the_same_values(wanted: str) -> None:
    """A processor without that set answers with the best one below it."""
    code = """
import numpy as np, points
from closedform import generated
for name in (name for name, entry in generated.kernels().items() if not points.has_matrices(entry["signature"])):
    kernel, twin = getattr(generated, name), getattr(generated.numpy_kernels, name)
    for regime in points.REGIMES:
        arguments = points.arguments(kernel.arguments, regime, (40, 3), seed=1)
        pair = kernel(*arguments), twin(*arguments)
        for found, expected in zip(*(values if kernel.nout > 1 else (values,) for values in pair)):
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13 * np.max(np.abs(expected)))
print(generated.config()["instruction_set"])
"""
    told = run(code, CLOSEDFORM_SIMD=wanted, PYTHONPATH=str(ROOT / "tests"))
    order = ["baseline", "avx2", "avx512"]
    assert order.index(told) <= order.index(wanted)


def test_dask_arrays_stay_lazy(kernel: Kernel) -> None:
    arguments = points.arguments(kernel.arguments, "ordinary", (6, 3))
    chunked = [da.from_array(x, chunks=(2, 3)) for x in arguments]
    lazy = kernel(*chunked)
    expected = kernel(*arguments)
    for found, value in zip(*(part if isinstance(part, tuple) else (part,) for part in (lazy, expected)), strict=True):
        assert isinstance(found, da.Array)
        assert found.shape == value.shape
        np.testing.assert_array_equal(found.compute(scheduler="synchronous"), value)


def test_dask_arrays_meet_numbers_and_numpy(implementation: ModuleType) -> None:
    logvar = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
    found = implementation.kl_vae(0.0, da.from_array(logvar, chunks=(2, 3)))
    assert isinstance(found, da.Array)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.compute(scheduler="threads"), implementation.kl_vae(0.0, logvar))


def test_the_demonstration_tells_the_truth() -> None:
    told = subprocess.run([sys.executable, "-m", "closedform.generated"], capture_output=True, text=True, check=True).stdout
    numbers = {line.split()[0]: float(line.split()[-1]) for line in told.splitlines() if line.strip().endswith(("e-18", "e-17"))}
    assert numbers["kl_vae"] == pytest.approx(numbers["series"], rel=1e-15)
    assert abs(numbers["sum(exp(logvar)"] - numbers["kl_vae"]) > 0.01 * numbers["kl_vae"]
    assert generated.kernels()["kl_vae"]["digest"] in told


def test_the_stubs_name_what_there_is() -> None:
    tree = ast.parse((ROOT / "generated" / "__init__.pyi").read_text(encoding="utf-8"))
    calls = {
        node.name: [argument.arg for argument in item.args.args[1:]]
        for node in tree.body if isinstance(node, ast.ClassDef)
        for item in node.body if isinstance(item, ast.FunctionDef)
    }  # fmt: skip
    typed = {ast.unparse(node.target): ast.unparse(node.annotation) for node in tree.body if isinstance(node, ast.AnnAssign)}
    for name in generated.kernels():
        assert calls[typed[name]] == list(getattr(generated, name).arguments)
