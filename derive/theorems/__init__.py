"""Theorems: one result a file, each a script of rule applications from a definition to a closed form.

To add a theorem: write a file with a function that starts a `Derivation` and applies rules by name, and decorate it with
`@theorem(name, title, subject, parameters=..., terms=...)`; every file of this folder is found. No line of a derivation is ever
typed: the engine computes it, the checker tests it, and prints, golden files and gradients find it through `theorems`.
"""

from importlib import import_module
from pkgutil import iter_modules

from .. import families, rules  # noqa: F401 - scripts name rules; importing the sheets registers them
from .registry import theorems

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["theorems"]
