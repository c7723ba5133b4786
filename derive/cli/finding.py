"""What a name on the command line means: a theorem, a rule, or a file with a derivation in JSON."""

from __future__ import annotations

import os
from pathlib import Path

from ..derivation import Theorem
from ..rule import DeriveError, Rule, UnknownName
from ..rules import RULES
from ..show import Unreadable, load
from ..theorems import theorems


def is_file(name: str) -> bool:
    """No theorem or rule has such a name."""
    return name.endswith(".json") or os.sep in name


def find(name: str) -> Theorem | Rule:
    """Raises UnknownName with the nearest names, and DeriveError for a file that holds no derivation that can be followed."""
    if is_file(name):
        return loaded(Path(name))
    if name in theorems:
        return theorems[name]
    if name in RULES:
        return RULES[name]
    raise UnknownName("theorem or rule", name, [*theorems, *RULES])


def loaded(file: Path) -> Theorem:
    """The theorem of a JSON file, with every recorded step applied again."""
    try:
        return load(file.read_text(encoding="utf-8"))
    except Unreadable as problem:
        raise DeriveError(f"{file} cannot be followed.\n{problem}") from None
    except UnicodeDecodeError:
        raise DeriveError(f"{file} is no derivation: it is not text in UTF-8") from None
