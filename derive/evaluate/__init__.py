"""What an expression means at concrete numbers; it shares no code with the rules, which it is there to check.

    world = sample([old, new], hypotheses, k=2, seed=0)     random values that satisfy the hypotheses
    evaluate(old, world)                                    an mpf, or a matrix as a tuple of rows
    compare(old, new, world)                                equal here, and to how many digits?

To teach it a node: one function in an `of_*.py`. To teach it a family of laws: one row in `laws.FAMILIES`.
"""

from . import of_gradients, of_laws, of_limits, of_matrices, of_scalars  # noqa: F401 - importing them registers the meanings
from .compare import Comparison, compare, compare_values, same_law, trusted_digits
from .environment import (
    Environment,
    EvaluationError,
    FiniteSpace,
    Functions,
    NoMeaning,
    OutsideDomain,
    TooExpensive,
    free,
)
from .hypotheses import holds, holds_where_defined
from .laws import gaussian_integral
from .matrices import Number, Value
from .meaning import evaluate
from .of_laws import numeric_law
from .sample import Sampler, dimensions, sample

__all__ = [
    "Comparison",
    "Environment",
    "EvaluationError",
    "FiniteSpace",
    "Functions",
    "NoMeaning",
    "Number",
    "OutsideDomain",
    "Sampler",
    "TooExpensive",
    "Value",
    "compare",
    "compare_values",
    "dimensions",
    "evaluate",
    "free",
    "gaussian_integral",
    "holds",
    "holds_where_defined",
    "numeric_law",
    "same_law",
    "sample",
    "trusted_digits",
]
