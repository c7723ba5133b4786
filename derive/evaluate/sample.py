"""Concrete worlds for a set of expressions under hypotheses: random, the same on every machine, no two terms alike.

What is assumed is granted and nothing more: a matrix of which nothing is said is not symmetric, sizes named differently
differ, and a positive definite matrix that is not also said to be symmetric is not. A value depends on the seed, the
dimension and the symbol's name alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import mpmath
import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..nodes import (
    BINDERS,
    AbstractLaw,
    Apply,
    Density,
    Entry,
    Entrywise,
    Law,
    MatrixApply,
    Posterior,
    ProductOver,
    SumOver,
)
from . import matrices as mx
from .environment import (
    Environment,
    FiniteSpace,
    Functions,
    NoMeaning,
    OutsideDomain,
    draw,
    draw_signed,
    free,
    lower_triangle,
)
from .matrices import Matrix, Number, Value
from .meaning import evaluate, integer_of

ATTEMPTS = 200
Kinds = frozenset[str]


def sample(expressions: Iterable[sp.Basic], hypotheses: Iterable[AppliedPredicate], k: int, seed: int) -> Environment:
    """Values for every free symbol of the expressions and hypotheses, such that the hypotheses hold.

    The dimension `k` has the value k (without a `k`, the first other one has), further dimensions k + 1, k + 2, ... in
    the order of their names; a free index lies within what it indexes; a point at which an abstract law's density is
    taken is a point of the finite space. Raises NoMeaning for an unknown predicate, and OutsideDomain if no draw
    satisfies the hypotheses.
    """
    return Sampler(expressions, hypotheses)(k, seed)


class Sampler:
    """`sample` for expressions and hypotheses that stay: their symbols are looked through once."""

    def __init__(self, expressions: Iterable[sp.Basic], hypotheses: Iterable[AppliedPredicate]) -> None:
        self._assumed = list(dict.fromkeys(hypotheses))
        self._subject = _Subject([*expressions, *(part for fact in self._assumed for part in fact.arguments)], self._assumed)

    def __call__(self, k: int, seed: int) -> Environment:
        for attempt in range(ATTEMPTS):
            environment = self._subject.draw(k, f"{seed}|{k}|{attempt}")
            if all(holds(fact, environment) for fact in self._assumed):
                return environment
        raise OutsideDomain(f"no values were found that satisfy {', '.join(map(str, self._assumed))}")


class _Subject:
    """The symbols of some expressions by the part they play, and what is assumed of each."""

    def __init__(self, trees: list[sp.Basic], assumed: list[AppliedPredicate]) -> None:
        self.kinds = _kinds(assumed)
        nodes = {node for tree in trees for node in _nodes(tree)}
        self.free = frozenset().union(*map(free, trees))
        self.dimensions = dimensions(trees)
        self.indices = _indices(nodes)
        self.covariances = {
            law.parameters[1]
            for law in nodes
            if isinstance(law, Law) and law.family == "mvn" and len(law.parameters) == 2
        }
        self.points = sorted({node.point for node in nodes if isinstance(node, Density) and _is_abstract(node.law)}, key=str)
        functions = {node for node in nodes if isinstance(node, (Apply, MatrixApply))}
        self.functions = {node.name: self.kinds[node] for node in functions if node in self.kinds}

    def draw(self, k: int, seed: str) -> Environment:
        values: dict[sp.Basic, Value] = {size: mpmath.mpf(k + i) for i, size in enumerate(self.dimensions)}
        space = FiniteSpace(seed)
        world = Environment(values, seed, functions=Functions(seed, self.functions), space=space)
        first = random.Random(f"{seed}|point").randrange(space.size)
        for symbol in self.free:
            if symbol in values:
                continue
            rng = random.Random(f"{seed}|{symbol}")
            shape = tuple(integer_of(n, world) for n in symbol.shape) if isinstance(symbol, sp.MatrixSymbol) else ()
            if symbol in self.points:
                values[symbol] = space.points(shape)[(first + self.points.index(symbol)) % space.size]
            elif shape:
                kinds = self.kinds.get(symbol, frozenset()) | ({"symmetric"} if symbol in self.covariances else set())
                values[symbol] = _draw_matrix(rng, shape, kinds)
            elif symbol in self.indices:
                largest = min(integer_of(size, world) for size in self.indices[symbol])
                values[symbol] = mpmath.mpf(rng.randint(1, largest))
            else:
                values[symbol] = _draw_number(rng, symbol, self.kinds.get(symbol, frozenset()))
        return Environment(values, seed, functions=world.functions, space=space)


def _kinds(assumed: Iterable[AppliedPredicate]) -> dict[sp.Basic, Kinds]:
    kinds: dict[sp.Basic, Kinds] = {}
    for fact in assumed:
        name = _name(fact)
        if name not in _TESTS:
            raise NoMeaning(f"no values can be drawn under the unknown predicate {fact}")
        kinds[fact.arguments[0]] = kinds.get(fact.arguments[0], frozenset()) | {name}
    return kinds


def _name(fact: AppliedPredicate) -> str:
    return str(fact.function.name)


def _nodes(tree: sp.Basic) -> Iterator[sp.Basic]:
    yield tree
    for arg in tree.args:
        yield from _nodes(arg)


def _sizes(node: sp.Basic) -> frozenset[sp.Basic]:
    """Symbols that are the size of something at this node."""
    if isinstance(node, (sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, sp.OneMatrix, MatrixApply)):
        return frozenset().union(*(free(sp.sympify(n)) for n in node.shape))
    if isinstance(node, (SumOver, ProductOver, Entrywise)):
        return free(node.domain)
    return frozenset()


def _indices(nodes: Iterable[sp.Basic]) -> dict[sp.Basic, list[sp.Expr]]:
    """Symbols that stand as an index, and the sizes that they must not exceed."""
    found: dict[sp.Basic, list[sp.Expr]] = {}
    for node in nodes:
        if isinstance(node, Entry):
            for index, size in zip(node.index, node.matrix.shape, strict=False):
                if isinstance(index, sp.Symbol):
                    found.setdefault(index, []).append(sp.sympify(size))
    return found


def dimensions(trees: Iterable[sp.Basic]) -> list[sp.Symbol]:
    """The symbols that are a size of something in the trees, k first, then by name; an index up to which a sum runs is none."""
    nodes = {node for tree in trees for node in _nodes(tree)}
    sizes = {symbol for node in nodes for symbol in _sizes(node)}
    counters = {node.variable for node in nodes if isinstance(node, BINDERS)} | _indices(nodes).keys()
    return sorted(sizes - counters, key=lambda size: (size.name != "k", size.name))


def _is_abstract(law: sp.Basic) -> bool:
    return isinstance(law, AbstractLaw) or (isinstance(law, Posterior) and _is_abstract(law.prior))


# ---------------------------------------------------------------------------------------------------- drawing


def _draw_number(rng: random.Random, symbol: sp.Symbol, kinds: Kinds) -> Number:
    positive = symbol.is_nonnegative or kinds & {"positive", "nonnegative"}
    if symbol.is_integer:
        return mpmath.mpf(rng.randint(1, 5) if positive else rng.randint(-4, 4))
    if positive:
        return draw(rng, 0.3, 2.2)
    if symbol.is_negative or "negative" in kinds:
        return -draw(rng, 0.3, 2.2)
    return draw_signed(rng)


def _draw_matrix(rng: random.Random, shape: tuple[int, ...], kinds: Kinds) -> Matrix:
    rows, columns = shape
    if "positive_entries" in kinds:
        return tuple(tuple(draw(rng, 0.3, 2.2) for _ in range(columns)) for _ in range(rows))
    if "positive_definite" in kinds:
        factor = _triangle(rng, rows, kinds | {"positive_diagonal"})
        if "diagonal" in kinds or "lower_triangular" in kinds:
            return factor
        symmetric = mx.product(factor, mx.transpose(factor))
        return symmetric if "symmetric" in kinds else mx.add(symmetric, _skew(rng, rows))
    if kinds & {"lower_triangular", "diagonal"}:
        return _triangle(rng, rows, kinds)
    entries = tuple(tuple(draw_signed(rng) for _ in range(columns)) for _ in range(rows))
    if "symmetric" in kinds:
        entries = tuple(tuple(entries[max(i, j)][min(i, j)] for j in range(columns)) for i in range(rows))
    if "positive_diagonal" in kinds:
        entries = tuple(tuple(abs(x) if i == j else x for j, x in enumerate(row)) for i, row in enumerate(entries))
    return entries


def _triangle(rng: random.Random, size: int, kinds: Kinds) -> Matrix:
    lower = lower_triangle(rng, size)
    signs = [1 if "positive_diagonal" in kinds else rng.choice((-1, 1)) for _ in range(size)]
    return tuple(
        tuple(signs[i] * x if i == j else mx.ZERO if "diagonal" in kinds else x for j, x in enumerate(row))
        for i, row in enumerate(lower)
    )


def _skew(rng: random.Random, size: int) -> Matrix:
    """A matrix B with B^T = -B: it adds nothing to any x^T A x."""
    upper = tuple(tuple(draw_signed(rng) if j > i else mx.ZERO for j in range(size)) for i in range(size))
    return mx.add(upper, mx.scale(mpmath.mpf(-1), mx.transpose(upper)))


# ---------------------------------------------------------------------------------------------------- hypotheses


def holds(fact: AppliedPredicate, environment: Environment) -> bool:
    """Is it true at these numbers? A singular or undefined argument does not satisfy it. Raises NoMeaning for an unknown predicate."""
    if _name(fact) not in _TESTS:
        raise NoMeaning(f"no test is known for the predicate {fact}")
    try:
        return _TESTS[_name(fact)](evaluate(fact.arguments[0], environment))
    except OutsideDomain:
        return False


def _definite(a: Value) -> bool:
    try:
        mx.cholesky(mx.add(a, mx.transpose(a)))
    except mx.SingularMatrix:
        return False
    return True


def _is_zero(x: Number) -> bool:
    return bool(abs(x) < mpmath.mpf(10) ** -30)


def _pattern(keep: Callable[[int, int], bool]) -> Callable[[Matrix], bool]:
    return lambda a: all(keep(i, j) or _is_zero(x) for i, row in enumerate(a) for j, x in enumerate(row))


# A test is asked of the kind of value that its predicate speaks of.
_TESTS: Mapping[str, Callable[[Any], bool]] = {
    "real": lambda _: True,
    "positive": lambda x: x > 0,
    "negative": lambda x: x < 0,
    "nonnegative": lambda x: x >= 0,
    "nonpositive": lambda x: x <= 0,
    "nonzero": lambda x: not _is_zero(x),
    "zero": _is_zero,
    "integer": mpmath.isint,
    "symmetric": lambda a: all(_is_zero(a[i][j] - a[j][i]) for i in range(len(a)) for j in range(i)),
    "positive_definite": _definite,
    "invertible": lambda a: abs(mx.determinant(a)) > mpmath.mpf("1e-6"),
    "fullrank": lambda a: abs(mx.determinant(a)) > mpmath.mpf("1e-6"),
    "square": lambda a: len(a) == len(a[0]),
    "real_elements": lambda _: True,
    "lower_triangular": _pattern(lambda i, j: i >= j),
    "upper_triangular": _pattern(lambda i, j: i <= j),
    "diagonal": _pattern(lambda i, j: i == j),
    "positive_entries": lambda a: all(x > 0 for row in a for x in row),
    "positive_diagonal": lambda a: all(a[i][i] > 0 for i in range(len(a))),
}
