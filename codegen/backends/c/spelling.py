"""How C spells expressions, once in double and once in float; and the names that a parameter may not have there."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

from ..infix import Infix, decimal

# A parameter or temporary of one of these names gets an underscore. Keywords, what the
# headers own, and the names that the templates use.
_KEYWORDS = """auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while"""
_HEADERS = "I complex imaginary exp expm1 log log1p sqrt fabs isfinite isinf isnan gamma lgamma tgamma erf div j0 j1 jn y0 y1 yn signgam"
_TEMPLATES = "i j k e args steps dimensions data raised row core start stop before finite edge add"
RESERVED = frozenset(" ".join((_KEYWORDS, _HEADERS, _TEMPLATES)).split())


@dataclass(frozen=True)
class Real:
    """One of the two types: its name in C, what ends a literal, a function of <math.h> and a function of ours."""

    c: str
    key: str
    literal: str
    math: str
    ours: str
    largest: str

    @property
    def printer(self) -> Infix:
        functions: dict[type[sp.Basic], str] = {
            sp.log: "log" + self.math,
            sp.exp: "exp" + self.math,
            expm1: "expm1" + self.math,
            expm1mx: "expm1mx" + self.ours,
            log1pmx: "log1pmx" + self.ours,
            logratiomx: "logratiomx" + self.ours,
        }
        return Infix(
            "C", number=lambda number: decimal(number) + self.literal, functions=functions, sqrt="sqrt" + self.math, name=identifier
        )


DOUBLE = Real("double", "f64", "", "", "", "DBL_MAX")
FLOAT = Real("float", "f32", "f", "f", "_f32", "FLT_MAX")
REALS = (DOUBLE, FLOAT)


def identifier(name: str) -> str:
    return name + "_" if name in RESERVED else name
