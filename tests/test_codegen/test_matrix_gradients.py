"""Gradients by matrices: last lines read as programs, and what cannot be read refused with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from closedform.codegen.arrange import LoweringError
from closedform.codegen.kernel import Structure
from closedform.codegen.matrix.lower import lower_factors, lower_matrices
from closedform.codegen.matrix.program import Part, Slope, Subtracted, Summand, Through
from closedform.codegen.matrix.promised import promised
from closedform.codegen.matrix.slopes import slope, with_gradients
from closedform.codegen.matrix.steps import abbreviations, difference, gap, quotient
from closedform.derive.derivation import Theorem
from closedform.derive.nodes import Abbreviation, Group, LowerTriangle
from closedform.derive.rewrite import matadd, matmul, matsub
from closedform.derive.theorems import theorems

k = sp.Symbol("k", integer=True, positive=True)
L1, L2 = (sp.MatrixSymbol(name, k, k) for name in ("L1", "L2"))
mu1, mu2 = (sp.MatrixSymbol(name, k, 1) for name in ("mu1", "mu2"))
T, inverse = sp.Transpose, sp.Inverse
HALF = sp.Rational(1, 2)
E = Abbreviation("E", matmul(inverse(L2), Group(matsub(L1, L2))))
M = Abbreviation("M", matmul(inverse(L2), L1))
z = Abbreviation("z", matmul(inverse(L2), Group(matsub(mu1, mu2))))
d = Group(matsub(mu1, mu2))
PLAIN, TURNED = Summand(Part.PLAIN, ("E",)), Summand(Part.TURNED, ("E",))
COLUMN = (Summand(Part.PLAIN, ("z",)),)


def stating(line: sp.Basic, like: str = "kl_mvn_chol_by_L1") -> Theorem:
    """A theorem that ends in that line, whether or not it follows."""
    theorem = theorems[like]
    last = replace(theorem.derivation.steps[-1], after=line)
    return replace(theorem, name="stated", derivation=replace(theorem.derivation, steps=(last,)), terms=())


READ = {
    "column": (matmul(-1, T(inverse(L2)), z), Slope("g", Structure.FULL, sp.Integer(-1), Through.BACK, "L2", COLUMN)),
    "factor times column": (matmul(L2, z), Slope("g", Structure.FULL, sp.S.One, Through.FORTH, "L2", COLUMN)),
    "parameter": (mu1, Slope("g", Structure.FULL, sp.S.One, Through.ALONE, None, (Summand(Part.PLAIN, ("mu1",)),))),
    "lower, a quotient": (
        LowerTriangle(matmul(T(inverse(L2)), Group(matadd(E, matmul(T(E), T(inverse(M))))))),
        Slope("g", Structure.LOWER, sp.S.One, Through.BACK, "L2", (PLAIN, Summand(Part.TURNED_QUOTIENT, ("E", "L1", "L2")))),
    ),
    "lower, nothing around": (
        LowerTriangle(matadd(E, matmul(T(E), T(inverse(L1))))),
        Slope("g", Structure.LOWER, sp.S.One, Through.ALONE, None, (PLAIN, Summand(Part.TURNED_QUOTIENT, ("E", "L1")))),
    ),
    "lower, a product beside": (
        LowerTriangle(matmul(-1, Group(matadd(matmul(d, T(z)), matmul(T(inverse(L1)), Group(matadd(E, T(E), matmul(E, T(E))))))))),
        Slope(
            "g", Structure.LOWER, sp.Integer(-1), Through.BACK, "L1", (PLAIN, TURNED, Summand(Part.SQUARE, ("E",))),
            (Summand(Part.OUTER, ("mu_gap", "z")),),
        ),
    ),
    "symmetric, a product beside": (
        matmul(HALF, Group(matadd(matmul(T(inverse(L2)), Group(matadd(E, T(E), matmul(T(E), E))), inverse(L2)), matmul(d, T(d))))),
        Slope(
            "g", Structure.SYMMETRIC, HALF, Through.BOTH, "L2", (PLAIN, TURNED, Summand(Part.GRAM, ("E",))),
            (Summand(Part.OUTER, ("mu_gap", "mu_gap")),),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_a_line_is_read_as_it_is_written(case: str) -> None:
    line, wanted = READ[case]
    assert slope(stating(line), "g", wanted.structure) == wanted


REFUSED = {
    "unknown term": (
        Structure.LOWER, LowerTriangle(matmul(T(inverse(L2)), Group(matadd(E, matmul(E, E))))), "no kernel can compute the term ",
    ),
    "no triangle": (Structure.LOWER, matmul(T(inverse(L2)), E), "must end in one lower triangle"),
    "factors around two sums": (
        Structure.LOWER, LowerTriangle(matadd(matmul(T(inverse(L2)), E), matmul(T(inverse(L1)), E))), "factors around two sums",
    ),
    "different numbers": (
        Structure.SYMMETRIC, matadd(matmul(HALF, z, T(z)), matmul(d, T(d))), "different numbers in front",
    ),
    "E without its transpose": (
        Structure.SYMMETRIC, matmul(T(inverse(L2)), Group(matadd(E, matmul(E, T(E)))), inverse(L2)), "not symmetric",
    ),
    "a product of two columns": (Structure.SYMMETRIC, matmul(z, T(d)), "not symmetric"),
    "one factor around a symmetric sum": (Structure.SYMMETRIC, matmul(T(inverse(L2)), Group(matadd(E, T(E)))), "symmetric gradient is"),
    "a factor on either side of a lower triangle": (
        Structure.LOWER, LowerTriangle(matmul(T(inverse(L2)), Group(matadd(E, T(E))), inverse(L2))), "lower triangular gradient is",
    ),
    "a sum of columns": (Structure.FULL, matadd(mu1, z), "must be one column"),
    "a multiple of a column": (Structure.FULL, matmul(2, mu1), "must be one column"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_kernel_can_compute_is_refused(case: str) -> None:
    structure, line, reason = REFUSED[case]
    with pytest.raises(LoweringError, match=r"^theorem stated: ") as caught:
        slope(stating(line), "g", structure)
    assert reason in str(caught.value)


def test_a_gradient_of_something_else_is_refused() -> None:
    value = theorems["kl_mvn_difference"]
    names = [f"kl_mvn_chol_by_{parameter}" for parameter in ("mu1", "L1", "mu2", "L2")]
    swapped = [theorems[name] for name in (names[2], names[1], names[0], names[3])]
    with pytest.raises(LoweringError, match=r"^theorem kl_mvn_chol_by_mu2 states "):
        with_gradients(lower_factors("kl", value), value, value, swapped)
    dense = [theorems[name] for name in ("kl_mvn_chol_by_mu1", "kl_mvn_by_Sigma1", "kl_mvn_chol_by_mu2", "kl_mvn_by_Sigma2")]
    with pytest.raises(LoweringError, match=r"^theorem kl_mvn_by_Sigma1 states "):
        with_gradients(lower_matrices("kl", theorems["kl_mvn"], value), theorems["kl_mvn"], value, dense)


def test_a_gradient_that_needs_what_is_not_computed_is_refused() -> None:
    value = theorems["kl_mvn_difference"]
    gradients = [theorems[f"kl_mvn_chol_by_{parameter}"] for parameter in ("mu1", "L1", "mu2", "L2")]
    foreign = sp.MatrixSymbol("L3", k, k)
    gradients[0] = stating(matmul(foreign, z), "kl_mvn_chol_by_mu1")
    with pytest.raises(LoweringError, match=r"by_mu1 is made of L3, which is not computed"):
        with_gradients(lower_factors("kl", value), value, value, gradients)


def test_one_name_stands_for_one_thing() -> None:
    with pytest.raises(LoweringError, match=r"^E stands for "):
        abbreviations(matadd(E, Abbreviation("E", L1)))


def test_differences_and_quotients() -> None:
    assert difference(matsub(L1, L2)) == difference(matadd(matmul(-1, L2), L1)) == ("L1", "L2")
    assert difference(matsub(L1, sp.Identity(k))) == ("L1", None)
    assert difference(matadd(L1, L2)) is None
    assert gap(matsub(mu1, mu2)) == Subtracted("mu_gap", "mu1", "mu2", square=False)
    assert gap(matsub(L1, L2)) is None
    assert quotient(M) == ("L1", "L2")
    assert quotient(E) is None


@pytest.mark.parametrize("name", [name for name in promised(theorems) if name.endswith("_value_and_grad")])
def test_every_gradient_by_a_matrix_has_the_structure_of_its_argument(name: str) -> None:
    kernel = promised(theorems)[name](theorems)
    assert [found.result for found in kernel.slopes] == [f"by_{argument.name}" for argument in kernel.arguments]
    assert [found.structure for found in kernel.slopes] == [argument.structure for argument in kernel.arguments]
    assert [result.dims for result in kernel.results[1:]] == [argument.dims for argument in kernel.arguments]
