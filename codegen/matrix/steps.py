"""What stands in a theorem under a name of its own becomes a statement: M := A^-1 (x - y) is solved for, and so on.

A quotient of two factors, M := A^-1 B, is no statement: of it only the diagonal is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from closedform.derive.nodes import Abbreviation, Group

from ..arrange import LoweringError
from .program import Carried, Solved, Step, Subtracted


def steps(expression: sp.Basic, owners: Mapping[str, str]) -> Iterator[Step]:
    """One statement for each name in the expression, matrices first. `owners` tells which matrix has which factor."""
    for short in sorted(abbreviations(expression).values(), key=lambda node: (not node.is_square, node.name)):
        if quotient(short) is None:
            yield _step(short, owners)


def abbreviations(expression: sp.Basic) -> dict[str, Abbreviation]:
    """The names that stand in the expression."""
    found: dict[str, Abbreviation] = {}
    for node in sp.preorder_traversal(expression):
        if isinstance(node, Abbreviation) and found.setdefault(node.name, node) != node:
            raise LoweringError(f"{node.name} stands for {node.body} and for {found[node.name].body} in one kernel")
    return found


def quotient(short: sp.Basic) -> tuple[str, str] | None:
    """Over and under of M := under^-1 over, both lower triangular factors."""
    match short.body if isinstance(short, Abbreviation) else None:
        case sp.MatMul(args=(sp.Inverse(args=(sp.MatrixSymbol() as under, _)), sp.MatrixSymbol() as over)) if over.is_square:
            return str(over.name), str(under.name)
    return None


def difference(body: sp.Basic) -> tuple[str, str | None] | None:
    """x and y of x - y, whichever is written first; no y where the identity is taken away."""
    signs: dict[bool, sp.Basic] = {}
    for term in body.args if isinstance(body, sp.MatAdd) else ():
        negative = isinstance(term, sp.MatMul) and term.args[0] == -1 and len(term.args) == 2
        signs[negative] = term.args[1] if negative else term
    match signs.get(False), signs.get(True):
        case (sp.MatrixSymbol() as plus, sp.MatrixSymbol() as minus) if len(body.args) == 2:
            return str(plus.name), str(minus.name)
        case (sp.MatrixSymbol() as plus, sp.Identity()) if len(body.args) == 2:
            return str(plus.name), None
    return None


def gap(body: sp.Basic) -> Subtracted | None:
    """mu_gap for mu1 - mu2, a difference of columns without a name of its own."""
    plus, minus = difference(body) or ("", None)
    if minus is None or body.is_square:
        return None
    stem = plus.rstrip("12")
    name = stem if minus.rstrip("12") == stem else f"{plus}_{minus}"
    return Subtracted(f"{name}_gap", plus, minus, square=False)


def _step(short: Abbreviation, owners: Mapping[str, str]) -> Step:
    square = bool(short.is_square)
    match short.body:
        case sp.MatMul(args=(by, Group() as group)) if (found := difference(group.body)) is not None:
            plus, minus = found
            match by:
                case sp.Transpose(args=(sp.MatrixSymbol() as factor,)) if minus is not None and not square:
                    return Carried(short.name, str(factor.name), plus, minus)
                case sp.Inverse(args=(sp.MatrixSymbol() as factor, _)) if minus is not None:
                    again = square and factor.name == minus and {plus, minus} <= owners.keys()
                    matrices = (owners[plus], owners[minus]) if again else (None, None)
                    return Solved(short.name, str(factor.name), plus, minus, square, *matrices)
        case body if (found := difference(body.body if isinstance(body, Group) else body)) is not None:
            return Subtracted(short.name, *found, square=square)
    raise LoweringError(f"no kernel can compute {short.name} = {short.body}: only A^-1 (x - y), x - y, and A^T (x - y) of columns")
