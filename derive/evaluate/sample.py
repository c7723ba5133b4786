"""Concrete worlds for a set of expressions under hypotheses: random, the same on every machine, no two terms alike.

What is assumed is granted and nothing more: a matrix of which nothing is said is not symmetric, sizes named differently
differ, and a positive definite matrix that is not also said to be symmetric is not. A value depends on the seed, the
dimension and the symbol alone: its name, assumptions and shape.

Worlds of even number are moderate: all numbers are of size 0.3 to 2.2. Those of odd number are rough: numbers lie far out or close to 0
(not where an integral by the trapezoid rule depends on them), some coincide or are 0, sums may be empty, functions are steep, and a law
of which it is not said has no density at some points.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
from .degree import needs_quadrature
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
from .hypotheses import TESTS, holds, name_of
from .matrices import ZERO, Matrix, Number, Value
from .meaning import integer_of

ATTEMPTS = 200
FAR_ATTEMPT = 20  # from here on numbers are drawn far out too: the hypotheses ask for something rare
ROUGH_DIGITS = 110  # so that e^-200 is seen beside 1
STEEP_DEGREE = 6
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

    def __init__(
        self, expressions: Iterable[sp.Basic], hypotheses: Iterable[AppliedPredicate], *, may_coincide: bool = True
    ) -> None:
        self._assumed = list(dict.fromkeys(hypotheses))
        self._subject = _Subject([*expressions, *(part for fact in self._assumed for part in fact.arguments)], self._assumed)
        self._may_coincide = may_coincide

    def __call__(self, k: int, seed: int) -> Environment:
        for attempt in range(ATTEMPTS):
            rough, phase = seed % 2 == 1, (seed // 2 + k) % 3
            manner = _Manner(
                far=rough or attempt >= FAR_ATTEMPT,
                everywhere=attempt >= FAR_ATTEMPT,
                coincide=rough and phase == 0 and attempt == 0 and self._may_coincide,
                empty=rough and attempt == 0,
                rough=rough,
                phase=phase,
            )
            environment = self._subject.draw(k, f"{seed}|{k}|{attempt}", manner)
            if all(holds(fact, environment) for fact in self._assumed):
                return environment
        raise OutsideDomain(f"no values were found that satisfy {', '.join(map(str, self._assumed))}")


@dataclass(frozen=True)
class _Manner:
    """How the numbers of one world are drawn."""

    far: bool  # some of them far from 1
    everywhere: bool  # those that an integral depends on, too: the hypotheses left no other way
    coincide: bool  # some of them equal, or 0
    empty: bool  # sizes that may be 0 or negative are
    rough: bool  # functions are steep, densities have zeros, and more digits are carried
    phase: int  # which of the numbers far out: large, large of the other sign, small


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
        integrals = {node for node in nodes if needs_quadrature(node)}
        laws = {node for node in nodes if isinstance(node, Law)}
        self.moderate = frozenset().union(*map(free, laws | integrals))
        self.may_be_steep = not integrals
        self.rigid = frozenset().union(*(_sizes(node) for node in nodes if not isinstance(node, (SumOver, ProductOver))))
        self.supported = frozenset(
            fact.arguments[0].law.label
            for fact in assumed
            if name_of(fact) == "positive" and isinstance(fact.arguments[0], Density) and isinstance(fact.arguments[0].law, AbstractLaw)
        )
        self.functions = {node.name: self.kinds[node] for node in functions if node in self.kinds}

    def draw(self, k: int, seed: str, manner: _Manner) -> Environment:
        values: dict[sp.Basic, Value] = {size: self._size(size, k, seed, manner) for size in self.dimensions}
        space = FiniteSpace(seed, supported=self.supported if manner.rough else None)
        steep = manner.rough and k == 1 and self.may_be_steep
        functions = Functions(seed, self.functions, STEEP_DEGREE if steep else Functions.degree)
        digits = ROUGH_DIGITS if manner.rough else Environment.digits
        world = Environment(values, seed, digits, functions=functions, space=space)
        first = random.Random(f"{seed}|point").randrange(space.size)
        for symbol in self.free:
            if symbol in values:
                continue
            rng = random.Random(f"{seed}|{sp.srepr(symbol)}")
            shape = tuple(integer_of(n, world) for n in symbol.shape) if isinstance(symbol, sp.MatrixSymbol) else ()
            far = manner.far and (manner.everywhere or symbol not in self.moderate)
            if symbol in self.points:
                values[symbol] = space.points(shape)[(first + self.points.index(symbol)) % space.size]
            elif shape:
                kinds = self.kinds.get(symbol, frozenset()) | ({"symmetric"} if symbol in self.covariances else set())
                values[symbol] = _draw_matrix(rng, shape, kinds, far=far)
            elif symbol in self.indices:
                largest = min(integer_of(size, world) for size in self.indices[symbol])
                values[symbol] = mpmath.mpf(rng.randint(1, largest))
            else:
                values[symbol] = self._number(rng, symbol, seed, manner, far=far)
        return Environment(values, seed, digits, functions=functions, space=space)

    def _size(self, size: sp.Symbol, k: int, seed: str, manner: _Manner) -> Number:
        """k, k + 1, ...; where nothing but a sum runs so far, also less: 0 or negative, where the symbol may be."""
        place = self.dimensions.index(size)
        if not manner.empty or size in self.rigid or (place == 0 and size.is_positive):
            return mpmath.mpf(k + place)
        rng = random.Random(f"{seed}|{sp.srepr(size)}")
        if size.is_positive:
            return mpmath.mpf(rng.randint(1, k + place))
        return mpmath.mpf(-k if k % 2 and not size.is_nonnegative else 0)

    def _number(self, rng: random.Random, symbol: sp.Symbol, seed: str, manner: _Manner, *, far: bool) -> Number:
        kinds = self.kinds.get(symbol, frozenset())
        if manner.coincide and symbol not in self.moderate and not symbol.is_integer and rng.random() < 0.5:
            shared = draw(random.Random(f"{seed}|shared"), 0.3, 2.2)
            may_be_zero = not (kinds & {"positive", "negative", "nonzero"} or symbol.is_nonzero)
            return ZERO if may_be_zero and rng.random() < 0.4 else -shared if _is_negative(symbol, kinds) else shared
        return _draw_number(rng, symbol, kinds, manner=manner if far else None)


def _kinds(assumed: Iterable[AppliedPredicate]) -> dict[sp.Basic, Kinds]:
    kinds: dict[sp.Basic, Kinds] = {}
    for fact in assumed:
        name = name_of(fact)
        if name not in TESTS:
            raise NoMeaning(f"no values can be drawn under the unknown predicate {fact}")
        kinds[fact.arguments[0]] = kinds.get(fact.arguments[0], frozenset()) | {name}
    return kinds


def _nodes(tree: sp.Basic) -> Iterator[sp.Basic]:
    """Every node, each once: a line says the same in many places."""
    seen, waiting = {tree}, [tree]
    while waiting:
        node = waiting.pop()
        yield node
        fresh = [arg for arg in node.args if arg not in seen]
        seen.update(fresh)
        waiting += dict.fromkeys(fresh)


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


# Exact in binary, like all others: what holds only for numbers near 1 is seen not to.
LARGE, SMALL = tuple(map(mpmath.mpf, (3.75, 11.5, 37, 53.0625))), tuple(map(mpmath.mpf, (0.015625, 0.125)))


def _is_positive(symbol: sp.Symbol, kinds: Kinds) -> bool:
    return bool(symbol.is_nonnegative or kinds & {"positive", "nonnegative"})


def _is_negative(symbol: sp.Symbol, kinds: Kinds) -> bool:
    return bool(symbol.is_nonpositive or kinds & {"negative", "nonpositive"})


def _draw_number(rng: random.Random, symbol: sp.Symbol, kinds: Kinds, manner: _Manner | None) -> Number:
    """A moderate number, or one far out in the manner given."""
    if symbol.is_integer or "integer" in kinds:
        return mpmath.mpf(_draw_integer(rng, symbol, kinds, far=manner is not None))
    size, sign = draw(rng, 0.3, 2.2), rng.choice((-1, 1))
    if manner is not None:
        size = rng.choice(SMALL if manner.phase == 0 and rng.random() < 0.6 else LARGE) + draw(rng, 0, 0.02)
        if not manner.everywhere and manner.phase > 0:
            sign = random.Random(sp.srepr(symbol)).choice((-1, 1)) * (-1) ** manner.phase
    return size if _is_positive(symbol, kinds) else -size if _is_negative(symbol, kinds) else size * sign


def _draw_integer(rng: random.Random, symbol: sp.Symbol, kinds: Kinds, *, far: bool) -> int:
    step = 2 if symbol.is_even or symbol.is_odd else 1
    shift = 1 if symbol.is_odd else 0
    if _is_positive(symbol, kinds):
        return step * rng.randint(0 if step == 2 else 1, 12 if far else 5) + shift + (2 if symbol.is_even and symbol.is_positive else 0)
    if _is_negative(symbol, kinds):
        return -step * rng.randint(1, 12 if far else 5) + shift
    return step * (rng.randint(-9, 9) if far else rng.randint(-4, 4)) + shift


SQUARE = {
    "symmetric", "positive_definite", "invertible", "fullrank", "square", "lower_triangular", "upper_triangular", "diagonal",
    "positive_diagonal",
}  # fmt: skip


def _draw_matrix(rng: random.Random, shape: tuple[int, ...], kinds: Kinds, *, far: bool) -> Matrix:
    rows, columns = shape
    if rows != columns and kinds & SQUARE:
        raise OutsideDomain(f"no matrix of shape {shape} is {', '.join(sorted(kinds & SQUARE))}")
    far = far and columns == 1
    if "positive_entries" in kinds:
        return tuple(tuple(_size_of_entry(rng, far=far) for _ in range(columns)) for _ in range(rows))
    if "positive_definite" in kinds:
        factor = _triangle(rng, rows, kinds | {"positive_diagonal"})
        if "diagonal" in kinds or "lower_triangular" in kinds:
            return factor
        symmetric = mx.product(factor, mx.transpose(factor))
        return symmetric if "symmetric" in kinds else mx.add(symmetric, _skew(rng, rows))
    if kinds & {"lower_triangular", "diagonal"}:
        return _triangle(rng, rows, kinds)
    entries = tuple(tuple(_size_of_entry(rng, far=far) * rng.choice((-1, 1)) for _ in range(columns)) for _ in range(rows))
    if "symmetric" in kinds:
        entries = tuple(tuple(entries[max(i, j)][min(i, j)] for j in range(columns)) for i in range(rows))
    if "positive_diagonal" in kinds:
        entries = tuple(tuple(abs(x) if i == j else x for j, x in enumerate(row)) for i, row in enumerate(entries))
    return entries


def _size_of_entry(rng: random.Random, *, far: bool) -> Number:
    return rng.choice(LARGE + SMALL) + draw(rng, 0, 0.02) if far and rng.random() < 0.5 else draw(rng, 0.3, 2.2)


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
