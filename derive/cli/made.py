"""What the commands know of kernels, which another package makes: names, signatures, and the theorems they were made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

# closedform.codegen adds the kernels that it made.
KERNELS: list[Callable[[], Mapping[str, Kernel]]] = []


@dataclass(frozen=True)
class Kernel:
    """Its value is the last line of the first theorem; each gradient is that of another one."""

    name: str
    signature: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    theorems: tuple[str, ...]


def kernels_made() -> dict[str, Kernel]:
    return {name: kernel for made in KERNELS for name, kernel in made().items()}
