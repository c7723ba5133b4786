"""What a kernel is: arguments, results and loop statements. Frozen values that hold expressions, never strings of code.

A kernel is the last line of a checked theorem (and of the theorems of its gradients) taken apart into statements that
every language can print: assignments to named scalars, sums along an axis, stores into a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp


class Structure(Enum):
    """What is known of an argument that is a matrix, and so of the gradient by it."""

    FULL = "full"
    SYMMETRIC = "symmetric"
    LOWER = "lower triangular"


@dataclass(frozen=True)
class Argument:
    """An input array. `dims` are its core dimensions, () for a scalar; inside a loop `symbol` is its element."""

    symbol: sp.Symbol
    dims: tuple[str, ...] = ()
    structure: Structure = Structure.FULL

    @property
    def name(self) -> str:
        return str(self.symbol.name)


@dataclass(frozen=True)
class Result:
    """An output array: the value, a named term, or the gradient by the argument called `gradient_by`."""

    symbol: sp.Symbol
    dims: tuple[str, ...] = ()
    gradient_by: str | None = None

    @property
    def name(self) -> str:
        return str(self.symbol.name)


@dataclass(frozen=True)
class Assign:
    """target = value, once for each element of the loop around it."""

    target: sp.Symbol
    value: sp.Expr


@dataclass(frozen=True)
class Accumulate:
    """result += value over the loop around it. How the rounding of a long sum is kept small is the backend's business."""

    result: sp.Symbol
    value: sp.Expr


@dataclass(frozen=True)
class Store:
    """result[element] = value."""

    result: sp.Symbol
    value: sp.Expr


@dataclass(frozen=True)
class Loop:
    """for index in range(extent): body."""

    index: str
    extent: str
    body: tuple[Assign | Accumulate | Store, ...]


@dataclass(frozen=True)
class Kernel:
    """A function of arrays, with what its reader is told: the formula, the domain, the theorem it comes from.

    `domain` holds conditions on elements (sigma1 >= 0): where one fails or an element is NaN, the element of the result is
    NaN and NumPy's `invalid` flag is raised. `body` is one Loop for a kernel with core dimensions; an elementwise kernel
    has a body of Assign and Store alone.
    """

    name: str
    arguments: tuple[Argument, ...]
    results: tuple[Result, ...]
    body: tuple[Loop | Assign | Store, ...]
    domain: tuple[sp.Basic, ...]
    formula: tuple[sp.Basic, sp.Basic]
    theorem: str
    digest: str

    @property
    def signature(self) -> str:
        """NumPy's generalised signature, "(k),(k)->()"; "" for an elementwise kernel."""
        if not any(part.dims for part in (*self.arguments, *self.results)):
            return ""

        def side(parts: tuple[Argument, ...] | tuple[Result, ...]) -> str:
            return ",".join("(" + ",".join(part.dims) + ")" for part in parts)

        return side(self.arguments) + "->" + side(self.results)
