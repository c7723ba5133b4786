"""Which kernels of matrices are made, and from which theorems: the names of the theorems say it.

    theorem `<kernel>_difference`, beside a theorem `<kernel>_chol`     the kernel `<kernel>_chol`, of factors
    the same with theorems `<kernel>_chol_by_<parameter>`               the kernel `<kernel>_chol_value_and_grad`
    the same beside a theorem `<kernel>` of as many parameters          the kernel `<kernel>`, which factors its matrices
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from closedform.derive.derivation import Theorem

from .lower import lower_factors, lower_matrices
from .program import MatrixKernel
from .slopes import with_gradients

DIFFERENCE, FACTORS, VALUE_AND_GRAD = "_difference", "_chol", "_value_and_grad"


def promised(theorems: Mapping[str, Theorem]) -> dict[str, Callable[[Mapping[str, Theorem]], MatrixKernel]]:
    """The kernels by name, and how each is made once theorems can be asked for."""
    found: dict[str, Callable[[Mapping[str, Theorem]], MatrixKernel]] = {}
    for name in theorems:
        law = name.removesuffix(DIFFERENCE)
        if name.endswith(DIFFERENCE) and law + FACTORS in theorems:
            found[law + FACTORS] = _of_factors(law, name)
            if all(gradient in theorems for gradient in _gradients(theorems, law)):
                found[law + FACTORS + VALUE_AND_GRAD] = _with_gradients(law, name)
            if law in theorems and len(theorems[law].parameters) == len(theorems[name].parameters):
                found[law] = _of_matrices(law, name)
    return dict(sorted(found.items()))


def matrix_kernels(theorems: Mapping[str, Theorem], progress: Callable[[str], None] = lambda _: None) -> tuple[MatrixKernel, ...]:
    """Every kernel of matrices."""
    made = []
    for name, make in promised(theorems).items():
        made.append(make(theorems))
        progress(name)
    return tuple(made)


def _gradients(theorems: Mapping[str, Theorem], law: str) -> list[str]:
    return [f"{law}{FACTORS}_by_{parameter}" for parameter in theorems[law + FACTORS].parameters]


def _with_gradients(law: str, difference: str) -> Callable[[Mapping[str, Theorem]], MatrixKernel]:
    def make(theorems: Mapping[str, Theorem]) -> MatrixKernel:
        value = lower_factors(law + FACTORS + VALUE_AND_GRAD, theorems[difference])
        return with_gradients(value, theorems[difference], [theorems[name] for name in _gradients(theorems, law)])

    return make


def _of_factors(law: str, difference: str) -> Callable[[Mapping[str, Theorem]], MatrixKernel]:
    return lambda theorems: lower_factors(law + FACTORS, theorems[difference])


def _of_matrices(law: str, difference: str) -> Callable[[Mapping[str, Theorem]], MatrixKernel]:
    return lambda theorems: lower_matrices(law, theorems[law], theorems[difference])
