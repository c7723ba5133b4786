"""Every test of a kernel runs twice, on the compiled kernels and on their NumPy twins."""

from __future__ import annotations

import shutil
from types import ModuleType

import pytest

import points
from closedform import generated
from closedform.generated import Kernel, numpy_kernels


@pytest.fixture(params=["compiled", "numpy"])
def implementation(request: pytest.FixtureRequest) -> ModuleType:
    """The module whose attributes are the kernels."""
    if request.param == "numpy":
        return numpy_kernels
    if generated.config()["kernels"] != "compiled":
        if shutil.which("cc") is not None:
            pytest.fail(f"there is a C compiler, but no compiled kernels: {generated.config()['reason']}", pytrace=False)
        pytest.skip("no C compiler, so no compiled kernels")
    return generated


@pytest.fixture(params=sorted(name for name, entry in generated.kernels().items() if not points.has_matrices(entry["signature"])))
def kernel(request: pytest.FixtureRequest, implementation: ModuleType) -> Kernel:
    """Each kernel of numbers and columns, of each implementation; those of matrices have their own tests."""
    found = getattr(implementation, request.param)
    assert isinstance(found, Kernel)
    return found
