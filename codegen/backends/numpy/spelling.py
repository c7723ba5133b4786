"""How NumPy spells expressions: np.log, np.expm1, and the functions of numpy_kernels/special.py."""

from __future__ import annotations

import sympy as sp

from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

from ..infix import Infix, decimal

FUNCTIONS: dict[type[sp.Basic], str] = {
    sp.log: "np.log",
    sp.exp: "exp",
    expm1: "np.expm1",
    expm1mx: "expm1mx",
    log1pmx: "log1pmx",
    logratiomx: "logratiomx",
}
HALVES: dict[type[sp.Basic], str] = {expm1mx: "half_expm1mx", expm1: "half_expm1"}
PRODUCTS: dict[type[sp.Basic], str] = {sp.exp: "times_exp"}
GAPS = ("gap_expm1", "gap_expm1mx", "gap_half_expm1", "gap_half_expm1mx")
SPECIAL = (*HALVES.values(), *PRODUCTS.values(), "exp", "expm1mx", "log1pmx", "logratiomx", *GAPS)  # not NumPy's own

PRINTER = Infix("NumPy", number=decimal, functions=FUNCTIONS, sqrt="np.sqrt", halves=HALVES, products=PRODUCTS)
