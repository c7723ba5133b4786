"""C: plain entry points, the loops of NumPy ufuncs over them, and the extension module that makes the ufuncs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import sympy as sp

from ...identity import identity
from ...kernel import Argument, Kernel, LoopKernel, Result, of_kind
from ...low_rank.program import LowRankKernel
from ...matrix.program import MatrixKernel
from ..interface import Page
from . import loops, matrix
from .spelling import DOUBLE

if TYPE_CHECKING:
    from ..interface import Backend

TEMPLATES = Path(__file__).parent / "templates"


class C:
    """Answers `interface.Backend`."""

    name = "c"

    def expression(self, expression: sp.Expr) -> str:
        return DOUBLE.printer.print(expression)

    def spell(self, part: Argument | Result) -> str:
        return loops.spell(part, DOUBLE)

    def pages(self, kernels: Sequence[Kernel]) -> Sequence[Page]:
        of_loops = of_kind(LoopKernel, kernels)
        operands = max(len(kernel.arguments) + len(kernel.results) for kernel in kernels)
        module: dict[str, object] = {"count": len(of_loops), "operands": operands, "build": identity(kernels)}
        return [
            *loops.pages(of_loops),
            Page("c/kernels.h", TEMPLATES / "kernels.h.jinja", module),
            Page("c/module.c", TEMPLATES / "module.c.jinja", {}),
            *matrix.pages(of_kind(MatrixKernel, kernels), of_kind(LowRankKernel, kernels)),
        ]


if TYPE_CHECKING:
    _: Backend = C()
