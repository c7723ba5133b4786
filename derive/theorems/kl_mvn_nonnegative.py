"""KL of multivariate normal laws is a sum of terms of which none is negative, and which are all 0 for equal laws alone.

Rounded terms are not negative either, so neither is a computed KL.
"""

from functools import partial

from ..derivation import Derivation
from .kl_mvn_chol import kl_mvn_difference, kl_mvn_vae_difference  # noqa: F401 - registers them
from .kl_mvn_prec import kl_mvn_prec_difference  # noqa: F401
from .registry import theorem, theorems


def nonnegative(name: str) -> Derivation:
    """The sum over rows taken apart into sums of one kind of term each, and the sign of each."""
    line = Derivation(theorems[name].lhs, theorems[name].hypotheses).apply(f"lemma:{name}")
    if line.line.body.is_Mul:
        line = line.apply("expand", line.line.body)
    line = line.all("join_sums (backwards)")
    for part in line.line.args:
        line = line.apply("not_negative", part)
    return line.apply("expand")


for _name in ("kl_mvn_difference", "kl_mvn_vae_difference", "kl_mvn_prec_difference"):
    theorem(
        f"{_name}_nonnegative", f"{theorems.title(_name)}: never negative, and 0 for equal laws alone", theorems.subject(_name),
        parameters=theorems.parameters(_name),
    )(partial(nonnegative, _name))  # fmt: skip
