"""Which kernels are made, and from which theorems.

Every theorem `<kernel>_stable` gives the kernels `<kernel>` and `<kernel>_value_and_grad`; the second also needs the theorems
`<kernel>_by_<parameter>`, one for each parameter. To add a kernel, prove its theorems; nothing is written here. The two tables below
are for kernels that read another theorem.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from closedform.derive.derivation import Theorem

from .arrange import LoweringError
from .kernel import Kernel
from .lower import lower, lower_summand, lower_terms

STABLE = "_stable"
VALUE_AND_GRAD = "_value_and_grad"

# kernel -> the kernel whose sum over dimensions it leaves unsummed
PER_DIMENSION = {"kl_vae_per_dim": "kl_vae"}
# kernel -> the theorem whose named terms it returns
TERMS = {"kl_vae_terms": "kl_vae"}

Lower = Callable[[Mapping[str, Theorem]], Kernel]


@dataclass(frozen=True)
class Entry:
    """A kernel to be made: its name, and how, once the theorems can be asked for."""

    name: str
    make: Lower


def catalogue(names: Iterable[str]) -> tuple[Entry, ...]:
    """The kernels that can be made of theorems of these names, in order."""
    entries: list[Entry] = []
    for value in sorted(name.removesuffix(STABLE) for name in names if name.endswith(STABLE)):
        entries += _value_and_gradients(value, value, lower)
        entries += [part for kernel, whole in PER_DIMENSION.items() if whole == value for part in _value_and_gradients(kernel, value, lower_summand)]
        entries += [_terms(kernel, theorem) for kernel, theorem in TERMS.items() if theorem == value]
    return tuple(entries)


def kernels(theorems: Mapping[str, Theorem]) -> tuple[Kernel, ...]:
    """Every kernel; a theorem that one of them needs and that is missing is an error."""
    made = tuple(entry.make(theorems) for entry in catalogue(theorems))
    names = {kernel.name for kernel in made}
    missing = sorted((PER_DIMENSION.keys() | TERMS.keys()) - names)
    if missing:
        needed = {PER_DIMENSION.get(name) or TERMS[name] for name in missing}
        raise LoweringError(f"no kernel {', '.join(missing)}: it is made with theorem {', '.join(sorted(need + STABLE for need in needed))}, which is missing")
    return made


def _value_and_gradients(name: str, value: str, make: Callable[..., Kernel]) -> list[Entry]:
    def value_alone(theorems: Mapping[str, Theorem]) -> Kernel:
        return make(name, _find(theorems, value + STABLE, name))

    def with_gradients(theorems: Mapping[str, Theorem]) -> Kernel:
        theorem = _find(theorems, value + STABLE, name)
        gradients = [_find(theorems, f"{value}_by_{parameter}", name + VALUE_AND_GRAD) for parameter in theorem.parameters]
        return make(name + VALUE_AND_GRAD, theorem, gradients)

    return [Entry(name, value_alone), Entry(name + VALUE_AND_GRAD, with_gradients)]


def _terms(name: str, theorem: str) -> Entry:
    return Entry(name, lambda theorems: lower_terms(name, _find(theorems, theorem, name)))


def _find(theorems: Mapping[str, Theorem], name: str, kernel: str) -> Theorem:
    if name not in theorems:
        near = difflib.get_close_matches(name, theorems, n=3)
        hint = f"; there are {', '.join(near)}" if near else ""
        raise LoweringError(f"kernel {kernel} is made from theorem {name}, which is missing{hint}\n  add it to derive/theorems/")
    return theorems[name]
