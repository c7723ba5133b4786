"""Replacing symbols, laws and functions everywhere at once, without a bound variable catching anything.

The variable of a gradient is free, and yet no place for any expression: d/dx at x = 3 is not the derivative by 3, and the derivative
of x y by x is not that of x x where y becomes x. Such a substitution is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..errors import DeriveError
from ..nodes import (
    BINDERS,
    Apply,
    Density,
    Entry,
    Expect,
    ExpectMatrix,
    Gradient,
    Integrate,
    MatrixApply,
    MatrixGradient,
    lives_on,
)
from .building import build

Bindings = Mapping[sp.Basic, sp.Basic]
FUNCTIONS = (Apply, MatrixApply)
GRADIENTS = (Gradient, MatrixGradient)


def substitute(tree: sp.Basic, mapping: Bindings) -> sp.Basic:
    """The tree with every free occurrence of a key replaced, all at once; a bound variable is never captured.

    Raises DeriveError where the result would be no instance of the tree: see `not_an_instance`, and laws of columns over numbers.
    """
    if isinstance(tree, FUNCTIONS) and (tree.func, tree.name) in _functions(mapping):
        variable, body = _functions(mapping)[tree.func, tree.name]
        return substitute(body, {variable: substitute(tree.x, mapping)})
    if tree in mapping:
        return mapping[tree]
    if not tree.args:
        return tree
    if isinstance(tree, BINDERS):
        return _substitute_in_binder(tree, mapping)
    if isinstance(tree, GRADIENTS) and (problem := not_an_instance(tree, mapping)):
        raise DeriveError(f"{problem}\n  expression: {tree}\n  carry the gradient out first")
    args = [substitute(arg, mapping) for arg in tree.args]
    if all(a is b for a, b in zip(args, tree.args, strict=True)):
        return tree
    if isinstance(tree, Density):
        _refuse_wrong_space(*args)
    return build(type(tree), args)


# ---------------------------------------------------------------------------------------------------- bound variables


def names_in(tree: sp.Basic) -> set[sp.Basic]:
    """What is free in the tree, sizes of its matrix symbols included."""
    found: set[sp.Basic] = set(tree.free_symbols)
    for symbol in tree.atoms(sp.MatrixSymbol):
        found |= {name for size in symbol.shape for name in sp.sympify(size).free_symbols}
    return found


def _substitute_in_binder(tree: sp.Basic, mapping: Bindings) -> sp.Basic:
    """The bound variable takes the name the mapping gives it, or a fresh one where that would catch something free."""
    inner = {key: value for key, value in mapping.items() if isinstance(key, FUNCTIONS) or tree.variable not in names_in(key)}
    wanted = mapping.get(tree.variable)
    variable = wanted if isinstance(wanted, (sp.Symbol, sp.MatrixSymbol)) else _resized(tree.variable, mapping)
    others = names_in(tree.body) - {tree.variable}
    if variable in others or any(_captures(tree, variable, key, value) for key, value in inner.items()):
        variable = _fresh(variable, others, inner)
    if variable != tree.variable:
        inner[tree.variable] = variable
    body, domain = substitute(tree.body, inner), substitute(tree.domain, mapping)
    if body is tree.body and domain is tree.domain and variable == tree.variable:
        return tree
    if isinstance(tree, (Expect, ExpectMatrix, Integrate)):
        _refuse_wrong_space(domain, variable)
    return build(type(tree), (body, variable, domain))


def _resized(variable: sp.Basic, mapping: Bindings) -> sp.Basic:
    """A bound column is as long as what stands beside it."""
    if not isinstance(variable, sp.MatrixSymbol):
        return variable
    return sp.MatrixSymbol(variable.name, *(substitute(sp.sympify(size), mapping) for size in variable.shape))


def _captures(binder: sp.Basic, variable: sp.Basic, key: sp.Basic, value: sp.Basic) -> bool:
    """Would the binder, with that variable, catch something free in the value? A function's own argument is not free in it."""
    own = {key.x} if isinstance(key, FUNCTIONS) else set()
    return variable in names_in(value) - own and _occurs(key, binder.body)


