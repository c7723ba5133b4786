"""Where an expression has a value: divisors are not 0, arguments of a logarithm are positive, inverted matrices are invertible.

A rule that drops a term asks for what the term needed: log x - log x is 0 only where log x is a number.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Q
from sympy.assumptions import AppliedPredicate

from ..monomials import monomial
from ..nodes import BINDERS
from ..rewrite import add, substitute
from ..special import log1pmx, logratiomx


def requirements(tree: sp.Basic) -> Iterator[AppliedPredicate]:
    """What must hold for every part of the tree to have a value, a condition for each divisor, logarithm, root and inverse.

    A variable bound within the tree has a primed name in its condition, so that no fact about a free symbol of its name answers it.
    """
    if isinstance(tree, BINDERS):
        tree = _primed(tree)
    yield from _own(tree)
    for arg in tree.args:
        yield from requirements(arg)


def dropped(old: sp.Basic, new: sp.Basic) -> tuple[AppliedPredicate, ...]:
    """What the old term needed to have a value and the new one no longer tells."""
    kept = set(requirements(new))
    return tuple(one for one in dict.fromkeys(requirements(old)) if one not in kept)


def _primed(binder: sp.Basic) -> sp.Basic:
    """The binder with a prime on its variable's name for every binder within."""
    variable = binder.variable
    name = variable.name + "'" * (1 + len(binder.body.atoms(*BINDERS)))
    if isinstance(variable, sp.MatrixSymbol):
        fresh = sp.MatrixSymbol(name, *variable.shape)
    else:
        fresh = sp.Symbol(name, **variable._assumptions_orig)
    return type(binder)(substitute(binder.body, {variable: fresh}), fresh, binder.domain)


def _own(node: sp.Basic) -> Iterator[AppliedPredicate]:
    """What the node itself needs of its arguments."""
    if isinstance(node, sp.Pow):
        yield from _of_power(node.base, node.exp)
    elif isinstance(node, (sp.log, sp.loggamma, logratiomx)):
        yield from (Q.positive(arg) for arg in node.args if not _is_positive_number(arg))
    elif isinstance(node, log1pmx):
        yield Q.positive(add(sp.S.One, node.args[0]))
    elif isinstance(node, sp.Inverse):
        yield Q.invertible(node.arg)


def _of_power(base: sp.Expr, exponent: sp.Expr) -> Iterator[AppliedPredicate]:
    """Of every factor of the base: 1/(x y^2) needs x and y, each not 0."""
    if exponent.is_integer and exponent.is_nonnegative:
        return
    if not exponent.is_Rational:
        yield Q.nonzero(base) if exponent.is_integer else Q.positive(base)
        return
    read = monomial(base)
    if read.coefficient <= 0 and not exponent.is_Integer:
        yield Q.positive(base) if exponent < 0 else Q.nonnegative(base)
        return
    for atom, inner in read.powers:
        if exponent.is_Integer:
            yield from () if inner < 0 else (Q.nonzero(atom),)
        elif exponent > 0 and inner > 0:
            yield Q.nonnegative(atom)
        else:
            yield Q.positive(atom)


def _is_positive_number(arg: sp.Expr) -> bool:
    return bool(arg.is_Rational and arg > 0)
