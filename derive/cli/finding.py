"""What a name on the command line means: a theorem, a rule, a kernel, or a file with a derivation in JSON."""

from __future__ import annotations

import os
from pathlib import Path

from ..derivation import Theorem
from ..rule import DeriveError, Rule, UnknownName
from ..rules import RULES
from ..show import DoesNotHold, Unreadable, load
from ..theorems import theorems
from .made import Kernel, kernels_made


class Refuted(DeriveError):
    """A file whose derivation the rules do not bear out."""


def is_file(name: str) -> bool:
    """No theorem, rule or kernel has such a name."""
    return name.endswith(".json") or os.sep in name


def find(name: str) -> Theorem | Rule | Kernel:
    """A theorem rather than the kernel of its name.

    Raises UnknownName with the nearest names, Refuted for a file whose derivation does not hold, and DeriveError for one that holds no
    derivation.
    """
    if is_file(name):
        return loaded(Path(name))
    if name in theorems:
        return theorems[name]
    if name in RULES:
        return RULES[name]
    made = kernels_made()
    if name in made:
        return made[name]
    raise UnknownName("theorem, rule or kernel", name, [*theorems, *RULES, *(kernel for kernel in made if kernel not in theorems)])


def loaded(file: Path) -> Theorem:
    """The theorem of a JSON file, with every recorded step applied again."""
    try:
        return load(file.read_text(encoding="utf-8"))
    except DoesNotHold as problem:
        raise Refuted(f"{file} does not hold.\n  {problem}") from None
    except Unreadable as problem:
        raise DeriveError(f"{file} cannot be followed.\n  {problem}") from None
    except UnicodeDecodeError:
        raise DeriveError(f"{file} is no derivation: it is not text in UTF-8") from None
