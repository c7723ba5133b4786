"""Divergence, integral and expectation."""

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy import Q
from sympy.matrices.expressions.matexpr import MatrixExpr

from ..facts import Facts
from ..nodes import (
    ELBO,
    KL,
    Apply,
    CrossEntropy,
    Density,
    Entropy,
    Entry,
    Evidence,
    Expect,
    ExpectMatrix,
    Integrate,
    Law,
    Likelihood,
    MatrixApply,
    Posterior,
    SumOver,
    lives_on,
    point_of,
)
from ..rewrite import add, build, div, log, matadd, matmul, mul, names_in, neg, renamed_apart, sub, substitute
from ..rule import Rewrite, Rule, Statement
from .symbols import A, Y, Z, a, c, column, g, h, j, k, law1, law2, x

LINEAR = "linearity of E"
PARTS = (sp.MatAdd, sp.MatMul)


# ---------------------------------------------------------------------------------------------------- definitions


def _divergence(left: sp.Basic, right: sp.Basic, point: sp.Basic) -> sp.Expr:
    f1, f2 = Density(left, point), Density(right, point)
    return Integrate(mul(f1, log(div(f1, f2))), point, left)


def _shared_point(node: sp.Basic) -> sp.Basic | None:
    """A variable at which both laws have a density; None where they live on different spaces."""
    if not isinstance(node, (KL, CrossEntropy)):
        return None
    point = point_of(node.law1, node.law2)
    if not lives_on(node.law2, point):
        point = point_of(node.law2, node.law1)
    return point if lives_on(node.law1, point) and lives_on(node.law2, point) else None


