"""Local and global: the exchanged terms, and the whole lines, have the same value wherever they are tried.

They are tried in worlds of k = 1, 2, 3, 4 and as many dimensions as the longest product of matrices has letters: k = 1 hides
transposes and powers of k, and tr(A)^3 - 3 tr(A) tr(A^2) + 2 tr(A^3) is 0 up to k = 2. Bound variables of the surrounding
expectations and sums have random values in the terms, as all symbols have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import mpmath
import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..evaluate import (
    Comparison,
    Environment,
    EvaluationError,
    NoMeaning,
    OutsideDomain,
    Sampler,
    compare,
    dimensions,
    evaluate,
    free,
    holds_where_defined,
)
from ..nodes import AbstractLaw, Law, Posterior
from .report import REFUTED, UNKNOWN, Evidence, checked, seen

SIZES = (1, 2, 3, 4)
LARGEST = 8  # for longer products than that
WORLDS = 2  # of each size
WORLDS_WITHOUT_SIZE = 6
SEEDS = 24  # tried at most, where some worlds lie outside the domain of an expression
FEWEST_DIGITS = 7  # a comparison to fewer is none


class Worlds:
    """Random worlds that satisfy the facts, for all the expressions of one theorem: what two lines share is evaluated once."""

    def __init__(self, trees: Iterable[sp.Basic], facts: Iterable[AppliedPredicate], apart: Sequence[sp.Basic] = ()) -> None:
        """`apart`: terms of which no two may coincide in a world, so that exchanging them is seen."""
        self._trees, self._facts, self._apart = list(trees), list(facts), list(apart)
        self._found: dict[tuple[int, int], Environment | str] = {}

    def __call__(self, size: int, seed: int) -> Environment:
        """The world of that dimension and number. Raises EvaluationError if there is none."""
        if (size, seed) not in self._found:
            try:
                self._found[size, seed] = self._separating(size, seed)
            except EvaluationError as problem:
                self._found[size, seed] = str(problem)
        world = self._found[size, seed]
        if isinstance(world, str):
            raise NoMeaning(world)
        return world

    @cached_property
    def _sampler(self) -> Sampler:
        return Sampler(self._trees, self._facts, may_coincide=not self._apart)

    def _separating(self, size: int, seed: int) -> Environment:
        for draw in range(seed, seed + 4 * SEEDS, SEEDS):
            world = self._sampler(size, draw)
            if terms_apart(self._apart, world):
                return world
        raise NoMeaning(f"two of the terms {', '.join(map(str, self._apart))} coincide wherever they were tried")


def terms_apart(terms: Sequence[sp.Basic], world: Environment) -> bool:
    """No two of the terms have the same size, up to a millionth, in this world."""
    values = [evaluate(term, world) for term in terms]
    magnitudes = sorted(abs(value) for value in values if not isinstance(value, tuple))
    return all(b - a > mpmath.mpf("1e-6") for a, b in pairwise(magnitudes))


def sizes(*trees: sp.Basic) -> list[tuple[int, int]]:
    """The dimensions in which the trees should be tried, and in how many worlds of each."""
    if not has_size(*trees):
        return [(1, WORLDS_WITHOUT_SIZE)]
    longest = letters(*trees)
    return [*((size, WORLDS) for size in SIZES), *([(min(longest, LARGEST), 1)] if longest > SIZES[-1] else [])]


def places(*trees: sp.Basic) -> list[tuple[int, int]]:
    """(dimension, seed) of the worlds that are tried if all of them lie within the domain."""
    return [(size, seed) for size, wanted in sizes(*trees) for seed in range(wanted)]


def has_size(*trees: sp.Basic) -> bool:
    """Does the value depend on a dimension?"""
    sizes = set(dimensions(trees))
    return any(sizes & free(tree) for tree in trees)


def letters(*trees: sp.Basic) -> int:
    """The number of matrices in the longest product: an identity between traces that holds for such k holds for all."""
    return max(map(_letters, trees))


def _letters(tree: sp.Basic) -> int:
    if isinstance(tree, sp.MatrixSymbol):
        return 1
    inner = [_letters(arg) for arg in tree.args]
    if isinstance(tree, (sp.Mul, sp.MatMul, sp.HadamardProduct)):
        return sum(inner)
    if isinstance(tree, (sp.Pow, sp.MatPow)) and tree.args[1].is_Integer:
        return inner[0] * abs(int(tree.args[1]))
    return max(inner, default=0)


def tried(engine: str, scope: str, old: sp.Basic, new: sp.Basic, worlds: Worlds, relation: str = "=") -> Evidence:
    """old relation new, in as many worlds as should be; two or more dimensions among them if dimensions occur."""
    held: list[tuple[int, int]] = []
    reasons: list[str] = []
    for size, wanted in sizes(old, new):
        here = 0
        for seed in range(SEEDS):
            try:
                result = _compared(old, new, worlds(size, seed), relation)
            except OutsideDomain as problem:  # the next world may lie within
                reasons.append(f"k = {size}: {problem}")
                continue
            except EvaluationError as problem:
                reasons.append(f"k = {size}: {problem}")
                break
            if not result.holds:
                gap = mpmath.nstr(result.gap, 5)
                return seen(engine, scope, REFUTED, "k = {}, seed {}: {} {} {} is off by {}", size, seed, old, relation, new, gap)
            if result.digits < FEWEST_DIGITS:
                reasons.append(f"k = {size}: only {result.digits} digits")
                break
            held.append((size, result.digits))
            here += 1
            if here == wanted:
                break
    tried_sizes = sorted({size for size, _ in held})
    if not held or (has_size(old, new) and tried_sizes[-1] < 2):
        return Evidence(engine, scope, UNKNOWN, "; ".join(["nothing above k = 1 could be tried", *dict.fromkeys(reasons)]))
    digits = min(digits for _, digits in held)
    return Evidence(engine, scope, checked(len(held)), f"k = {', '.join(map(str, tried_sizes))}; {digits} digits")


def _compared(old: sp.Basic, new: sp.Basic, world: Environment, relation: str) -> Comparison:
    """A new term without value, where the old one has one, is as far off as can be."""
    try:
        return compare(old, new, world, relation)
    except OutsideDomain:
        if not _has_value(old, world):
            raise
        return Comparison(holds=False, gap=mpmath.inf, digits=world.digits)


def _has_value(old: sp.Basic, world: Environment) -> bool:
    if isinstance(old, (Law, AbstractLaw, Posterior)):
        return False
    try:
        evaluate(old, world)
    except EvaluationError:
        return False
    return True


def conditions_hold(conditions: Sequence[AppliedPredicate], worlds: Worlds) -> Evidence:
    """The conditions that a step discharges are true wherever they are tried: the facts were asked, here they are not."""
    count = 0
    for condition in conditions:
        reasons = []
        for size, wanted in sizes(*condition.arguments):
            here = 0
            for seed in range(SEEDS):
                try:
                    true = holds_where_defined(condition, worlds(size, seed))
                except OutsideDomain as problem:  # it says nothing there
                    reasons.append(str(problem))
                    continue
                except EvaluationError as problem:
                    return seen("conditions", "step", UNKNOWN, "{}: {}", condition, problem)
                if not true:
                    return seen("conditions", "step", REFUTED, "{} is false at k = {}, seed {}", condition, size, seed)
                here += 1
                if here == wanted:
                    break
            if not here:
                return seen("conditions", "step", UNKNOWN, "{}: {}", condition, "; ".join(dict.fromkeys(reasons)))
            count += here
    return Evidence("conditions", "step", checked(count), ", ".join(map(str, conditions)))
