"""The package around the kernels: which of them answer, how they are called, what a type checker sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..backends.interface import Page
from ..identity import identity
from ..kernel import Kernel
from ..prose import options

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Stub:
    """A kernel as a type checker sees it."""

    name: str
    protocol: str
    parameters: str
    options: str
    returns: str


OPTIONS = {
    "out": "Any", "where": "ArrayLike", "axis": "SupportsIndex", "axes": "Sequence[Any]", "keepdims": "bool", "dtype": "DTypeLike",
    "casting": "_Casting",
}  # fmt: skip


class Package:
    """Writes generated/ itself; backends write the folders in it."""

    def pages(self, kernels: Sequence[Kernel]) -> Sequence[Page]:
        ordered = sorted(kernels, key=lambda kernel: kernel.name)
        names = [kernel.name for kernel in ordered]
        fields: dict[str, dict[str, object]] = {
            "__init__.py": {"names": names, "build": identity(kernels)},
            "__init__.pyi": {"stubs": [stub(kernel) for kernel in ordered], "names": names},
            "_kernels.pyi": {"names": names},
            "__main__.py": {},
            "kernel.py": {},
            "options.py": {},
            "matrix_kernel.py": {},
            "blas.py": {},
            "py.typed": {},
        }
        return [Page(path, TEMPLATES / f"{path}.jinja", given) for path, given in fields.items()]


def stub(kernel: Kernel) -> Stub:
    count = len(kernel.results)
    return Stub(
        name=kernel.name,
        protocol="_" + "".join(word.capitalize() for word in kernel.name.split("_")),
        parameters=", ".join(f"{argument.name}: ArrayLike" for argument in kernel.arguments),
        options=",\n        ".join(f"{name}: {OPTIONS[name]} = ..." for name in options(kernel)),
        returns="Any" if count == 1 else f"tuple[{', '.join(['Any'] * count)}]",
    )

