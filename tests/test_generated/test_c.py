"""The C by itself: compiled with every warning an error, and called without NumPy's ufuncs."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
from ctypes import POINTER, c_double, c_float, c_size_t
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import points
from closedform.generated import Kernel, kernels, numpy_kernels

C = Path(__file__).resolve().parents[2] / "generated" / "c"
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """closedform.c alone, as someone else's program would compile it."""
    built = tmp_path_factory.mktemp("c") / "libclosedform.so"
    done = subprocess.run(
        ["cc", *STRICT, "-O1", "-fPIC", "-shared", "-o", str(built), str(C / "closedform.c"), "-lm"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(built))


def test_every_warning_is_an_error(library: ctypes.CDLL) -> None:
    assert library


def test_the_header_stands_alone_in_c_and_cpp(tmp_path: Path) -> None:
    for name, language, standard in (("a.c", "c", "c11"), ("a.cpp", "c++", "c++11")):
        compiler = shutil.which("c++" if language == "c++" else "cc")
        if compiler is None:
            continue
        (tmp_path / name).write_text('#include "closedform.h"\nint main(void) { return 0; }\n')
        flags = [f"-std={standard}", *STRICT[1:], f"-I{C}"]
        done = subprocess.run([compiler, *flags, "-fsyntax-only", str(tmp_path / name)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("clang") is None, reason="no clang")
@pytest.mark.parametrize(
    ("source", "flags"),
    [
        # A loop that is marked to become vector code and does not is a warning of clang's.
        ("closedform.c", ["-O3", "-mavx2", "-mfma", "-fopenmp-simd", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math"]),
        ("closedform.c", ["-fsyntax-only"]),
        ("matrix.c", ["-fsyntax-only"]),
    ],
)
def test_every_warning_of_clang_is_an_error(source: str, flags: list[str], tmp_path: Path) -> None:
    if "-mavx2" in flags and platform.machine() not in {"x86_64", "AMD64"}:
        pytest.skip("no AVX2")
    words = ["clang", *STRICT, *flags, f"-I{C}", "-c", str(C / source), "-o", str(tmp_path / "object.o")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("real", ["float64", "float32"])
@pytest.mark.parametrize("name", sorted(name for name, entry in kernels().items() if not points.has_matrices(entry["signature"])))
def test_plain_entry_points_agree_with_the_twins(library: ctypes.CDLL, name: str, real: str) -> None:
    twin = getattr(numpy_kernels, name)
    assert isinstance(twin, Kernel)
    arguments = [x.astype(real) for x in points.arguments(twin.arguments, "ordinary", (5,))]
    found = call(library, twin, name + ("_f32" if real == "float32" else ""), arguments)
    expected = twin(*arguments) if "k" in twin.signature else twin(*[x[0] for x in arguments])
    for value, exact in zip(found, expected if twin.nout > 1 else (expected,), strict=True):
        np.testing.assert_allclose(value, exact, rtol=1e-13 if real == "float64" else 1e-5, atol=1e-14 if real == "float64" else 1e-6)


def call(library: ctypes.CDLL, kernel: Kernel, symbol: str, arguments: list[NDArray[np.floating]]) -> list[NDArray[np.floating]]:
    """f(k, arrays..., results...) for a sum, f(numbers..., results...) for one element; a single result is returned."""
    number = c_double if arguments[0].dtype == np.float64 else c_float
    function = getattr(library, symbol)
    size = arguments[0].size
    results = [np.zeros(size if "k" in dims else 1, arguments[0].dtype) for dims in kernel.signature.split("->")[1].split("),(")]
    pointers = [result.ctypes.data_as(POINTER(number)) for result in results]
    function.restype = number if kernel.nout == 1 else None
    if "k" in kernel.signature:
        given = [c_size_t(size), *(x.ctypes.data_as(POINTER(number)) for x in arguments)]
    else:
        given = [number(float(x[0])) for x in arguments]
    returned = function(*given, *(pointers if kernel.nout > 1 else []))
    if kernel.nout == 1:
        return [np.asarray(returned)]
    return [result if result.size > 1 else result[0] for result in results]
