"""The way in: the gradient of a scalar by a symbol, by an entry of a column, or by a whole matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..facts import Facts
from ..nodes import Entry, LowerTriangle
from ..rewrite import substitute
from . import of_matrices, of_scalars, of_sums  # noqa: F401 - importing them registers the rules of differentiation
from .pull import NoDerivative, Tape, pulled
from .terms import Ledger, Term, matrix_sum, merged, scalar_sum, symmetrised

Structure: TypeAlias = Literal["full", "symmetric", "lower"]


@dataclass(frozen=True)
class Derivative:
    """A gradient, and the conditions under which it is one."""

    value: sp.Basic
    conditions: tuple[AppliedPredicate, ...]


def differential(expr: sp.Expr, variable: sp.Basic, structure: Structure = "full", facts: Facts | None = None) -> sp.Basic:
    """The gradient of a scalar: by a Symbol or an Entry(v, i) a scalar, by a matrix or column X the G with df = tr(G^T dX).

    "symmetric" is for symmetric dX, and G is (G + G^T)/2; "lower" for lower triangular dX, and G is tril(G). The facts tell which
    transposes may be dropped. Raises NoDerivative for a node without a rule, and for a variable by which none is taken.
    """
    return derivative(expr, variable, structure, facts).value


def derivative(expr: sp.Expr, variable: sp.Basic, structure: Structure = "full", facts: Facts | None = None) -> Derivative:
    """As `differential`, with the conditions that the computation met: arguments of log positive, inverted matrices invertible."""
    ledger = Ledger(facts or Facts())
    if structure not in get_args(Structure):
        raise NoDerivative(f"a gradient has structure {', '.join(get_args(Structure))}, not {structure!r}")
    if isinstance(variable, sp.MatrixSymbol):
        value: sp.Basic = _by_matrix(expr, variable, structure, ledger)
    elif structure != "full":
        raise NoDerivative(f"a gradient by the number {variable} has no structure {structure!r}")
    elif isinstance(variable, sp.Symbol) and not variable.is_integer:
        value = scalar_sum(merged(pulled(expr, Term(), Tape(variable, ledger))))
    elif isinstance(variable, Entry) and len(variable.index) == 1 and isinstance(variable.matrix, sp.MatrixSymbol):
        value = _by_entry(expr, variable, ledger)
    else:
        raise NoDerivative(
            f"no derivative is taken by {variable}: a real Symbol, a MatrixSymbol, and Entry(v, i) of a column v are known"
        )
    return Derivative(value, tuple(ledger.conditions))


def _by_matrix(expr: sp.Expr, variable: sp.MatrixSymbol, structure: Structure, ledger: Ledger) -> sp.MatrixExpr:
    if structure != "full" and not variable.is_square:
        raise NoDerivative(f"a {structure} gradient is one by a square matrix, and {variable} has shape {variable.shape}")
    terms = merged(pulled(expr, Term(), Tape(variable, ledger)))
    if structure == "symmetric":
        terms = symmetrised(terms, ledger)
    gradient = matrix_sum(terms, variable.shape)
    return LowerTriangle(gradient) if structure == "lower" and terms else gradient


def _by_entry(expr: sp.Expr, entry: Entry, ledger: Ledger) -> sp.Expr:
    """The entry v[i] becomes a number t; sums over j then add what they hold of v[j], at j := i."""
    t = sp.Dummy("t", real=True)
    body = substitute(of_sums.apart(expr, entry.index[0]), {entry: t})
    terms = merged(pulled(body, Term(), Tape(t, ledger, sifted=entry)))
    ledger.conditions = [
        condition.function(*(substitute(argument, {t: entry}) for argument in condition.arguments)) for condition in ledger.conditions
    ]
    return substitute(scalar_sum(terms), {t: entry})
