"""Laws: one family a file, each in the same order.

To add a law: write a file with parameters and their domains, the density as an expression, the expectations that are known (each with
its source), `register(...)` them here below, and give sample points. The evaluator integrates the density itself, so that a wrong
expectation is refuted by the tests.
"""

from ..rule import RULES
from .family import Family
from .normal import NORMAL

FAMILIES = {NORMAL.name: NORMAL}
for _family in FAMILIES.values():
    RULES.add(*_family.rules())

__all__ = ["FAMILIES", "Family"]
