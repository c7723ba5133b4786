"""What a kernel is: arguments, results and loop statements. Frozen values that hold expressions, never strings of code.

A kernel is the last line of a checked theorem (and of the theorems of its gradients) taken apart into statements that
every language can print: assignments to named scalars, sums along an axis, stores into a result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

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
    """A function of arrays, with what its reader is told: the formula and the theorems it comes from.

    `body` is one Loop for a kernel with core dimensions; an elementwise kernel has a body of Assign and Store alone.
    `subject` and `formula` are what is computed, as the theorem states it; `sources` begins with the theorem of the first
    result.
    """

    name: str
    arguments: tuple[Argument, ...]
    results: tuple[Result, ...]
    body: tuple[Loop | Assign | Store, ...]
    subject: sp.Basic
    formula: tuple[tuple[str, sp.Basic], ...]
    sources: tuple[Source, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements for one element."""
        (first, *_) = self.body
        return first.body if isinstance(first, Loop) else tuple(part for part in self.body if not isinstance(part, Loop))

    @property
    def reduces(self) -> bool:
        """Are elements summed?"""
        return any(isinstance(part, Loop) for part in self.body)

    @property
    def theorem(self) -> str:
        return self.sources[0].theorem

    @property
    def digest(self) -> str:
        return digest_of(self.sources)

    @property
    def signature(self) -> str:
        return signature_of(self.arguments, self.results)


def digest_of(sources: Sequence[Source]) -> str:
    """The theorem's own digest; where there are gradients, one of all the theorems."""
    if len(sources) == 1:
        return sources[0].digest
    return hashlib.sha256("\n".join(f"{source.theorem} {source.digest}" for source in sources).encode()).hexdigest()[:16]


def signature_of(arguments: Sequence[Argument], results: Sequence[Result]) -> str:
    """NumPy's generalised signature, "(k),(k)->()"; an elementwise kernel has empty brackets throughout."""
    return ",".join(map(_brackets, arguments)) + "->" + ",".join(map(_brackets, results))


def _brackets(part: Argument | Result) -> str:
    return "(" + ",".join(part.dims) + ")"
