"""What the reader of a kernel of thin matrices is told: formula, shapes, unit, domain, errors, accuracy, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from .. import prose
from ..prose import listed, shaped
from .program import LowRankKernel

ACCURACY = (
    "The work grows as k times the square of the larger rank, and no matrix of k x k is formed; the factor of the smaller"
    " rank is filled up with columns of zeros. Differences of the parameters are taken first and squares of them added up, so"
    " that laws of nearly the same parameters keep their digits and equal ones give exactly 0. Digits are lost where d is far"
    " below W W^T while the columns of W1 and W2 span nearly the same space without being the same (turned, scaled, in another"
    " order, of other signs), or span everything: with d a millionth of W W^T as much as 1e-3 of kl may be wrong in float64."
    " There give float32 arguments as float64, or form diag(d) + W W^T and give its Cholesky factors to kl_mvn_chol, which loses"
    " about the unit roundoff times the condition; elsewhere this kernel keeps more digits than that one."
)


def description(kernel: LowRankKernel, remarks: Sequence[str], *, digests: bool = True) -> list[str]:
    """Summary, formulas, shapes, domain, accuracy, the remarks of the language and the theorem, in lines of bounded width."""
    return prose.description(kernel, (shapes(kernel), domain(kernel), ACCURACY, *remarks), digests=digests)


def shapes(kernel: LowRankKernel) -> str:
    arguments, results = shaped(kernel.arguments), shaped(kernel.results)
    return f"Shapes: {arguments}, or a number for all of a column; {results}. Any size may be 0. Leading axes broadcast."


def domain(kernel: LowRankKernel) -> str:
    positive = [argument.name for argument in kernel.arguments if argument.positive]
    return f"Domain: {listed(positive)} > 0."


def edges(kernel: LowRankKernel, invalid: str) -> str:
    """What happens where a law degenerates, and outside the domain."""
    slopes = " and its gradients NaN" * bool(kernel.gradients)
    positive = " or ".join(argument.name for argument in kernel.arguments if argument.positive)
    return (
        f"Where one law has an infinite parameter, kl is +inf{slopes}. Where both do, for NaN and where an entry of {positive} is 0 or"
        f" negative: {invalid}."
    )
