"""Which kernels of matrices are made, and from which theorems: the names of the theorems say it.

    theorem `<kernel>_difference`, beside a theorem `<kernel>_chol`     the kernel `<kernel>_chol`, of factors
    the same beside a theorem `<kernel>` of as many parameters          the kernel `<kernel>`, which factors its matrices
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from closedform.derive.derivation import Theorem

from .lower import lower_factors, lower_matrices
from .program import MatrixKernel

DIFFERENCE, FACTORS = "_difference", "_chol"


def promised(theorems: Mapping[str, Theorem]) -> dict[str, Callable[[Mapping[str, Theorem]], MatrixKernel]]:
    """The kernels by name, and how each is made once theorems can be asked for."""
    found: dict[str, Callable[[Mapping[str, Theorem]], MatrixKernel]] = {}
    for name in theorems:
        law = name.removesuffix(DIFFERENCE)
        if name.endswith(DIFFERENCE) and law + FACTORS in theorems:
            found[law + FACTORS] = _of_factors(law, name)
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


def _of_factors(law: str, difference: str) -> Callable[[Mapping[str, Theorem]], MatrixKernel]:
    return lambda theorems: lower_factors(law + FACTORS, theorems[difference])


def _of_matrices(law: str, difference: str) -> Callable[[Mapping[str, Theorem]], MatrixKernel]:
    return lambda theorems: lower_matrices(law, theorems[law], theorems[difference])
