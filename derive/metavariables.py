"""The metavariables of a statement: which there are, which of them reading a left side tells, and what may stand for them."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from .errors import DeriveError
from .nodes import BINDERS, AbstractLaw, Apply, Law, MatrixApply, Posterior
from .rewrite import is_such_a_number, names_in


def metavariables(*trees: sp.Basic) -> set[sp.Basic]:
    """The free symbols, the sizes of matrix symbols, the laws and functions that stand for any."""
    return {found for tree in trees for found in names_in(tree) | tree.atoms(AbstractLaw, Apply, MatrixApply)}


def told_by(tree: sp.Basic) -> set[sp.Basic]:
    """Those that reading an expression as this tree tells: of g(a) it tells g, where a is known."""
    if isinstance(tree, (sp.Symbol, sp.MatrixSymbol)):
        return names_in(tree)
    if isinstance(tree, (Apply, MatrixApply)):
        return {tree}.union(*map(told_by, tree.args[2:]))
    if isinstance(tree, BINDERS):
        return (told_by(tree.body) - {tree.variable}) | told_by(tree.domain)
    return {tree} if isinstance(tree, AbstractLaw) else {found for part in tree.args for found in told_by(part)}


def name_of(metavariable: sp.Basic) -> str:
    """How a script calls it: law1 for the law labelled 1, g for g(x)."""
    if isinstance(metavariable, AbstractLaw):
        return f"law{metavariable.label}"
    return str(metavariable.name)


def names_of(found: Iterable[sp.Basic]) -> set[str]:
    return set(map(name_of, found))


def kind_of(metavariable: sp.Basic) -> str:
    if isinstance(metavariable, AbstractLaw):
        return "law"
    if isinstance(metavariable, (sp.MatrixSymbol, MatrixApply)):
        return "matrix"
    return ("positive " if metavariable.is_positive else "") + ("integer" if metavariable.is_integer else "number")


def may_stand_for(value: sp.Basic, metavariable: sp.Basic) -> bool:
    kind = kind_of(metavariable)
    if kind == "law":
        return isinstance(value, (Law, AbstractLaw, Posterior))
    if kind == "matrix":
        return isinstance(value, MatrixExpr)
    return isinstance(value, sp.Expr) and not isinstance(value, MatrixExpr) and is_such_a_number(value, metavariable)


# What a metavariable, or a variable bound in a statement, may be assumed to be: this, a match asks of what it stands for.
ASSUMPTIONS: tuple[dict[str, bool], ...] = ({}, {"real": True}, {"integer": True}, {"integer": True, "positive": True})
_KNOWN = tuple(sp.Symbol("a", **assumed).assumptions0 for assumed in ASSUMPTIONS)


def refuse_assumptions(name: str, trees: Iterable[sp.Basic]) -> None:
    """Raises DeriveError for a statement that rests on what a symbol is assumed to be: a rule would forget it."""
    for symbol in sorted({symbol for tree in trees for symbol in tree.atoms(sp.Symbol)}, key=str):
        if symbol.assumptions0 not in _KNOWN:
            raise DeriveError(
                f"{name} speaks of the symbol {symbol}, and SymPy assumes more of it than a rule can ask\n"
                "  a rule knows real, integer, and positive integer symbols\n"
                f"  declare it: Symbol({str(symbol)!r}, real=True), and say the rest as a condition, such as Q.positive({symbol})"
            )
