"""Theorems about thin matrices become programs that form nothing of k x k."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from closedform.codegen.arrange import LoweringError
from closedform.codegen.kernel import Role
from closedform.codegen.low_rank.chains import NEVER, Plan, chain, diagonal, transposed
from closedform.codegen.low_rank.lower import Lowering, lower_low_rank
from closedform.codegen.low_rank.program import (
    Array,
    Combined,
    Divided,
    Factored,
    Inner,
    Let,
    LowRankKernel,
    Product,
    RowDots,
    RowSum,
    Scaled,
)
from closedform.codegen.low_rank.promised import promised
from closedform.derive.nodes import Abbreviation, Group
from closedform.derive.rewrite import matadd, matmul, matsub
from closedform.derive.theorems import theorems

k, r = (sp.Symbol(name, integer=True, positive=True) for name in "kr")
W, V = sp.MatrixSymbol("W", k, r), sp.MatrixSymbol("V", k, r)
v, d = sp.MatrixSymbol("v", k, 1), sp.MatrixSymbol("d", k, 1)
D = sp.DiagMatrix(d)
SMALL = Group(matadd(sp.Identity(r), matmul(sp.Transpose(W), W)))


@pytest.fixture(scope="module", params=["kl_mvn_lowrank", "kl_mvn_lowrank_value_and_grad"])
def kernel(request: pytest.FixtureRequest) -> LowRankKernel:
    return promised(theorems)[request.param](theorems)


def test_nothing_of_k_by_k_is_stored(kernel: LowRankKernel) -> None:
    sizes = {(let.target.rows, let.target.columns) for let in kernel.lets if isinstance(let, Let)}
    assert sizes <= {("k", "m"), ("k", "1"), ("m", "m"), ("m", "1"), ("1", "m")}


def test_every_statement_is_needed_and_none_is_made_twice(kernel: LowRankKernel) -> None:
    read = {str(symbol) for symbol in kernel.value.free_symbols} | {array.name for array in kernel.gradients}
    for let in kernel.lets:
        operands = [value for value in vars(let.operation).values() if isinstance(value, Array)]
        operands += [array for _, array in getattr(let.operation, "terms", ()) if array is not None]
        operands += getattr(let.operation, "columns", ())
        read |= {array.name for array in operands}
    assert {str(let.target.name) for let in kernel.lets} <= read
    operations = [let.operation for let in kernel.lets]
    assert len(operations) == len(set(operations))


def test_each_law_has_its_own_rank(kernel: LowRankKernel) -> None:
    assert [argument.dims for argument in kernel.arguments] == [("k",), ("k", "r"), ("k",), ("k",), ("k", "s"), ("k",)]
    assert [argument.name for argument in kernel.filled] == ["W1", "W2"]
    assert [argument.positive for argument in kernel.arguments] == [False, False, True, False, False, True]
    gradients = [result for result in kernel.results if result.role is Role.GRADIENT]
    assert [result.gradient_by for result in gradients] in ([], [argument.name for argument in kernel.arguments])


# ---------------------------------------------------------------------------------------------------- chains


def values(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(size=(7, 3)), "V": rng.normal(size=(7, 3)), "v": rng.normal(size=(7, 1)), "d": rng.uniform(1, 2, (7, 1))}


def run(work: Lowering, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The statements, with NumPy."""
    found = dict(arrays)
    for let in work.lets:
        name = str(let.target.name)
        match let.operation:
            case Scaled(of, column, divided):
                found[name] = found[of.name] / found[column.name] if divided else found[of.name] * found[column.name]
            case Product(left, right, which):
                one, other = found[left.name], found[right.name]
                found[name] = (one.T if which == "left" else one) @ (other.T if which == "right" else other)
            case Factored(of):
                found[name] = np.linalg.cholesky(found[of.name])
            case Divided(of, factor, turned):
                X, L = found[of.name], found[factor.name]
                found[name] = (X.T if turned else X) @ np.linalg.inv(L @ L.T)
            case Combined(terms):
                found[name] = sum(float(number) * (np.eye(3) if array is None else found[array.name]) for number, array in terms)
            case RowDots(left, right):
                found[name] = np.sum(found[left.name] * found[right.name], axis=1, keepdims=True)
            case Inner(left, right):
                found[name] = np.sum(found[left.name] * found[right.name])
            case other:
                raise AssertionError(f"{other} is not needed here")
    return found


