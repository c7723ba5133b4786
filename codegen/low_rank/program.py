"""What a kernel of thin matrices is: one named array after another, then the divergence as an expression of a few numbers.

Arrays are k x r, k x s, k x 1 or smaller. A k x k matrix occurs only as something that is multiplied with one of these: a diagonal,
whose entries scale rows, or a sum of products, which is multiplied out.

A theorem about two laws of one rank is about any two laws: columns of zeros beside a factor change no covariance. The arguments of the
kernel then have ranks of their own, r and s, and the arrays within it the larger one, m.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy as sp

from ..kernel import Argument, Kernel

RANK = "m"  # the larger of two ranks


@dataclass(frozen=True)
class Array:
    """`rows` and `columns` name sizes: "k", "m", "r", "s" or "1"."""

    name: str
    rows: str
    columns: str


@dataclass(frozen=True)
class Scaled:
    """The rows of `of`, times or divided by the entries of a column."""

    of: Array
    column: Array
    divided: bool


@dataclass(frozen=True)
class Product:
    """left right, or left^T right, or left right^T."""

    left: Array
    right: Array
    turned: Literal["neither", "left", "right"]


@dataclass(frozen=True)
class Factored:
    """The lower triangular L with L L^T = of."""

    of: Array


@dataclass(frozen=True)
class Divided:
    """X C^-1, where C = factor factor^T and X is `of`, or its transpose if `turned`."""

    of: Array
    factor: Array
    turned: bool


@dataclass(frozen=True)
class Combined:
    """The sum of multiples of arrays, or of the identity where the array is None."""

    terms: tuple[tuple[sp.Rational, Array | None], ...]


@dataclass(frozen=True)
class Whitened:
    """L^-1 of L^-T, where L = factor and `of` is symmetric."""

    of: Array
    factor: Array


@dataclass(frozen=True)
class FactoredNearUnit:
    """The lower triangular E with (I + E) (I + E)^T = I + of."""

    of: Array


@dataclass(frozen=True)
class RowDots:
    """The diagonal of left right^T."""

    left: Array
    right: Array


@dataclass(frozen=True)
class Inner:
    """The number tr(left^T right)."""

    left: Array
    right: Array


@dataclass(frozen=True)
class LogDetNearUnit:
    """The number log |I + X| - tr X, where I + X = (I + E) (I + E)^T and E = factor."""

    factor: Array


@dataclass(frozen=True)
class RowSum:
    """The sum over j of `value`, in which the name of a column stands for its entry number j."""

    value: sp.Expr
    columns: tuple[Array, ...]


ArrayOperation = Scaled | Product | Factored | Divided | Combined | Whitened | FactoredNearUnit | RowDots
NumberOperation = Inner | LogDetNearUnit | RowSum


@dataclass(frozen=True)
class Let:
    """target := operation, which is what `meaning` says in the words of the theorem."""

    target: Array
    operation: ArrayOperation
    meaning: sp.Basic


@dataclass(frozen=True)
class LetNumber:
    """The same for a number."""

    target: sp.Symbol
    operation: NumberOperation
    meaning: sp.Basic


@dataclass(frozen=True)
class LowRankKernel(Kernel):
    """A kernel of columns and thin matrices.

    `value` is the divergence in the numbers of `lets`; `gradients` are the arrays that are the gradients by the arguments in turn.
    """

    lets: tuple[Let | LetNumber, ...]
    value: sp.Expr
    gradients: tuple[Array, ...]

    @property
    def filled(self) -> tuple[Argument, ...]:
        """The arguments to which columns of zeros are added until they have as many as the others."""
        ranks = {argument.dims[1] for argument in self.arguments if len(argument.dims) == 2}
        return tuple(argument for argument in self.arguments if len(argument.dims) == 2) if len(ranks) > 1 and self._shared else ()

    @property
    def _shared(self) -> bool:
        return any(RANK in (let.target.rows, let.target.columns) for let in self.lets if isinstance(let, Let))
