"""Laws: one family a file, each in the same order.

To add a law: write a file with parameters and their domains, the density as an expression, the expectations that are known (each with
its source), list it here below, and give the evaluator its density (evaluate/laws.py), written independently: the tests integrate that
one, so that a wrong density or expectation is refuted.
"""

from ..rule import RULES
from .family import Family
from .mvn import MVN
from .normal import NORMAL
from .normal_diag import NORMAL_DIAG

FAMILIES = {family.name: family for family in (NORMAL, MVN, NORMAL_DIAG)}
for _family in FAMILIES.values():
    RULES.add(*_family.rules())

__all__ = ["FAMILIES", "Family"]
