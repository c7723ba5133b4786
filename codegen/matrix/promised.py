"""Which kernels of matrices are made, and from which theorems: the names of the theorems say it.

    theorem `<kernel>_difference`, beside a theorem `<kernel>_chol`     the kernel `<kernel>_chol`, of factors
    the same beside a theorem `<kernel>` of as many parameters          the kernel `<kernel>`, which factors its matrices
    the same with theorems `<kernel>_chol_by_<parameter>`               the kernel `<kernel>_chol_value_and_grad`
    the same with theorems `<kernel>_difference_by_<parameter>`         the kernel `<kernel>_value_and_grad`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from closedform.derive.derivation import Theorem

from .lower import lower_factors, lower_matrices
from .program import MatrixKernel
from .slopes import with_gradients

DIFFERENCE, FACTORS, VALUE_AND_GRAD = "_difference", "_chol", "_value_and_grad"

# A kernel, once theorems can be asked for; and how one of a name is made from the theorem about its arguments and the one about factors.
Make = Callable[[Mapping[str, Theorem]], MatrixKernel]
Lower = Callable[[str, Theorem, Theorem], MatrixKernel]


def promised(theorems: Mapping[str, Theorem]) -> dict[str, Make]:
    """The kernels by name, and how each is made once theorems can be asked for."""
    found: dict[str, Make] = {}
    for name in theorems:
        law = name.removesuffix(DIFFERENCE)
        if name.endswith(DIFFERENCE) and law + FACTORS in theorems:
            found |= _kernels(theorems, law + FACTORS, name, name, law + FACTORS, _of_factors)
            if law in theorems and len(theorems[law].parameters) == len(theorems[name].parameters):
                found |= _kernels(theorems, law, law, name, name, lower_matrices)
    return dict(sorted(found.items()))


def matrix_kernels(theorems: Mapping[str, Theorem], progress: Callable[[str], None] = lambda _: None) -> tuple[MatrixKernel, ...]:
    """Every kernel of matrices."""
    made = []
    for name, make in promised(theorems).items():
        made.append(make(theorems))
        progress(name)
    return tuple(made)


def _kernels(theorems: Mapping[str, Theorem], kernel: str, general: str, special: str, stem: str, lower: Lower) -> dict[str, Make]:
    """The kernel of the value, and where there is a theorem `<stem>_by_<parameter>` for each parameter, that of the gradients too."""
    found: dict[str, Make] = {kernel: lambda known: lower(kernel, known[general], known[special])}
    gradients = [f"{stem}_by_{parameter}" for parameter in theorems[general].parameters]
    if all(name in theorems for name in gradients):
        both = kernel + VALUE_AND_GRAD
        found[both] = lambda known: with_gradients(
            lower(both, known[general], known[special]), known[general], known[special], [known[name] for name in gradients]
        )
    return found


def _of_factors(name: str, _: Theorem, theorem: Theorem) -> MatrixKernel:
    return lower_factors(name, theorem)
