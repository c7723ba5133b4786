"""What the reader of a kernel is told, in whatever language: formula, shapes, unit, domain, errors, where it comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import sympy as sp

from closedform.derive.nodes import Abbreviation, LogDet1pmx
from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

from .formula import formula
from .kernel import Argument, Kernel, Result, Role

WIDTH = 116
MEANINGS = {
    expm1: "expm1(x) = e^x - 1",
    expm1mx: "expm1mx(x) = e^x - 1 - x",
    log1pmx: "log1pmx(x) = log(1 + x) - x",
    logratiomx: "logratiomx(a, b) = log(a/b) - (a - b)/b",
    LogDet1pmx: "logdet1pmx(A, B) = log(|A + B|/|A|) - tr(A^-1 B)",
}


def summary(kernel: Kernel) -> str:
    """The first sentence."""
    by = [result.gradient_by for result in kernel.results if result.gradient_by]
    subject = formula(kernel.subject)
    if kernel.results[0].role is Role.TERM:
        what = f"The terms {listed([result.name for result in kernel.results])} of {subject}"
    else:
        what = f"{subject} in nats"
    return what + (f", and its gradient by {listed([str(name) for name in by])}." if by else ".")


def formulas(kernel: Kernel) -> list[str]:
    """One line a result, then what its letters and functions stand for."""
    width = max(len(name) for name, _ in kernel.formula)
    lines = [f"{name:{width}} = {formula(expression)}" for name, expression in kernel.formula]
    nodes = {node for _, expression in kernel.formula for node in sp.preorder_traversal(expression)}
    shorts = {node.name: node.body for node in nodes if isinstance(node, Abbreviation)}
    lines += [f"where {name} = {formula(body)}" for name, body in sorted(shorts.items())]
    return lines + [f"where {text}" for function, text in MEANINGS.items() if any(isinstance(node, function) for node in nodes)]


def shaped(parts: Sequence[Argument | Result]) -> str:
    """mu1 (..., k) and cov1 (..., k, k)."""
    return listed([f"{part.name} ({', '.join(['...', *part.dims])})" for part in parts])


def domain(kernel: Kernel) -> str:
    positive = [argument.name for argument in kernel.arguments if argument.positive]
    real = [argument.name for argument in kernel.arguments if not argument.positive]
    return "Domain: " + "; ".join([f"{listed(real)} real"] * bool(real) + [f"{listed(positive)} > 0"] * bool(positive)) + "."


def edges(kernel: Kernel, invalid: str) -> str:
    """What happens where a law degenerates, and outside the domain; `invalid` is how the language tells the latter."""
    at = ", ".join([f"{argument.name} = 0" for argument in kernel.arguments if argument.positive] + ["an infinite argument"])
    roles = {result.role for result in kernel.results}
    limits = [f"{role.value}s" for role in (Role.TERM, Role.GRADIENT) if role in roles]
    told = ["kl is +inf"] * (Role.DIVERGENCE in roles) + [f"{listed(limits)} are the limits of their formulas"] * bool(limits)
    nan = "Where both do, for NaN and outside the domain" if all(laws(kernel)) else "For NaN and outside the domain"
    return f"Where one law degenerates ({at}), {listed(told)}. {nan}: {invalid}."


def origin(kernel: Kernel, *, digests: bool) -> str:
    """The theorems; with their digests where nothing else in the file names them."""
    noun = "Theorem" if len(kernel.sources) == 1 else "Theorems"
    return f"{noun}: {', '.join(source.theorem + f' {source.digest}' * digests for source in kernel.sources)}."


def description(kernel: Kernel, remarks: Sequence[str], *, digests: bool = True) -> list[str]:
    """Summary, formulas, remarks one after another, and the theorems, in lines of at most WIDTH characters; "" is a blank line."""
    lines = [*wrapped(summary(kernel)), ""]
    for text in formulas(kernel):
        lines += wrapped(text, indent="    ")
    lines.append("")
    for text in (*remarks, origin(kernel, digests=digests)):
        lines += wrapped(text)
    return lines


RAISES = "Raises: TypeError for complex, object and masked arguments and for unknown options; ValueError for shapes that do not fit."
OPTIONS = {
    "out": "out (where the result goes)",
    "where": "where (a mask, with out: what it leaves out stays as it was)",
    "axis": "axis (of k, the last one unless given)",
    "axes": "axes (a list of those of each argument and result)",
    "keepdims": "keepdims",
    "dtype": "dtype (in what is computed: float32 or float64)",
    "casting": "casting",
}


def options(kernel: Kernel) -> list[str]:
    """The options that a kernel shares with NumPy's ufuncs."""
    dims = [argument.dims for argument in kernel.arguments]
    if not any(dims):
        own = ["where"]
    elif any(len(each) != 1 for each in dims):
        own = ["axes"]
    else:
        own = ["axis", "axes"] if any(result.dims for result in kernel.results) else ["axis", "axes", "keepdims"]
    return ["out", *own, "dtype", "casting"]


def options_and_types(kernel: Kernel) -> list[str]:
    """What a user of NumPy is told about the options and the types of every kernel."""
    meanings = OPTIONS | ({"out": "out (a tuple of arrays, or None, one for each result)"} if len(kernel.results) > 1 else {})
    return [
        f"Options, as of NumPy's ufuncs: {listed([meanings[name] for name in options(kernel)])}.",
        "Types: float32 stays float32, float16 computes as float32, integers and mixed arguments as float64; a Python number takes the"
        " type of the arrays beside it.",
    ]


def wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "    " * bool(indent), break_long_words=False)


def listed(names: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def laws(kernel: Kernel) -> list[list[Argument]]:
    """The arguments of law 1 and those of law 2."""
    return [[argument for argument in kernel.arguments if argument.law == number] for number in (1, 2)]
