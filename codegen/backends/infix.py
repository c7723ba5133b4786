"""Expressions as text with infix operators, which is how Python, C and people write them.

A language says how it writes a number and what it calls a function; operators and brackets are the same in all of them. A node that
nobody taught the printer is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatchmethod
from types import MappingProxyType

import sympy as sp

from closedform.derive.rule import DeriveError

from ..arrange import gap

SUM, PRODUCT, SIGN, ATOM = 1, 2, 3, 4


class CannotPrint(DeriveError):
    """The language has no spelling for a node."""


class Infix:
    """Prints scalar expressions; `number` spells a rational, `name` a symbol, `functions` names the calls, by the node's type,
    `halves` those that give half of the function at once, `products` those that give a factor times the function. Functions of a
    difference take its two numbers: gap_... of that name."""

    def __init__(
        self,
        language: str,
        *,
        number: Callable[[sp.Rational], str],
        functions: Mapping[type[sp.Basic], str],
        sqrt: str,
        name: Callable[[str], str] = str,
        halves: Mapping[type[sp.Basic], str] = MappingProxyType({}),
        products: Mapping[type[sp.Basic], str] = MappingProxyType({}),
    ) -> None:
        self.language = language
        self.name = name
        self.number = number
        self.functions = functions
        self.halves = halves
        self.products = products
        self.sqrt = sqrt

    def print(self, expression: sp.Basic) -> str:
        text, _ = self._visit(expression)
        return text

    def _within(self, expression: sp.Basic, least: int) -> str:
        text, strength = self._visit(expression)
        return text if strength >= least else f"({text})"

    @singledispatchmethod
    def _visit(self, node: sp.Basic) -> tuple[str, int]:
        """The text, and how strongly it holds together."""
        raise CannotPrint(f"{self.language} has no spelling for {type(node).__name__}: {node}")

    @_visit.register
    def _(self, node: sp.Symbol) -> tuple[str, int]:
        return self.name(str(node.name)), ATOM

    @_visit.register
    def _(self, node: sp.Rational) -> tuple[str, int]:
        return self.number(node), ATOM if node >= 0 else SIGN

    @_visit.register
    def _(self, node: sp.Function) -> tuple[str, int]:
        name = self.functions.get(type(node))
        if name is None:
            raise CannotPrint(f"{self.language} has no name for the function {type(node).__name__}: {node}")
        return self._call(name, node), ATOM

    def _call(self, name: str, node: sp.Function) -> str:
        both = gap(node)
        own = f"gap_{name.rpartition('.')[2]}" if both else name
        return f"{own}({', '.join(self.print(part) for part in both or node.args)})"

    @_visit.register
    def _(self, node: sp.Add) -> tuple[str, int]:
        first, *rest = node.args
        text = self._within(first, SUM)
        for term in rest:
            sign, size = _signed(term)
            text += f" {sign} {self._within(size, PRODUCT)}"
        return text, SUM

    @_visit.register
    def _(self, node: sp.Mul) -> tuple[str, int]:
        first, *rest = node.args
        half = self.halves.get(type(rest[0])) if first == sp.Rational(1, 2) and len(rest) == 1 else None
        if half is not None:
            return self._call(half, rest[0]), ATOM
        if first == -1:
            return "-" + self._within(sp.Mul(*rest, evaluate=False), PRODUCT), SIGN
        at = next((factor for factor in node.args if type(factor) in self.products), None)
        if at is not None:
            others = [factor for factor in node.args if factor is not at]
            other = others[0] if len(others) == 1 else sp.Mul(*others, evaluate=False)
            return f"{self.products[type(at)]}({self.print(other)}, {self.print(at.args[0])})", ATOM
        text = self._within(first, PRODUCT)
        for factor in rest:
            text += f" / {self._within(factor.base, ATOM)}" if _is_divisor(factor) else f" * {self._within(factor, ATOM)}"
        return text, PRODUCT

    @_visit.register
    def _(self, node: sp.Pow) -> tuple[str, int]:
        if _is_divisor(node):
            return f"{self.number(sp.S.One)} / {self._within(node.base, ATOM)}", PRODUCT
        if node.exp == sp.Rational(1, 2):
            return f"{self.sqrt}({self.print(node.base)})", ATOM
        raise CannotPrint(f"{self.language} has no spelling for the power {node}")


def _is_divisor(node: sp.Basic) -> bool:
    return isinstance(node, sp.Pow) and node.exp == -1


def _signed(term: sp.Expr) -> tuple[str, sp.Expr]:
    """The sign of a term in a sum, and the term without it."""
    first = term.args[0] if isinstance(term, sp.Mul) else term
    if not (first.is_Rational and first < 0):
        return "+", term
    rest = term.args[1:] if isinstance(term, sp.Mul) else ()
    factors = rest if first == -1 and rest else (-first, *rest)
    return "-", factors[0] if len(factors) == 1 else sp.Mul(*factors, evaluate=False)


def decimal(number: sp.Rational) -> str:
    """The shortest decimal that is read back as the float64 nearest to the number; always with a point or an exponent."""
    return repr(float(number))
