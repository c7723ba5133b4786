"""Matrices in normal form: a sum of words of letters with scalar coefficients; traces and determinants of such sums.

A letter is a matrix that is not taken apart, perhaps transposed, perhaps inverted. In a word neighbours X X^-1 cancel, symmetric
letters are never transposed, diagonal neighbours are one letter, and a 1x1 piece (row vector ... column vector) is a scalar and
stands outside. The trace of a word is
the least of its rotations and their transposes. Equal forms mean equal matrices for every dimension, wherever both are defined.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import singledispatch
from typing import NamedTuple, TypeAlias

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..nodes import Abbreviation, Entry, Entrywise, Group, Scalar
from .atoms import Atom, Atoms
from .quotients import ONE, ZERO, Beyond, Monomial, Quotient, atom_power
from .scalars import RESERVED, exp_form, is_positive, log_form, renamed, scalar_form
from .sums import KNOWN_SUMS, rebound, sum_form


class Letter(NamedTuple):
    atom: int
    transposed: bool = False
    inverted: bool = False


Word: TypeAlias = tuple[Letter, ...]
Sum: TypeAlias = dict[Word, Quotient]
LIMIT = 400  # words of a sum
ENTRY = sp.Symbol(f"{RESERVED}entry", integer=True, positive=True)  # the index of the entries of a column or diagonal


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
    _require_free(column.free_symbols)
    return scalar_form(Entry(column, ENTRY), atoms)


def _require_free(symbols: Iterable[sp.Basic]) -> None:
    if ENTRY in symbols:
        raise Beyond("entries within entries")


@matrix_form.register(sp.DiagMatrix)
def _diagonal(tree: sp.DiagMatrix, atoms: Atoms) -> Sum:
    return {(_diagonal_letter(_entry_form(tree.args[0], atoms), sp.sympify(tree.shape[0]), atoms),): ONE}


def _diagonal_letter(entry: Quotient, size: sp.Expr, atoms: Atoms) -> Letter:
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


# ---------------------------------------------------------------------------------------------------- arithmetic


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
        if kept and _cancel(kept[-1], letter):
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
        return before if entry == ONE else [*before, _diagonal_letter(entry, shape_of(letter, atoms)[0], atoms)]
    return [*kept, letter]


def _cancel(left: Letter, right: Letter) -> bool:
    return left.atom == right.atom and left.transposed == right.transposed and left.inverted != right.inverted


def number_in(word: Word, atoms: Atoms) -> Quotient:
    """The number that a 1x1 word holds: the same for its transpose; u^T D w is a sum over the entries."""
    if len(word) == 3:
        entry = entry_of_diagonal(word[1], atoms)
        if entry is not None:
            _require_free(atoms.symbols(letter.atom for letter in word))
            ends = [_entry_of((letter._replace(transposed=False),), (ENTRY,), atoms) for letter in (word[0], word[2])]
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
        if all(_is_square(letter, atoms) for letter in word):
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
        return _diagonal_letter(entry.inverse(), shape_of(letter, atoms)[0], atoms)
    return letter._replace(inverted=not letter.inverted)


def _is_square(letter: Letter, atoms: Atoms) -> bool:
    rows, columns = shape_of(letter, atoms)
    return bool(rows == columns)


# ---------------------------------------------------------------------------------------------------- numbers of a matrix


@scalar_form.register(sp.Trace)
def _trace(tree: sp.Trace, atoms: Atoms) -> Quotient:
    found = ZERO
    for word, coefficient in matrix_form(tree.arg, atoms).items():
        found = found + coefficient * trace_of(word, sp.sympify(tree.arg.shape[0]), atoms)
    return found


def trace_of(word: Word, size: sp.Expr, atoms: Atoms) -> Quotient:
    while len(word) > 1 and _cancel(word[-1], word[0]):
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
        if all(_is_square(letter, atoms) for letter in word):
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
        _require_free(known.symbols)
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
        found = found + coefficient * _entry_of(word, index, atoms, positive=atoms.known(tree, "positive"))
    return found


def _entry_of(word: Word, index: tuple[sp.Expr, ...], atoms: Atoms, *, positive: bool = False) -> Quotient:
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
