"""How C spells expressions: in double, in float, and in double for any argument; and the names that a parameter may not have there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sympy as sp

from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

from ..infix import ATOM, PRODUCT, Infix, decimal

# A parameter or temporary of one of these names gets an underscore. Keywords, what the
# headers own, and the names that the templates use.
_KEYWORDS = """auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while"""
_HEADERS = "I complex imaginary exp expm1 log log1p sqrt fabs isfinite isinf isnan gamma lgamma tgamma erf div j0 j1 jn y0 y1 yn signgam"
_TEMPLATES = "i j k e n args steps dimensions data raised found edge add in out sums packs doubt trap core before finite pack lane"
RESERVED = frozenset(" ".join((_KEYWORDS, _HEADERS, _TEMPLATES)).split())

# Our functions by what they compute; each comes with half_... and doubt_of_... .
OURS: dict[type[sp.Basic], str] = {sp.exp: "exp_of", expm1: "expm1_of", expm1mx: "expm1mx", log1pmx: "log1pmx", logratiomx: "logratiomx"}
ANYWHERE: dict[type[sp.Basic], str] = {**OURS, sp.exp: "exp", expm1: "expm1"}
HALVES: dict[type[sp.Basic], str] = {expm1: "half_expm1", expm1mx: "half_expm1mx", log1pmx: "half_log1pmx", logratiomx: "half_logratiomx"}
DOUBTS: dict[type[sp.Basic], str] = {
    sp.exp: "doubt_of_exp", expm1: "doubt_of_expm1mx", expm1mx: "doubt_of_expm1mx",
    log1pmx: "doubt_of_log1pmx", logratiomx: "doubt_of_logratiomx",
}  # fmt: skip


@dataclass(frozen=True)
class Real:
    """One of the two types: its name in C, what ends a literal, a function of <math.h> and a function of ours; its format."""

    c: str
    key: str
    literal: str
    math: str
    ours: str
    largest: str
    smallest: str
    bits: str
    fraction: int
    bias: int

    @property
    def width(self) -> int:
        """Bits in all."""
        return 64 if self.key == "f64" else 32

    @property
    def printer(self) -> Infix:
        """Branch-free, for ordinary numbers."""
        return self._printer(OURS, self.ours)

    @property
    def careful(self) -> Infix:
        """For any number; in double."""
        return self._printer(ANYWHERE, "_anywhere", {sp.exp: "times_exp_anywhere"})

    def dividing(self, reciprocals: Mapping[sp.Symbol, str]) -> Infix:
        """The same as `printer`, but the reciprocals of these symbols are at hand under the names given."""
        return Dividing(self.printer, self.ours, reciprocals)

    def in_rows(
        self,
        name: Callable[[str], str],
        reciprocals: Mapping[sp.Symbol, str] = MappingProxyType({}),
        known: Mapping[sp.Basic, str] = MappingProxyType({}),
    ) -> Infix:
        """For sums over rows of matrices: their functions are static ones of matrix.c; what is `known` has these names."""
        functions: dict[type[sp.Basic], str] = {log1pmx: "log1pmx" + self.ours, logratiomx: "logratiomx" + self.ours}
        plain = Infix("C", number=self.number, functions=functions, sqrt="sqrt" + self.math, name=name)
        return Dividing(plain, self.ours, reciprocals, known)

    def _printer(
        self, names: dict[type[sp.Basic], str], ending: str, products: Mapping[type[sp.Basic], str] = MappingProxyType({})
    ) -> Infix:
        functions: dict[type[sp.Basic], str] = {sp.log: "log" + self.math, **{kind: name + ending for kind, name in names.items()}}
        halves = {kind: name + ending for kind, name in HALVES.items()}
        return Infix(
            "C", number=self.number, functions=functions, sqrt="sqrt" + self.math, name=identifier, halves=halves, products=products
        )

    def number(self, number: sp.Rational) -> str:
        return decimal(number) + self.literal

    def whole(self, value: int) -> str:
        """An unsigned constant as wide as the type."""
        return f"{value % (1 << self.width):#x}u" + "ll" * (self.width == 64)


class Dividing(Infix):
    """Prints quotients by symbols whose reciprocals are known as products with them, which quotient() corrects."""

    def __init__(
        self, plain: Infix, ours: str, reciprocals: Mapping[sp.Symbol, str], known: Mapping[sp.Basic, str] = MappingProxyType({})
    ) -> None:
        super().__init__(
            plain.language, number=plain.number, functions=plain.functions, sqrt=plain.sqrt, name=plain.name, halves=plain.halves
        )
        self.ours = ours
        self.reciprocals = reciprocals
        self.known = known

    def _visit(self, node: sp.Basic) -> tuple[str, int]:
        if node in self.known:
            return self.known[node], ATOM
        if isinstance(node, logratiomx) and node.args[1] in self.reciprocals:
            above, below = node.args
            return f"logratiomx_over{self.ours}({self.print(above)}, {self.print(below)}, {self.reciprocals[below]})", ATOM
        factors = node.args if isinstance(node, sp.Mul) else ()
        places = [place for place, factor in enumerate(factors) if divisor(factor) in self.reciprocals]
        if not places or places[-1] == 0:
            return super()._visit(node)
        above, below, others = factors[: places[-1]], factors[places[-1]].base, factors[places[-1] + 1 :]
        top = above[0] if len(above) == 1 else sp.Mul(*above, evaluate=False)
        text = f"quotient{self.ours}({self.print(top)}, {self.print(below)}, {self.reciprocals[below]})"
        return (" * ".join([text, *(self._within(factor, ATOM) for factor in others)]), PRODUCT) if others else (text, ATOM)


def divisor(factor: sp.Basic) -> sp.Basic | None:
    """b where the factor is 1/b."""
    return factor.base if isinstance(factor, sp.Pow) and factor.exp == -1 else None


DOUBLE = Real("double", "f64", "", "", "", "DBL_MAX", "DBL_MIN", "uint64_t", 52, 1023)
FLOAT = Real("float", "f32", "f", "f", "_f32", "FLT_MAX", "FLT_MIN", "uint32_t", 23, 127)
REALS = (DOUBLE, FLOAT)


def identifier(name: str) -> str:
    return name + "_" if name in RESERVED else name
