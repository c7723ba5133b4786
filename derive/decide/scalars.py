"""Scalars in normal form: a quotient of polynomials in atoms.

Products and powers of positive atoms go through log and exp; everything that is not rational (log, exp, traces, entries,
expectations) becomes an atom known by the normal form of its parts. The functions of special.py stand for their definitions.
"""

from __future__ import annotations

from fractions import Fraction
from functools import singledispatch

import sympy as sp

from ..nodes import BINDERS, Paren
from ..special import expm1, expm1mx, log1pmx, logratiomx
from .atoms import Atom, Atoms
from .quotients import ONE, ONE_TERMS, ZERO, Beyond, Monomial, Quotient, Terms, atom_power, constant, quotient, term

RESERVED = "bound "  # begins the names that bound variables are given here


@singledispatch
def scalar_form(tree: sp.Basic, atoms: Atoms) -> Quotient:
    """The normal form of a scalar; of an unknown node, an atom that knows the node as it is written."""
    return opaque(tree, atoms)


def opaque(tree: sp.Basic, atoms: Atoms) -> Quotient:
    positive = atoms.known(tree, "positive")
    return atom_power(atoms.number(Atom(tree, frozenset(tree.free_symbols), positive)))


@scalar_form.register(sp.Rational)
def _rational(tree: sp.Rational, atoms: Atoms) -> Quotient:
    return constant(Fraction(int(tree.p), int(tree.q)))


@scalar_form.register(sp.NumberSymbol)
def _constant(tree: sp.NumberSymbol, atoms: Atoms) -> Quotient:
    return atom_power(atoms.number(Atom(tree, frozenset(), positive=True)))


@scalar_form.register(sp.Symbol)
def _symbol(tree: sp.Symbol, atoms: Atoms) -> Quotient:
    positive = bool(tree.is_positive) or atoms.known(tree, "positive")
    return atom_power(atoms.number(Atom(tree, frozenset([tree]), positive, plain=not tree.is_integer)))


@scalar_form.register(Paren)
def _paren(tree: Paren, atoms: Atoms) -> Quotient:
    return scalar_form(tree.body, atoms)


@scalar_form.register(sp.Add)
def _add(tree: sp.Add, atoms: Atoms) -> Quotient:
    total = ZERO
    for arg in tree.args:
        total = total + scalar_form(arg, atoms)
    return total


@scalar_form.register(sp.Mul)
def _mul(tree: sp.Mul, atoms: Atoms) -> Quotient:
    total = ONE
    for arg in tree.args:
        total = total * scalar_form(arg, atoms)
    return total


# ---------------------------------------------------------------------------------------------------- powers, exp, log


@scalar_form.register(sp.Pow)
def _pow(tree: sp.Pow, atoms: Atoms) -> Quotient:
    return power_form(scalar_form(tree.base, atoms), scalar_form(tree.exp, atoms), atoms)


def power_form(base: Quotient, exponent: Quotient, atoms: Atoms) -> Quotient:
    """base^exponent: by multiplication for a whole exponent, through the logarithm for a positive monomial."""
    number = exponent.number()
    if number is not None and number.denominator == 1:
        return base ** int(number)
    if is_positive(base, atoms):
        return exp_form(exponent * log_form(base, atoms), atoms)
    key = ("power", base, exponent)
    return atom_power(atoms.number(Atom(key, atoms.symbols(base.atoms | exponent.atoms))))


def is_positive(form: Quotient, atoms: Atoms) -> bool:
    """A positive number times powers of positive atoms."""
    single = form.single()
    return single is not None and single[1] > 0 and all(atoms.is_positive(atom) for atom, _ in single[0])


@scalar_form.register(sp.exp)
def _exp(tree: sp.exp, atoms: Atoms) -> Quotient:
    return exp_form(scalar_form(tree.args[0], atoms), atoms)


def exp_form(argument: Quotient, atoms: Atoms) -> Quotient:
    """exp of a sum: the product over its terms c m of e(m)^c, where e(log a) is a."""
    total = ONE
    for mono, coefficient in argument.num:
        total = total * _exp_of_term(mono, argument.den, coefficient, atoms)
    return total


def _exp_of_term(mono: Monomial, den: Terms, coefficient: Fraction, atoms: Atoms) -> Quotient:
    if den == ONE_TERMS and len(mono) == 1 and mono[0][1] == 1 and mono[0][0] > 0:
        key = atoms[mono[0][0]].key
        if isinstance(key, tuple) and key[0] == "log of atom":
            return atom_power(key[1], coefficient)
        if isinstance(key, tuple) and key[0] == "log" and coefficient.denominator == 1:
            whole: Quotient = key[1]
            return whole ** int(coefficient)
    numbers = {atom for m in (mono, *(m for m, _ in den)) for atom, _ in m}
    return atom_power(atoms.number(Atom(("exp", mono, den), atoms.symbols(numbers), positive=True)), coefficient)