C = np.linalg.inv(np.eye(3) + values()["W"].T @ values()["W"])
Q = np.diag(values()["d"][:, 0]) - values()["W"] @ C @ values()["W"].T
GRAM = {name: values()[name] @ values()[name].T for name in "WV"}
OPERATOR = Abbreviation("Q", matsub(D, matmul(W, sp.Inverse(SMALL), sp.Transpose(W))))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (matmul(OPERATOR, V), Q @ values()["V"]),
        (matmul(sp.Transpose(W), D, V), values()["W"].T @ np.diag(values()["d"][:, 0]) @ values()["V"]),
        (matmul(W, sp.Transpose(W), V, sp.Transpose(V), v), GRAM["W"] @ GRAM["V"] @ values()["v"]),
        (matmul(V, sp.Inverse(SMALL)), values()["V"] @ C),
        (matmul(-2, OPERATOR, OPERATOR, v), -2 * Q @ Q @ values()["v"]),
        (sp.DiagonalOf(matmul(OPERATOR, D, OPERATOR)), np.diag(Q @ np.diag(values()["d"][:, 0]) @ Q)[:, None]),
        (sp.DiagonalOf(matadd(D, matmul(V, sp.Transpose(W)))), values()["d"] + np.diag(values()["V"] @ values()["W"].T)[:, None]),
        (sp.DiagonalOf(matmul(D, sp.Inverse(D), D)), values()["d"]),
        (matmul(Group(matsub(D, sp.DiagMatrix(v))), V), (values()["d"] - values()["v"]) * values()["V"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_program_computes_what_the_expression_says(expression: sp.MatrixExpr, expected: np.ndarray) -> None:
    work = Lowering(None)
    found = work.array(expression)
    result = run(work, values())[found.array.name]
    np.testing.assert_allclose(result.T if found.turned else result, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sp.Trace(matmul(sp.Transpose(V), OPERATOR, V)), np.trace(values()["V"].T @ Q @ values()["V"])),
        (sp.Trace(matmul(OPERATOR, V, sp.Transpose(W))), np.trace(Q @ values()["V"] @ values()["W"].T)),
        (sp.Trace(matmul(sp.Inverse(SMALL), sp.Transpose(W), V)), np.trace(C @ values()["W"].T @ values()["V"])),
    ],
    ids=str,
)  # fmt: skip
def test_a_trace_is_cut_where_nothing_large_is_formed(expression: sp.Expr, expected: float) -> None:
    work = Lowering(None)
    name = str(work.number_of(expression))
    assert float(run(work, values())[name]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("node", [matmul(W, sp.Transpose(W)), matmul(D, D), OPERATOR], ids=str)
def test_what_is_k_by_k_is_refused(node: sp.MatrixExpr) -> None:
    with pytest.raises(LoweringError):
        Lowering(None).product(chain(node)[1])
    assert Plan({}).cost(chain(node)[1]) == NEVER


def test_a_trace_of_something_k_by_k_is_refused() -> None:
    with pytest.raises(LoweringError, match="without a matrix of k x k"):
        Lowering(None).number_of(sp.Trace(OPERATOR))


def test_transposes_and_diagonals_are_seen_through() -> None:
    assert transposed(matmul(W, sp.Inverse(SMALL), sp.Transpose(V))) == matmul(V, sp.Inverse(SMALL), sp.Transpose(W))
    assert transposed(OPERATOR) == OPERATOR
    assert diagonal(sp.Inverse(Group(matsub(D, sp.DiagMatrix(v))))) == (matsub(d, v), True)
    assert diagonal(OPERATOR) is None


def test_a_gradient_of_something_else_is_refused() -> None:
    value = theorems["kl_mvn_lowrank_difference"]
    gradients = [theorems[f"kl_mvn_lowrank_by_{name}"] for name in ("mu1", "W1", "d1", "mu2", "d2", "W2")]
    with pytest.raises(LoweringError, match=r"theorem kl_mvn_lowrank_by_d2 states .* by W2 is needed"):
        lower_low_rank("kl", value, gradients)


def test_a_row_sum_reads_its_columns() -> None:
    sums = [let.operation for let in promised(theorems)["kl_mvn_lowrank"](theorems).lets if isinstance(let.operation, RowSum)]
    assert [[column.name for column in each.columns] for each in sums] == [["d1", "d2"]]
