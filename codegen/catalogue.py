"""Which kernels are made, and from which theorems: the names of the theorems say it.

    theorem `<kernel>_stable`           the kernel `<kernel>`, and with the theorems `<kernel>_by_<parameter>`, one for each
                                        parameter, the kernel `<kernel>_value_and_grad`
    theorem `<kernel>_terms`            the kernel of that name, which returns the named terms

and for kernels of matrices matrix/promised.py and low_rank/promised.py. To add a kernel, prove its theorems; nothing is written here.
A `_stable` theorem with a matrix among its parameters is `waiting`: such kernels are loops over numbers and columns.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp

from closedform.derive.derivation import Theorem

from .arrange import LoweringError
from .kernel import Kernel
from .low_rank import promised as low_rank
from .lower import lower, lower_terms
from .matrix.promised import promised

STABLE, TERMS, VALUE_AND_GRAD = "_stable", "_terms", "_value_and_grad"


@dataclass(frozen=True)
class Entry:
    """A kernel to be made: its name, and how, once theorems can be asked for."""

    name: str
    make: Callable[[Mapping[str, Theorem]], Kernel]


def promising(theorems: Mapping[str, Theorem]) -> list[str]:
    """The theorems whose names promise a kernel."""
    return [name for name in theorems if name.endswith((STABLE, TERMS))]


def waiting(theorems: Mapping[str, Theorem]) -> tuple[str, ...]:
    """Those that no loop can compute, because a parameter is a matrix."""
    return tuple(name for name in promising(theorems) if any(_is_matrix(parameter) for parameter in theorems[name].parameters))


def _is_matrix(parameter: sp.Basic) -> bool:
    return isinstance(parameter, sp.MatrixSymbol) and parameter.shape[1] != 1


def catalogue(theorems: Mapping[str, Theorem]) -> tuple[Entry, ...]:
    """The kernels that the theorems promise, in the order of their names."""
    entries = [Entry(name, make) for name, make in promised(theorems).items()]
    entries += [Entry(name, thin) for name, thin in low_rank.promised(theorems).items()]
    for name in sorted(set(promising(theorems)) - set(waiting(theorems))):
        if name.endswith(STABLE):
            kernel = name.removesuffix(STABLE)
            entries += [Entry(kernel, _value(kernel)), Entry(kernel + VALUE_AND_GRAD, _value_and_gradients(kernel))]
        else:
            entries.append(Entry(name, _terms(name)))
    return tuple(sorted(entries, key=lambda entry: entry.name))


def kernels(theorems: Mapping[str, Theorem], progress: Callable[[str], None] = lambda _: None) -> tuple[Kernel, ...]:
    """Every kernel; a theorem that one of them needs and that is missing is an error."""
    made = []
    for entry in catalogue(theorems):
        made.append(entry.make(theorems))
        progress(entry.name)
    if not made:
        raise LoweringError(f"no theorem is called <kernel>{STABLE} or <kernel>{TERMS}, so there is no kernel to make")
    return tuple(made)


def _value(kernel: str) -> Callable[[Mapping[str, Theorem]], Kernel]:
    return lambda theorems: lower(kernel, _find(theorems, kernel + STABLE, kernel))


def _value_and_gradients(kernel: str) -> Callable[[Mapping[str, Theorem]], Kernel]:
    def make(theorems: Mapping[str, Theorem]) -> Kernel:
        name, value = kernel + VALUE_AND_GRAD, _find(theorems, kernel + STABLE, kernel)
        return lower(name, value, [_find(theorems, f"{kernel}_by_{parameter}", name) for parameter in value.parameters])

    return make


def _terms(kernel: str) -> Callable[[Mapping[str, Theorem]], Kernel]:
    return lambda theorems: lower_terms(kernel, _find(theorems, kernel, kernel))


def _find(theorems: Mapping[str, Theorem], name: str, kernel: str) -> Theorem:
    if name in theorems:
        return theorems[name]
    near = difflib.get_close_matches(name, theorems, n=3)
    hint = f"; there are {', '.join(near)}" if near else ""
    raise LoweringError(f"kernel {kernel} is made from theorem {name}, which is missing{hint}\n  add it to derive/theorems/")
