"""The inverse and the determinant of a low-rank change, D + W W^T, through the small matrix C = I + W^T D^-1 W."""

import sympy as sp
from sympy import Q

from ..derivation import Derivation
from ..facts import Facts
from ..nodes import Group
from ..rewrite import matadd, matmul, matsub
from .registry import theorem
from .symbols import k

r = sp.Symbol("r", integer=True, positive=True)
D, W = sp.MatrixSymbol("D", k, k), sp.MatrixSymbol("W", k, r)
down = sp.Inverse(D)
gram = matmul(W, sp.Transpose(W))
changed = matadd(D, gram)
small = Group(matadd(sp.Identity(r), matmul(sp.Transpose(W), down, W)))
FACTS = Facts.of(Q.invertible(D), Q.invertible(small), Q.invertible(changed))


@theorem("woodbury_product", "A low-rank change times Woodbury's inverse of it", "matrices", parameters=(D, W), source="Woodbury 1950")
def woodbury_product() -> Derivation:
    inverse = matsub(down, matmul(down, W, sp.Inverse(small), sp.Transpose(W), down))
    line = Derivation(matmul(changed, inverse), FACTS).apply("distribute_product").all("cancel_inverse").all("drop_identity")
    line = line.apply("factor_product", A=matmul(-1, W), B=matmul(sp.Inverse(small), sp.Transpose(W), down))
    return line.apply("cancel_inverse").apply("drop_identity").apply("cancel_matrices").apply("add_zero")


@theorem("woodbury", "Woodbury's inverse of a low-rank change", "matrices", parameters=(D, W), source="Woodbury 1950")
def woodbury() -> Derivation:
    line = Derivation(sp.Inverse(changed), FACTS).apply("drop_identity (backwards)", ())
    line = line.apply("lemma:woodbury_product (backwards)", D=D, W=W)
    return line.apply("cancel_inverse").apply("drop_identity")


@theorem("determinant_lemma", "Determinant of a low-rank change", "matrices", parameters=(D, W), source="Sylvester 1851")
def determinant_lemma() -> Derivation:
    line = Derivation(sp.Determinant(changed), Facts.of(Q.invertible(D))).apply("identity_times (backwards)", gram)
    line = line.apply("times_inverse (backwards)", A=D).apply("factor_product", A=D)
    return line.apply("det_product").apply("sylvester", A=matmul(down, W))
