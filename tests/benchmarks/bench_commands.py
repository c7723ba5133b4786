"""How long a user waits: for an import, for each command, and for `make kernels` when nothing has changed.

Goals on two cores: `closedform show kl_normal` under 1.5 s, `closedform check` under 30 s, `make kernels` under 10 s,
and `import closedform.generated` within 1.5 times `import numpy`. `make bench` prints the times; no test judges them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLOSEDFORM = str(Path(sys.executable).with_name("closedform"))


def run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


@pytest.mark.parametrize("module", ["numpy", "closedform.generated"])
def test_import(benchmark: Any, module: str) -> None:
    benchmark.pedantic(run, (sys.executable, "-c", f"import {module}"), rounds=10, warmup_rounds=1)


@pytest.mark.parametrize("words", ["list", "show kl_normal", "show kl_mvn --as latex", "generate --check", "check"])
def test_command(benchmark: Any, words: str) -> None:
    benchmark.pedantic(run, (CLOSEDFORM, *words.split()), rounds=2, warmup_rounds=1)


def test_make_kernels_when_nothing_changed(benchmark: Any) -> None:
    benchmark.pedantic(run, ("make", "kernels"), rounds=2, warmup_rounds=1)