def _occurs(key: sp.Basic, tree: sp.Basic) -> bool:
    """Does a substitution for the key change something in the tree?"""
    if tree == key or (isinstance(key, FUNCTIONS) and isinstance(tree, type(key)) and tree.name == key.name):
        return True
    if isinstance(tree, BINDERS) and not isinstance(key, FUNCTIONS) and tree.variable in names_in(key):
        return _occurs(key, tree.domain)
    return any(_occurs(key, arg) for arg in tree.args)


def _functions(mapping: Bindings) -> dict[tuple[type, str], tuple[sp.Basic, sp.Basic]]:
    """The keys that are g(x): what Apply("g", anything) becomes."""
    return {(key.func, key.name): (key.x, value) for key, value in mapping.items() if isinstance(key, FUNCTIONS)}


def _fresh(variable: sp.Basic, others: set[sp.Basic], mapping: Bindings) -> sp.Basic:
    taken = {str(symbol) for value in mapping.values() for symbol in names_in(value)} | {str(symbol) for symbol in others}
    return renamed_apart(variable, taken)


def renamed_apart(variable: sp.Basic, taken: set[str]) -> sp.Basic:
    """The variable, or one of the same kind with a name that is not taken."""
    name = str(variable)
    if name not in taken:
        return variable
    while name in taken:
        name += "'"
    if isinstance(variable, sp.MatrixSymbol):
        return sp.MatrixSymbol(name, *variable.shape)
    return sp.Symbol(name, **variable.assumptions0)


def _refuse_wrong_space(law: sp.Basic, point: sp.Basic) -> None:
    """A law of columns has no density at a number, and a law of numbers none at a column."""
    if not lives_on(law, point):
        raise DeriveError(
            f"{law} is a law of {'numbers' if isinstance(point, MatrixExpr) else 'columns'}, and {point} is none\n"
            "  a statement over a number holds for laws of numbers alone: apply the rule of the definition instead of its lemma"
        )


# ---------------------------------------------------------------------------------------------------- gradients


def not_an_instance(gradient: sp.Basic, mapping: Bindings) -> str | None:
    """Why an equation for this gradient says nothing of the substituted one; None if it does.

    What takes the place of its variable must be a variable again, and nothing else in the body may come to depend on it.
    """
    variable = substitute(gradient.variable, mapping)
    if not _is_variable(variable) or isinstance(variable, sp.MatrixSymbol) != isinstance(gradient.variable, sp.MatrixSymbol):
        return f"{variable} cannot stand for {gradient.variable}, by which a gradient is taken"
    for part, image in _images(gradient, mapping):
        shared = sorted(map(str, image & variable.free_symbols))
        if shared:
            return f"{part} cannot become what depends on {', '.join(shared)}, by which the gradient is then taken"
    return None


def _is_variable(variable: sp.Basic) -> bool:
    return isinstance(variable, (sp.Symbol, sp.MatrixSymbol)) or (
        isinstance(variable, Entry) and isinstance(variable.matrix, sp.MatrixSymbol)
    )


def _images(gradient: sp.Basic, mapping: Bindings) -> Iterator[tuple[sp.Basic, set[sp.Basic]]]:
    """Whatever the body holds besides the variable, and on what it depends after the substitution."""
    own = gradient.variable.free_symbols
    for symbol in sorted(gradient.body.free_symbols - own, key=str):
        yield symbol, substitute(symbol, mapping).free_symbols
    for key, value in mapping.items():
        if key != gradient.variable and not isinstance(key, (sp.Symbol, sp.MatrixSymbol)) and _occurs(key, gradient.body):
            yield key, value.free_symbols - ({key.x} if isinstance(key, FUNCTIONS) else set())
