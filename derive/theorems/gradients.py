"""Gradients of the closed forms: the definition differentiated through its theorem, and brought to a form without cancellation.

`<theorem>_by_<parameter>` starts from the gradient of the theorem's left side, puts in the theorem as a lemma, carries the gradient out
and tidies it by the rules of the table. By a column of parameters it is taken entry by entry: Entry(mu1, i) with a free index i.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import sympy as sp

from ..derivation import Derivation
from ..nodes import Entry, Gradient, MatrixGradient
from . import kl_mvn, kl_normal, kl_normal_diag, kl_normal_diag_parameters, kl_normal_parameters
from .registry import theorem, theorems
from .symbols import i

Tidying = Sequence[str]

PLAIN: Tidying = ()
ONE_LINE: Tidying = ("common_denominator",)
SQUARES: Tidying = ("common_denominator", "difference_of_squares")


@dataclass(frozen=True)
class Row:
    """A theorem, what is done after differentiating by each of its parameters, and the lemma that is differentiated.

    The lemma is the theorem itself, or one with the same left side whose last line is easier to differentiate.
    """

    theorem: str
    tidying: Mapping[sp.Basic, Tidying]
    lemma: str = ""
    structure: str = "full"  # of a square matrix: "symmetric" or "lower"
    by_entry: bool = False

    def variable(self, parameter: sp.Basic) -> sp.Basic:
        return Entry(parameter, i) if self.by_entry else parameter

    def derive(self, parameter: sp.Basic) -> Derivation:
        """From the gradient of the left side to the form that keeps its digits."""
        known, variable = theorems[self.theorem], self.variable(parameter)
        if isinstance(variable, sp.MatrixSymbol):
            structure = self.structure if variable.is_square else "full"
            start, rule = MatrixGradient(known.lhs, variable, structure), "matrix_gradient"
        else:
            start, rule = Gradient(known.lhs, variable), "gradient"
        line = Derivation(start, known.hypotheses).apply(f"lemma:{self.lemma or self.theorem}").apply(rule)
        for tidy in self.tidying[parameter]:
            line = line.apply(tidy)
        return line


def row(theorem: str, parameters: Sequence[sp.Basic], *tidying: Tidying, lemma: str = "", structure: str = "full") -> Row:
    """The tidying in the order of the parameters; where all of these are columns, the gradient is taken entry by entry."""
    by_entry = all(isinstance(parameter, sp.MatrixSymbol) and not parameter.is_square for parameter in parameters)
    return Row(theorem, dict(zip(parameters, tidying, strict=True)), lemma, structure, by_entry)


UNIVARIATE, DIAGONAL = kl_normal_parameters, kl_normal_diag_parameters
ROWS = (
    row("kl_normal", kl_normal.PARAMETERS, PLAIN, SQUARES, PLAIN, SQUARES),
    row("kl_normal_var", UNIVARIATE.BY_VAR, PLAIN, ONE_LINE, PLAIN, ONE_LINE),
    row("kl_normal_logvar", UNIVARIATE.BY_LOGVAR, PLAIN, PLAIN, PLAIN, PLAIN, lemma="kl_normal_logvar_stable"),
    row("kl_normal_prec", UNIVARIATE.BY_PREC, PLAIN, ONE_LINE, PLAIN, ONE_LINE),
    row("kl_normal_standard", kl_normal.PARAMETERS[:2], PLAIN, ("common_denominator", "square_minus_one")),

    row("kl_normal_diag", kl_normal_diag.PARAMETERS, PLAIN, SQUARES, PLAIN, SQUARES),
    row("kl_normal_diag_var", DIAGONAL.BY_VAR, PLAIN, ONE_LINE, PLAIN, ONE_LINE),
    row("kl_normal_diag_logvar", DIAGONAL.BY_LOGVAR, PLAIN, PLAIN, PLAIN, PLAIN, lemma="kl_normal_diag_logvar_stable"),
    row("kl_normal_diag_prec", DIAGONAL.BY_PREC, PLAIN, ONE_LINE, PLAIN, ONE_LINE),

    row("kl_mvn", kl_mvn.PARAMETERS, PLAIN, ("difference_of_inverses",), PLAIN, ("common_inverse",), structure="symmetric"),
)  # fmt: skip

for _row in ROWS:
    for _parameter in _row.tidying:
        theorem(
            f"{_row.theorem}_by_{_parameter}", f"{theorems.title(_row.theorem)}: gradient by {_parameter}",
            theorems.subject(_row.theorem), parameters=tuple(_row.tidying),
        )(partial(_row.derive, _parameter))  # fmt: skip
