"""Small errors in an expression, made by machine: a sign, a lost factor, term, transpose or inverse, a power, two names exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from closedform.derive.evaluate import free
from closedform.derive.nodes import BINDERS, AbstractLaw, Law
from closedform.derive.rewrite import build, matmul, mul, power

NAMES = (sp.Symbol, sp.MatrixSymbol, AbstractLaw)


def mutants(tree: sp.Basic) -> Iterator[tuple[str, sp.Basic]]:
    """(what was done, the mutant), each once; those that are no well-formed expressions are left out."""
    seen = {tree}
    for what, mutant in (*_at_places(tree, ()), *_exchanges(tree)):
        if mutant not in seen:
            seen.add(mutant)
            yield what, mutant


def _at_places(tree: sp.Basic, path: tuple[int, ...]) -> Iterator[tuple[str, sp.Basic]]:
    yield from _here(tree)
    for index, arg in enumerate(tree.args):
        if isinstance(arg, Str) or (isinstance(tree, BINDERS) and index == 1):
            continue
        for what, mutant in _at_places(arg, (*path, index)):
            try:
                yield what, build(tree.func, [mutant if i == index else other for i, other in enumerate(tree.args)])
            except (ValueError, TypeError):  # shapes that do not fit, a matrix where a number belongs
                continue


def _here(node: sp.Basic) -> Iterator[tuple[str, sp.Basic]]:
    if isinstance(node, sp.Expr) and not isinstance(node, MatrixExpr) and not node.is_integer:
        yield "sign", mul(sp.S.NegativeOne, node)
    if isinstance(node, MatrixExpr):
        yield "sign", matmul(-1, node)
    if isinstance(node, (sp.Add, sp.Mul, sp.MatAdd, sp.MatMul)):
        for index, arg in enumerate(node.args):
            rest = [other for i, other in enumerate(node.args) if i != index]
            if not isinstance(node, MatrixExpr) or any(isinstance(other, MatrixExpr) for other in rest):
                try:
                    yield f"{'term' if isinstance(node, (sp.Add, sp.MatAdd)) else 'factor'} {arg} lost", build(node.func, rest)
                except (ValueError, TypeError):
                    continue
    if isinstance(node, (sp.Transpose, sp.Inverse, sp.log, sp.exp)):
        yield f"{type(node).__name__} lost", node.args[0]
    if isinstance(node, sp.MatrixSymbol) and node.shape[0] == node.shape[1]:
        yield "transpose added", sp.Transpose(node)
    if isinstance(node, sp.Pow) and node.exp.is_Rational:
        yield "power changed", power(node.base, node.exp + 1)
    if isinstance(node, sp.Rational) and node not in (0, -1):
        yield "number changed", node + 1


def _exchanges(tree: sp.Basic) -> Iterator[tuple[str, sp.Basic]]:
    bound = {node.variable for node in tree.atoms(*BINDERS)}
    laws = set(tree.atoms(AbstractLaw, Law))
    names = sorted((symbol for symbol in free(tree) - bound if not symbol.is_integer), key=str) + sorted(laws, key=str)
    for first, second in combinations(names, 2):
        if type(first) is type(second) and getattr(first, "shape", ()) == getattr(second, "shape", ()):
            yield f"{first} and {second} exchanged", _exchanged(tree, {first: second, second: first})


def _exchanged(tree: sp.Basic, names: dict[sp.Basic, sp.Basic]) -> sp.Basic:
    if tree in names:
        return names[tree]
    if not tree.args or isinstance(tree, (Str, sp.MatrixSymbol)):
        return tree
    return build(tree.func, [_exchanged(arg, names) for arg in tree.args])
