"""Places in a tree, and replacing there.

A `Site` names a place: a path of argument numbers, and, where only some terms of a sum or factors of a product are meant, which ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.symbol import Str

from ..errors import DeriveError
from ..nodes import BINDERS, Abbreviation, Gradient, MatrixApply, MatrixGradient
from .building import NARY, build

Path = tuple[int, ...]
SIZED = (sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, sp.OneMatrix)  # what has sizes and no terms


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
    """The tree with `new` at the site, and the site of `new` in it (flattening may have dissolved it into its parent).

    Raises DeriveError where no term stands at the site: see `sites`.
    """
    if not all(_is_term(at_path(tree, site.path[:depth]), index) for depth, index in enumerate(site.path)):
        raise DeriveError(f"no term stands at the path {site.path} of {tree}, but a name, a size or a variable")
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
    """Every path where a term stands, outermost first and from left to right.

    Names, sizes of matrix symbols and variables of binders and gradients are no terms, and what an abbreviation stands for is not
    rewritten.
    """
    yield path
    for index, arg in enumerate(tree.args):
        if _is_term(tree, index):
            yield from sites(arg, (*path, index))


def _is_term(node: sp.Basic, index: int) -> bool:
    """Is that argument of the node a term, not a name, a size or a variable?"""
    is_variable = index == 1 and isinstance(node, (*BINDERS, Gradient, MatrixGradient))
    is_size = isinstance(node, SIZED) or (index > 1 and isinstance(node, MatrixApply))
    return not (is_variable or is_size or isinstance(node, Abbreviation) or isinstance(node.args[index], Str))


def contains(tree: sp.Basic, part: sp.Basic) -> bool:
    return tree == part or any(contains(arg, part) for arg in tree.args)
