"""One short name for a set of kernels, by which the package knows whether its compiled part was made from the same theorems."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from .kernel import Kernel


def identity(kernels: Sequence[Kernel]) -> str:
    """Sixteen hexadecimal digits that change with a kernel's name, signature or theorem."""
    lines = sorted(f"{kernel.name} {kernel.signature} {kernel.digest}" for kernel in kernels)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
