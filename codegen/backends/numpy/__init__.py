"""NumPy: readable kernels, one module for each pair of laws; the twins and the oracle of the compiled ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sympy as sp

from ...kernel import Argument, Kernel, LoopKernel, Result, of_kind
from ...low_rank.program import LowRankKernel
from ...matrix.program import MatrixKernel
from ..interface import Page
from . import loops, low_rank, matrix
from .function import one_a_line, spell
from .spelling import PRINTER

if TYPE_CHECKING:
    from ..interface import Backend

TEMPLATES = Path(__file__).parent / "templates"
FOLDER = "numpy_kernels"


@dataclass(frozen=True)
class Module:
    """One module, and what the package takes from it."""

    name: str
    imported: str


class NumPy:
    """Answers `interface.Backend`."""

    name = "numpy"

    def expression(self, expression: sp.Expr) -> str:
        return PRINTER.print(expression)

    def spell(self, part: Argument | Result) -> str:
        return spell(part)

    def pages(self, kernels: Sequence[Kernel]) -> Sequence[Page]:
        of_loops = loops.grouped(of_kind(LoopKernel, kernels))
        of_matrices = matrix.grouped(of_kind(MatrixKernel, kernels))
        of_thin_matrices = low_rank.grouped(of_kind(LowRankKernel, kernels))
        modules: dict[str, Sequence[Kernel]] = {**of_loops, **of_matrices, **of_thin_matrices}
        # One name a line, because the lines of many names grow.
        listing = [Module(name, one_a_line(sorted(kernel.name for kernel in members))) for name, members in sorted(modules.items())]
        names = sorted(kernel.name for kernel in kernels)
        return [
            *loops.pages(FOLDER, of_loops),
            *matrix.pages(FOLDER, of_matrices),
            *low_rank.pages(FOLDER, of_thin_matrices),
            Page(f"{FOLDER}/__init__.py", TEMPLATES / "package.py.jinja", {"modules": listing, "names": names}),
        ]


if TYPE_CHECKING:
    _: Backend = NumPy()
