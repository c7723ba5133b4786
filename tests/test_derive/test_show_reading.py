"""What is printed is read back by a reader that knows only how people read formulas, and must have the value of the expression."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from closedform.derive.evaluate import Environment, OutsideDomain, evaluate
from closedform.derive.nodes import Paren
from closedform.derive.rewrite import add, div, exp, log, mul, neg, power
from closedform.derive.show.notation import write
from closedform.derive.show.plain import Plain
from closedform.derive.show.tex import Tex

VALUES = {"a": 1.25, "b": 2.5, "c": 0.75}
symbols = {name: sp.Symbol(name, real=True) for name in VALUES}
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")


class Ambiguous(Exception):
    """Two people could read this differently."""


class Reader:
    """Plain text and LaTeX alike: sums, products side by side, quotients, powers, roots, log, exp."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"\\[bB]igg?[lr]", "", text)
        self.tokens = re.findall(r"\d+|\\[a-z]+|[a-z]+|[-+*/^()\[\]{}]", text)

    @classmethod
    def value(cls, text: str) -> float:
        reader = cls(text)
        value = reader.sum()
        if reader.tokens:
            raise Ambiguous(f"{text}: what is {reader.tokens}?")
        return value

    @property
    def next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self) -> str:
        return self.tokens.pop(0)

    def sum(self) -> float:
        total = self.term() if self.next != "-" else 0.0
        while self.next in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total += sign * self.term()
        return total

    def term(self) -> float:
        """A product; a quotient of more than numbers ends it, and so does log without brackets."""
        value, closed, numeral = 1.0, False, True
        while self.next and self.next not in ("+", "-", *CLOSING):
            if self.next in ("*", r"\cdot"):
                self.take()
            over = self.next == "/"
            if over:
                self.take()
            if closed:
                raise Ambiguous("something follows a quotient or a bare log")
            digits, open_end = self.next.isdigit(), self.next in ("log", r"\log") and self.tokens[1] not in OPENING
            factor = self.power()
            value = value / factor if over else value * factor
            numeral = numeral and digits
            closed = open_end or (over and not numeral)
        return value

    def power(self) -> float:
        base = self.atom()
        if self.next != "^":
            return base
        self.take()
        sign = -1 if self.next == "-" else 1
        if sign < 0:
            self.take()
        return base ** (sign * self.atom())

    def atom(self) -> float:
        token = self.take()
        if token.isdigit():
            return float(token)
        if token in OPENING:
            value = self.sum()
            assert self.take() == CLOSING[OPENING.index(token)]
            return value
        if token in (r"\frac", r"\tfrac"):
            return self.atom() / self.atom()
        functions: dict[str, Callable[[float], float]] = {"log": math.log, "exp": math.exp, "sqrt": math.sqrt}
        if token.lstrip("\\") in functions:
            return functions[token.lstrip("\\")](self.atom())
        if token == "e":
            return math.e
        return VALUES[token]


def combined(parts: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    some = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        some.map(lambda terms: add(*terms)),
        some.map(lambda factors: mul(*factors)),
        st.tuples(parts, parts).map(lambda pair: div(*pair)),
        parts.map(neg),
        parts.map(Paren),
        parts.map(lambda x: power(Paren(x), 2)),
        parts.map(lambda x: power(Paren(power(x, 2)), sp.Rational(1, 2))),
        parts.map(lambda x: log(add(sp.S.One, power(x, 2)))),
        parts.map(lambda x: exp(neg(power(x, 2)))),
        parts.map(lambda x: power(symbols["b"], mul(sp.Rational(-1, 2), Paren(power(x, 2))))),
    )


LEAVES = st.sampled_from([*symbols.values(), log(symbols["b"]), *map(sp.Integer, (2, 3, -1)), sp.Rational(1, 2), sp.Rational(-3, 4)])
expressions = st.recursive(LEAVES, combined, max_leaves=7)


@pytest.mark.parametrize("printer", [Plain(), Tex(), Tex(small=True)], ids=["text", "latex", "inline"])
@given(expression=expressions)
def test_what_is_printed_has_the_value_of_the_expression(printer: Plain | Tex, expression: sp.Expr) -> None:
    environment = Environment({symbols[name]: sp.Float(value)._to_mpmath(120) for name, value in VALUES.items()})
    try:
        value = float(evaluate(expression, environment))
    except OutsideDomain:
        return  # 1/0 has no value to compare
    if abs(value) > 1e12:
        return
    text = printer.draw(write(expression))
    assert math.isclose(Reader.value(text), value, rel_tol=1e-9, abs_tol=1e-9), text


@pytest.mark.parametrize(
    ("text", "value"),
    [("a/(b c)", 1.25 / (2.5 * 0.75)), ("1/2 a", 0.625), ("-a + b", 1.25), (r"\tfrac{1}{2} \bigl(a + b\bigr)", 1.875), ("2 * 3", 6)],
)
def test_the_reader_reads(text: str, value: float) -> None:
    assert Reader.value(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["a/b c", "a/b/c", "log a b", "log a/b", "a)"])
def test_the_reader_refuses_what_is_ambiguous(text: str) -> None:
    with pytest.raises(Ambiguous):
        Reader.value(text)
