"""What is assumed, and what follows from it, in three answers: yes, no and unknown.

To teach it a kind of expression: one case in the function of its predicate, in signs.py, laws.py or matrices.py. A case may say yes
only where yes is true for every value that the facts allow; everything else is unknown.
"""

from . import matrices, signs  # noqa: F401 - importing them registers the questions
from .answers import Answer, Facts, Verdict, instantiate, positive_diagonal, positive_entries
from .laws import POSITIVE_EVERYWHERE

__all__ = ["POSITIVE_EVERYWHERE", "Answer", "Facts", "Verdict", "instantiate", "positive_diagonal", "positive_entries"]
