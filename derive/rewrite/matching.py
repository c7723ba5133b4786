"""Reading a tree as a pattern: which metavariables stand for what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..nodes import BINDERS, AbstractLaw, Apply, MatrixApply
from .building import COMMUTATIVE, NARY, build
from .substitution import Bindings


def match(pattern: sp.Basic, subject: sp.Basic, bound: Bindings, scope: tuple[sp.Basic, ...] = ()) -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Every way to read the subject as the pattern, whose free symbols are metavariables.

    A Symbol stands for a scalar and a MatrixSymbol for a matrix, free of the variables bound around it (`scope`, the subject's);
    g(x) for an expression in which x may occur; an AbstractLaw for a law.
    """
    bindings = dict(bound)
    if pattern in bindings:
        if bindings[pattern] == subject:
            yield bindings
        return
    if isinstance(pattern, (sp.Symbol, sp.MatrixSymbol, AbstractLaw)):
        yield from _match_variable(pattern, subject, bindings, scope)
    elif isinstance(pattern, (Apply, MatrixApply)):
        yield from _match_function(pattern, subject, bindings)
    elif isinstance(pattern, Str) or not pattern.args:
        if pattern == subject:
            yield bindings
    elif type(pattern) is not type(subject):
        return
    elif isinstance(pattern, BINDERS):
        for found in match(pattern.domain, subject.domain, bindings, scope):
            if pattern.variable in found and found[pattern.variable] != subject.variable:
                continue
            if isinstance(pattern.variable, sp.MatrixSymbol) and not isinstance(subject.variable, sp.MatrixSymbol):
                continue  # a plain symbol stands for a variable of any shape
            yield from match(
                pattern.body, subject.body, {**found, pattern.variable: subject.variable}, (*scope, subject.variable)
            )
    elif isinstance(pattern, sp.MatMul):
        yield from _match_sequence(pattern.args, subject.args, bindings, scope)
    elif isinstance(pattern, COMMUTATIVE):
        yield from _match_bag(type(pattern), pattern.args, subject.args, bindings, scope)
    elif len(pattern.args) == len(subject.args):
        yield from _match_each(pattern.args, subject.args, bindings, scope)


