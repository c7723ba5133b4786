"""Traces and determinants."""

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts
from ..nodes import Scalar
from ..rewrite import add, build, matadd, matmul, mul, power
from ..rule import Rewrite, Rule, Statement
from .symbols import A, B, a, k, tall, wide

TRACE = "Petersen, Pedersen 2012, section 1.1"
single = sp.MatrixSymbol("A", 1, 1)
DETERMINANT = "Petersen, Pedersen 2012, section 1.2"


def _linear(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Trace and Scalar are linear: a sum term by term, a number in front."""
    if not isinstance(node, (sp.Trace, Scalar)):
        return
    head, body = type(node), node.args[0]
    if isinstance(body, sp.MatAdd):
        yield Rewrite(add(*(head(term) for term in body.args)))
    if isinstance(body, sp.MatMul):
        numbers = [part for part in body.args if not isinstance(part, MatrixExpr)]
        if numbers:
            yield Rewrite(mul(*numbers, head(build(sp.MatMul, [part for part in body.args if isinstance(part, MatrixExpr)]))))


def _trace_cycle(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """The first factor moves behind the last; any rotation is a few of these."""
    if isinstance(node, sp.Trace) and isinstance(node.arg, sp.MatMul):
        first, *rest = node.arg.args
        if isinstance(first, MatrixExpr):
            yield Rewrite(sp.Trace(matmul(*rest, first)))


TRACES = (
    Rule("scalar_as_trace", Statement(Scalar(single), sp.Trace(single)), TRACE, leaves=sp.Trace(A)),
    Rule("trace_cycle", Statement(sp.Trace(sp.MatMul(wide, tall)), sp.Trace(sp.MatMul(tall, wide))), TRACE,
        leaves=sp.Trace(A), rewrites=_trace_cycle),
    Rule("trace_sum", Statement(sp.Trace(matadd(A, B)), add(sp.Trace(A), sp.Trace(B))), TRACE,
        leaves=sp.Trace(matmul(A, B)), rewrites=_linear),
    Rule("trace_identity", Statement(sp.Trace(sp.Identity(k)), k), TRACE, leaves=sp.Trace(A)),

    Rule("det_scale", Statement(sp.Determinant(matmul(a, A)), mul(power(a, k), sp.Determinant(A))), DETERMINANT,
        leaves=sp.Determinant(matmul(A, B))),
    Rule("det_identity", Statement(sp.Determinant(sp.Identity(k)), sp.S.One), DETERMINANT, leaves=sp.Determinant(A)),
)  # fmt: skip
