"""The concrete world in which an expression has a value: numbers for symbols, polynomials for g, a space for laws.

An abstract law is any law, so it is given the smallest world in which everything proved for all laws must hold: a
measure space of five weighted points, on which an integral is a finite sum and nothing is approximated.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import mpmath
import sympy as sp

from ..nodes import BINDERS
from .matrices import ZERO, Matrix, Number, Value, column, dot, product, transpose

GUARD = 10  # decimal digits carried beyond those asked for


class EvaluationError(Exception):
    """The expression has no value here; what could not be evaluated, and why."""


class NoMeaning(EvaluationError):
    """A node, law, symbol or point that this world gives no meaning to."""


class OutsideDomain(EvaluationError):
    """log of a negative number, inverse of a singular matrix, a density with a covariance that is none."""


class TooExpensive(EvaluationError):
    """An integral that cannot be had to enough digits in reasonable time; try a smaller dimension."""


@lru_cache(maxsize=1 << 17)
def free(tree: sp.Basic) -> frozenset[sp.Basic]:
    """The symbols and matrix symbols that the tree's value depends on, sizes of matrices included."""
    if isinstance(tree, sp.Symbol):
        return frozenset([tree])
    if isinstance(tree, sp.MatrixSymbol):
        return frozenset([tree]).union(*map(free, tree.shape))
    if isinstance(tree, BINDERS):
        return (free(tree.body) - {tree.variable}) | free(tree.domain)
    return frozenset().union(*map(free, tree.args))


# ---------------------------------------------------------------------------------------------------- drawing numbers

# Every number drawn is a multiple of 1/1024: exact in binary, so that it is the same number at every precision.
STEP = 1024


def draw(rng: random.Random, low: float, high: float) -> Number:
    """A multiple of 1/1024 in [low, high]."""
    return mpmath.mpf(rng.randint(round(low * STEP), round(high * STEP))) / STEP


def draw_signed(rng: random.Random) -> Number:
    """Of size 0.3 to 2.2, so that a factor of 0 or 1 or a lost square is seen."""
    return draw(rng, 0.3, 2.2) * rng.choice((-1, 1))


# ---------------------------------------------------------------------------------------------------- functions


@dataclass(frozen=True)
class Functions:
    """What g(x) means: a polynomial of degree 2 or 6 in the entries of x, its coefficients drawn by the name.

    `kinds` says of a name what is known of the function's values: "positive", "positive_definite", "symmetric".
    """

    seed: str
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    degree: int = 2

    def scalar(self, name: str, x: Value, where: str = "") -> Number:
        """c + b^T x + s (d^T x)^2, or, where g > 0 is assumed, c + (b^T x + s)^2 with c > 0.

        Of degree 6 with s (d^T x)^3 (d^T x - 1)^3 more, or with 2 (b^T x)^3 more to be squared.
        """
        entries = list(_entries(x))
        first, second, linear, other = _coefficients(self.seed, name, where, len(entries))
        along, steep = dot(linear, entries), self.degree > 2
        if self.kinds.get(name, frozenset()) & {"positive", "nonnegative", "nonzero"}:
            return first + (second + along + (2 * along**3 if steep else ZERO)) ** 2
        across = dot(other, entries)
        return first + along + second * (across**2 + (across**3 * (across - 1) ** 3 if steep else ZERO))

    def matrix(self, name: str, x: Value, rows: int, columns: int) -> Matrix:
        """Such a polynomial in every entry; symmetric, or A + (b^T x + s)^2 v v^T, where that is assumed."""
        kinds = self.kinds.get(name, frozenset())
        if "positive_definite" in kinds:
            return self._definite(name, x, rows)
        unordered = "symmetric" in kinds
        return tuple(
            tuple(self.scalar(name, x, f"{sorted((i, j)) if unordered else [i, j]}") for j in range(columns))
            for i in range(rows)
        )

    def _definite(self, name: str, x: Value, size: int) -> Matrix:
        rng = random.Random(f"{self.seed}|function|{name}|definite|{size}")
        factor = lower_triangle(rng, size)
        direction = column([draw_signed(rng) for _ in range(size)])
        weight = Functions(self.seed, {name: frozenset({"positive"})}, self.degree).scalar(name, x)
        fixed, outer = product(factor, transpose(factor)), product(direction, transpose(direction))
        return tuple(
            tuple(a + weight * b for a, b in zip(p, q, strict=True)) for p, q in zip(fixed, outer, strict=True)
        )