def _match_each(
    patterns: tuple[sp.Basic, ...], subjects: tuple[sp.Basic, ...], bindings: dict[sp.Basic, sp.Basic], scope: tuple[sp.Basic, ...]
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    if not patterns:
        yield bindings
        return
    for found in match(patterns[0], subjects[0], bindings, scope):
        yield from _match_each(patterns[1:], subjects[1:], found, scope)


def _match_variable(
    pattern: sp.Basic, subject: sp.Basic, bindings: dict[sp.Basic, sp.Basic], scope: tuple[sp.Basic, ...]
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    if isinstance(subject, sp.Basic) and scope and subject.free_symbols & set(scope):
        return
    if isinstance(pattern, AbstractLaw):
        if not isinstance(subject, (sp.Expr, MatrixExpr, Str)):
            yield {**bindings, pattern: subject}
    elif isinstance(pattern, sp.MatrixSymbol):
        if isinstance(subject, MatrixExpr):
            for found in _match_each(pattern.shape, tuple(map(sp.sympify, subject.shape)), bindings, scope):
                yield {**found, pattern: subject}
    elif isinstance(subject, sp.Expr) and not isinstance(subject, MatrixExpr):
        yield {**bindings, pattern: subject}


def _match_function(
    pattern: Apply | MatrixApply, subject: sp.Basic, bindings: dict[sp.Basic, sp.Basic]
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    """g(x) is bound as a function of the variable that stands for x in the subject."""
    key = pattern.func(pattern.args[0], bindings.get(pattern.x, pattern.x), *pattern.args[2:])
    if key in bindings:
        if bindings[key] == subject:
            yield bindings
    elif isinstance(pattern, MatrixApply):
        if isinstance(subject, MatrixExpr):
            for found in _match_each(pattern.args[2:], tuple(map(sp.sympify, subject.shape)), bindings, ()):
                yield {**found, key: subject}
    elif isinstance(subject, sp.Expr) and not isinstance(subject, MatrixExpr):
        yield {**bindings, key: subject}


def _match_sequence(
    patterns: tuple[sp.Basic, ...], subjects: tuple[sp.Basic, ...], bindings: dict[sp.Basic, sp.Basic], scope: tuple[sp.Basic, ...]
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Factors in order; a matrix metavariable may take several neighbours."""
    if not patterns:
        if not subjects:
            yield bindings
        return
    longest = len(subjects) - len(patterns) + 1
    takes_many = isinstance(patterns[0], (sp.MatrixSymbol, MatrixApply))
    for width in range(1, (longest if takes_many else min(1, longest)) + 1):
        for found in match(patterns[0], build(sp.MatMul, subjects[:width]), bindings, scope):
            yield from _match_sequence(patterns[1:], subjects[width:], found, scope)


def _match_bag(
    head: type[sp.Basic], patterns: tuple[sp.Basic, ...], subjects: tuple[sp.Basic, ...], bindings: dict[sp.Basic, sp.Basic],
    scope: tuple[sp.Basic, ...],
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Terms in any order; the last metavariable takes all that is left."""
    variables = [p for p in patterns if isinstance(p, (sp.Symbol, sp.MatrixSymbol, Apply, MatrixApply)) and p not in bindings]
    ordered = [p for p in patterns if p not in variables] + variables
    yield from _match_left(head, tuple(ordered), subjects, bindings, scope)


def _match_left(
    head: type[sp.Basic], patterns: tuple[sp.Basic, ...], subjects: tuple[sp.Basic, ...], bindings: dict[sp.Basic, sp.Basic],
    scope: tuple[sp.Basic, ...],
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    if not patterns:
        if not subjects:
            yield bindings
        return
    if len(subjects) < len(patterns):
        return
    if len(patterns) == 1:
        yield from match(patterns[0], build(head, subjects), bindings, scope)
        return
    known = bindings.get(patterns[0])
    if isinstance(known, head):
        # A metavariable that is already a sum (product) stands for all of its terms (factors).
        rest = _without(subjects, known.args)
        if rest is not None:
            yield from _match_left(head, patterns[1:], rest, bindings, scope)
        return
    for index, subject in enumerate(subjects):
        for found in match(patterns[0], subject, bindings, scope):
            yield from _match_left(head, patterns[1:], subjects[:index] + subjects[index + 1 :], found, scope)


def _without(subjects: tuple[sp.Basic, ...], taken: tuple[sp.Basic, ...]) -> tuple[sp.Basic, ...] | None:
    """The subjects less one occurrence of each that is taken; None if one is missing."""
    left = list(subjects)
    for part in taken:
        if part not in left:
            return None
        left.remove(part)
    return tuple(left)


def match_within(pattern: sp.Basic, node: sp.Basic, bound: Bindings) -> Iterator[tuple[tuple[int, ...] | None, dict[sp.Basic, sp.Basic]]]:
    """Readings of the node, or of some of its terms or neighbouring factors, as the pattern: (items, bindings)."""
    for found in match(pattern, node, bound):
        yield None, found
    if not (isinstance(node, NARY) and type(pattern) is type(node)):
        return
    count, size = len(node.args), len(pattern.args)
    if isinstance(node, sp.MatMul):
        for width in range(size, count):
            for start in range(count - width + 1):
                for found in _match_sequence(pattern.args, node.args[start : start + width], dict(bound), ()):
                    yield tuple(range(start, start + width)), found
    elif size < count:
        for items in combinations(range(count), size):
            for found in _match_bag(type(node), pattern.args, tuple(node.args[i] for i in items), dict(bound), ()):
                yield items, found
