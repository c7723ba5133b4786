"""What a kernel is: arguments, results and statements. Frozen values that hold expressions, never strings of code.

A kernel is the last line of a checked theorem (and of the theorems of its gradients) taken apart into statements that every language
can print. Those of a `Loop` stand here: assignments to named scalars, sums along an axis, stores into a result. What kernels of
matrices are made of stands in matrix/program.py and low_rank/program.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import sympy as sp


class Structure(Enum):
    """What is known of an argument that is a matrix, and so of the gradient by it."""

    FULL = "full"
    SYMMETRIC = "symmetric"
    LOWER = "lower triangular"


class Role(Enum):
    """What a result is. Where a law degenerates, a divergence is +inf; terms and gradients are the limits of their formulas."""

    DIVERGENCE = "divergence"
    TERM = "term"
    GRADIENT = "gradient"


@dataclass(frozen=True)
class Argument:
    """An input array. `dims` are its core dimensions, () for a scalar; inside a loop `symbol` is its element.

    `law` is 1 or 2: the law that it is a parameter of. `positive`: the domain is x > 0, else the whole real line.
    """

    symbol: sp.Symbol
    law: int
    positive: bool
    dims: tuple[str, ...] = ()
    structure: Structure = Structure.FULL

    @property
    def name(self) -> str:
        return str(self.symbol.name)


@dataclass(frozen=True)
class Result:
    """An output array: the divergence, a named term of it, or its gradient by the argument called `gradient_by`."""

    symbol: sp.Symbol
    role: Role
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


Statement = Assign | Accumulate | Store


@dataclass(frozen=True)
class Loop:
    """for index in range(extent): body."""

    index: str
    extent: str
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Source:
    """A theorem whose last line the kernel computes."""

    theorem: str
    digest: str


@dataclass(frozen=True)
class Kernel:
    """A function of arrays, as its caller sees it: how it is called, the formula, and the theorems it comes from.

    `subject` and `formula` are what is computed, as the theorem states it; `sources` begins with the theorem of the first
    result.
    """

    name: str
    arguments: tuple[Argument, ...]
    results: tuple[Result, ...]
    subject: sp.Basic
    formula: tuple[tuple[str, sp.Basic], ...]
    sources: tuple[Source, ...]

    @property
    def theorem(self) -> str:
        return self.sources[0].theorem

    @property
    def digest(self) -> str:
        """The theorem's own digest; where there are gradients, one of all the theorems."""
        if len(self.sources) == 1:
            return self.sources[0].digest
        return hashlib.sha256("\n".join(f"{source.theorem} {source.digest}" for source in self.sources).encode()).hexdigest()[:16]

    @property
    def signature(self) -> str:
        """NumPy's generalised signature, "(k),(k,k)->()"; an elementwise kernel has empty brackets throughout."""
        inputs, outputs = (",".join(f"({','.join(part.dims)})" for part in parts) for parts in (self.arguments, self.results))
        return f"{inputs}->{outputs}"

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of the core dimensions, in the order in which they are met."""
        return tuple(dict.fromkeys(dim for argument in self.arguments for dim in argument.dims))


@dataclass(frozen=True)
class LoopKernel(Kernel):
    """A kernel of numbers and columns. `body` is one Loop if it has a core dimension, and else Assign and Store alone."""

    body: tuple[Loop | Assign | Store, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements for one element."""
        (first, *_) = self.body
        return first.body if isinstance(first, Loop) else tuple(part for part in self.body if not isinstance(part, Loop))

    @property
    def reduces(self) -> bool:
        """Are elements summed?"""
        return any(isinstance(part, Loop) for part in self.body)


Kind = TypeVar("Kind", bound=Kernel)


def of_kind(kind: type[Kind], kernels: Sequence[Kernel]) -> list[Kind]:
    """Those of one kind, in the order of their names."""
    return sorted((kernel for kernel in kernels if isinstance(kernel, kind)), key=lambda kernel: kernel.name)
