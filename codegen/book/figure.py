"""The moving picture of a divergence of two univariate laws: its densities, terms and gradient as functions in JavaScript.

What moves is printed from the density of the family, the last line of the theorem and the last lines of the theorems of its
gradient; static/figure.js draws whatever functions it is given and knows none of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from markupsafe import Markup
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.jscode import JavascriptCodePrinter

from closedform.derive.derivation import Theorem
from closedform.derive.families import FAMILIES
from closedform.derive.nodes import KL, Law, Paren
from closedform.derive.rewrite import mul, substitute
from closedform.derive.show.notation import Pen, write
from closedform.derive.special import expm1
from closedform.derive.theorems.subjects import GRADIENT

from .steps import display, math

PER_COORDINATE = "_per_dim"
REACH = 3.0  # parameters on the real line run from -REACH to REACH
LEAST, MOST = 0.1, 3.0  # where a positive parameter runs


@dataclass(frozen=True)
class Slider:
    """A parameter to move: where it runs, and where it begins."""

    name: str
    math: Markup
    least: float
    most: float
    start: float


@dataclass(frozen=True)
class Figure:
    """`theorem` is the one whose formulas move, by the parameters that are `moved`; `terms` add up to its last line."""

    theorem: str
    moved: tuple[str, ...]
    sliders: tuple[Slider, ...]
    across: Markup
    up: Markup
    terms: tuple[Markup, ...]
    total: Markup
    script: Markup


def figure_of(theorem: Theorem, theorems: Mapping[str, Theorem]) -> Figure | None:
    """The picture of the theorem, or of one coordinate of it; None where there is nothing to move or its gradient is not told."""
    theorem = theorems.get(theorem.name + PER_COORDINATE, theorem)
    if not _moves(theorem):
        return None
    moved = [parameter for parameter in theorem.parameters if parameter in theorem.lhs.args[0].free_symbols]
    gradients = [theorems.get(f"{theorem.name}{GRADIENT}{parameter}") for parameter in moved]
    if len(moved) != 2 or None in gradients:
        return None
    try:
        script = _script(theorem, moved, [found.rhs for found in gradients if found])
    except PrintMethodNotImplementedError:
        return None
    pen = Pen({law: str(number) for number, law in enumerate(theorem.lhs.args, 1)})
    return Figure(
        theorem=theorem.name,
        moved=tuple(map(str, moved)),
        sliders=tuple(_slider(theorem, parameter) for parameter in theorem.parameters),
        across=math(write(moved[0])),
        up=math(write(moved[1])),
        terms=tuple(display((write(term, pen), "")) for term in addends(theorem.rhs)),
        total=display((write(theorem.lhs, pen), "")),
        script=Markup(script),
    )


def _moves(theorem: Theorem) -> bool:
    laws = theorem.lhs.args
    univariate = isinstance(theorem.lhs, KL) and all(isinstance(law, Law) and law.family == "normal" for law in laws)
    return univariate and bool(theorem.parameters) and all(parameter.is_Symbol for parameter in theorem.parameters)


def addends(line: sp.Expr) -> tuple[sp.Expr, ...]:
    """The terms of a line, what stands in front of a bracket multiplied into it."""
    if isinstance(line, sp.Add):
        return tuple(term for part in line.args for term in addends(part))
    if isinstance(line, sp.Mul):
        sums = [factor for factor in line.args if isinstance(factor, sp.Add)]
        if len(sums) == 1:
            return tuple(mul(*(term if factor is sums[0] else factor for factor in line.args)) for term in sums[0].args)
    return (line,)


def _slider(theorem: Theorem, parameter: sp.Symbol) -> Slider:
    """Law 1 begins apart from law 2."""
    first = parameter in theorem.lhs.args[0].free_symbols
    positive = any(fact.function.name == "positive" and fact.arguments[0] == parameter for fact in theorem.hypotheses.sorted())
    if positive:
        return Slider(str(parameter), math(write(parameter)), LEAST, MOST, 0.5 if first else 1.0)
    return Slider(str(parameter), math(write(parameter)), -REACH, REACH, 1.0 if first else 0.0)


# ---------------------------------------------------------------------------------------------------- JavaScript


class JavaScript(JavascriptCodePrinter):
    """SymPy's printer, which learns the nodes of ours that a picture needs and refuses the others."""

    def __init__(self) -> None:
        super().__init__({"strict": True})

    def _print_Paren(self, node: Paren) -> str:
        return f"({self._print(node.args[0])})"

    def _print_expm1(self, node: expm1) -> str:
        return f"Math.expm1({self._print(node.args[0])})"


def _script(theorem: Theorem, moved: list[sp.Symbol], gradients: list[sp.Expr]) -> str:
    names = ", ".join(map(str, theorem.parameters))

    def functions(expressions: list[sp.Expr], arguments: str) -> str:
        return "[" + ", ".join(f"({arguments}) => {JavaScript().doprint(expression)}" for expression in expressions) + "]"

    point = FAMILIES["normal"].point
    return "\n".join(
        [
            "window.closedformFigure = {",
            f"  parameters: {json.dumps(list(map(str, theorem.parameters)))},",
            f"  moved: {json.dumps(list(map(str, moved)))},",
            f"  densities: {functions([density(law) for law in theorem.lhs.args], f'{point}, {names}')},",
            f"  terms: {functions(list(addends(theorem.rhs)), names)},",
            f"  total: {functions([theorem.rhs], names)}[0],",
            f"  gradient: {functions(gradients, names)},",
            "};",
        ]
    )


def density(law: Law) -> sp.Expr:
    """The density of the law at the point of its family."""
    family = FAMILIES[law.family]
    return substitute(family.density, dict(zip(family.parameters, law.parameters, strict=True)))
