"""The branch-free loop of a kernel in C: what it writes, what it adds up, and how an element that it cannot compute is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from closedform.derive.special import expm1, expm1mx, logratiomx

from ...kernel import Accumulate, Assign, LoopKernel
from .spelling import DOUBLE, DOUBTS, Real, divisor, identifier


@dataclass(frozen=True)
class Target:
    """A result array: its name, and its place among the sums or among the other results."""

    name: str
    place: int


@dataclass(frozen=True)
class Pass:
    """The branch-free loop of a kernel: what it writes, what it adds up, what it says in the end."""

    name: str
    stores: list[Target]
    totals: list[str]
    added: list[str]
    prefetch: list[str]
    lines: list[str]
    collect: list[str]
    finish: list[str]


def one_pass(kernel: LoopKernel, real: Real, name: str, totals: list[str]) -> Pass:
    """One pass over whole packs, in which the results in `totals` are added up and the others written.

    What is written must be finite, or else the element is in doubt; sums, and so their terms, are looked at where they are complete.
    """
    printer, values, sums = real.dividing(reciprocals(kernel)), values_of(kernel), sums_of(kernel)
    written = [result.name for result in kernel.results if result.name not in totals]
    lines, factors, trapped = [], [], False
    for result in kernel.results:
        if result.name in totals:
            factor, addend = _without_halves(values[result.name])
            factors.append(f"{DOUBLE.number(factor)} * " if factor != 1 else "")
            value = printer.print(addend)
            lines.append(f"{result.name}_part[lane] += {value};")
            continue
        value = printer.print(values[result.name])
        lines.append(f"const {real.c} {result.name}_value = {value};")
        lines.append(f"to_{result.name}[j] = {result.name}_value;")
        seen = result.name in sums or _finite_with_the_sums(values[result.name], kernel, sums) or _negative_of_another(values, result.name)
        if not seen:
            lines.append(f"trap[lane] += 0.0{real.literal} * {result.name}_value;")
            trapped = True
    lines += [f"doubt[lane] |= {text};" for text in _doubts(kernel, real)]
    added = [f"{total}_part" for total in totals] + ["trap"] * trapped
    return Pass(
        name=name,
        stores=[Target(output, place) for place, output in enumerate(written)],
        totals=[f"{total}_total" for total in totals],
        added=added,
        prefetch=_prefetch(kernel, written),
        lines=lines,
        collect=[f"collect{real.ours}({total}_total, {total}_part);" for total in totals]
        + [f"doubt[0] |= sum_of{real.ours}(trap) == 0.0{real.literal} ? 0u : {real.whole(1 << (real.width - 1))};"] * trapped,
        finish=[f"sums[{place}] = {factors[place]}sum_of({total}_total);" for place, total in enumerate(totals)]
        + ["(void)sums;"] * (not totals)
        + ["(void)out;"] * (not written)
        + [f"return (any_of{real.ours}(doubt) >> {real.width - 1 - real.fraction}) != 0u;"],
    )


def values_of(kernel: LoopKernel) -> dict[str, sp.Expr]:
    """What each result is for one element: its value, or what is added to it."""
    return {str(part.result): part.value for part in kernel.statements if not isinstance(part, Assign)}


def sums_of(kernel: LoopKernel) -> list[str]:
    """The results that are sums; they come first."""
    summed = {str(part.result) for part in kernel.statements if isinstance(part, Accumulate)}
    names = [result.name for result in kernel.results]
    if set(names[: len(summed)]) != summed:
        raise ValueError(f"kernel {kernel.name}: the results {', '.join(names)} do not begin with the sums {', '.join(sorted(summed))}")
    return names[: len(summed)]


def reciprocals(kernel: LoopKernel) -> dict[sp.Symbol, str]:
    """The arguments by which a kernel divides more than once, and the names of their reciprocals."""
    parts = [node for part in kernel.statements for node in sp.preorder_traversal(part.value)]
    used = [part.args[1] if isinstance(part, logratiomx) else divisor(part) for part in parts]
    often = [argument for argument in kernel.arguments if argument.positive and used.count(argument.symbol) > 1]
    return {argument.symbol: f"over_{argument.name}" for argument in often}


def _prefetch(kernel: LoopKernel, written: list[str]) -> list[str]:
    """Cache lines are asked for a few packs ahead, those that will be written too."""
    places = [f"from_{identifier(argument.name)}" for argument in kernel.arguments] + [f"to_{name}" for name in written]
    return [f"PREFETCH({place} + pack);" for place in places]


# ---------------------------------------------------------------------------------------------------- sums


def _without_halves(value: sp.Expr) -> tuple[sp.Rational, sp.Expr]:
    """A sum with a half in one of its terms, as 1/2 and the sum of the doubled terms: one multiplication, at the end of the row."""
    half = sp.Rational(1, 2)
    terms = [_coefficient(term) for term in sp.Add.make_args(value)]
    if all(abs(number) != half for number, _ in terms):
        return sp.S.One, value
    doubled = [rest if number == half else sp.Mul(2 * number, rest, evaluate=False) for number, rest in terms]
    return half, sp.Add(*doubled, evaluate=False) if len(doubled) > 1 else doubled[0]


def _coefficient(term: sp.Expr) -> tuple[sp.Rational, sp.Expr]:
    """The number in front of a product, and the rest in its order."""
    if term.is_Rational:
        return term, sp.S.One
    if not isinstance(term, sp.Mul):
        return sp.S.One, term
    first, *others = term.args
    number, rest = _coefficient(first)
    if rest == 1 and len(others) == 1:
        inner, rest = _coefficient(others[0])
        return number * inner, rest
    return number, sp.Mul(*([] if rest == 1 else [rest]), *others, evaluate=False)


# ---------------------------------------------------------------------------------------------------- elements out of range


def _doubts(kernel: LoopKernel, real: Real) -> list[str]:
    """What says whether an element is out of range: once for each argument of a function, and for each positive parameter."""
    found = [f"doubt_of_positive{real.ours}({identifier(argument.name)})" for argument in kernel.arguments if argument.positive]
    calls = [node for part in kernel.statements for node in sp.preorder_traversal(part.value) if type(node) in DOUBTS]
    found += [f"{DOUBTS[type(node)]}{real.ours}({', '.join(map(real.printer.print, node.args))})" for node in calls]
    return list(dict.fromkeys(found))


def _finite_with_the_sums(value: sp.Expr, kernel: LoopKernel, sums: list[str]) -> bool:
    """An argument, or half of expm1(x) where half of expm1mx(x) >= 0 is part of a sum, cannot overflow unless that sum does."""
    names = {argument.symbol for argument in kernel.arguments}
    if value in names:
        return bool(sums)
    halves = {node for part in kernel.statements if str(getattr(part, "result", "")) in sums for node in part.value.atoms(expm1mx)}
    inner = value.args[1] if isinstance(value, sp.Mul) and value.args[0] == sp.Rational(1, 2) and len(value.args) == 2 else value
    return isinstance(inner, expm1) and expm1mx(*inner.args) in halves


def _negative_of_another(values: Mapping[str, sp.Expr], name: str) -> bool:
    """Is a result another one with the opposite sign?"""
    return any(values[name] == sp.Mul(-1, value, evaluate=False) for other, value in values.items() if other != name)
