"""Formula sheets: one topic a file, one identity a row.

To add a rule: write a row in the sheet of its topic: name, statement (an equation between expressions in which every free symbol is a
metavariable), `where` (what must be known), `source`, and `leaves` (an expression it must not touch). The tests find it by itself.
A rule that takes any number of terms brings `rewrites`, and a statement that says what it does to two.
"""

from ..rule import RULES
from . import (
    algebra,
    expectation,
    fractions,
    gradients,
    indexed,
    inequalities,
    limits,
    logs,
    low_rank,
    matrices,
    stable,
    traces,
    triangular,
)

RULES.add(*algebra.ALGEBRA, *logs.LOGS, *expectation.EXPECTATION, *inequalities.INEQUALITIES)
RULES.add(*matrices.MATRICES, *traces.TRACES, *indexed.INDEXED)
RULES.add(*stable.STABLE, *triangular.TRIANGULAR_FACTORS, *low_rank.LOW_RANK)
RULES.add(*fractions.FRACTIONS, *gradients.GRADIENTS, *limits.LIMITS)

__all__ = ["RULES"]
