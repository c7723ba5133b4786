"""The numbers in the branch-free functions of the C: splitting of log(2), exponent fields, coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import numpy as np
from mpmath import mp, mpf

from ...polynomials import Minimax, minimax
from .spelling import Real

PACK = {"f64": 8, "f32": 16}  # lanes: as in templates/closedform.c.jinja
ODD_LENGTHS = (5, 7, 11, 13, 17, 19, 23, 25, 29, 31)  # rows of these are added without a loop


@dataclass(frozen=True)
class Primitive:
    """What templates/primitives.c.jinja and rows.c.jinja ask for, in one type."""

    real: str
    math: str
    bits: str
    ours: str
    literal: str
    fraction: int
    last_bit: int
    smallest: str
    smallest_bits: str
    above_bits: str
    largest: str
    huge: str
    log2e: str
    magic: str
    magic_field: str
    ln2_high: str
    minus_ln2_low: str
    exponent_mask: str
    sign: str
    one: str
    unit: str
    unit_offset: str
    exponential: list[str]
    exponential_meaning: str
    exponential_error: str
    logarithm: list[str]
    logarithm_meaning: str
    logarithm_error: str
    lengths: list[int]
    halves: list[int]


@dataclass(frozen=True)
class Careful:
    """Constants of templates/careful.c.jinja."""

    half_exp_64: str
    exp_minus_128: str


def primitive(real: Real) -> Primitive:
    pack = PACK[real.key]
    magic = 3 * 2 ** (real.fraction - 1) + real.bias
    bits_of_magic = ((real.bias + real.fraction) << real.fraction) + 2 ** (real.fraction - 1)
    exponential, logarithm = (minimax(name, real.key) for name in ("exponential", "logarithm"))
    with mp.workdps(60):
        log2 = mpmath.log(2)
        # Short enough for exact products with every exponent that a number of the type has, and with twice that.
        high = mpf(int(log2 * 2 ** (real.fraction + 1 - 13))) / 2 ** (real.fraction + 1 - 13)
        low = log2 - high
        texts = {
            "log2e": _spelled(1 / log2, real),
            "ln2_high": _spelled(high, real),
            "minus_ln2_low": _spelled(-low, real),
        }
    return Primitive(
        real=real.c,
        math=real.math,
        bits=real.bits,
        ours=real.ours,
        literal=real.literal,
        fraction=real.fraction,
        last_bit=real.width - 1,
        smallest=real.smallest,
        smallest_bits=real.whole(1 << real.fraction),
        above_bits=real.whole(3 << real.fraction),
        largest=real.largest,
        huge=repr(2.0 ** (real.bias - 1)) + real.literal,
        magic=repr(float(magic)) + real.literal,
        magic_field=real.whole(bits_of_magic),
        exponent_mask=real.whole(-(1 << real.fraction)),
        sign=real.whole(1 << (real.width - 1)),
        one=real.whole(real.bias << real.fraction),
        unit=real.whole((real.bias + real.fraction) << real.fraction),
        unit_offset=repr(float(2**real.fraction + 2 ** (real.width - 1 - real.fraction))) + real.literal,
        exponential=_listed(exponential, real),
        exponential_meaning=exponential.meaning,
        exponential_error=f"2^-{exponential.bits:.1f}",
        logarithm=_listed(logarithm, real, 2),
        logarithm_meaning=logarithm.meaning,
        logarithm_error=f"2^-{logarithm.bits:.1f}",
        lengths=list(ODD_LENGTHS),
        halves=[1 << power for power in reversed(range(pack.bit_length() - 1))],
        **texts,
    )


def power_of_e(exponent: int, factor: float = 1.0) -> str:
    """factor * e^exponent as the nearest double."""
    with mp.workdps(40):
        return repr(float(factor * mpmath.exp(exponent)))


def _spelled(value: mpf, real: Real) -> str:
    return repr(float(value) if real.key == "f64" else float(np.float32(float(value)))) + real.literal


def _listed(polynomial: Minimax, real: Real, times: int = 1) -> list[str]:
    return [repr(times * value) + real.literal for value in polynomial.coefficients]
