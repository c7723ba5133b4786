"""Which kernels of thin matrices are made, and from which theorems: the names of the theorems say it.

    theorem `<kernel>_lowrank_difference`                               the kernel `<kernel>_lowrank`
    the same with theorems `<kernel>_lowrank_by_<parameter>`            the kernel `<kernel>_lowrank_value_and_grad`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from closedform.derive.derivation import Theorem

from .lower import lower_low_rank
from .program import LowRankKernel

LOW_RANK, DIFFERENCE, VALUE_AND_GRAD = "_lowrank", "_difference", "_value_and_grad"

Make = Callable[[Mapping[str, Theorem]], LowRankKernel]


def promised(theorems: Mapping[str, Theorem]) -> dict[str, Make]:
    """The kernels by name, and how each is made once theorems can be asked for."""
    found: dict[str, Make] = {}
    for name in theorems:
        kernel = name.removesuffix(DIFFERENCE)
        if name.endswith(LOW_RANK + DIFFERENCE):
            found[kernel] = _made(kernel, name, [])
            gradients = [f"{kernel}_by_{parameter}" for parameter in theorems[name].parameters]
            if all(gradient in theorems for gradient in gradients):
                found[kernel + VALUE_AND_GRAD] = _made(kernel + VALUE_AND_GRAD, name, gradients)
    return found


def _made(name: str, value: str, gradients: list[str]) -> Make:
    return lambda theorems: lower_low_rank(name, theorems[value], [theorems[gradient] for gradient in gradients])