@lru_cache(maxsize=1 << 12)
def _coefficients(
    seed: str, name: str, where: str, count: int
) -> tuple[Number, Number, tuple[Number, ...], tuple[Number, ...]]:
    rng = random.Random(f"{seed}|function|{name}|{where}|{count}")
    first, second = draw(rng, 0.3, 1.5), draw_signed(rng) / 2
    linear = tuple(draw_signed(rng) for _ in range(count))
    return first, second, linear, tuple(draw_signed(rng) for _ in range(count))


def lower_triangle(rng: random.Random, size: int) -> Matrix:
    """A lower triangular matrix with a positive diagonal, not far from the identity: well conditioned."""
    return tuple(
        tuple(draw(rng, 0.6, 1.6) if i == j else draw_signed(rng) / 2 if i > j else ZERO for j in range(size))
        for i in range(size)
    )


def _entries(x: Value) -> Iterator[Number]:
    if isinstance(x, tuple):
        for row in x:
            yield from row
    else:
        yield x


# ---------------------------------------------------------------------------------------------------- the finite space


@dataclass(frozen=True)
class FiniteSpace:
    """Points with weights, and for every label a density of total mass 1.

    It is positive everywhere, or, where `supported` is given, for the labels in it; that of any other label is 0 at one point or two.
    """

    seed: str
    size: int = 5
    supported: frozenset[str] | None = None
    _drawn: dict[object, tuple[Value, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def weights(self) -> tuple[Number, ...]:
        return self._once("weights", lambda rng: [draw(rng, 0.3, 1.5) for _ in range(self.size)])

    def density(self, label: str) -> tuple[Number, ...]:
        """The density of the law of that label at each point."""

        def normalised(rng: random.Random) -> list[Number]:
            raw = [draw(rng, 0.2, 2.0) for _ in range(self.size)]
            if self.supported is not None and label not in self.supported:
                for place in rng.sample(range(self.size), rng.choice((1, 2))):
                    raw[place] = ZERO
            mass = dot(raw, self.weights)
            return [value / mass for value in raw]

        # A quotient is rounded, so it is drawn anew where more digits are carried.
        return self._once(("density", label, mpmath.mp.prec), normalised, name=f"density {label}")

    def points(self, shape: tuple[int, ...]) -> tuple[Value, ...]:
        """Where the points lie for a variable of that shape: () for a number, (k, 1) for a column."""

        def drawn(rng: random.Random) -> list[Value]:
            if not shape:
                return [draw_signed(rng) + 3 * index for index in range(self.size)]
            rows, columns = shape
            return [
                tuple(tuple(draw_signed(rng) for _ in range(columns)) for _ in range(rows)) for _ in range(self.size)
            ]

        return self._once(("points", shape), drawn)

    def index(self, point: Value) -> int:
        """Which point it is."""
        points = self.points((len(point), len(point[0])) if isinstance(point, tuple) else ())
        try:
            return points.index(point)
        except ValueError:
            raise NoMeaning(f"an abstract law has a density at the points of its space, not at {point}") from None

    def _once(self, key: object, drawing: Callable[[random.Random], list[Value]], name: str = "") -> tuple[Value, ...]:
        if key not in self._drawn:
            self._drawn[key] = tuple(drawing(random.Random(f"{self.seed}|space|{name or key}")))
        return self._drawn[key]


# ---------------------------------------------------------------------------------------------------- environments


@dataclass(frozen=True, eq=False)
class Environment:
    """Numbers for symbols (dimensions and indices among them), matrices for matrix symbols, functions and laws.

    `memo` keeps the value of every expression met, in the outermost scope in which it has one: an expression free of x
    is evaluated once however many values x takes.
    """

    values: Mapping[sp.Basic, Value]
    seed: str = "0"
    digits: int = 50
    functions: Functions = field(default_factory=lambda: Functions("0"))
    space: FiniteSpace = field(default_factory=lambda: FiniteSpace("0"))
    memo: dict[sp.Basic, Any] = field(default_factory=dict, repr=False)
    parent: Environment | None = field(default=None, repr=False)
    bound: sp.Basic | None = None

    @cached_property
    def finer(self) -> Environment:
        """The same world with three times the digits: what is rounding here is far smaller there, what is not stays."""
        return replace(self, digits=3 * self.digits, memo={}, parent=self.parent and self.parent.finer)

    def bind(self, variable: sp.Basic, value: Value) -> Environment:
        """The scope in which the variable has that value."""
        values = {**self.values, variable: value}
        return Environment(values, self.seed, self.digits, self.functions, self.space, {}, self, variable)

    def home(self, tree: sp.Basic) -> Environment:
        """The outermost scope in which the tree has the value that it has here."""
        if self.parent is None:
            return self
        names, scope = free(tree), self
        while (outer := scope.parent) is not None and scope.bound not in names:
            scope = outer
        return scope
