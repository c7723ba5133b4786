"""expm1, expm1mx, log1pmx and logratiomx as SymPy functions: what a Gaussian KL divergence is made of near equality.

expm1(x) = e^x - 1, expm1mx(x) = e^x - 1 - x >= 0 and log1pmx(x) = log(1 + x) - x <= 0 keep their digits near x = 0, where the
expressions on the right lose all of them; logratiomx(a, b) = log1pmx((a - b)/b) also keeps them where a is far smaller than b.
Each knows its derivative and its value at any precision; none evaluates by itself.
"""

from __future__ import annotations

from typing import ClassVar

import mpmath
import sympy as sp


class _NearZero(sp.Function):
    """A function whose plain formula cancels near 0, and is therefore evaluated with guard bits."""

    nargs = 1
    cancelled_order: ClassVar[int] = 1  # the formula loses about this many times -log2|x| bits

    @classmethod
    def eval(cls, x: sp.Expr) -> None:
        """Never: a line of a derivation changes by a rule alone."""

    @classmethod
    def plain(cls, x: mpmath.mpf) -> mpmath.mpf:
        """The formula in mpmath, at the working precision."""
        raise TypeError(f"{cls.__name__} has no formula")

    @classmethod
    def at(cls, x: mpmath.mpf) -> mpmath.mpf:
        """The value at the working precision, all digits right."""
        x = mpmath.mpf(x)
        guard = 0 if x == 0 else max(0, -int(mpmath.mag(x))) * cls.cancelled_order
        with mpmath.workprec(mpmath.mp.prec + guard + 16):
            value = cls.plain(x)
        return +value

    def _eval_evalf(self, prec: int) -> sp.Float | None:
        x = self.args[0].evalf(mpmath.libmp.prec_to_dps(prec) + 5)
        if not x.is_Float and not x.is_Integer:
            return None
        with mpmath.workprec(prec):
            return sp.Float._new(self.at(x._to_mpmath(prec + 16))._mpf_, prec)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real


class expm1(_NearZero):
    """expm1(x) = e^x - 1."""

    @classmethod
    def plain(cls, x: mpmath.mpf) -> mpmath.mpf:
        return mpmath.exp(x) - 1

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """d/dx expm1(x) = e^x."""
        return sp.exp(self.args[0], evaluate=False)


class expm1mx(_NearZero):
    """expm1mx(x) = e^x - 1 - x, never negative, 0 at 0 alone."""

    cancelled_order = 2

    @classmethod
    def plain(cls, x: mpmath.mpf) -> mpmath.mpf:
        return mpmath.exp(x) - 1 - x

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """d/dx expm1mx(x) = expm1(x)."""
        return expm1(self.args[0])


class log1pmx(_NearZero):
    """log1pmx(x) = log(1 + x) - x for x > -1, never positive, 0 at 0 alone."""

    cancelled_order = 2

    @classmethod
    def plain(cls, x: mpmath.mpf) -> mpmath.mpf:
        return mpmath.log(1 + x) - x

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """d/dx log1pmx(x) = -x/(1 + x)."""
        x = self.args[0]
        return sp.Mul(-1, x, sp.Pow(sp.Add(1, x, evaluate=False), -1, evaluate=False), evaluate=False)


class logratiomx(sp.Function):
    """logratiomx(a, b) = log(a/b) - (a - b)/b for a, b > 0, never positive, 0 at a = b alone."""

    nargs = 2

    @classmethod
    def eval(cls, a: sp.Expr, b: sp.Expr) -> None:
        """Never: a line of a derivation changes by a rule alone."""

    @classmethod
    def at(cls, a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
        """The value at the working precision, all digits right."""
        with mpmath.extraprec(2 * max(0, -int(mpmath.mag((a - b) / b))) if a != b else 0):
            value = mpmath.log(mpmath.mpf(a) / b) - (mpmath.mpf(a) - b) / b
        return +value

    def _eval_evalf(self, prec: int) -> sp.Float | None:
        a, b = (arg.evalf(mpmath.libmp.prec_to_dps(prec) + 5) for arg in self.args)
        if not (a.is_Float and b.is_Float):
            return None
        with mpmath.workprec(prec):
            return sp.Float._new(self.at(a._to_mpmath(prec + 16), b._to_mpmath(prec + 16))._mpf_, prec)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """d/da = 1/a - 1/b and d/db = (a - b)/b^2."""
        a, b = self.args
        if argindex == 1:
            return sp.Add(sp.Pow(a, -1, evaluate=False), sp.Mul(-1, sp.Pow(b, -1, evaluate=False), evaluate=False), evaluate=False)
        difference = sp.Add(a, sp.Mul(-1, b, evaluate=False), evaluate=False)
        return sp.Mul(difference, sp.Pow(b, -2, evaluate=False), evaluate=False)

    def _eval_is_real(self) -> bool | None:
        a, b = self.args
        return True if a.is_real and b.is_real else None
