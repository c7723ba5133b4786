"""The C under the address and undefined-behaviour sanitizers, fed with random shapes, strides and values."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
C = ROOT / "generated" / "c"
FLAGS = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fopenmp-simd", "-ffp-contract=fast", "-fno-math-errno"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
SETS = {"baseline": [], "avx2": ["-mavx2", "-mfma"], "avx512": ["-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"]}

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


def compiled(words: list[str], program: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    command = ["cc", *SANITIZERS, f"-I{C}", *words, "-o", str(program), "-lm"]
    return subprocess.run(command, input=given, capture_output=True, text=True)


def built(folder: Path, options: list[str], fuzz: str = "fuzz.c", kernels: Path = C / "closedform.c") -> Path:
    """The program that calls every kernel, or a reason why it cannot be built here."""
    program = folder / "fuzz"
    sources = [str(ROOT / "tests" / "fuzz" / fuzz), str(kernels)]
    probe = compiled([*options, "-x", "c", "-"], program, "int main(void) { return 0; }")
    if probe.returncode != 0:
        pytest.skip("the compiler has no sanitizers, or not this instruction set")
    done = compiled([*FLAGS, *options, *sources], program)
    assert done.returncode == 0, done.stderr
    return program


def supported(wanted: str) -> bool:
    """Has this processor the instructions? The baseline is what every compiler makes."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = set(cpuinfo.read_text().split()) if cpuinfo.exists() else set()
    needed = {"baseline": set[str](), "avx2": {"avx2", "fma"}, "avx512": {"avx512f", "avx512dq", "avx512bw", "avx512vl"}}
    return needed[wanted] <= flags and (wanted == "baseline" or platform.machine() in {"x86_64", "AMD64"})


@pytest.mark.parametrize(
    "past_the_cache", [pytest.param([], id="large"), pytest.param(["-DSTREAMED=0"], id="all", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("wanted", SETS)
def test_no_report_and_no_dependence_on_strides(wanted: str, past_the_cache: list[str], tmp_path: Path) -> None:
    """Once as built, once with results of every size written past the cache, where large ones are."""
    if not supported(wanted):
        pytest.skip(f"this processor has no {wanted}")
    program = built(tmp_path, [*SETS[wanted], *past_the_cache])
    for seed in (1, 2):
        done = subprocess.run([str(program), "1500", str(seed)], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "1500 rounds, nothing wrong\n", "")


def test_the_program_notices_a_wrong_kernel(tmp_path: Path) -> None:
    """Reading one element past a row of float32 is reported."""
    source = (C / "closedform.c").read_text(encoding="utf-8")
    wrong = source.replace("memcpy(given[i], in[i] + done, (size_t)(n - done)", "memcpy(given[i], in[i] + done, (size_t)(n - done + 1)")
    assert wrong != source
    (tmp_path / "closedform.c").write_text(wrong, encoding="utf-8")
    program = tmp_path / "fuzz"
    fuzz = str(ROOT / "tests" / "fuzz" / "fuzz.c")
    done = compiled(["-O1", fuzz, str(tmp_path / "closedform.c")], program)
    if done.returncode != 0:
        pytest.skip("the compiler has no sanitizers")
    done = subprocess.run([str(program), "1500", "1"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("wanted", SETS)
def test_whole_matrices_have_no_report_and_keep_what_is_promised(wanted: str, tmp_path: Path) -> None:
    if not supported(wanted):
        pytest.skip(f"this processor has no {wanted}")
    program = built(tmp_path, SETS[wanted], "matrix.c", C / "matrix.c")
    for seed in (1, 2, 3):
        done = subprocess.run([str(program), "4000", str(seed)], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "4000 rounds, nothing wrong\n", "")


@pytest.mark.parametrize(
    ("right", "wrong", "reported"),
    [
        pytest.param("w < from->present ? w : from->present - 1", "w", "heap-buffer-overflow", id="reads past the batch"),
        pytest.param(
            "if (column == (intptr_t)sizeof(double))",
            "if (column >= (intptr_t)sizeof(double))",
            "something beside the results is written",
            id="writes into gaps",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "kl[lane] = size[lane] < (double)CLOSE",
            "kl[lane] = size[0] < (double)CLOSE",
            "an element depends on its neighbours or on the strides",
            id="looks at a neighbour",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "return value < 0.0 ? 0.0 : value;", "return -value;", "a value is negative", id="has the other sign", marks=pytest.mark.slow
        ),
    ],
)
def test_the_program_notices_a_wrong_kernel_of_matrices(right: str, wrong: str, reported: str, tmp_path: Path) -> None:
    """Without the slower of the two sanitizers and without optimising, for these are as wrong then."""
    source = (C / "matrix.c").read_text(encoding="utf-8")
    assert right in source
    kernels = tmp_path / "matrix.c"
    kernels.write_text(source.replace(right, wrong), encoding="utf-8")
    program = built(tmp_path, ["-O0", "-fno-sanitize=undefined"], "matrix.c", kernels)
    done = subprocess.run([str(program), "1500", "1"], capture_output=True, text=True)
    assert done.returncode != 0
    assert reported in done.stdout + done.stderr
