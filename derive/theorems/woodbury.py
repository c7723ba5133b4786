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
whole = Group(changed)
FACTORS = Facts.of(Q.invertible(D), Q.invertible(small))
FACTS = FACTORS.also(Q.invertible(changed))


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


@theorem("push_through", "A low-rank change behind the gain of its factors", "matrices", parameters=(D, W), source="Woodbury 1950")
def push_through() -> Derivation:
    line = Derivation(matmul(sp.Inverse(small), sp.Transpose(W), down, whole), FACTORS).apply("drop_bracket", whole)
    line = line.apply("distribute_product").apply("cancel_inverse").apply("drop_identity")
    return line.apply("factor_product", A=sp.Inverse(small), B=sp.Transpose(W)).apply("cancel_inverse").apply("drop_identity")


@theorem("push_through_left", "A low-rank change before the gain of its factors", "matrices", parameters=(D, W), source="Woodbury 1950")
def push_through_left() -> Derivation:
    line = Derivation(matmul(whole, down, W, sp.Inverse(small)), FACTORS).apply("drop_bracket", whole)
    line = line.apply("distribute_product").apply("times_inverse").apply("drop_identity")
    return line.apply("factor_product", A=W, B=sp.Inverse(small)).apply("times_inverse").apply("drop_identity")


@theorem("inverse_times_factors", "Woodbury's inverse times the factors", "matrices", parameters=(D, W), source="Woodbury 1950")
def inverse_times_factors() -> Derivation:
    line = Derivation(matmul(sp.Inverse(changed), W), FACTS).apply("lemma:push_through_left (backwards)", (1,), D=D)
    return line.apply("drop_bracket", whole).apply("cancel_inverse").apply("drop_identity")


@theorem("factors_times_inverse", "The transposed factors times Woodbury's inverse", "matrices", parameters=(D, W), source="Woodbury 1950")
def factors_times_inverse() -> Derivation:
    line = Derivation(matmul(sp.Transpose(W), sp.Inverse(changed)), FACTS)
    line = line.apply("lemma:push_through (backwards)", (0,), D=D, W=W)
    return line.apply("drop_bracket", whole).apply("times_inverse").apply("drop_identity")
