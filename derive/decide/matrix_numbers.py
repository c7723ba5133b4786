"""The numbers that are made of a matrix: trace, determinant, entries, what a 1x1 matrix holds.

The trace of a word is the least of its rotations and their transposes; a determinant is taken letter by letter.
"""

from __future__ import annotations

import sympy as sp

from ..nodes import Entry, Entrywise, Scalar
from .atoms import Atom, Atoms
from .matrices import matrix_form
from .quotients import ONE, ZERO, Beyond, Monomial, Quotient, atom_power
from .scalars import exp_form, is_positive, log_form, renamed, scalar_form
from .sums import KNOWN_SUMS, sum_form
from .words import ENTRY, Letter, Word, cancel, entry_of, entry_of_diagonal, is_square, reduced, require_free, shape_of, transposed


@scalar_form.register(sp.Trace)
def _trace(tree: sp.Trace, atoms: Atoms) -> Quotient:
    found = ZERO
    for word, coefficient in matrix_form(tree.arg, atoms).items():
        found = found + coefficient * trace_of(word, sp.sympify(tree.arg.shape[0]), atoms)
    return found


def trace_of(word: Word, size: sp.Expr, atoms: Atoms) -> Quotient:
    while len(word) > 1 and cancel(word[-1], word[0]):
        word = word[1:-1]
    if not word:
        return scalar_form(size, atoms)
    entry = entry_of_diagonal(word[0], atoms) if len(word) == 1 else None
    if entry is not None:
        return sum_form(entry, ENTRY, scalar_form(size, atoms), atoms)
    rotations = [word[i:] + word[:i] for i in range(len(word))]
    for rotation in rotations:
        if shape_of(rotation[0], atoms)[0] == 1:
            rest, number = reduced(rotation, atoms)
            if rest:
                raise Beyond("the trace of a product that is not square")
            return number
    least = min(min(rotation, transposed(rotation, atoms)) for rotation in rotations)
    plain = all(atoms[letter.atom].plain and not letter.inverted for letter in word)
    return atom_power(atoms.number(Atom(("trace", least), atoms.symbols(letter.atom for letter in word), plain=plain)))


@scalar_form.register(Scalar)
def _scalar(tree: Scalar, atoms: Atoms) -> Quotient:
    found = ZERO
    for word, coefficient in matrix_form(tree.matrix, atoms).items():
        rest, number = reduced(word, atoms)
        if rest:
            raise Beyond(f"no number was found in {tree}")
        found = found + coefficient * number
    return found


@scalar_form.register(sp.Determinant)
def _determinant(tree: sp.Determinant, atoms: Atoms) -> Quotient:
    """|c A B^-1| = c^k |A| / |B|, for square letters; of a sum, an atom."""
    matrix = matrix_form(tree.arg, atoms)
    if len(matrix) == 1:
        ((word, coefficient),) = matrix.items()
        if all(is_square(letter, atoms) for letter in word):
            return _power_of_size(coefficient, sp.sympify(tree.arg.shape[0]), atoms) * _product_of_determinants(word, atoms)
    numbers = {letter.atom for word in matrix for letter in word} | {atom for c in matrix.values() for atom in c.atoms}
    key = ("determinant", tuple(sorted(matrix.items(), key=lambda item: item[0])))
    return atom_power(atoms.number(Atom(key, atoms.symbols(numbers), atoms.known(tree, "positive"))))


def _power_of_size(coefficient: Quotient, size: sp.Expr, atoms: Atoms) -> Quotient:
    if coefficient == ONE:
        return ONE
    exponent = scalar_form(size, atoms)
    if is_positive(coefficient, atoms):
        return exp_form(exponent * log_form(coefficient, atoms), atoms)
    key = ("power", coefficient, exponent)
    return atom_power(atoms.number(Atom(key, atoms.symbols(coefficient.atoms | exponent.atoms))))


def _product_of_determinants(word: Word, atoms: Atoms) -> Quotient:
    found = ONE
    for letter in word:
        value = _determinant_of_letter(letter, atoms)
        found = found * (value.inverse() if letter.inverted else value)
    return found


def _determinant_of_letter(letter: Letter, atoms: Atoms) -> Quotient:
    """Of a diagonal or triangular matrix with positive diagonal, the product of it."""
    known = atoms[letter.atom]
    size = scalar_form(shape_of(letter, atoms)[0], atoms)
    entry = entry_of_diagonal(letter, atoms)
    if entry is None and known.tree is not None and atoms.known(known.tree, "lower_triangular"):
        require_free(known.symbols)
        entry = scalar_form(Entry(known.tree, ENTRY, ENTRY), atoms)
    if entry is not None and is_positive(entry, atoms):
        return exp_form(sum_form(log_form(entry, atoms), ENTRY, size, atoms), atoms)
    return atom_power(atoms.number(Atom(("determinant of letter", letter.atom), known.symbols, known.definite)))


@scalar_form.register(Entry)
def _entry(tree: Entry, atoms: Atoms) -> Quotient:
    """Linear in the matrix; the entry of a word is an atom, of a transposed letter the entry across the diagonal."""
    index = tuple(sp.sympify(i) for i in tree.index)
    if isinstance(tree.matrix, Entrywise):
        return scalar_form(renamed(tree.matrix.body, tree.matrix.variable, index[0]), atoms)
    found = ZERO
    for word, coefficient in matrix_form(tree.matrix, atoms).items():
        found = found + coefficient * entry_of(word, index, atoms, positive=atoms.known(tree, "positive"))
    return found


def _contracted(mono: Monomial, index: sp.Symbol, count: Quotient, atoms: Atoms) -> Quotient | None:
    """u^T w for the sum over all j of u[j] w[j], u and w columns."""
    words: list[Word] = []
    for atom, exponent in mono:
        key = atoms[atom].key
        if not (isinstance(key, tuple) and key[0] == "entry" and key[2] == (index,) and exponent in (1, 2)):
            return None
        words += [key[1]] * int(exponent)
    if len(words) != 2 or any(scalar_form(shape_of(word[0], atoms)[0], atoms) != count for word in words):
        return None
    rest, number = reduced((*transposed(words[0], atoms), *words[1]), atoms)
    return None if rest else number


KNOWN_SUMS.append(_contracted)