@scalar_form.register(sp.log)
def _log(tree: sp.log, atoms: Atoms) -> Quotient:
    return log_form(scalar_form(tree.args[0], atoms), atoms)


def log_form(argument: Quotient, atoms: Atoms) -> Quotient:
    """log of c a^p b^q ... with c, a, b, ... > 0 is log c + p log a + q log b + ...; the rest of the argument stays together."""
    if not argument.num:
        raise Beyond("log of 0")
    common = _common_positive(argument.num, atoms)
    total = sum_of_logs(common, atoms)
    inverse = tuple((atom, -exponent) for atom, exponent in common)
    rest = argument * term(inverse, Fraction(1))
    scale = abs(rest.num[0][1])
    total = total + sum_of_logs(tuple(prime_powers(scale)), atoms)
    rest = rest * constant(1 / scale)
    return total if rest == ONE else total + atom_power(atoms.number(Atom(("log", rest), atoms.symbols(rest.atoms))))


def _common_positive(terms: Terms, atoms: Atoms) -> Monomial:
    """The powers of positive atoms that divide every term."""
    present = {atom for mono, _ in terms for atom, _ in mono if atoms.is_positive(atom)}
    least = {atom: min(dict(mono).get(atom, Fraction(0)) for mono, _ in terms) for atom in present}
    return tuple(sorted((atom, exponent) for atom, exponent in least.items() if exponent))


def sum_of_logs(monomial: Monomial, atoms: Atoms) -> Quotient:
    total = ZERO
    for atom, exponent in monomial:
        total = total + _log_of_atom(atom, atoms) * constant(exponent)
    return total


def _log_of_atom(atom: int, atoms: Atoms) -> Quotient:
    key = atoms[atom].key if atom > 0 else None
    if isinstance(key, tuple) and key[0] == "exp":
        return quotient({key[1]: Fraction(1)}, key[2])
    symbols = atoms[atom].symbols if atom > 0 else frozenset()
    return atom_power(atoms.number(Atom(("log of atom", atom), symbols)))


TRIAL_LIMIT = 10_000


def prime_powers(number: Fraction) -> list[tuple[int, Fraction]]:
    """The number as powers of primes; the prime p is the atom -p. Raises Beyond for what trial division does not take apart."""
    return [
        (-prime, Fraction(sign * exponent))
        for whole, sign in ((number.numerator, 1), (number.denominator, -1))
        for prime, exponent in _factors(whole)
    ]


def _factors(whole: int) -> list[tuple[int, int]]:
    found = sp.factorint(whole, limit=TRIAL_LIMIT, use_rho=False, use_pm1=False, use_ecm=False)
    if not all(sp.isprime(p) for p in found if p != 1):
        raise Beyond(f"{whole} is not taken apart")
    return [(int(p), int(e)) for p, e in found.items() if p != 1]


# ---------------------------------------------------------------------------------------------------- special functions


@scalar_form.register(expm1)
def _expm1(tree: expm1, atoms: Atoms) -> Quotient:
    return exp_form(scalar_form(tree.args[0], atoms), atoms) - ONE


@scalar_form.register(expm1mx)
def _expm1mx(tree: expm1mx, atoms: Atoms) -> Quotient:
    x = scalar_form(tree.args[0], atoms)
    return exp_form(x, atoms) - ONE - x


@scalar_form.register(log1pmx)
def _log1pmx(tree: log1pmx, atoms: Atoms) -> Quotient:
    x = scalar_form(tree.args[0], atoms)
    return log_form(ONE + x, atoms) - x


@scalar_form.register(logratiomx)
def _logratiomx(tree: logratiomx, atoms: Atoms) -> Quotient:
    a, b = (scalar_form(arg, atoms) for arg in tree.args)
    ratio = a * b.inverse()
    return log_form(ratio, atoms) - (ratio - ONE)


# ---------------------------------------------------------------------------------------------------- names


def renamed(tree: sp.Basic, old: sp.Basic, new: sp.Expr) -> sp.Basic:
    """The tree with `new` for a free symbol; nothing is evaluated on the way. Raises Beyond where a binder would capture `new`."""
    if tree == old:
        return new
    if isinstance(tree, BINDERS):
        if old not in tree.free_symbols:
            return tree
        if tree.variable == old:
            return tree.func(tree.body, tree.variable, renamed(tree.domain, old, new))
        if tree.variable in new.free_symbols:
            raise Beyond(f"{new} is bound in {tree}")
    args = [renamed(arg, old, new) for arg in tree.args]
    if all(a is b for a, b in zip(args, tree.args, strict=True)):
        return tree
    return tree.func(*args, evaluate=False) if isinstance(tree, (sp.Add, sp.Mul, sp.Pow, sp.Function)) else tree.func(*args)
