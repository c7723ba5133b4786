"""What plain C has no words for, in the instructions of x86: transposes in registers, a look at all lanes at once, nearly a reciprocal.

Four neighbouring numbers of each matrix of a tile become four vectors with a lane for each matrix, and back. A vector that fills a
register is written at once and read again without waiting; written in parts it would have to reach the cache first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .spelling import DOUBLE, Real

# Four entries of each of four matrices, in the instructions of x86.
TRANSPOSE = {
    "f64": (
        "__m256d a = _mm256_loadu_pd((const double *)(from[0] + offset)), b = _mm256_loadu_pd((const double *)(from[1] + offset));",
        "__m256d c = _mm256_loadu_pd((const double *)(from[2] + offset)), d = _mm256_loadu_pd((const double *)(from[3] + offset));",
        "const __m256d ab0 = _mm256_unpacklo_pd(a, b), ab1 = _mm256_unpackhi_pd(a, b);",
        "const __m256d cd0 = _mm256_unpacklo_pd(c, d), cd1 = _mm256_unpackhi_pd(c, d);",
        "_mm256_storeu_pd(to0, _mm256_permute2f128_pd(ab0, cd0, 0x20));",
        "_mm256_storeu_pd(to1, _mm256_permute2f128_pd(ab1, cd1, 0x20));",
        "_mm256_storeu_pd(to2, _mm256_permute2f128_pd(ab0, cd0, 0x31));",
        "_mm256_storeu_pd(to3, _mm256_permute2f128_pd(ab1, cd1, 0x31));",
    ),
    "f32": (
        "__m128 a = _mm_loadu_ps((const float *)(from[0] + offset)), b = _mm_loadu_ps((const float *)(from[1] + offset));",
        "__m128 c = _mm_loadu_ps((const float *)(from[2] + offset)), d = _mm_loadu_ps((const float *)(from[3] + offset));",
        "_MM_TRANSPOSE4_PS(a, b, c, d);",
        "_mm_storeu_ps(to0, a);",
        "_mm_storeu_ps(to1, b);",
        "_mm_storeu_ps(to2, c);",
        "_mm_storeu_ps(to3, d);",
    ),
}


@dataclass(frozen=True)
class Instructions:
    """For one width of registers, which is there where `condition` holds.

    `there` reads the four numbers at from + w * lane for each w, and sets *x0, *x1, *x2 and *x3; `back` writes those to to + w * lane;
    `within` says whether low <= x[w] <= high for all lanes w; `reciprocal` gives 1/x.
    """

    condition: str
    there: list[str]
    back: list[str]
    within: list[str]
    reciprocal: list[str]


def instructions(real: Real) -> list[Instructions]:
    """The widest registers first."""
    return [_eight_doubles(), _four_doubles(), _two_doubles()] if real is DOUBLE else [_floats(16), _floats(8), _floats(4)]


def _at(place: str, lane: int) -> str:
    return place if lane == 0 else f"{place} + lane" if lane == 1 else f"{place} + {lane} * lane"


# ---------------------------------------------------------------------------------------------------- doubles


def _eight_doubles() -> Instructions:
    """Two matrices in each register on the way: there, those whose pairs one shuffle of quarters brings together."""
    there = []
    for name, low in zip("abcd", (0, 1, 4, 5), strict=True):
        halves = [f"_mm256_loadu_pd((const double *)({_at('from', lane)}))" for lane in (low, low + 2)]
        there.append(f"const __m512d {name} = _mm512_insertf64x4(_mm512_castpd256_pd512({halves[0]}), {halves[1]}, 1);")
    there += [
        "const __m512d ab0 = _mm512_unpacklo_pd(a, b), ab1 = _mm512_unpackhi_pd(a, b);",
        "const __m512d cd0 = _mm512_unpacklo_pd(c, d), cd1 = _mm512_unpackhi_pd(c, d);",
        "*x0 = (vector)_mm512_shuffle_f64x2(ab0, cd0, 0x88);",
        "*x1 = (vector)_mm512_shuffle_f64x2(ab1, cd1, 0x88);",
        "*x2 = (vector)_mm512_shuffle_f64x2(ab0, cd0, 0xdd);",
        "*x3 = (vector)_mm512_shuffle_f64x2(ab1, cd1, 0xdd);",
    ]
    back = [
        "const __m512i even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);",
        "const __m512d low0 = _mm512_unpacklo_pd((__m512d)x0, (__m512d)x1), high0 = _mm512_unpackhi_pd((__m512d)x0, (__m512d)x1);",
        "const __m512d low2 = _mm512_unpacklo_pd((__m512d)x2, (__m512d)x3), high2 = _mm512_unpackhi_pd((__m512d)x2, (__m512d)x3);",
    ]
    for first, (part, order) in enumerate((("low", "even"), ("high", "even"), ("low", "odd"), ("high", "odd"))):
        back += [
            f"const __m512d m{first} = _mm512_permutex2var_pd({part}0, {order}, {part}2);",
            f"_mm256_storeu_pd((double *)({_at('to', first)}), _mm512_castpd512_pd256(m{first}));",
            f"_mm256_storeu_pd((double *)({_at('to', first + 4)}), _mm512_extractf64x4_pd(m{first}, 1));",
        ]
    reciprocal = _corrected("vector", "_mm512_rcp14_pd((__m512d)x)", 2, "1.0")
    return Instructions("defined(__AVX512F__)", there, back, _within_masks("pd", 8), reciprocal)


def _four_doubles() -> Instructions:
    there = [f"const __m256d {name} = _mm256_loadu_pd((const double *)({_at('from', lane)}));" for lane, name in enumerate("abcd")]
    there += _turned_doubles("a", "b", "c", "d")
    there += [f"*x{i} = (vector)y{i};" for i in range(4)]
    back = _turned_doubles(*(f"(__m256d)x{i}" for i in range(4)))
    back += [f"_mm256_storeu_pd((double *)({_at('to', i)}), y{i});" for i in range(4)]
    return Instructions("defined(__AVX__)", there, back, _within_vectors("_mm256", "pd", 4, "__m256d"), ["return 1.0 / x;"])


def _turned_doubles(a: str, b: str, c: str, d: str) -> list[str]:
    return [
        f"const __m256d ab0 = _mm256_unpacklo_pd({a}, {b}), ab1 = _mm256_unpackhi_pd({a}, {b});",
        f"const __m256d cd0 = _mm256_unpacklo_pd({c}, {d}), cd1 = _mm256_unpackhi_pd({c}, {d});",
        "const __m256d y0 = _mm256_permute2f128_pd(ab0, cd0, 0x20), y1 = _mm256_permute2f128_pd(ab1, cd1, 0x20);",
        "const __m256d y2 = _mm256_permute2f128_pd(ab0, cd0, 0x31), y3 = _mm256_permute2f128_pd(ab1, cd1, 0x31);",
    ]


def _two_doubles() -> Instructions:
    """The four numbers two by two."""
    there, back = [], []
    for i in (0, 2):
        there += [f"const __m128d {name}{i} = _mm_loadu_pd((const double *)({_at('from', w)}) + {i});" for w, name in enumerate("ab")]
        for lane, half in enumerate(("lo", "hi")):
            there.append(f"*x{i + lane} = (vector)_mm_unpack{half}_pd(a{i}, b{i});")
            back.append(f"_mm_storeu_pd((double *)({_at('to', lane)}) + {i}, _mm_unpack{half}_pd((__m128d)x{i}, (__m128d)x{i + 1}));")
    return Instructions("defined(__SSE2__)", there, back, _within_vectors("_mm", "pd", 2, "__m128d"), ["return 1.0 / x;"])


# ---------------------------------------------------------------------------------------------------- floats


def _floats(lanes: int) -> Instructions:
    """Four matrices in each quarter of sixteen lanes; nothing crosses from quarter to quarter."""
    bits = 32 * lanes
    register, own = f"__m{bits}", "_mm" if bits == 128 else f"_mm{bits}"
    there, back = [], []
    for i, name in enumerate("abcd"):
        quarters = [f"_mm_loadu_ps((const float *)({_at('from', lane)}))" for lane in range(i, lanes, 4)]
        there.append(f"{register} {name} = {quarters[0] if lanes == 4 else f'{own}_castps128_ps{bits}({quarters[0]})'};")
        insert = "_mm256_insertf128_ps" if lanes == 8 else "_mm512_insertf32x4"
        there += [f"{name} = {insert}({name}, {quarter}, {at});" for at, quarter in enumerate(quarters[1:], start=1)]
    there += _turned_floats(register, own, list("abcd"))
    there += [f"*x{i} = (vector_f32)y{i};" for i in range(4)]
    back += _turned_floats(register, own, [f"({register})x{i}" for i in range(4)])
    for lane in range(lanes):
        y, quarter = f"y{lane % 4}", lane // 4
        extract = "_mm256_extractf128_ps" if lanes == 8 else "_mm512_extractf32x4_ps"
        part = f"{extract}({y}, {quarter})" if quarter else y if lanes == 4 else f"{own}_castps{bits}_ps128({y})"
        back.append(f"_mm_storeu_ps((float *)({_at('to', lane)}), {part});")
    if lanes == 16:
        reciprocal = _corrected("vector_f32", "_mm512_rcp14_ps((__m512)x)", 1, "1.0f")
        return Instructions("defined(__AVX512F__)", there, back, _within_masks("ps", 16), reciprocal)
    condition = "defined(__AVX__)" if lanes == 8 else "defined(__SSE2__)"
    return Instructions(condition, there, back, _within_vectors(own, "ps", lanes, register), ["return 1.0f / x;"])


def _turned_floats(register: str, own: str, abcd: Sequence[str]) -> list[str]:
    a, b, c, d = abcd
    lines = []
    for i, half in ((0, "lo"), (2, "hi")):
        pairs = [f"{own}_castps_pd({own}_unpack{half}_ps({x}, {y}))" for x, y in ((a, b), (c, d))]
        lines.append(f"const {register}d ab{i} = {pairs[0]}, cd{i} = {pairs[1]};")
        lines += [
            f"const {register} y{i + at} = {own}_castpd_ps({own}_unpack{other}_pd(ab{i}, cd{i}));" for at, other in enumerate(("lo", "hi"))
        ]
    return lines


# ---------------------------------------------------------------------------------------------------- all lanes at once


def _corrected(vector: str, nearly: str, times: int, one: str) -> list[str]:
    """Sooner than by a division: an instruction gives fourteen bits of 1/x, and each correction doubles them."""
    return [f"{vector} y = ({vector}){nearly};", *[f"y += y * ({one} - x * y);"] * times, "return y;"]


def _within_masks(kind: str, lanes: int) -> list[str]:
    register = "__m512d" if kind == "pd" else "__m512"
    low, high = f"_mm512_set1_{kind}(low)", f"_mm512_set1_{kind}(high)"
    return [
        f"const {register} v = _mm512_loadu_{kind}(x);",
        f"const __mmask{lanes} above = _mm512_cmp_{kind}_mask(v, {low}, _CMP_GE_OQ);",
        f"return _mm512_mask_cmp_{kind}_mask(above, v, {high}, _CMP_LE_OQ) == {(1 << lanes) - 1:#x};",
    ]


def _within_vectors(own: str, kind: str, lanes: int, register: str) -> list[str]:
    def compared(relation: str, limit: str) -> str:
        operands = f"v, {own}_set1_{kind}({limit})"
        return f"{own}_cmp{relation}_{kind}({operands})" if own == "_mm" else f"{own}_cmp_{kind}({operands}, _CMP_{relation.upper()}_OQ)"

    return [
        f"const {register} v = {own}_loadu_{kind}(x);",
        f"return {own}_movemask_{kind}({own}_and_{kind}({compared('ge', 'low')}, {compared('le', 'high')})) == {(1 << lanes) - 1:#x};",
    ]
