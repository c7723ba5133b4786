"""An inequality's case of equality: its sides are equal in a world exactly if the statement holds at every point of that world.

Generic laws and numbers show one half. For the other, one abstract law is put in place of another, or is made its posterior, and
numbers are made 0 or equal to each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from ..derivation import Theorem
from ..evaluate import Environment, EvaluationError, compare, evaluate, free, sample
from ..nodes import AbstractLaw, Density, Likelihood, Posterior
from ..rewrite import substitute
from ..rule import Statement
from .report import REFUTED, UNKNOWN, Evidence, checked, seen

SEEDS = 6


def equality_evidence(theorem: Theorem) -> list[Evidence]:
    """For an inequality with a case of equality; nothing for other theorems."""
    if not theorem.equality_case:
        return []
    count, halves = 0, set()
    for laws, numbers in _choices(theorem):
        for seed in range(SEEDS):
            try:
                equal, stated = _both(theorem, laws, numbers, seed)
            except EvaluationError as problem:
                if numbers:
                    continue  # not every number may be 0
                return [Evidence("equality", "theorem", UNKNOWN, str(problem))]
            if equal is not stated:
                said = "are equal where the case of equality does not hold" if equal else "differ where the case of equality holds"
                chosen = [part for symbol, value in (laws or numbers).items() for part in (", ", symbol, " = ", value)][1:]
                places = "{}" * len(chosen) or "generic"
                return [seen("equality", "theorem", REFUTED, f"the sides {said}: {places}, seed {seed}", *chosen)]
            halves.add(equal)
            count += 1
    met = "equal where it holds, different where not" if len(halves) == 2 else "only one half was met"
    return [Evidence("equality", "theorem", checked(count) if len(halves) == 2 else UNKNOWN, met)]


Choice = dict[sp.Basic, sp.Basic]


def _choices(theorem: Theorem) -> Iterator[tuple[Choice, Choice]]:
    """Laws in place of laws, numbers for numbers and matrices for matrices: none, one at a time, and all at once."""
    yield {}, {}
    for laws in _law_choices(theorem):
        yield laws, {}
    for matrices in _matrix_choices(theorem):
        yield {}, matrices
    symbols = sorted((symbol for symbol in free(theorem.lhs) if isinstance(symbol, sp.Symbol) and not symbol.is_integer), key=str)
    for place, symbol in enumerate(symbols):
        yield {}, {symbol: sp.S.Zero}
        for other in symbols[:place]:
            yield {}, {symbol: other}
    if len(symbols) > 1:
        yield {}, dict.fromkeys(symbols, sp.S.Zero)


def _matrix_choices(theorem: Theorem) -> Iterator[Choice]:
    """Each matrix equal to another of its shape, or to the identity, and a column 0; then as many of them as there are."""
    symbols = sorted((symbol for symbol in free(theorem.lhs) if isinstance(symbol, sp.MatrixSymbol)), key=str)
    equal: Choice = {}
    neutral: Choice = {}
    for place, symbol in enumerate(symbols):
        other = next((one for one in symbols[:place] if one.shape == symbol.shape), None)
        if other is not None:
            equal[symbol] = other
            yield {symbol: other}
        neutral[symbol] = sp.Identity(symbol.shape[0]) if symbol.is_square else sp.ZeroMatrix(*symbol.shape)
        yield {symbol: neutral[symbol]}
    for together in (equal, neutral):
        if len(together) > 1:
            yield together


def _law_choices(theorem: Theorem) -> Iterator[Choice]:
    """Every abstract law in place of another; every abstract law made the posterior that another is the prior of."""
    trees = (theorem.lhs, theorem.rhs)
    laws = sorted({law for tree in trees for law in tree.atoms(AbstractLaw)}, key=str)
    observed = {node.x for statement in theorem.equality_case for node in statement.lhs.atoms(Likelihood)}
    for one in laws:
        for other in laws:
            if one != other and not observed:
                yield {one: other}
            for x in observed:
                if one != other:
                    yield {one: Posterior(other, x)}


def _both(theorem: Theorem, laws: Choice, numbers: Choice, seed: int) -> tuple[bool, bool]:
    """(are the sides equal, does the case of equality hold) with these laws and numbers."""
    lhs, rhs = (substitute(tree, laws) for tree in (theorem.lhs, theorem.rhs))
    statements = [Statement(substitute(one.lhs, laws), substitute(one.rhs, laws)) for one in theorem.equality_case]
    parts = [part for one in statements for part in (one.lhs, one.rhs)]
    known = [fact for fact in theorem.hypotheses.sorted() if not fact.arguments[0].has(Density)]
    # A moderate world: what is said of densities is not among the hypotheses, and must hold.
    world = sample([lhs, rhs, *parts], known, 2, 2 * seed)
    for symbol, number in numbers.items():
        world = world.bind(symbol, evaluate(number, world))
    points = free_points(parts, free(lhs) | free(rhs))
    stated = all(compare(one.lhs, one.rhs, here).holds for here in _everywhere(world, points) for one in statements)
    return compare(lhs, rhs, world).holds, stated


def free_points(parts: list[sp.Basic], elsewhere: frozenset[sp.Basic]) -> list[sp.Basic]:
    """The variables of the statement that occur nowhere else: it is meant for all their values."""
    return sorted(frozenset().union(*map(free, parts)) - elsewhere, key=str)


def _everywhere(world: Environment, variables: list[sp.Basic]) -> Iterator[Environment]:
    """The world with each variable at each point of the finite space."""
    if not variables:
        yield world
        return
    for point in world.space.points(()):
        yield from _everywhere(world.bind(variables[0], point), variables[1:])
