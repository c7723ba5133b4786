"""The definition itself: the integral of the explicit densities, by a rule that knows nothing but their values, against the last line.

Expectations elsewhere are computed from mean and covariance, exactly; here f1 log(f1/f2) is summed on a lattice, so that mass, mean
and covariance are tested too.
"""

from __future__ import annotations

import mpmath
import sympy as sp

from ..derivation import Theorem
from ..evaluate import EvaluationError, compare, dimensions
from ..nodes import KL, CrossEntropy, Density, Entropy, Gradient, Integrate, Law, MatrixGradient, point_of
from ..rewrite import build, div, log, mul, neg
from .numeric import Worlds
from .report import REFUTED, UNKNOWN, Evidence, checked


def definition_evidence(theorem: Theorem, worlds: Worlds) -> list[Evidence]:
    """The left side with every divergence and entropy of explicit laws replaced by its integral, against the last line."""
    unfolded = unfold(theorem.lhs)
    if unfolded == theorem.lhs:
        return []
    found, digits = [], []
    for size, seed in _places(theorem.lhs):
        try:
            result = compare(unfolded, theorem.rhs, worlds(size, seed), theorem.relation)
        except EvaluationError as problem:
            return [Evidence("definition", "theorem", UNKNOWN, f"k = {size}: {problem}")]
        if not result.holds:
            detail = f"k = {size}: the integral and the last line differ by {mpmath.nstr(result.gap, 5)}"
            return [Evidence("definition", "theorem", REFUTED, detail)]
        found.append(size)
        digits.append(result.digits)
    where = ", ".join(dict.fromkeys(f"{n} digits at k = {size}" for size, n in zip(found, digits, strict=True)))
    return [Evidence("definition", "theorem", checked(len(found)), f"the integral by the trapezoid rule: {where}")]


def _places(lhs: sp.Basic) -> tuple[tuple[int, int], ...]:
    """The lattice of a second dimension takes its time, and a gradient integrates it anew for every entry."""
    line = ((1, 0), (1, 1), (1, 2))
    return line if not dimensions([lhs]) or lhs.has(Gradient, MatrixGradient) else (*line, (2, 0))


def unfold(tree: sp.Basic) -> sp.Basic:
    """The tree with the definition in place of every KL, entropy and cross-entropy of explicit laws."""
    if isinstance(tree, (KL, CrossEntropy, Entropy)) and all(isinstance(law, Law) for law in tree.args):
        return integral(tree)
    args = [unfold(arg) for arg in tree.args]
    return tree if all(a is b for a, b in zip(args, tree.args, strict=True)) else build(tree.func, args)


def integral(divergence: KL | CrossEntropy | Entropy) -> sp.Expr:
    """int f1 log(f1/f2), -int f1 log f2, -int f log f."""
    law1, law2 = divergence.args[0], divergence.args[-1]
    x = point_of(*divergence.args)
    f1, f2 = Density(law1, x), Density(law2, x)
    inner = log(div(f1, f2)) if isinstance(divergence, KL) else neg(log(f2))
    return Integrate(mul(f1, inner), x, law1)
