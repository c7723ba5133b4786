"""Instructions per element of the kernels of long rows, counted by valgrind: the same number on every run. `make instructions`.

What is counted is the inner loop of the ufunc, compiled with the flags of the extension, on rows of 512 ordinary elements; the
difference of a long and a short run leaves the start of the program out. `CC=clang` counts what another compiler makes of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
C = ROOT / "generated" / "c"
FLAGS = ["-std=c11", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fopenmp-simd", "-fno-thread-jumps"]
AVX2 = ["-mavx2", "-mfma"]
K, ROWS = 512, 128
COMPILER = os.environ.get("CC", "cc")

# At most so many; beside them what is aimed for.
LIMITS = {
    ("kl_vae", "float"): (5.2, 4.0),
    ("kl_vae_value_and_grad", "float"): (6.2, 5.0),
    ("kl_vae", "double"): (11.2, 7.5),
    ("kl_vae_value_and_grad", "double"): (13.2, 9.5),
}

PROGRAM = r"""
#include "kernels.h"
#include <stdlib.h>
#include <string.h>
#define ELEMENTS (512 * 384)
extern const closedform_kernel closedform_kernels[CLOSEDFORM_KERNELS];
static REAL operands[5][ELEMENTS];
int main(int count, char **words)
{
    const intptr_t k = 512, rows = atoi(words[2]), size = sizeof(REAL);
    const closedform_kernel *kernel = closedform_kernels;
    char *args[5];
    intptr_t dimensions[2] = {rows, k};
    intptr_t steps[10];
    unsigned seed = 1;
    (void)count;
    for (int i = 0; i < 2; ++i) {
        for (intptr_t j = 0; j < ELEMENTS; ++j) {
            seed = seed * 1664525u + 1013904223u;
            operands[i][j] = (REAL)((seed >> 8) / 16777216.0 * 4.0 - 3.0);
        }
    }
    while (strcmp(kernel->name, words[1]) != 0) {
        ++kernel;
    }
    for (int i = 0; i < 10; ++i) {
        steps[i] = i < 5 ? k * size : size;
    }
    steps[2] = size;
    if (kernel->outputs == 1) {
        steps[3] = steps[4] = size;
    }
    for (int i = 0; i < 5; ++i) {
        args[i] = (char *)operands[i];
    }
    kernel->LOOP(args, dimensions, steps, NULL);
    return 0;
}
"""


def known(flags: list[str]) -> list[str]:
    """The flags that the compiler knows, as the build of the extension finds out, too."""
    probe = [COMPILER, "-Werror", "-fsyntax-only", "-x", "c", "/dev/null"]
    return [flag for flag in flags if subprocess.run([*probe, flag], capture_output=True).returncode == 0]


def counted(program: Path, kernel: str, rows: int) -> int:
    """Instructions of one run."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), kernel, str(rows)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = re.search(r"Collected : (\d+)", told)
    if found is None:
        raise RuntimeError(f"valgrind told no count:\n{told}")
    return int(found[1])


def per_element(kernel: str, real: str, folder: Path) -> float:
    """Instructions of the kernel per element."""
    program = folder / f"count_{real}"
    if not program.exists():
        (folder / "count.c").write_text(PROGRAM)
        names = [f"-DREAL={real}", f"-DLOOP={'f32' if real == 'float' else 'f64'}"]
        sources = [str(folder / "count.c"), *map(str, sorted(C.glob("closedform*.c")))]
        subprocess.run([COMPILER, *known(FLAGS), *AVX2, *names, f"-I{C}", *sources, "-o", str(program), "-lm"], check=True)
    return (counted(program, kernel, 3 * ROWS) - counted(program, kernel, ROWS)) / (2 * ROWS * K)


def main() -> None:
    if shutil.which("valgrind") is None or shutil.which(COMPILER) is None:
        raise SystemExit("counting instructions needs valgrind and a C compiler: apt install valgrind gcc")
    print(f"{'instructions per element, K = 512':36} {'counted':>8} {'at most':>8} {'aim':>5}")
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for (kernel, real), (limit, aim) in LIMITS.items():
            found = per_element(kernel, real, Path(folder))
            missed |= found > limit
            print(f"{kernel + ', ' + real:36} {found:8.2f} {limit:8.1f} {aim:5.1f}")
    if missed:
        sys.exit("more instructions than allowed: is a loop no longer vector code?")


if __name__ == "__main__":
    main()
