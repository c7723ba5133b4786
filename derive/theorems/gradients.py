"""Gradients of the closed forms: the definition differentiated through its theorem, and brought to a form without cancellation.

`<theorem>_by_<parameter>` starts from the gradient of the theorem's left side, puts in the theorem as a lemma, carries the gradient out
and tidies it by the rules of the table. By a column of parameters it is taken entry by entry: Entry(mu1, i) with a free index i.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import sympy as sp

from ..derivation import Derivation
from ..nodes import Entry, Gradient, MatrixGradient
from . import kl_mvn, kl_normal, kl_normal_parameters
from .registry import theorem, theorems
from .symbols import i

Tidying = Sequence[str]

PLAIN: Tidying = ()
OVER_ONE_LINE: Tidying = ("common_denominator",)
SQUARES: Tidying = ("common_denominator", "difference_of_squares")


@dataclass(frozen=True)
class Row:
    """A theorem, what is done after differentiating by each of its parameters, and the lemma that is differentiated.

    The lemma is the theorem itself, or one with the same left side whose last line is easier to differentiate.
    """

    theorem: str
    tidying: Mapping[sp.Basic, Tidying]
    lemma: str = ""
    structure: Mapping[sp.Basic, str] = field(default_factory=dict)  # of a matrix: "symmetric" or "lower"
    by_entry: bool = False

    def variable(self, parameter: sp.Basic) -> sp.Basic:
        return Entry(parameter, i) if self.by_entry else parameter

    def derive(self, parameter: sp.Basic) -> Derivation:
        """From the gradient of the left side to the form that keeps its digits."""
        known, variable = theorems[self.theorem], self.variable(parameter)
        if isinstance(variable, sp.MatrixSymbol):
            start, rule = MatrixGradient(known.lhs, variable, self.structure.get(parameter, "full")), "matrix_gradient"
        else:
            start, rule = Gradient(known.lhs, variable), "gradient"
        line = Derivation(start, known.hypotheses).apply(f"lemma:{self.lemma or self.theorem}").apply(rule)
        for tidy in self.tidying[parameter]:
            line = line.apply(tidy)
        return line


mu1, sigma1, mu2, sigma2 = kl_normal.PARAMETERS
_, var1, _, var2 = kl_normal_parameters.BY_VAR
_, logvar1, _, logvar2 = kl_normal_parameters.BY_LOGVAR
_, prec1, _, prec2 = kl_normal_parameters.BY_PREC
mean1, Sigma1, mean2, Sigma2 = kl_mvn.PARAMETERS

ROWS = (
    Row("kl_normal", {mu1: PLAIN, sigma1: SQUARES, mu2: PLAIN, sigma2: SQUARES}),
    Row("kl_normal_standard", {mu1: PLAIN, sigma1: ("common_denominator", "square_minus_one")}),
    Row("kl_normal_var", {mu1: PLAIN, var1: OVER_ONE_LINE, mu2: PLAIN, var2: OVER_ONE_LINE}),
    Row("kl_normal_logvar", {mu1: PLAIN, logvar1: PLAIN, mu2: PLAIN, logvar2: PLAIN}, lemma="kl_normal_logvar_stable"),
    Row("kl_normal_prec", {mu1: PLAIN, prec1: OVER_ONE_LINE, mu2: PLAIN, prec2: OVER_ONE_LINE}),
    Row(
        "kl_mvn", {mean1: PLAIN, Sigma1: ("difference_of_inverses",), mean2: PLAIN, Sigma2: ("common_inverse",)},
        structure={Sigma1: "symmetric", Sigma2: "symmetric"},
    ),
)  # fmt: skip

for _row in ROWS:
    for _parameter in _row.tidying:
        theorem(
            f"{_row.theorem}_by_{_parameter}", f"{theorems.title(_row.theorem)}: gradient by {_parameter}",
            theorems.subject(_row.theorem), parameters=tuple(_row.tidying),
        )(partial(_row.derive, _parameter))  # fmt: skip
