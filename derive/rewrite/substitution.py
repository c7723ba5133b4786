"""Replacing symbols and functions everywhere at once, without a bound variable catching anything."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from ..nodes import BINDERS, Apply, MatrixApply
from .building import build

Bindings = Mapping[sp.Basic, sp.Basic]


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
