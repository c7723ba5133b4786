"""Equal, different or undecided."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import sympy as sp
from sympy.assumptions import AppliedPredicate
from sympy.matrices.expressions.matexpr import MatrixExpr

from .atoms import Atoms
from .quotients import Beyond
from .scalars import scalar_form
from .words import matrix_form, total


class Decision(Enum):
    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


def decide(old: sp.Basic, new: sp.Basic, assumed: Iterable[AppliedPredicate] = ()) -> Decision:
    """Is old = new wherever the assumptions hold and both sides are defined?"""
    atoms = Atoms(frozenset(assumed))
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
    independent = all(atom > 0 and atoms[atom].plain for atom in difference.atoms)
    return Decision.DIFFERENT if independent else Decision.UNDECIDED


def _matrices(old: MatrixExpr, new: MatrixExpr, atoms: Atoms) -> Decision:
    """Sums of different words differ for some matrices only if these are free; that is left to the evaluator."""
    if old.shape != new.shape:
        return Decision.DIFFERENT
    first, second = matrix_form(old, atoms), matrix_form(new, atoms)
    difference = total([*first.items(), *((word, -c) for word, c in second.items())])
    return Decision.UNDECIDED if difference else Decision.EQUAL
