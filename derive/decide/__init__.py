"""Decides identities for all values and all dimensions, by normal forms; it shares no code with the rules or the evaluator.

    decide(old, new, facts.assumed)     EQUAL, DIFFERENT or UNDECIDED

Scalars are quotients of polynomials (`quotients`) in atoms (`scalars`, `sums`), matrices (`matrices`) sums of words of letters (`words`),
of which `matrix_numbers` makes traces, determinants and entries. Equal forms mean equal values wherever both sides are defined. Different
forms mean nothing, unless only independent quantities are left.
"""

from .decision import Decision, decide

__all__ = ["Decision", "decide"]
