"""What the headers declare, and the tables from which ufuncs are made: one entry a kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ... import prose
from ...kernel import Kernel
from .spelling import DOUBLE, REALS, Real, identifier


@dataclass(frozen=True)
class Declaration:
    """One function of the header."""

    doc: str
    prototype: str


@dataclass(frozen=True)
class Entry:
    """A kernel in the table from which the ufuncs are made."""

    name: str
    doc: str
    inputs: int
    outputs: int
    signature: str


def declarations(kernel: Kernel, prototype: Callable[[Real], str], description: Sequence[str]) -> list[Declaration]:
    """The kernel in both types; what it computes is told once."""
    told = "/* " + "\n".join("   " + line if line else "" for line in description).lstrip() + " */"
    return [Declaration(told if real is DOUBLE else f"/* {kernel.name} in {real.c}. */", prototype(real)) for real in REALS]


def entry(kernel: Kernel) -> Entry:
    doc = prose.summary(kernel).replace('"', r"\"")
    return Entry(kernel.name, doc, len(kernel.arguments), len(kernel.results), kernel.signature)


def prototype(kernel: Kernel, real: Real) -> str:
    """The plain entry point of a kernel of arrays: sizes, arguments row by row, and where there are several results places for them."""
    parameters = [f"size_t {size}" for size in kernel.sizes]
    parameters += [f"const {real.c} *{identifier(argument.name)}" for argument in kernel.arguments]
    single = len(kernel.results) == 1
    if not single:
        parameters += [f"{real.c} *kl_", *(f"{real.c} *{result.name}" for result in kernel.results[1:])]
    return f"{real.c if single else 'void'} CLOSEDFORM({kernel.name}{real.ours})({', '.join(parameters)})"
