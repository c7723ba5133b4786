"""The kernels in other people's hands: a dask cluster, xarray, a typed program, a program in C."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from distributed import Client, LocalCluster

import readme
from closedform.generated import kl_vae, kl_vae_value_and_grad

ROOT = Path(__file__).resolve().parents[2]
C = ROOT / "generated" / "c"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    """Two processes on this machine."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1") as workers,
        Client(workers) as client,
    ):
        yield client


def test_two_processes_compute_what_one_does(cluster: Client) -> None:
    rng = np.random.default_rng(0)
    mu, logvar = rng.normal(size=(400, 8)), rng.normal(size=(400, 8))
    lazy = [da.from_array(x, chunks=(50, 8)) for x in (mu, logvar)]
    value = kl_vae(*lazy)
    assert isinstance(value, da.Array)
    np.testing.assert_array_equal(cluster.compute(value).result(), kl_vae(mu, logvar))
    several = cluster.gather(cluster.compute(kl_vae_value_and_grad(*lazy)))
    for found, expected in zip(several, kl_vae_value_and_grad(mu, logvar), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert cluster.submit(kl_vae, mu, logvar).result().shape == (400,)


def test_the_readmes_way_past_one_machine(tmp_path: Path) -> None:
    (block,) = (block for block in readme.blocks(readme.section("Speed and accuracy")) if block.language == "python")
    (tmp_path / "past.py").write_text(block.text)
    done = subprocess.run([sys.executable, "past.py"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "32.0\n"), done.stderr


def test_xarray_keeps_names_and_coordinates() -> None:
    mu = xr.DataArray(np.linspace(-1, 1, 12).reshape(4, 3), dims=("sample", "latent"), coords={"sample": list("abcd")})
    logvar = xr.zeros_like(mu)
    value = xr.apply_ufunc(kl_vae, mu, logvar, input_core_dims=[["latent"], ["latent"]])
    assert value.dims == ("sample",)
    assert list(value["sample"].values) == list("abcd")
    np.testing.assert_array_equal(value.values, kl_vae(mu.values, logvar.values))
    dims = [["latent"], ["latent"]]
    _, by_mu, _ = xr.apply_ufunc(kl_vae_value_and_grad, mu, logvar, input_core_dims=dims, output_core_dims=[[], *dims])
    assert by_mu.dims == ("sample", "latent")


def test_a_users_program_is_type_checked(tmp_path: Path) -> None:
    program = tmp_path / "user.py"
    program.write_text(
        "from closedform.generated import kl_vae, kl_vae_value_and_grad\n"
        "value = kl_vae([0.0], [1.0])\n"
        "kl, by_mu, by_logvar = kl_vae_value_and_grad(mu=[0.0], logvar=[1.0])\n"
        "kl_vae([0.0])\n"
        "one, two = kl_vae_value_and_grad([0.0], [1.0])\n"
    )
    (tmp_path / "closedform").mkdir()
    (tmp_path / "closedform" / "generated").symlink_to(ROOT / "generated")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache"), "user.py"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("user.py")]
    assert [line.split(":")[1] for line in lines if ": error:" in line] == ["4", "5"], done.stdout


PROGRAM = r"""
#include <stdio.h>
#include "closedform.h"
int main(void)
{
    const double mu[] = {0.2, -0.4, 0.7}, logvar[] = {-0.7, 0.3, -1.9};
    double kl, by_mu[3], by_logvar[3];
    kl_vae_value_and_grad(3, mu, logvar, &kl, by_mu, by_logvar);
    printf("%.17g %.17g %.17g\n", kl_vae(3, mu, logvar), kl, by_logvar[0]);
    return 0;
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_readmes_line_compiles_a_program_in_c(tmp_path: Path) -> None:
    (line,) = re.findall(r"`(cc [^`]*)`", readme.section("Speed and accuracy"))
    (tmp_path / "program.c").write_text(PROGRAM)
    (tmp_path / "generated").symlink_to(ROOT / "generated")
    subprocess.run(shlex.split(line), cwd=tmp_path, check=True)
    assert_prints_what_kernels_give(tmp_path / "a.out")


@pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler")
def test_a_program_in_cpp_is_linked_with_it(tmp_path: Path) -> None:
    (tmp_path / "program.cpp").write_text(PROGRAM)
    library = tmp_path / "closedform.o"
    subprocess.run(["cc", "-O3", "-fopenmp-simd", "-c", str(C / "closedform.c"), "-o", str(library)], check=True)
    subprocess.run(["c++", "-O3", "program.cpp", str(library), f"-I{C}", "-lm"], cwd=tmp_path, check=True)
    assert_prints_what_kernels_give(tmp_path / "a.out")


def assert_prints_what_kernels_give(program: Path) -> None:
    told = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout.split()
    value, _, slopes = kl_vae_value_and_grad([0.2, -0.4, 0.7], [-0.7, 0.3, -1.9])
    np.testing.assert_allclose([float(word) for word in told], [value, value, slopes[0]], rtol=1e-15)