def _define_kl(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    point = _shared_point(node)
    if isinstance(node, KL) and point is not None:
        yield Rewrite(_divergence(node.law1, node.law2, point), None, (Q.positive(Density(node.law2, point)),))


def _surprise(law: sp.Basic, of: sp.Basic, point: sp.Basic) -> sp.Expr:
    return neg(Expect(log(Density(of, point)), point, law))


def _define_entropy(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, Entropy):
        yield Rewrite(_surprise(node.law, node.law, point_of(node.law)))


def _define_cross_entropy(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    point = _shared_point(node)
    if isinstance(node, CrossEntropy) and point is not None:
        yield Rewrite(_surprise(node.law1, node.law2, point), None, (Q.positive(Density(node.law2, point)),))


# ---------------------------------------------------------------------------------------------------- linearity


def _expect_sum(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Of numbers, of matrices, or over an index."""
    if isinstance(node, Expect) and isinstance(node.body, sp.Add):
        yield Rewrite(add(*(Expect(term, node.variable, node.law) for term in node.body.args)))
    if isinstance(node, Expect) and isinstance(node.body, SumOver):
        summand, index, size = node.body.args
        if index in names_in(node.law) | {node.variable}:
            taken = names_in(summand) | names_in(node.law) | {index, node.variable}
            fresh = renamed_apart(index, set(map(str, taken)))
            summand, index = substitute(summand, {index: fresh}), fresh
        if node.variable not in names_in(size):
            yield Rewrite(SumOver(Expect(summand, node.variable, node.law), index, size))
    if isinstance(node, ExpectMatrix) and isinstance(node.body, sp.MatAdd):
        yield Rewrite(matadd(*(ExpectMatrix(term, node.variable, node.law) for term in node.body.args)))


def _expect_scale(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Every factor free of the variable moves in front."""
    if isinstance(node, Expect) and isinstance(node.body, sp.Mul):
        fixed = [part for part in node.body.args if node.variable not in part.free_symbols]
        moving = [part for part in node.body.args if node.variable in part.free_symbols]
        if fixed and moving:
            yield Rewrite(mul(*fixed, Expect(mul(*moving), node.variable, node.law)))


def _expect_constant(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    if isinstance(node, (Expect, ExpectMatrix)) and node.variable not in node.body.free_symbols:
        yield Rewrite(node.body)


def _expect_product(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """Matrices free of the variable move out to the left and to the right."""
    if not (isinstance(node, ExpectMatrix) and isinstance(node.body, sp.MatMul)):
        return
    parts = node.body.args
    moving = [index for index, part in enumerate(parts) if node.variable in part.free_symbols]
    if not moving:
        return
    first, last = moving[0], moving[-1] + 1
    if last - first < len(parts):
        inner = build(sp.MatMul, parts[first:last])
        if isinstance(inner, MatrixExpr):  # not a number alone that moves, in front of matrices that do not
            yield Rewrite(matmul(*parts[:first], ExpectMatrix(inner, node.variable, node.law), *parts[last:]))


# ---------------------------------------------------------------------------------------------------- independent coordinates


def _marginal(node: sp.Basic, given: Mapping[str, sp.Basic], facts: Facts) -> Iterator[Rewrite]:
    """The expectation of a function of one coordinate of a law with independent coordinates."""
    if not (isinstance(node, Expect) and isinstance(node.law, Law) and node.law.family == "normal_diag"):
        return
    entries = {part for part in sp.preorder_traversal(node.body) if isinstance(part, Entry) and part.matrix == node.variable}
    if len(entries) != 1:
        return
    (entry,) = entries
    law = Law("normal", *(Entry(parameter, *entry.index) for parameter in node.law.parameters))
    point = renamed_apart(point_of(law), set(map(str, (names_in(node.body) - {node.variable}) | names_in(law))))
    body = substitute(node.body, {entry: point})  # nothing changes where the index is bound within
    if node.variable not in body.free_symbols | names_in(law):
        yield Rewrite(Expect(body, point, law))


mu, sigma = (sp.MatrixSymbol(name, k, 1) for name in ("mu", "sigma"))
diagonal_law = Law("normal_diag", mu, sigma)
coordinate = Law("normal", Entry(mu, j), Entry(sigma, j))
square_Y = MatrixApply("Y", x, k, k)
latent, observed = sp.Symbol("z", real=True), sp.Symbol("x", real=True)

EXPECTATION = (
    Rule(
        "kl_definition", Statement(KL(law1, law2), _divergence(law1, law2, x)), "Kullback, Leibler 1951",
        (Q.positive(Density(law2, x)),), leaves=log(div(Density(law1, x), Density(law2, x))), rewrites=_define_kl,
    ),
    Rule(
        "entropy_definition", Statement(Entropy(law1), _surprise(law1, law1, x)), "Shannon 1948",
        leaves=CrossEntropy(law1, law2), rewrites=_define_entropy,
    ),
    Rule(
        "cross_entropy_definition", Statement(CrossEntropy(law1, law2), _surprise(law1, law2, x)), "Kerridge 1961",
        (Q.positive(Density(law2, x)),), leaves=Entropy(law1), rewrites=_define_cross_entropy,
    ),
    Rule(
        "elbo_definition",
        Statement(
            ELBO(law1, law2, observed),
            sub(Expect(log(Likelihood(observed, latent)), latent, law1), KL(law1, law2)),
        ),
        "Kingma, Welling 2013", leaves=KL(law1, law2),
    ),
    Rule(
        "evidence_definition",
        Statement(Evidence(law2, observed), Integrate(mul(Likelihood(observed, latent), Density(law2, latent)), latent, law2)),
        "law of total probability", leaves=Likelihood(observed, latent),
    ),
    Rule(
        "bayes",
        Statement(
            Density(Posterior(law2, observed), latent),
            div(mul(Likelihood(observed, latent), Density(law2, latent)), Evidence(law2, observed)),
        ),
        "Bayes' theorem", leaves=Density(law2, latent),
    ),

    Rule(
        "integral_as_expectation", Statement(Integrate(mul(Density(law1, x), g), x, law1), Expect(g, x, law1)),
        "definition of E for a law with a density", leaves=Integrate(mul(Density(law2, x), g), x, law1),
    ),
    Rule(
        "change_of_measure", Statement(Integrate(g, x, law2), Expect(div(g, Density(law1, x)), x, law1)),
        "definition of E for a law with a density", (Q.positive(Density(law1, x)), Q.positive(Density(law2, x))), leaves=Expect(g, x, law2),
        given=("law1",),
    ),
    Rule(
        "expect_of_ratio", Statement(Expect(div(Density(law2, x), Density(law1, x)), x, law1), sp.S.One),
        "a density integrates to 1", (Q.positive(Density(law1, x)),), leaves=Expect(div(g, Density(law1, x)), x, law1),
    ),

    Rule(
        "expect_sum", Statement(Expect(add(g, h), x, law1), add(Expect(g, x, law1), Expect(h, x, law1))),
        LINEAR, leaves=Expect(mul(g, h), x, law1), rewrites=_expect_sum,
    ),
    Rule(
        "expect_scale", Statement(Expect(mul(a, g), x, law1), mul(a, Expect(g, x, law1))),
        LINEAR, leaves=Expect(mul(g, h), x, law1), rewrites=_expect_scale,
    ),
    Rule(
        "expect_constant", Statement(Expect(c, x, law1), c), "a density integrates to 1", leaves=Expect(g, x, law1),
        rewrites=_expect_constant,
    ),
    Rule(
        "expect_trace",
        Statement(Expect(sp.Trace(square_Y), x, law1), sp.Trace(ExpectMatrix(square_Y, x, law1))),
        LINEAR, leaves=Expect(sp.Determinant(square_Y), x, law1),
    ),
    Rule(
        "expect_product",
        Statement(ExpectMatrix(sp.MatMul(A, square_Y), x, law1), sp.MatMul(A, ExpectMatrix(square_Y, x, law1))),
        LINEAR, leaves=ExpectMatrix(sp.MatMul(square_Y, MatrixApply("Z", x, k, k)), x, law1), rewrites=_expect_product,
    ),
    Rule(
        "expect_transpose", Statement(ExpectMatrix(sp.Transpose(Y), x, law1), sp.Transpose(ExpectMatrix(Y, x, law1))),
        LINEAR, leaves=ExpectMatrix(Z, x, law1),
    ),
    Rule(
        "marginal",
        Statement(
            Expect(Apply("g", Entry(column, j)), column, diagonal_law), Expect(Apply("g", observed), observed, coordinate)
        ),
        "independent coordinates", leaves=Expect(Apply("g", Entry(column, j)), column, Law("mvn", mu, A)), rewrites=_marginal,
    ),
)  # fmt: skip
