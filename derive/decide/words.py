"""Words of letters, and sums of such words with scalar coefficients: the arithmetic of matrices in normal form.

A letter is a matrix that is not taken apart, perhaps transposed, perhaps inverted. In a word neighbours X X^-1 cancel, symmetric
letters are never transposed, diagonal neighbours are one letter, and a 1x1 piece (row vector ... column vector) is a scalar and
stands outside. Equal forms mean equal matrices for every dimension, wherever both are defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import sympy as sp

from ..nodes import Entrywise
from .atoms import Atom, Atoms
from .quotients import ONE, ZERO, Beyond, Quotient, atom_power
from .scalars import RESERVED, is_positive, renamed, scalar_form
from .sums import rebound, sum_form


class Letter(NamedTuple):
    atom: int
    transposed: bool = False
    inverted: bool = False


Word: TypeAlias = tuple[Letter, ...]
Sum: TypeAlias = dict[Word, Quotient]
LIMIT = 400  # words of a sum
ENTRY = sp.Symbol(f"{RESERVED}entry", integer=True, positive=True)  # the index of the entries of a column or diagonal


# ---------------------------------------------------------------------------------------------------- letters


def diagonal_letter(entry: Quotient, size: sp.Expr, atoms: Atoms) -> Letter:
    """The diagonal matrix with that entry number `ENTRY`."""
    symbols = atoms.symbols(entry.atoms) - {ENTRY}
    atom = Atom(("diagonal", entry, size), symbols, shape=(size, size), symmetric=True, definite=is_positive(entry, atoms))
    return Letter(atoms.number(atom))


def entry_of_diagonal(letter: Letter, atoms: Atoms) -> Quotient | None:
    """The entry number `ENTRY` on the diagonal, if the letter is a diagonal matrix."""
    key = atoms[letter.atom].key
    if not (isinstance(key, tuple) and key[0] == "diagonal"):
        return None
    entry: Quotient = key[1]
    return entry.inverse() if letter.inverted else entry


def shape_of(letter: Letter, atoms: Atoms) -> tuple[sp.Expr, sp.Expr]:
    shape = atoms[letter.atom].shape
    if shape is None:
        raise Beyond("a number among the letters of a word")
    return (shape[1], shape[0]) if letter.transposed else shape


def require_free(symbols: Iterable[sp.Basic]) -> None:
    if ENTRY in symbols:
        raise Beyond("entries within entries")


# ---------------------------------------------------------------------------------------------------- words and their sums


def total(terms: list[tuple[Word, Quotient]]) -> Sum:
    found: Sum = {}
    for word, coefficient in terms:
        found[word] = found.get(word, ZERO) + coefficient
    if len(found) > LIMIT:
        raise Beyond(f"a sum of {len(found)} words")
    return {word: c for word, c in found.items() if c.num}


def scaled(matrix: Sum, factor: Quotient) -> Sum:
    return {word: c * factor for word, c in matrix.items()} if factor.num else {}


def product(left: Sum, right: Sum, atoms: Atoms) -> Sum:
    terms = []
    for u, c in left.items():
        for v, d in right.items():
            word, number = reduced((*u, *v), atoms)
            terms.append((word, c * d * number))
    return total(terms)


def reduced(word: Word, atoms: Atoms) -> tuple[Word, Quotient]:
    """Neighbours that cancel are gone, and 1x1 pieces are numbers."""
    kept: list[Letter] = []
    number = ONE
    for letter in word:
        if kept and cancel(kept[-1], letter):
            kept.pop()
            continue
        kept = _appended(kept, letter, atoms)
        if not kept:
            continue
        letter = kept[-1]
        if shape_of(letter, atoms)[1] == 1:
            start = next((i for i in reversed(range(len(kept))) if shape_of(kept[i], atoms)[0] == 1), None)
            if start is not None:
                number = number * number_in(tuple(kept[start:]), atoms)
                del kept[start:]
    return tuple(kept), number


def _appended(kept: list[Letter], letter: Letter, atoms: Atoms) -> list[Letter]:
    """The letters with one more; a diagonal matrix is multiplied into a diagonal neighbour."""
    right = entry_of_diagonal(letter, atoms)
    left = entry_of_diagonal(kept[-1], atoms) if kept and right is not None else None
    if right is not None and left is not None:
        entry = left * right
        before = kept[:-1]
        return before if entry == ONE else [*before, diagonal_letter(entry, shape_of(letter, atoms)[0], atoms)]
    return [*kept, letter]


def cancel(left: Letter, right: Letter) -> bool:
    return left.atom == right.atom and left.transposed == right.transposed and left.inverted != right.inverted


def number_in(word: Word, atoms: Atoms) -> Quotient:
    """The number that a 1x1 word holds: the same for its transpose; u^T D w is a sum over the entries."""
    if len(word) == 3:
        entry = entry_of_diagonal(word[1], atoms)
        if entry is not None:
            require_free(atoms.symbols(letter.atom for letter in word))
            ends = [entry_of((letter._replace(transposed=False),), (ENTRY,), atoms) for letter in (word[0], word[2])]
            return sum_form(entry * ends[0] * ends[1], ENTRY, scalar_form(shape_of(word[1], atoms)[0], atoms), atoms)
    least = min(word, transposed(word, atoms))
    return atom_power(atoms.number(Atom(("number", least), atoms.symbols(letter.atom for letter in word))))


def transposed(word: Word, atoms: Atoms) -> Word:
    return tuple(
        letter if atoms[letter.atom].symmetric else letter._replace(transposed=not letter.transposed) for letter in reversed(word)
    )


def inverse(matrix: Sum, tree: sp.Basic, atoms: Atoms) -> Sum:
    """Of one word of square letters, letter by letter; of anything else, a letter known by the normal form."""
    if len(matrix) == 1:
        ((word, coefficient),) = matrix.items()
        if all(is_square(letter, atoms) for letter in word):
            return {tuple(_inverted(letter, atoms) for letter in reversed(word)): coefficient.inverse()}
    flipped_sum = total([(transposed(word, atoms), c) for word, c in matrix.items()])
    key = ("sum of words", tuple(sorted(matrix.items(), key=lambda item: item[0])))
    shape = (sp.sympify(tree.shape[0]), sp.sympify(tree.shape[1]))
    numbers = {letter.atom for word in matrix for letter in word} | {atom for c in matrix.values() for atom in c.atoms}
    atom = Atom(key, atoms.symbols(numbers), shape=shape, symmetric=flipped_sum == matrix)
    return {(Letter(atoms.number(atom), inverted=True),): ONE}


def _inverted(letter: Letter, atoms: Atoms) -> Letter:
    entry = entry_of_diagonal(letter, atoms)
    if entry is not None:
        return diagonal_letter(entry.inverse(), shape_of(letter, atoms)[0], atoms)
    return letter._replace(inverted=not letter.inverted)


def is_square(letter: Letter, atoms: Atoms) -> bool:
    rows, columns = shape_of(letter, atoms)
    return bool(rows == columns)


# ---------------------------------------------------------------------------------------------------- entries of a word


def entry_of(word: Word, index: tuple[sp.Expr, ...], atoms: Atoms, *, positive: bool = False) -> Quotient:
    on_diagonal = len(index) == 2 and index[0] == index[1]
    if not word and on_diagonal:
        return ONE
    if len(word) == 1:
        letter = word[0]
        tree, diagonal = atoms[letter.atom].tree, entry_of_diagonal(letter, atoms)
        if diagonal is not None and on_diagonal:
            return rebound(diagonal, ENTRY, index[0], atoms)
        if isinstance(tree, sp.OneMatrix) and not letter.inverted:
            return ONE
        if isinstance(tree, Entrywise) and len(index) == 1:
            return scalar_form(renamed(tree.body, tree.variable, index[0]), atoms)
        if letter.transposed and len(index) == 2:
            word, index = (letter._replace(transposed=False),), index[::-1]
    symbols = atoms.symbols(letter.atom for letter in word) | frozenset().union(*(i.free_symbols for i in index))
    positive = len(word) == 1 and (positive or (not word[0].inverted and _positive_entry(word[0], index, atoms)))
    return atom_power(atoms.number(Atom(("entry", word, index), symbols, positive)))


def _positive_entry(letter: Letter, index: tuple[sp.Expr, ...], atoms: Atoms) -> bool:
    matrix = atoms[letter.atom].tree
    if matrix is None:
        return False
    on_diagonal = len(index) == 2 and index[0] == index[1]
    return atoms.known(matrix, "positive_entries") or (on_diagonal and atoms.known(matrix, "positive_diagonal", "positive_definite"))
