"""Trees: building without evaluating, places in a tree, replacing at a place, matching a pattern.

`build` flattens sums and products and does nothing else: no term is moved, no number multiplied, nothing cancels. A `Site` names a
place: a path of argument numbers, and, where only some terms of a sum or factors of a product are meant, which ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from .nodes import BINDERS, Abbreviation, AbstractLaw, Apply, MatrixApply

Path = tuple[int, ...]
Bindings = Mapping[sp.Basic, sp.Basic]
NARY = (sp.Add, sp.Mul, sp.MatAdd, sp.MatMul)
COMMUTATIVE = (sp.Add, sp.Mul, sp.MatAdd)


# ---------------------------------------------------------------------------------------------------- building


def build(head: type[sp.Basic], args: Iterable[sp.Basic]) -> sp.Basic:
    """head(*args) as written; a sum within a sum and a product within a product are flattened."""
    parts = tuple(args)
    if not issubclass(head, NARY):
        return head(*parts, evaluate=False) if issubclass(head, (sp.Pow, sp.Function)) else head(*parts)
    flat = tuple(inner for part in parts for inner in (part.args if isinstance(part, head) else (part,)))
    if len(flat) == 1:
        return flat[0]
    if head is sp.MatMul:
        # A factor that is a number times a matrix is one product with its neighbours; its number goes to the front.
        numbers = tuple(part for part in flat if isinstance(part, sp.Expr) and not isinstance(part, MatrixExpr))
        return sp.MatMul(*numbers, *(part for part in flat if isinstance(part, MatrixExpr)))
    return sp.MatAdd(*flat) if head is sp.MatAdd else head(*flat, evaluate=False)


def add(*terms: sp.Expr) -> sp.Expr:
    """The sum as written; 0 if there is no term."""
    return build(sp.Add, terms) if terms else sp.S.Zero


def mul(*factors: sp.Expr) -> sp.Expr:
    """The product as written; 1 if there is no factor."""
    return build(sp.Mul, factors) if factors else sp.S.One


def power(base: sp.Expr, exponent: int | sp.Expr) -> sp.Expr:
    return build(sp.Pow, (base, sp.sympify(exponent)))


def sub(left: sp.Expr, right: sp.Expr) -> sp.Expr:
    return add(left, neg(right))


def neg(term: sp.Expr) -> sp.Expr:
    """-1 times the term; of a number, the negative number."""
    return -term if isinstance(term, sp.Rational) else mul(sp.S.NegativeOne, term)


def div(over: sp.Expr, under: sp.Expr) -> sp.Expr:
    return mul(over, power(under, -1))


def log(x: sp.Expr) -> sp.Expr:
    return build(sp.log, (x,))


def exp(x: sp.Expr) -> sp.Expr:
    return build(sp.exp, (x,))


def matadd(*terms: MatrixExpr) -> MatrixExpr:
    return build(sp.MatAdd, terms)


def matmul(*factors: sp.Basic) -> MatrixExpr:
    return build(sp.MatMul, tuple(map(sp.sympify, factors)))


def matsub(left: MatrixExpr, right: MatrixExpr) -> MatrixExpr:
    return matadd(left, matmul(-1, right))


# ---------------------------------------------------------------------------------------------------- places


@dataclass(frozen=True)
class Site:
    """A place in a tree: the node at `path`, or, if `items` is given, those arguments of the sum or product there."""

    path: Path = ()
    items: tuple[int, ...] | None = None


def at_path(tree: sp.Basic, path: Path) -> sp.Basic:
    for index in path:
        tree = tree.args[index]
    return tree


def at_site(tree: sp.Basic, site: Site) -> sp.Basic:
    node = at_path(tree, site.path)
    return node if site.items is None else build(type(node), [node.args[i] for i in site.items])


def put(tree: sp.Basic, path: Path, new: sp.Basic) -> sp.Basic:
    if not path:
        return new
    args = list(tree.args)
    args[path[0]] = put(args[path[0]], path[1:], new)
    return build(type(tree), args)


def replace(tree: sp.Basic, site: Site, new: sp.Basic) -> tuple[sp.Basic, Site]:
    """The tree with `new` at the site, and the site of `new` in it (flattening may have dissolved it into its parent)."""
    node = at_path(tree, site.path)
    if site.items is not None:
        rest = [(i, arg) for i, arg in enumerate(node.args) if i not in site.items]
        before = [arg for i, arg in rest if i < site.items[0]]
        after = [arg for i, arg in rest if i > site.items[0]]
        whole = build(type(node), [*before, new, *after])
        width = len(new.args) if isinstance(new, type(node)) else 1
        inner = Site((), tuple(range(len(before), len(before) + width)))
        return put(tree, site.path, whole), _dissolved(tree, site.path, whole, inner)
    return put(tree, site.path, new), _dissolved(tree, site.path, new, Site())


def _dissolved(tree: sp.Basic, path: Path, new: sp.Basic, inner: Site) -> Site:
    """Where `inner` of `new` lies once `new` was put at the path and merged with a parent of its own kind."""
    if not path:
        return inner
    parent = at_path(tree, path[:-1])
    if not (isinstance(new, type(parent)) and isinstance(parent, NARY)):
        return Site(path + inner.path, inner.items)
    start = path[-1]
    items = range(len(new.args)) if inner.items is None else inner.items
    return Site(path[:-1], tuple(start + i for i in items))


def sites(tree: sp.Basic, path: Path = ()) -> Iterator[Path]:
    """Every path, outermost first and from left to right; names are no places, and what an abbreviation stands for is not rewritten."""
    yield path
    if isinstance(tree, Abbreviation):
        return
    for index, arg in enumerate(tree.args):
        if not isinstance(arg, Str):
            yield from sites(arg, (*path, index))


def contains(tree: sp.Basic, part: sp.Basic) -> bool:
    return tree == part or any(contains(arg, part) for arg in tree.args)


# ---------------------------------------------------------------------------------------------------- substituting


def substitute(tree: sp.Basic, mapping: Bindings) -> sp.Basic:
    """The tree with every free occurrence of a key replaced, all at once; a bound variable is never captured."""
    if tree in mapping:
        return mapping[tree]
    if isinstance(tree, (Apply, MatrixApply)) and (tree.func, tree.name) in _functions(mapping):
        variable, body = _functions(mapping)[tree.func, tree.name]
        return substitute(body, {variable: substitute(tree.x, mapping)})
    if not tree.args:
        return tree
    if isinstance(tree, BINDERS):
        return _substitute_in_binder(tree, mapping)
    args = [substitute(arg, mapping) for arg in tree.args]
    return tree if all(a is b for a, b in zip(args, tree.args, strict=True)) else build(type(tree), args)


def _substitute_in_binder(tree: sp.Basic, mapping: Bindings) -> sp.Basic:
    """The bound variable takes the name the mapping gives it, or a fresh one where that would catch something free."""
    inner = {key: value for key, value in mapping.items() if key != tree.variable}
    wanted = mapping.get(tree.variable, tree.variable)
    variable = wanted if isinstance(wanted, (sp.Symbol, sp.MatrixSymbol)) else tree.variable
    others = tree.body.free_symbols - {tree.variable}
    if variable in others or any(_captures(tree, variable, key, value) for key, value in inner.items()):
        variable = _fresh(variable, others, inner)
    if variable != tree.variable:
        inner[tree.variable] = variable
    body, domain = substitute(tree.body, inner), substitute(tree.domain, mapping)
    if body is tree.body and domain is tree.domain and variable == tree.variable:
        return tree
    return build(type(tree), (body, variable, domain))


def _captures(binder: sp.Basic, variable: sp.Basic, key: sp.Basic, value: sp.Basic) -> bool:
    """Would the binder, with that variable, catch something free in the value? A function's own argument is not free in it."""
    if isinstance(key, (Apply, MatrixApply)):
        return variable in value.free_symbols - {key.x} and any(f.name == key.name for f in binder.body.atoms(type(key)))
    return variable in value.free_symbols and key in binder.body.free_symbols


def _functions(mapping: Bindings) -> dict[tuple[type, str], tuple[sp.Basic, sp.Basic]]:
    """The keys that are g(x): what Apply("g", anything) becomes."""
    return {(key.func, key.name): (key.x, value) for key, value in mapping.items() if isinstance(key, (Apply, MatrixApply))}


def _fresh(variable: sp.Basic, others: set[sp.Basic], mapping: Bindings) -> sp.Basic:
    taken = {str(symbol) for value in mapping.values() for symbol in value.free_symbols} | {str(symbol) for symbol in others}
    name = str(variable)
    while name in taken:
        name += "'"
    if isinstance(variable, sp.MatrixSymbol):
        return sp.MatrixSymbol(name, *variable.shape)
    return sp.Symbol(name, **variable.assumptions0)


# ---------------------------------------------------------------------------------------------------- matching


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
