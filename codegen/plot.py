"""`closedform plot`: what the terms of a divergence do, where its gradient pulls, and what the textbook formula loses near collapse.

The sum and the gradient are computed by the kernels, the terms by the last line of the theorem, the paths of the gradient flow by the
theorems that solve it. Law 2 stands still: every real parameter of it is 0, every positive one 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import sympy as sp

from closedform.derive.derivation import Theorem
from closedform.derive.nodes import At, Gradient, Paren
from closedform.derive.rule import DeriveError
from closedform.derive.show.notation import write
from closedform.derive.show.tex import WebTex

from .book.figure import Figure as Moving
from .book.figure import addends, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]
FORMATS = (".png", ".svg", ".pdf")
DIGITS = 50
POINTS = 401


class NoPicture(DeriveError):
    """Nothing can be drawn; the text says what is missing."""


@dataclass(frozen=True)
class Subject:
    """What is drawn: the theorem of one coordinate, the two parameters that move, the values of all others, and the kernels."""

    theorem: Theorem
    gradients: tuple[Theorem, Theorem]
    across: sp.Symbol
    up: sp.Symbol
    least: tuple[float, float]
    most: tuple[float, float]
    fixed: Mapping[sp.Symbol, float]
    equal: float  # the value of `up` at which the laws are equal, where `across` is 0
    value: Callable[..., Array]
    value_and_grad: Callable[..., tuple[Array, ...]]

    def arguments(self, across: npt.ArrayLike, up: npt.ArrayLike) -> list[npt.ArrayLike]:
        """In the order of the kernel."""
        given = {self.across: across, self.up: up, **self.fixed}
        return [given[parameter] for parameter in self.theorem.parameters]

    def evaluated(self, expression: sp.Expr, across: npt.ArrayLike, up: npt.ArrayLike) -> Array:
        """An expression of the theorem in float64, as it stands."""
        function = sp.lambdify(self.theorem.parameters, without_brackets(expression), "numpy")
        return np.asarray(np.broadcast_arrays(function(*self.arguments(across, up)), across, up)[0], dtype=float)


def draw(name: str, out: Path, theorems: Mapping[str, Theorem]) -> None:
    """Write the picture of a theorem to a file; the suffix says in which format.

    Raises NoPicture without matplotlib, for another format, and for a theorem of which there is no picture; UnknownName for a name
    that is no theorem's.
    """
    if out.suffix not in FORMATS:
        raise NoPicture(f"{out} has no suffix that says how to draw: use {', '.join(FORMATS)}")
    subject = subject_of(theorems[name], theorems)
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise NoPicture("a picture needs matplotlib: pip install 'closedform[plot]'") from None
    figure = Figure(figsize=(15, 4.6), layout="constrained")
    terms, field, error = figure.subplots(1, 3)
    draw_terms(terms, subject)
    draw_field(field, subject, theorems)
    draw_error(error, subject)
    figure.suptitle(f"{subject.theorem.title[:1].upper()}{subject.theorem.title[1:]} ({subject.theorem.name})")
    # Without dates and random names the same picture is the same file.
    left_out = {".png": "Software", ".svg": "Date", ".pdf": "CreationDate"}[out.suffix]
    with rc_context({"svg.hashsalt": name}):
        figure.savefig(out, dpi=160, metadata={left_out: None})


def subject_of(theorem: Theorem, theorems: Mapping[str, Theorem]) -> Subject:
    """Raises NoPicture unless the theorem, or one coordinate of it, moves two numbers, and there are kernels for it."""
    moving = figure_of(theorem, theorems)
    from closedform import generated

    if moving is None or not hasattr(generated, f"{moving.theorem}_value_and_grad"):
        drawn = ("kl_vae", "kl_normal", "kl_normal_logvar")
        raise NoPicture(f"there is no picture of {theorem.name}, which has no two numbers to move; there is of {', '.join(drawn)}")
    return _subject(theorems[moving.theorem], moving, theorems, vars(generated))


def _subject(theorem: Theorem, moving: Moving, theorems: Mapping[str, Theorem], kernels: Mapping[str, Callable[..., object]]) -> Subject:
    across, up = (parameter for parameter in theorem.parameters if str(parameter) in moving.moved)
    ranges = {slider.name: slider for slider in moving.sliders}
    others = {parameter: ranges[str(parameter)] for parameter in theorem.parameters if parameter not in (across, up)}
    by_across, by_up = (theorems[f"{theorem.name}_by_{parameter}"] for parameter in (across, up))
    return Subject(
        theorem=theorem,
        gradients=(by_across, by_up),
        across=across,
        up=up,
        least=(ranges[str(across)].least, ranges[str(up)].least),
        most=(ranges[str(across)].most, ranges[str(up)].most),
        fixed={parameter: slider.start for parameter, slider in others.items()},
        equal=1.0 if ranges[str(up)].least > 0 else 0.0,
        value=kernels[theorem.name],  # type: ignore[arg-type]
        value_and_grad=kernels[f"{theorem.name}_value_and_grad"],  # type: ignore[arg-type]
    )


# ---------------------------------------------------------------------------------------------------- three panels


def draw_terms(axes: Axes, subject: Subject) -> None:
    """Each term, and the divergence, over the second parameter, with the first one 1 from where the laws are equal."""
    up = np.linspace(subject.least[1], subject.most[1], POINTS)
    across = np.ones_like(up)
    for term in addends(subject.theorem.rhs):
        axes.plot(up, subject.evaluated(term, across, up), label=label(term), linewidth=1.2)
    axes.plot(up, subject.value(*subject.arguments(across, up)), label="the divergence", color="black", linewidth=2)
    axes.axhline(0, color="grey", linewidth=0.6)
    axes.set_ylim(-3, 6)
    axes.set(xlabel=label(subject.up), ylabel="nats", title=f"Terms, at {label(subject.across)} $= 1$")
    axes.legend(fontsize="small")


def draw_field(axes: Axes, subject: Subject, theorems: Mapping[str, Theorem]) -> None:
    """The negative gradient, and the lines along which it carries the parameters."""
    (left, low), (right, high) = subject.least, subject.most
    grid = np.meshgrid(np.linspace(left, right, 17), np.linspace(low, high, 17))
    slope = dict(zip(["value", *subject.theorem.parameters], subject.value_and_grad(*subject.arguments(*grid)), strict=True))
    pull = [-slope[subject.across], -slope[subject.up]]
    size = np.hypot(*pull)
    shrink = np.tanh(size) / np.where(size > 0, size, 1)
    axes.quiver(*grid, *(part * shrink for part in pull), angles="xy", color="0.65", width=0.003)
    paths = flow(subject, theorems)
    if paths is None:
        axes.streamplot(grid[0], grid[1], pull[0], pull[1], color="tab:blue", linewidth=0.8, arrowsize=0.8, density=0.7)
    else:
        _draw_paths(axes, subject, *paths)
    axes.set(xlim=(left, right), ylim=(low, high), xlabel=label(subject.across), ylabel=label(subject.up))
    axes.set_title("Negative gradient and its flow")


def _draw_paths(axes: Axes, subject: Subject, across: sp.Expr, up: sp.Expr) -> None:
    """From starts on the edge of the picture, forwards in time."""
    time = np.concatenate([np.linspace(0, 2, 100), np.linspace(2, 20, 100)])
    for start in np.linspace(subject.least[0], subject.most[0], 9):
        for edge in (subject.least[1], subject.most[1]):
            axes.plot(_along(across, start, time), _along(up, edge, time), color="tab:blue", linewidth=0.9)


def draw_error(axes: Axes, subject: Subject) -> None:
    """Relative errors where the laws nearly agree, of the textbook line in float64 and of the kernel, against 50 digits."""
    gaps = np.logspace(-10, 0, 121)
    up = subject.equal + gaps
    across = np.zeros_like(up)
    exact = [reference(subject, float(value)) for value in up]
    for found, name, style in (
        (subject.evaluated(subject.theorem.rhs, across, up), "the textbook formula", "."),
        (subject.value(*subject.arguments(across, up)), "the kernel", "-"),
    ):
        errors = [float(abs(sp.Float(float(value), DIGITS) / true - 1)) for value, true in zip(found, exact, strict=True)]
        axes.loglog(gaps, np.maximum(errors, 1e-17), style, label=name)
    axes.axhline(1, color="grey", linewidth=0.6)
    gap = label(subject.up) + (f" $- {subject.equal:.0f}$" if subject.equal else "")
    axes.set(xlabel=gap, ylabel="relative error", title="Near collapse, in float64")
    axes.legend(fontsize="small")


def reference(subject: Subject, up: float) -> sp.Float:
    """The last line of the theorem to 50 digits, at the very float64 number."""
    given = dict(zip(subject.theorem.parameters, subject.arguments(0.0, up), strict=True))
    exact = {parameter: sp.Rational(value) for parameter, value in given.items()}
    return sp.N(without_brackets(subject.theorem.rhs).subs(exact), DIGITS)


# ---------------------------------------------------------------------------------------------------- the flow


def flow(subject: Subject, theorems: Mapping[str, Theorem]) -> tuple[sp.Expr, sp.Expr] | None:
    """The paths of both parameters along the negative gradient, from the theorems that say they solve its equation."""
    solved = [theorems[name] for name in theorems if name.startswith("flow_")]
    across, up = (_path(gradient.lhs, solved) for gradient in subject.gradients)
    return None if across is None or up is None else (across, up)


def _path(gradient: sp.Expr, solved: list[Theorem]) -> sp.Expr | None:
    """velocity + gradient along the path = 0 names the path."""
    for theorem in solved:
        at = [node for node in theorem.lhs.args if isinstance(node, At) and node.args[0] == gradient]
        if theorem.rhs == 0 and at and any(isinstance(node, Gradient) and node.args[0] == at[0].args[2] for node in theorem.lhs.args):
            return at[0].args[2]
    return None


def _along(path: sp.Expr, start: float, time: Array) -> Array:
    """The path that begins at `start`."""
    t, constant = sorted(path.free_symbols, key=lambda symbol: str(symbol) != "t")
    found = without_brackets(path)
    (begins,) = sp.solve(found.subs(t, 0) - sp.Float(start), constant)
    return np.asarray(np.broadcast_arrays(sp.lambdify(t, found.subs(constant, begins), "numpy")(time), time)[0], dtype=float)


# ---------------------------------------------------------------------------------------------------- words and numbers


def without_brackets(expression: sp.Expr) -> sp.Expr:
    """The same number, in nodes that SymPy itself can evaluate."""
    return expression.replace(Paren, lambda inner: inner) if expression.has(Paren) else expression


def label(expression: sp.Basic) -> str:
    """The expression for matplotlib, which has one size of fraction."""
    return f"${WebTex(small=True).draw(write(expression))}$".replace(r"\tfrac", r"\frac")


