"""Sums and products over an index, integrals, and what becomes of a form when an index gets a value.

A sum is taken term by term: factors free of the index come out, a sum of ones is the number of terms, and some sums are known
to be something else (`words` knows that the sum over j of u[j] w[j] is u^T w). A product of positive factors is the exp of the
sum of their logarithms.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import sympy as sp

from ..nodes import Binder, ProductOver, SumOver
from .atoms import Atom, Atoms
from .quotients import ONE_TERMS, ZERO, Beyond, Monomial, Quotient, Terms, atom_power, quotient, term
from .scalars import RESERVED, exp_form, is_positive, log_form, power_form, renamed, scalar_form

# What the sum of a monomial over an index is, where somebody knows.
KNOWN_SUMS: list[Callable[[Monomial, sp.Symbol, Quotient, Atoms], Quotient | None]] = []


@scalar_form.register(SumOver)
def _sum(tree: SumOver, atoms: Atoms) -> Quotient:
    index = _bound(tree)
    return sum_form(scalar_form(renamed(tree.body, tree.variable, index), atoms), index, scalar_form(tree.domain, atoms), atoms)


@scalar_form.register(ProductOver)
def _product(tree: ProductOver, atoms: Atoms) -> Quotient:
    index = _bound(tree)
    body = scalar_form(renamed(tree.body, tree.variable, index), atoms)
    if not is_positive(body, atoms):
        return _binder(tree, atoms)
    return exp_form(sum_form(log_form(body, atoms), index, scalar_form(tree.domain, atoms), atoms), atoms)


@scalar_form.register(Binder)
def _binder(tree: Binder, atoms: Atoms) -> Quotient:
    """An integral or expectation is an atom: of the normal form of its body, whatever its variable is called."""
    variable = _bound(tree)
    body = scalar_form(renamed(tree.body, tree.variable, variable), atoms)
    symbols = (atoms.symbols(body.atoms) - {variable}) | frozenset(tree.domain.free_symbols)
    return atom_power(atoms.number(Atom((type(tree), body, variable, tree.domain), symbols)))


def _bound(tree: Binder) -> sp.Basic:
    """The variable under a name that says how many binders lie within: alike for sums that differ only in its name."""
    depth = _depth(tree.body)
    if isinstance(tree.variable, sp.MatrixSymbol):
        return sp.MatrixSymbol(f"{RESERVED}{depth}", *tree.variable.shape)
    # What it ranges over is said by the binder: an index is 1, 2, ..., and a variable of integration any number.
    if isinstance(tree, (SumOver, ProductOver)):
        return sp.Symbol(f"{RESERVED}{depth}", integer=True, positive=True)
    return sp.Symbol(f"{RESERVED}{depth}", real=True)


def _depth(tree: sp.Basic) -> int:
    inner = max(map(_depth, tree.args), default=0)
    return inner + 1 if isinstance(tree, Binder) else inner


# ---------------------------------------------------------------------------------------------------- sums of forms


def sum_form(body: Quotient, index: sp.Symbol, count: Quotient, atoms: Atoms) -> Quotient:
    """The sum of the body for index = 1 .. count."""
    inside = {atom for atom in body.atoms if atom > 0 and index in atoms[atom].symbols}
    depends = any(atom in inside for mono, _ in body.den for atom, _ in mono)
    den = body.den if depends else ONE_TERMS
    total = ZERO
    for mono, coefficient in body.num:
        kept = tuple(power for power in mono if power[0] in inside)
        moved = tuple(power for power in mono if power[0] not in inside)
        outside = quotient({moved: coefficient}, ONE_TERMS if depends else body.den)
        total = total + outside * _sum_of_term(kept, den, index, count, atoms)
    return total


def _sum_of_term(mono: Monomial, den: Terms, index: sp.Symbol, count: Quotient, atoms: Atoms) -> Quotient:
    if not mono and den == ONE_TERMS and _is_a_count(count, atoms):
        return count
    if den == ONE_TERMS:
        for known in KNOWN_SUMS:
            found = known(mono, index, count, atoms)
            if found is not None:
                return found
    mono, den, index = _canonical(mono, den, index, atoms)
    numbers = {atom for m in (mono, *(m for m, _ in den)) for atom, _ in m} | count.atoms
    positive = den == ONE_TERMS and all(atoms.is_positive(atom) for atom, _ in mono) and is_positive(count, atoms)
    return atom_power(atoms.number(Atom(("sum", mono, den, index, count), atoms.symbols(numbers) - {index}, positive)))


def _is_a_count(form: Quotient, atoms: Atoms) -> bool:
    """A whole number that is never negative: a sum of positive whole symbols and a number. The sum up to any other n may be empty."""
    least = Fraction(0)
    for mono, coefficient in form.num:
        if coefficient.denominator != 1 or any(exponent != 1 or atom < 0 for atom, exponent in mono):
            return False
        symbols = [atoms[atom].key for atom, _ in mono]
        whole = all(isinstance(key, sp.Symbol) and key.is_integer and key.is_nonnegative for key in symbols)
        if not whole or (mono and coefficient < 0):
            return False
        least += coefficient if all(isinstance(key, sp.Symbol) and key.is_positive for key in symbols) else 0
    return form.den == ONE_TERMS and least >= 0


def _canonical(mono: Monomial, den: Terms, index: sp.Symbol, atoms: Atoms) -> tuple[Monomial, Terms, sp.Symbol]:
    """The summand under an index named by how many sums lie within: alike wherever the sum comes from."""
    numbers = {atom for m in (mono, *(m for m, _ in den)) for atom, _ in m}
    depth = max((_nesting(atom, atoms) for atom in numbers), default=0)
    named = sp.Symbol(f"{RESERVED}{depth}", integer=True, positive=True)
    if named != index and named in atoms.symbols(numbers):
        return mono, den, index
    try:
        body = rebound(quotient({mono: Fraction(1)}, den), index, named, atoms)
    except Beyond:
        return mono, den, index
    if len(body.num) == 1 and body.num[0][1] == 1:
        return body.num[0][0], body.den, named
    return mono, den, index


def _nesting(atom: int, atoms: Atoms) -> int:
    key = atoms[atom].key if atom > 0 else ()
    if isinstance(key, sp.Basic):
        return _depth(key)
    head, *parts = key if isinstance(key, tuple) and key else ("",)
    if head == "log of atom":
        return _nesting(parts[0], atoms)
    inner = [n for part in parts if isinstance(part, Quotient) for n in part.atoms]
    if head in ("exp", "sum"):
        inner += [n for m in (parts[0], *(m for m, _ in parts[1])) for n, _ in m]
    deepest: int = max((_nesting(n, atoms) for n in inner), default=0)
    return deepest + 1 if head == "sum" else deepest


# ---------------------------------------------------------------------------------------------------- an index gets a value


def rebound(form: Quotient, old: sp.Symbol, new: sp.Expr, atoms: Atoms) -> Quotient:
    """The form with another index in place of `old`. Raises Beyond where it stands in something that is not taken apart."""
    above, below = (_rebound_terms(terms, old, new, atoms) for terms in (form.num, form.den))
    return above * below.inverse()


def _rebound_terms(terms: Terms, old: sp.Symbol, new: sp.Expr, atoms: Atoms) -> Quotient:
    total = ZERO
    for mono, coefficient in terms:
        value = term((), coefficient)
        for atom, exponent in mono:
            value = value * power_form(_rebound_atom(atom, old, new, atoms), term((), exponent), atoms)
        total = total + value
    return total


def _rebound_atom(atom: int, old: sp.Symbol, new: sp.Expr, atoms: Atoms) -> Quotient:
    if atom < 0 or old not in atoms[atom].symbols:
        return atom_power(atom) if atom > 0 else term((), Fraction(-atom))
    key = atoms[atom].key
    if isinstance(key, sp.Basic):
        return scalar_form(renamed(key, old, new), atoms)
    if not isinstance(key, tuple):
        raise Beyond(f"an index within {key}")
    head, *parts = key
    if head == "log of atom":
        return log_form(_rebound_atom(parts[0], old, new, atoms), atoms)
    if head == "log":
        return log_form(rebound(parts[0], old, new, atoms), atoms)
    if head == "exp":
        return exp_form(rebound(quotient({parts[0]: Fraction(1)}, parts[1]), old, new, atoms), atoms)
    if head == "power":
        base, exponent = (rebound(part, old, new, atoms) for part in parts)
        return power_form(base, exponent, atoms)
    if head == "sum":
        mono, den, index, count = parts
        if index in new.free_symbols:
            raise Beyond(f"{new} is bound in a sum")
        body = rebound(quotient({mono: Fraction(1)}, den), old, new, atoms)
        return sum_form(body, index, rebound(count, old, new, atoms), atoms)
    if head == "entry" and not any(old in atoms[letter.atom].symbols for letter in parts[0]):
        word, index = parts[0], tuple(renamed(i, old, new) for i in parts[1])
        symbols = atoms.symbols(letter.atom for letter in word) | frozenset().union(*(i.free_symbols for i in index))
        return atom_power(atoms.number(Atom(("entry", word, index), symbols, atoms[atom].positive)))
    raise Beyond(f"an index within {head}")
