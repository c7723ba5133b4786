"""What functions of every kind have in common, and how names are listed in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...kernel import Argument, Kernel, Result

CALLED = re.compile(r"(?<![.\w])\w+(?=\()")  # a function that is called by its own name


@dataclass(frozen=True)
class Function:
    """One kernel as a Python function, ready to be written down."""

    name: str
    signature: str
    parameters: str
    returns: str
    theorem: str
    digest: str
    doc: str


def head(kernel: Kernel, description: Sequence[str]) -> dict[str, str]:
    """The fields of `Function`."""
    return {
        "name": kernel.name,
        "signature": kernel.signature,
        "parameters": ", ".join(map(spell, kernel.arguments)),
        "returns": "Array" if len(kernel.results) == 1 else "tuple[Array, ...]",
        "theorem": kernel.theorem,
        "digest": kernel.digest,
        "doc": "\n".join("    " + line if line else "" for line in description).lstrip(),
    }


def spell(part: Argument | Result) -> str:
    return f"{part.name}: Array"


def laws_of(kernel: Kernel) -> str:
    """The law of each argument."""
    return f"({', '.join(str(argument.law) for argument in kernel.arguments)})"


def quoted(names: Iterable[str]) -> str:
    """The names as a Python tuple of strings."""
    found = [f'"{name}"' for name in names]
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def called(lines: Iterable[str]) -> set[str]:
    return {name for line in lines for name in CALLED.findall(line)}


def one_a_line(names: Iterable[str]) -> str:
    """What follows `import` where the line would be long, or grow."""
    return "(\n" + "".join(f"    {name},\n" for name in names) + ")"
