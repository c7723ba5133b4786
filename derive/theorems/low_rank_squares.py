"""Two laws with covariances D + W W^T of one rank: what their traces differ by, as squares of differences.

C = I + W^T D^-1 W is the precision of the factors z of x = mu + W z + D^(1/2) e given x, and C^-1 W^T D^-1 (x - mu) their mean. A
difference of traces that cancels where the laws nearly agree is one between squares of differences of such means and of the factors W.
"""

import sympy as sp
from sympy import Q

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import Group
from ..rewrite import add, matmul, matsub, neg, substitute
from . import woodbury
from .registry import theorem
from .symbols import k, squares
from .woodbury import D, W, r

C = woodbury.small
D1, D2 = squares("D1", "D2")
W1, W2 = (sp.MatrixSymbol(name, k, r) for name in ("W1", "W2"))
C1, C2 = (substitute(C, {D: diagonal, W: factor}) for diagonal, factor in ((D1, W1), (D2, W2)))
Sigma1 = substitute(woodbury.whole, {D: D1, W: W1})
P1, P2 = matmul(sp.Inverse(D1), W1), matmul(sp.Inverse(D2), W2)
dW, dP, dC = (Group(matsub(after, before)) for before, after in ((W1, W2), (P1, P2), (C1, C2)))
shift = matmul(P1, sp.Inverse(C1), dC)
Z = Group(matsub(dP, shift))
PAIR = Facts.of(
    *(fact for diagonal in (D1, D2) for fact in (Q.symmetric(diagonal), Q.invertible(diagonal))), Q.invertible(C1), Q.invertible(C2),
)  # fmt: skip
PARAMETERS = (D1, W1, D2, W2)


@theorem("gain_of_factors", "What the factors are known by", "matrices", parameters=(D, W))
def gain_of_factors() -> Derivation:
    line = Derivation(matsub(sp.Identity(r), sp.Inverse(C)), woodbury.FACTORS).apply("times_inverse (backwards)", sp.Identity(r), A=C)
    line = line.apply("drop_bracket", (0, 0)).apply("distribute_product").apply("drop_identity")
    return line.apply("cancel_matrices").apply("add_zero")


@theorem("difference_of_gains", "Gains of factors, their difference from differences", "matrices", parameters=PARAMETERS)
def difference_of_gains() -> Derivation:
    line = Derivation(matsub(dP, shift), PAIR).apply("drop_bracket", dP).apply("drop_bracket", dC).apply("distribute_product")
    return line.apply("cancel_inverse").apply("drop_identity").apply("cancel_matrices").apply("add_zero")


@theorem("difference_of_scaled", "Factors divided by variances, their difference from differences", "matrices", parameters=PARAMETERS)
def difference_of_scaled() -> Derivation:
    line = Derivation(matsub(P2, P1), PAIR).apply("difference_of_products", A=sp.Inverse(D2), C=sp.Inverse(D1))
    line = line.apply("difference_of_inverses")
    return line.apply("drop_bracket", Group(matmul(sp.Inverse(D2), Group(matsub(D1, D2)), sp.Inverse(D1))))


@theorem("difference_of_small", "Precisions of factors, their difference from differences", "matrices", parameters=PARAMETERS)
def difference_of_small() -> Derivation:
    line = Derivation(matsub(C2, C1), PAIR).apply("drop_bracket", C2).apply("drop_bracket", C1).apply("distribute_product")
    line = line.apply("cancel_matrices").apply("add_zero")
    return line.apply("difference_of_products", A=sp.Transpose(W2), C=sp.Transpose(W1))


@theorem("low_rank_squares", "Traces of two low-rank laws as squares of differences", "matrices", parameters=PARAMETERS)
def low_rank_squares() -> Derivation:
    joint = sp.Trace(matmul(sp.Transpose(dW), sp.Inverse(D2), dW))
    means = sp.Trace(matmul(sp.Inverse(C2), sp.Transpose(Z), Sigma1, Z))
    line = Derivation(add(joint, neg(means), neg(sp.Trace(matmul(sp.Inverse(C1), dC)))), PAIR).all("lemma:difference_of_gains")
    line = line.all("drop_bracket", Group(matsub(P2, matmul(P1, sp.Inverse(C1), C2)))).all("drop_bracket", dW).all("drop_bracket", dC)
    line = line.all("transpose_sum").all("transpose_product").all("symmetric_transpose").all("distribute_product")
    line = line.all("cancel_inverse").all("drop_identity").all("lemma:push_through").all("lemma:push_through_left")
    line = line.all("trace_sum").apply("lemma:gain_of_factors (backwards)").apply("distribute_product").apply("drop_identity")
    line = line.all("trace_sum").apply("drop_bracket", sp.Trace(C2)).apply("trace_sum", sp.Trace(C2.body))
    crossed = sp.Trace(matmul(sp.Inverse(C2), sp.Transpose(W2), sp.Inverse(D2), W1, C2))
    return line.apply("trace_cycle", crossed).apply("times_inverse").apply("drop_identity").apply("expand").apply("drop_bracket", Sigma1)
