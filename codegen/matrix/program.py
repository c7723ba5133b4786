"""What a kernel of matrices is: what is factored, what is solved for, and the sum over rows of what is left.

A theorem names what is solved for, E := L2^-1 (L1 - L2) and z := L2^-1 (mu1 - mu2), and ends in a sum over rows of the entries
of those; gradients are sums of products of them, with a factor on one side or on both. A kernel by covariances factors them first;
where the two laws are so close that their difference is known better than that of two computed factors, E comes from the matrices
themselves:

    L1 = L2 (I + E)   and   L1 L1^T = Sigma1   say   E + E^T + E E^T = L2^-1 (Sigma1 - Sigma2) L2^-T
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp

from ..kernel import Kernel, Structure


@dataclass(frozen=True)
class Factored:
    """target target^T = matrix, the target lower triangular with a positive diagonal."""

    target: str
    matrix: str


@dataclass(frozen=True)
class Solved:
    """target = factor^-1 (left - right), lower triangular if `square`, else a column.

    `left_matrix` and `right_matrix` are what left and right are factors of, where the kernel has factored them: then the factor is
    `right`, and the target solves target + target^T + target target^T = right^-1 (left_matrix - right_matrix) right^-T as well.
    """

    target: str
    factor: str
    left: str
    right: str
    square: bool
    left_matrix: str | None = None
    right_matrix: str | None = None


@dataclass(frozen=True)
class Carried:
    """target = factor^T (left - right), a column."""

    target: str
    factor: str
    left: str
    right: str


@dataclass(frozen=True)
class Subtracted:
    """target = left - right, lower triangular if `square`, else a column; without `right` it is the identity that is taken away."""

    target: str
    left: str
    right: str | None
    square: bool


Step = Factored | Solved | Carried | Subtracted


class Part(Enum):
    """A term whose lower triangle is wanted: of an upper triangular one only the diagonal is left."""

    PLAIN = "E"
    TURNED = "E^T"
    SQUARE = "E E^T"
    GRAM = "E^T E"
    OUTER = "x y^T"
    TURNED_QUOTIENT = "E^T M^-T"


@dataclass(frozen=True)
class Summand:
    """One of the terms, of these arrays: E; or x and y; or E, over and under of M = under^-1 over, under left out where M = over."""

    part: Part
    arrays: tuple[str, ...]


class Through(Enum):
    """How a lower triangular factor is multiplied with a sum of terms."""

    ALONE = "X"
    BACK = "L^-T X"
    BOTH = "L^-T X L^-1"
    FORTH = "L X"


@dataclass(frozen=True)
class Slope:
    """result = scale (factor^-T (sum of terms) factor^-1 + sum of what stands beside that), `through` says with which of the factors.

    Of a column there is one term and nothing beside. Of a lower triangular or symmetric result the lower triangle is computed, which
    needs no more of the terms than theirs.
    """

    result: str
    structure: Structure
    scale: sp.Rational
    through: Through
    factor: str | None
    terms: tuple[Summand, ...]
    beside: tuple[Summand, ...] = ()

    @property
    def is_column(self) -> bool:
        return self.structure is Structure.FULL


@dataclass(frozen=True)
class Below:
    """target = the sum of `value`, which is made of entries to the left of the diagonal, along a row."""

    target: sp.Symbol
    value: sp.Expr
    read: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """The sum over rows of `value`: of `diagonal` entries A_ii, of entries z_i of `columns`, and of sums below the diagonal.

    `close` is the same where the laws are close, with the entries of what is solved for in place of two diagonals.
    """

    below: tuple[Below, ...]
    diagonal: tuple[str, ...]
    columns: tuple[str, ...]
    value: sp.Expr
    close: sp.Expr | None = None


@dataclass(frozen=True)
class MatrixKernel(Kernel):
    """A kernel of columns and matrices: steps one after another, the sum over rows, and the gradients."""

    steps: tuple[Step, ...]
    rows: Rows
    slopes: tuple[Slope, ...] = ()

    @property
    def solved_twice(self) -> Solved | None:
        """What is solved for from the matrices themselves where the laws are close."""
        return next((step for step in self.steps if isinstance(step, Solved) and step.left_matrix), None)
