"""Theorems: one result a file, each a script of rule applications from a definition to a closed form.

To add a theorem: write a file with a function that starts a `Derivation` and applies rules by name, decorate it with
`@theorem(name, title, subject, parameters=..., terms=...)`, and import it here below. No line of a derivation is ever typed: the
engine computes it, the checker tests it, and prints, golden files and gradients find it through `theorems`.
"""

from .. import families, rules  # noqa: F401 - scripts name rules; importing the sheets registers them
from . import kl_definition, kl_mvn, kl_normal, kl_normal_parameters  # noqa: F401 - importing a file registers its theorems
from .registry import theorems

__all__ = ["theorems"]
