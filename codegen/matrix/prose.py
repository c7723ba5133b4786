"""What the reader of a kernel of matrices is told: formula, shapes, unit, domain, errors, accuracy, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from .. import prose
from ..kernel import Structure
from ..prose import listed, shaped
from .program import MatrixKernel

OF_FACTORS = (
    "A sum of squares and of terms none of which is negative, of differences that are taken first: laws that nearly agree keep their"
    " digits, equal ones give exactly 0."
)


def description(kernel: MatrixKernel, remarks: Sequence[str], *, digests: bool = True) -> list[str]:
    """Summary, formulas, shapes, domain, accuracy, the remarks of the language and the theorem, in lines of bounded width."""
    told = (shapes(kernel), domain(kernel), accuracy(kernel), *gradients(kernel), *remarks)
    return prose.description(kernel, told, digests=digests)


def shapes(kernel: MatrixKernel) -> str:
    return f"Shapes: {shaped(kernel.arguments)}, or a number for all of a column; {shaped(kernel.results)}. Leading axes broadcast."


def domain(kernel: MatrixKernel) -> str:
    lower = [argument.name for argument in kernel.arguments if argument.structure is Structure.LOWER]
    symmetric = [argument.name for argument in kernel.arguments if argument.structure is Structure.SYMMETRIC]
    told = []
    if lower:
        told.append(f"{listed(lower)} lower triangular with a positive diagonal; what stands above the diagonal is not read")
    if symmetric:
        told.append(f"{listed(symmetric)} symmetric and positive definite")
    return f"Domain: {'; '.join(told)}."


def accuracy(kernel: MatrixKernel) -> str:
    """What is kept, and why matrices keep less than their factors."""
    matrices = [argument.name for argument in kernel.arguments if argument.structure is Structure.SYMMETRIC]
    if not matrices:
        return OF_FACTORS
    gradients = " and to the largest entry of each gradient" * bool(kernel.slopes)
    return (
        f"The error is at most 100 k unit roundoffs times the condition of {' or '.join(matrices)}, whichever is larger, relative to"
        f" kl{gradients}. Nothing better can be had from matrices: rounding the entries of either of them, before any algorithm sees them,"
        " changes its smallest eigenvalue by up to the unit roundoff times its condition, relative to itself, and the law and the"
        " divergence with it. Where factors are known, give those."
    )


def gradients(kernel: MatrixKernel) -> list[str]:
    """What the gradient by a symmetric matrix means, whose entries do not move one by one."""
    by = [slope.result for slope in kernel.slopes if slope.structure is Structure.SYMMETRIC]
    if not by:
        return []
    change = f"{by[0]}[i,j] d{by[0].removeprefix('by_')}[i,j]"
    return [f"{listed(by)} are symmetric, exactly: kl changes by the sum of {change} over all i and j, as if each entry moved alone."]


def edges(kernel: MatrixKernel, invalid: str) -> str:
    """What happens where a law degenerates, and outside the domain."""
    if any(argument.structure is Structure.LOWER for argument in kernel.arguments):
        both = "Where both do, for NaN and" if {argument.law for argument in kernel.arguments} == {1, 2} else "For NaN and"
        slopes = " and its gradients NaN" * bool(kernel.slopes)
        degenerate = "Where one law degenerates (a 0 on a diagonal, an infinite entry)"
        return f"{degenerate}, kl is +inf{slopes}. {both} outside the domain: {invalid}."
    return (
        f"Not positive definite, asymmetric beyond rounding (64 k unit roundoffs), infinite or NaN: {invalid}, in that element alone."
        " A singular matrix counts as not positive definite, for rounding leaves nothing to tell it from an indefinite one: where one law"
        " degenerates kl is not +inf, as it is for the kernels that take factors. Means are no matrices: where one law alone has an"
        f" infinite one, kl is +inf{' and its gradients NaN' * bool(kernel.slopes)}."
    )
