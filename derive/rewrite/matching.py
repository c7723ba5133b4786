"""Reading a tree as a pattern: which metavariables stand for what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TypeAlias

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..nodes import BINDERS, AbstractLaw, Apply, MatrixApply
from .building import COMMUTATIVE, NARY, build
from .substitution import FUNCTIONS, GRADIENTS, Bindings, not_an_instance

Scope: TypeAlias = tuple[tuple[sp.Basic, sp.Basic], ...]  # variables bound around: the pattern's and the subject's, outermost first


def match(pattern: sp.Basic, subject: sp.Basic, bound: Bindings, scope: Scope = ()) -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Every way to read the subject as the pattern, whose free symbols are metavariables.

    A Symbol stands for a scalar and a MatrixSymbol for a matrix, free of the variables bound around it; g(x) for an expression in
    which, of these, x alone may occur; an AbstractLaw for a law.
    """
    bindings = dict(bound)
    if isinstance(pattern, FUNCTIONS):
        yield from _match_function(pattern, subject, bindings, scope)
    elif (own := _place_of(pattern, scope)) is not None:
        if subject == scope[own][1] and not _hidden(scope, own) & {subject}:
            yield bindings
    elif pattern in bindings:
        if bindings[pattern] == subject and not _speaks_of(subject, _hidden(scope)):
            yield bindings
    elif isinstance(pattern, (sp.Symbol, sp.MatrixSymbol, AbstractLaw)):
        yield from _match_variable(pattern, subject, bindings, scope)
    elif isinstance(pattern, Str) or not pattern.args:
        if pattern == subject:
            yield bindings
    elif type(pattern) is not type(subject):
        return
    elif isinstance(pattern, BINDERS):
        yield from _match_binder(pattern, subject, bindings, scope)
    elif isinstance(pattern, GRADIENTS):
        ways = (pattern.variable, pattern.body, *pattern.args[2:]), (subject.variable, subject.body, *subject.args[2:])
        yield from (found for found in _match_each(*ways, bindings, scope) if not_an_instance(pattern, found) is None)
    elif isinstance(pattern, sp.MatMul):
        yield from _match_sequence(pattern.args, subject.args, bindings, scope)
    elif isinstance(pattern, COMMUTATIVE):
        yield from _match_bag(type(pattern), pattern.args, subject.args, bindings, scope)
    elif len(pattern.args) == len(subject.args):
        yield from _match_each(pattern.args, subject.args, bindings, scope)


def _place_of(variable: sp.Basic, scope: Scope) -> int | None:
    """Which of the binders around binds the pattern's variable: the innermost of that name."""
    return next((place for place in reversed(range(len(scope))) if scope[place][0] == variable), None)


def _hidden(scope: Scope, own: int | None = None) -> set[sp.Basic]:
    """The subject's bound variables, without that of the binder `own` unless one further in has taken its name."""
    if own is None:
        return {variable for _, variable in scope}
    outer, inner = scope[:own], scope[own + 1 :]
    return ({variable for _, variable in outer} - {scope[own][1]}) | {variable for _, variable in inner}


def _speaks_of(subject: sp.Basic, hidden: set[sp.Basic]) -> bool:
    return bool(hidden) and bool(subject.free_symbols & hidden)


def _match_binder(
    pattern: sp.Basic, subject: sp.Basic, bindings: dict[sp.Basic, sp.Basic], scope: Scope
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    theirs, ours = pattern.variable, subject.variable
    if isinstance(theirs, sp.MatrixSymbol) and not isinstance(ours, sp.MatrixSymbol):
        return  # a plain symbol stands for a variable of any shape
    if theirs.is_integer and not ours.is_integer:
        return
    sizes = (theirs.shape, ours.shape) if isinstance(theirs, sp.MatrixSymbol) else ((), ())
    for found in _match_each((pattern.domain, *sizes[0]), (subject.domain, *sizes[1]), bindings, scope):
        if found.get(theirs, ours) == ours:
            yield from match(pattern.body, subject.body, {**found, theirs: ours}, (*scope, (theirs, ours)))


def _match_each(
    patterns: tuple[sp.Basic, ...], subjects: tuple[sp.Basic, ...], bindings: dict[sp.Basic, sp.Basic], scope: Scope
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    if not patterns:
        yield bindings
        return
    for found in match(patterns[0], subjects[0], bindings, scope):
        yield from _match_each(patterns[1:], subjects[1:], found, scope)


def _match_variable(
    pattern: sp.Basic, subject: sp.Basic, bindings: dict[sp.Basic, sp.Basic], scope: Scope
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    if _speaks_of(subject, _hidden(scope)):
        return
    if isinstance(pattern, AbstractLaw):
        if not isinstance(subject, (sp.Expr, MatrixExpr, Str)):
            yield {**bindings, pattern: subject}
    elif isinstance(pattern, sp.MatrixSymbol):
        if isinstance(subject, MatrixExpr):
            for found in _match_each(pattern.shape, tuple(map(sp.sympify, subject.shape)), bindings, scope):
                yield {**found, pattern: subject}
    elif isinstance(subject, sp.Expr) and not isinstance(subject, MatrixExpr) and is_such_a_number(subject, pattern):
        yield {**bindings, pattern: subject}


def is_such_a_number(subject: sp.Expr, pattern: sp.Symbol) -> bool:
    """A metavariable that is a whole number, or a positive one, stands for those alone."""
    return bool((not pattern.is_integer or subject.is_integer) and (not pattern.is_positive or subject.is_positive))


def _match_function(
    pattern: Apply | MatrixApply, subject: sp.Basic, bindings: dict[sp.Basic, sp.Basic], scope: Scope
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    """g(x) is bound as a function of the variable that stands for x in the subject; what stands for x must be known by then."""
    own = _place_of(pattern.x, scope)
    if (own is None and pattern.x not in bindings) or _speaks_of(subject, _hidden(scope, own)):
        return
    key = pattern.func(pattern.args[0], bindings[pattern.x], *pattern.args[2:])
    if key in bindings:
        if bindings[key] == subject:
            yield bindings
    elif isinstance(pattern, MatrixApply):
        if isinstance(subject, MatrixExpr):
            for found in _match_each(pattern.args[2:], tuple(map(sp.sympify, subject.shape)), bindings, scope):
                yield {**found, key: subject}
    elif isinstance(subject, sp.Expr) and not isinstance(subject, MatrixExpr):
        yield {**bindings, key: subject}


def _match_sequence(
    patterns: tuple[sp.Basic, ...], subjects: tuple[sp.Basic, ...], bindings: dict[sp.Basic, sp.Basic], scope: Scope
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
    scope: Scope,
) -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Terms in any order; the last metavariable takes all that is left."""
    variables = [p for p in patterns if isinstance(p, (sp.Symbol, sp.MatrixSymbol, Apply, MatrixApply)) and p not in bindings]
    ordered = [p for p in patterns if p not in variables] + variables
    yield from _match_left(head, tuple(ordered), subjects, bindings, scope)


def _match_left(
    head: type[sp.Basic], patterns: tuple[sp.Basic, ...], subjects: tuple[sp.Basic, ...], bindings: dict[sp.Basic, sp.Basic],
    scope: Scope,
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
        if rest is not None and not _speaks_of(known, _hidden(scope)):
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
