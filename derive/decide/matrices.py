"""A matrix as a sum of words: how each node is read. An unknown node is one letter."""

from __future__ import annotations

from collections.abc import Hashable
from functools import singledispatch

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..nodes import Abbreviation, Entry, Entrywise, Group
from .atoms import Atom, Atoms
from .quotients import ONE, Quotient
from .scalars import scalar_form
from .words import ENTRY, Letter, Sum, diagonal_letter, inverse, product, require_free, scaled, total, transposed


@singledispatch
def matrix_form(tree: sp.Basic, atoms: Atoms) -> Sum:
    """The normal form of a matrix; an unknown node is one letter."""
    return _letter(tree, atoms)


def _letter(tree: sp.Basic, atoms: Atoms) -> Sum:
    """Definite here means: the determinant is positive."""
    rows, columns = tree.shape
    diagonal = isinstance(tree, sp.DiagMatrix) or atoms.known(tree, "diagonal")
    symmetric = rows == columns == 1 or diagonal or atoms.known(tree, "symmetric")
    triangular = atoms.known(tree, "lower_triangular") and atoms.known(tree, "positive_diagonal")
    definite = atoms.known(tree, "positive_definite") or triangular
    symbols = frozenset(tree.free_symbols) | frozenset().union(*(sp.sympify(size).free_symbols for size in tree.shape))
    shape = (sp.sympify(rows), sp.sympify(columns))
    sized = all(size.is_Symbol for size in shape)
    plain = sized and isinstance(tree, sp.MatrixSymbol) and not any(tree in fact.arguments for fact in atoms.assumed)
    atom = Atom(_key(tree, atoms), symbols, shape=shape, symmetric=symmetric, definite=definite, plain=plain, tree=tree)
    return {(Letter(atoms.number(atom)),): ONE}


def _key(tree: sp.Basic, atoms: Atoms) -> Hashable:
    """A column given by its entries is known by their normal form, all else as it is written."""
    return ("entries", _entry_form(tree, atoms), tree.domain) if isinstance(tree, Entrywise) else tree


def _entry_form(column: sp.Basic, atoms: Atoms) -> Quotient:
    require_free(column.free_symbols)
    return scalar_form(Entry(column, ENTRY), atoms)


@matrix_form.register(sp.DiagMatrix)
def _diagonal(tree: sp.DiagMatrix, atoms: Atoms) -> Sum:
    return {(diagonal_letter(_entry_form(tree.args[0], atoms), sp.sympify(tree.shape[0]), atoms),): ONE}


@matrix_form.register(sp.Identity)
def _identity(tree: sp.Identity, atoms: Atoms) -> Sum:
    return {(): ONE}


@matrix_form.register(sp.ZeroMatrix)
def _zero(tree: sp.ZeroMatrix, atoms: Atoms) -> Sum:
    return {}


@matrix_form.register(Group)
@matrix_form.register(Abbreviation)
def _group(tree: Group | Abbreviation, atoms: Atoms) -> Sum:
    return matrix_form(tree.body, atoms)


@matrix_form.register(sp.MatAdd)
def _matadd(tree: sp.MatAdd, atoms: Atoms) -> Sum:
    return total([(word, c) for arg in tree.args for word, c in matrix_form(arg, atoms).items()])


@matrix_form.register(sp.MatMul)
def _matmul(tree: sp.MatMul, atoms: Atoms) -> Sum:
    found: Sum = {(): ONE}
    for arg in tree.args:
        is_matrix = isinstance(arg, MatrixExpr)
        found = product(found, matrix_form(arg, atoms), atoms) if is_matrix else scaled(found, scalar_form(arg, atoms))
    return found


@matrix_form.register(sp.MatPow)
def _matpow(tree: sp.MatPow, atoms: Atoms) -> Sum:
    base, exponent = tree.args
    if not exponent.is_Integer or abs(exponent) > 8:
        return _letter(tree, atoms)
    factor = matrix_form(base, atoms) if exponent >= 0 else inverse(matrix_form(base, atoms), tree, atoms)
    found: Sum = {(): ONE}
    for _ in range(abs(int(exponent))):
        found = product(found, factor, atoms)
    return found


@matrix_form.register(sp.Transpose)
def _transpose(tree: sp.Transpose, atoms: Atoms) -> Sum:
    return {transposed(word, atoms): c for word, c in matrix_form(tree.arg, atoms).items()}


@matrix_form.register(sp.Inverse)
def _inverse(tree: sp.Inverse, atoms: Atoms) -> Sum:
    return inverse(matrix_form(tree.arg, atoms), tree.arg, atoms)
