"""Equal, different or undecided."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import sympy as sp
from sympy.assumptions import AppliedPredicate
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..nodes import may_be_infinite
from . import matrix_numbers  # noqa: F401 - reads traces, determinants and entries
from .atoms import Atoms
from .matrices import matrix_form
from .quotients import Beyond
from .scalars import RESERVED, scalar_form
from .words import total


class Decision(Enum):
    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


def decide(old: sp.Basic, new: sp.Basic, assumed: Iterable[AppliedPredicate] = ()) -> Decision:
    """Is old = new wherever the assumptions hold and both sides are defined?"""
    atoms = Atoms(frozenset(assumed))
    if any(str(name).startswith(RESERVED) for tree in (old, new) for name in tree.atoms(sp.Symbol, sp.MatrixSymbol)):
        return Decision.UNDECIDED
    if may_be_infinite(old) or may_be_infinite(new):
        return Decision.UNDECIDED  # a normal form adds, and oo - oo is not 0
    try:
        if isinstance(old, MatrixExpr) and isinstance(new, MatrixExpr):
            return _matrices(old, new, atoms)
        if isinstance(old, sp.Expr) and isinstance(new, sp.Expr):
            return _scalars(old, new, atoms)
    except Beyond:
        pass
    return Decision.UNDECIDED


def _scalars(old: sp.Expr, new: sp.Expr, atoms: Atoms) -> Decision:
    difference = scalar_form(old, atoms) - scalar_form(new, atoms)
    if not difference.num:
        return Decision.EQUAL
    return Decision.DIFFERENT if _are_independent(difference.atoms, atoms) else Decision.UNDECIDED


# What these say is still true after every small enough change: no polynomial is 0 wherever they hold.
OPEN = {"positive", "negative", "nonzero", "real", "invertible", "fullrank", "positive_definite", "positive_entries", "positive_diagonal"}


def _are_independent(numbers: set[int], atoms: Atoms) -> bool:
    """Free numbers and generic matrices, between which no assumption makes an equation."""
    if not all(number > 0 and atoms[number].plain for number in numbers):
        return False
    speaks_of = {symbol for fact in atoms.assumed if str(fact.function.name) not in OPEN for symbol in fact.free_symbols}
    return not speaks_of & atoms.symbols(numbers)


def _matrices(old: MatrixExpr, new: MatrixExpr, atoms: Atoms) -> Decision:
    """Sums of different words differ for some matrices only if these are free; that is left to the evaluator."""
    if old.shape != new.shape:
        return Decision.DIFFERENT
    first, second = matrix_form(old, atoms), matrix_form(new, atoms)
    difference = total([*first.items(), *((word, -c) for word, c in second.items())])
    return Decision.UNDECIDED if difference else Decision.EQUAL
