"""Gradients of the closed forms: the definition differentiated through its theorem, and brought to a form without cancellation.

`<theorem>_by_<parameter>` starts from the gradient of the theorem's left side, puts in the theorem as a lemma, carries the gradient out
and tidies it by the rules of the table. By a column of parameters it is taken entry by entry: Entry(mu1, i) with a free index i.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import sympy as sp
from sympy import Q

from ..derivation import Derivation
from ..nodes import Entry, Gradient, MatrixGradient
from . import entropy, kl_mvn, kl_mvn_prec, kl_mvn_standard, kl_normal, kl_normal_diag_parameters, kl_normal_parameters, kl_vae  # noqa: F401 - registers them
from .registry import theorem, theorems
from .symbols import i

Tidying = Sequence[str]

PLAIN: Tidying = ()
ONE_LINE: Tidying = ("common_denominator",)
SQUARES: Tidying = ("common_denominator", "difference_of_squares")
AT_ONE: Tidying = ("common_denominator", "square_minus_one")


@dataclass(frozen=True)
class Row:
    """A theorem, the rules applied after differentiating by each of its parameters in turn, and the lemma that is differentiated.

    The lemma is the theorem itself, or one with the same left side whose last line is easier to differentiate. By a matrix that the
    theorem assumes symmetric or lower triangular the gradient is so too. Where all parameters are columns it is taken entry by entry.
    """

    theorem: str
    tidying: tuple[Tidying, ...]
    lemma: str = ""

    @property
    def parameters(self) -> tuple[sp.Basic, ...]:
        return theorems.parameters(self.theorem)

    @property
    def by_entry(self) -> bool:
        return all(isinstance(parameter, sp.MatrixSymbol) and not parameter.is_square for parameter in self.parameters)

    def start(self, parameter: sp.Basic) -> Gradient | MatrixGradient:
        """The gradient that is asked for, of the left side of the theorem."""
        body, facts = theorems[self.theorem].lhs, theorems[self.theorem].hypotheses
        if not isinstance(parameter, sp.MatrixSymbol):
            return Gradient(body, parameter)
        if self.by_entry:
            return Gradient(body, Entry(parameter, i))
        if facts.holds(Q.lower_triangular(parameter)):
            return MatrixGradient(body, parameter, "lower")
        return MatrixGradient(body, parameter, "symmetric" if facts.holds(Q.symmetric(parameter)) else "full")

    def derive(self, parameter: sp.Basic, tidying: Tidying) -> Derivation:
        """From the gradient of the left side to a form that keeps its digits."""
        start = self.start(parameter)
        line = Derivation(start, theorems[self.theorem].hypotheses).apply(f"lemma:{self.lemma or self.theorem}")
        line = line.apply("matrix_gradient" if isinstance(start, MatrixGradient) else "gradient")
        for rule in tidying:
            line = line.apply(rule)
        return line


ROWS = (
    Row("kl_normal",             (PLAIN, SQUARES, PLAIN, SQUARES)),
    Row("kl_normal_var",         (PLAIN, ONE_LINE, PLAIN, ONE_LINE)),
    Row("kl_normal_logvar",      (PLAIN, PLAIN, PLAIN, PLAIN), lemma="kl_normal_logvar_stable"),
    Row("kl_normal_prec",        (PLAIN, ONE_LINE, PLAIN, ONE_LINE)),
    Row("kl_normal_standard",    (PLAIN, AT_ONE)),

    Row("kl_normal_diag",        (PLAIN, SQUARES, PLAIN, SQUARES)),
    Row("kl_normal_diag_var",    (PLAIN, ONE_LINE, PLAIN, ONE_LINE)),
    Row("kl_normal_diag_logvar", (PLAIN, PLAIN, PLAIN, PLAIN), lemma="kl_normal_diag_logvar_stable"),
    Row("kl_normal_diag_prec",   (PLAIN, ONE_LINE, PLAIN, ONE_LINE)),

    Row("kl_vae",                (PLAIN, ("expm1_of_exp",))),
    Row("kl_vae_per_dim",        (PLAIN, ("expm1_of_exp",))),
    Row("kl_vae_var",            (PLAIN, ONE_LINE)),
    Row("kl_vae_sigma",          (PLAIN, AT_ONE)),

    Row("kl_mvn",                (PLAIN, ("difference_of_inverses",), PLAIN, ("common_inverse",))),
    Row("kl_mvn_standard",       (PLAIN, ("identity_minus_inverse",))),
    Row("kl_mvn_prec",           (PLAIN, ("common_inverse",), PLAIN, ("difference_of_inverses",))),

    Row("entropy_normal",        (PLAIN, PLAIN)),
    Row("entropy_mvn",           (PLAIN, PLAIN)),
    Row("cross_entropy_mvn",     (PLAIN, PLAIN, PLAIN, ("common_inverse",))),
)  # fmt: skip

for _row in ROWS:
    for _parameter, _tidying in zip(_row.parameters, _row.tidying, strict=True):
        theorem(
            f"{_row.theorem}_by_{_parameter}", f"{theorems.title(_row.theorem)}: gradient by {_parameter}",
            theorems.subject(_row.theorem), parameters=_row.parameters,
        )(partial(_row.derive, _parameter, _tidying))  # fmt: skip
