"""Checks a derivation: replays every step, and asks the evaluator, which knows no rule, whether it is true.

    report = check(theorem)          every step's verdict with its evidence, and the verdict on the whole
    check_all(names, workers=2)      many theorems, in parallel

Verdicts are `proved` (a decision procedure or a rigorous enclosure), `checked(n)` (n instances, exact or to 50 digits), `unknown`
and `refuted`. Unknown and no instance at all never count as passed; plain floats and Monte Carlo are no evidence.
"""

from .book import check_rule
from .pool import check_all
from .report import Evidence, Outcome, Report, StepReport, Verdict
from .theorem import check, check_step

__all__ = ["Evidence", "Outcome", "Report", "StepReport", "Verdict", "check", "check_all", "check_rule", "check_step"]
