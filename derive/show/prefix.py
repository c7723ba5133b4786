"""Expressions as lists that any language can read: a head first, then its arguments.

    ["add", 1, ["mul", ["rational", -1, 2], ["log", ["symbol", "sigma1", {"real": true}]]]]

A JSON integer is an integer; a string is a name (of a family, a law, a function, a structure); everything else is a list whose first
item is a head of the table HEADS. Beside it stands what each argument is:

    number   a scalar expression            matrix    a matrix expression       law     a law
    name     a string                       variable  a symbol or matrix_symbol
    size     a scalar expression            point     a number or a matrix      any     a number, a matrix or a law
    `...`    any number of the kind before

Terms and factors stand in their order, and nothing is evaluated on either side. Symbols carry the assumptions they were made with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp
from sympy.assumptions import AppliedPredicate
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from .. import nodes, special
from ..facts import positive_diagonal, positive_entries
from ..rewrite import build
from ..rule import DeriveError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Unreadable(DeriveError):
    """A document that is no derivation of ours: what is wrong, and where, as a JSON pointer such as /steps/3/after."""

    def __init__(self, pointer: str, problem: str) -> None:
        super().__init__(f"{_spoken(pointer)}{problem}")
        self.pointer, self.problem = pointer or "/", problem


class DoesNotHold(Unreadable):
    """A document that can be read, but the rules do not give what it records."""


def _spoken(pointer: str) -> str:
    """Step 4, after (/steps/3/after): steps are counted from 1 on a page, and from 0 in a pointer."""
    match pointer.split("/"):
        case [""]:
            return ""
        case ["", "steps", number, *rest] if number.isdigit():
            return f"{', '.join([f'step {int(number) + 1}', *rest[:1]])} ({pointer}): "
    return f"{pointer}: "


@dataclass(frozen=True)
class Head:
    """A kind of node, what its arguments are, and how it is made of them."""

    kind: type[sp.Basic]
    takes: tuple[str, ...]
    make: Callable[..., sp.Basic] | None = None

    def __call__(self, arguments: Sequence[sp.Basic]) -> sp.Basic:
        return self.make(*arguments) if self.make else build(self.kind, arguments)


def _head(kind: type[sp.Basic], takes: str, make: Callable[..., sp.Basic] | None = None) -> Head:
    return Head(kind, tuple(takes.split()), make)



HEADS: dict[str, Head] = {
    "add": _head(sp.Add, "number ..."),
    "mul": _head(sp.Mul, "number ..."),
    "pow": _head(sp.Pow, "number number"),
    **{kind.__name__: _head(kind, "number") for kind in (
        sp.log, sp.exp, sp.Abs, sp.erf, sp.erfc, sp.gamma, sp.loggamma, sp.cosh, sp.sinh, sp.tanh, sp.cos, sp.sin,
        special.expm1, special.expm1mx, special.log1pmx,
    )},
    "logratiomx": _head(special.logratiomx, "number number"),
    "paren": _head(nodes.Paren, "number"),
    "scalar": _head(nodes.Scalar, "matrix"),
    "entry": _head(nodes.Entry, "matrix number ..."),
    "apply": _head(nodes.Apply, "name point"),
    "gradient": _head(nodes.Gradient, "number number"),
    "trace": _head(sp.Trace, "matrix"),
    "determinant": _head(sp.Determinant, "matrix"),
    "logdet1pmx": _head(nodes.LogDet1pmx, "matrix matrix"),

    "matadd": _head(sp.MatAdd, "matrix ..."),
    "matmul": _head(sp.MatMul, "point ..."),
    "matpow": _head(sp.MatPow, "matrix number"),
    "inverse": _head(sp.Inverse, "matrix", sp.Inverse),
    "transpose": _head(sp.Transpose, "matrix"),
    "identity": _head(sp.Identity, "size"),
    "zeros": _head(sp.ZeroMatrix, "size size"),
    "ones": _head(sp.OneMatrix, "size size"),
    "diag": _head(sp.DiagMatrix, "matrix"),
    "diagonal_of": _head(sp.DiagonalOf, "matrix"),
    "abbreviation": _head(nodes.Abbreviation, "name matrix"),
    "hadamard_power": _head(sp.HadamardPower, "matrix number"),
    "hadamard_product": _head(sp.HadamardProduct, "matrix ..."),
    "group": _head(nodes.Group, "matrix"),
    "entrywise": _head(nodes.Entrywise, "number variable size"),
    "lower_triangle": _head(nodes.LowerTriangle, "matrix"),
    "matrix_apply": _head(nodes.MatrixApply, "name point size size"),
    "matrix_gradient": _head(nodes.MatrixGradient, "number variable name"),

    "law": _head(nodes.Law, "name any ..."),
    "abstract_law": _head(nodes.AbstractLaw, "name"),
    "posterior": _head(nodes.Posterior, "law point"),
    "density": _head(nodes.Density, "law point"),
    "likelihood": _head(nodes.Likelihood, "point point"),
    "evidence": _head(nodes.Evidence, "law point"),
    "kl": _head(nodes.KL, "law law"),
    "cross_entropy": _head(nodes.CrossEntropy, "law law"),
    "entropy": _head(nodes.Entropy, "law"),
    "elbo": _head(nodes.ELBO, "law law point"),
    "integrate": _head(nodes.Integrate, "number variable law"),
    "expect": _head(nodes.Expect, "number variable law"),
    "expect_matrix": _head(nodes.ExpectMatrix, "matrix variable law"),
    "sum_over": _head(nodes.SumOver, "number variable size"),
    "at": _head(nodes.At, "number variable number"),
    "matrix_at": _head(nodes.MatrixAt, "matrix variable point"),
    "limit": _head(nodes.LimitTo, "number variable number"),
    "product_over": _head(nodes.ProductOver, "number variable size"),
}  # fmt: skip
CONSTANTS = {"pi": sp.pi, "euler_gamma": sp.EulerGamma, "e": sp.E, "infinity": sp.oo, "minus_infinity": sp.S.NegativeInfinity}
PREDICATES = {
    **{str(predicate.name): predicate for predicate in (
        sp.Q.positive, sp.Q.nonnegative, sp.Q.nonzero, sp.Q.symmetric, sp.Q.positive_definite, sp.Q.invertible, sp.Q.lower_triangular,
        sp.Q.diagonal, sp.Q.orthogonal,
    )},
    "positive_entries": positive_entries,
    "positive_diagonal": positive_diagonal,
}  # fmt: skip

# What a symbol may be assumed to be; SymPy would take any word.
ASSUMPTIONS = frozenset(sp.Symbol("k", integer=True, positive=True).assumptions0) | {"even", "odd", "prime", "composite", "noninteger"}

_NAMES = {head.kind: name for name, head in HEADS.items()}
_CONSTANT_NAMES = {value: name for name, value in CONSTANTS.items()}


# ---------------------------------------------------------------------------------------------------- writing


def encoded(node: sp.Basic) -> Json:
    """The expression as nested lists. Raises DeriveError for a node that the table does not know."""
    if isinstance(node, Str):
        return str(node.name)
    if isinstance(node, sp.Integer):
        return int(node)
    if isinstance(node, sp.Rational):
        return ["rational", int(node.p), int(node.q)]
    if node in _CONSTANT_NAMES:
        return [_CONSTANT_NAMES[node]]
    if isinstance(node, sp.Symbol):
        return ["symbol", str(node.name), dict(_assumptions(node))]
    if isinstance(node, sp.MatrixSymbol):
        return ["matrix_symbol", str(node.name), *map(encoded, node.args[1:])]
    if type(node) not in _NAMES:
        raise DeriveError(f"the prefix form has no head for {type(node).__name__}: {node}\n  give it one in derive/show/prefix.py")
    arguments = node.args[:1] if isinstance(node, sp.Inverse) else node.args
    return [_NAMES[type(node)], *map(encoded, arguments)]


def _assumptions(symbol: sp.Symbol) -> dict[str, bool]:
    """The few assumptions that make this very symbol, or all of them."""
    for few in ({}, {"real": True}, {"positive": True}, {"integer": True}, {"integer": True, "positive": True}):
        if sp.Symbol(symbol.name, **few) == symbol:
            return few
    return dict(symbol.assumptions0)


def encoded_condition(condition: AppliedPredicate) -> Json:
    return [str(condition.function.name), *map(encoded, condition.arguments)]


# ---------------------------------------------------------------------------------------------------- reading


def decoded(form: Json, at: str, kind: str = "any") -> sp.Basic:
    """The expression of a prefix form; nothing in it is executed. Raises Unreadable, naming the place by a JSON pointer."""
    node = _read(form, at)
    if not _is(node, kind):
        raise Unreadable(at, f"a {kind} is wanted, not {_brief(form)}")
    return node


def _read(form: Json, at: str) -> sp.Basic:
    if isinstance(form, int) and not isinstance(form, bool):
        return sp.Integer(form)
    if not isinstance(form, list) or not form or not isinstance(form[0], str):
        raise Unreadable(at, f"an expression is an integer or a list that starts with a head, not {_brief(form)}")
    head, *arguments = form
    assert isinstance(head, str)
    if head in CONSTANTS and not arguments:
        return CONSTANTS[head]
    if head == "rational":
        return _rational(arguments, at)
    if head == "symbol":
        return _symbol(arguments, at)
    if head == "matrix_symbol":
        return _matrix_symbol(arguments, at)
    if head not in HEADS:
        raise Unreadable(f"{at}/0", f"no head is called {head!r}")
    return _node(HEADS[head], head, arguments, at)


def _node(head: Head, name: str, arguments: list[Json], at: str) -> sp.Basic:
    kinds = _kinds(head.takes, len(arguments))
    if kinds is None:
        raise Unreadable(at, f"{name} takes {' '.join(head.takes)}, not {len(arguments)} arguments")
    read = [
        _name(argument, f"{at}/{index}") if kind == "name" else decoded(argument, f"{at}/{index}", kind)
        for index, (argument, kind) in enumerate(zip(arguments, kinds, strict=True), 1)
    ]
    try:
        node = head(read)
    except (TypeError, ValueError, AttributeError) as problem:
        raise Unreadable(at, f"{name} cannot be made of these arguments: {problem}") from None
    if type(node) is not head.kind:
        raise Unreadable(at, f"{name} of these arguments is no {name}: its parts must not be of its own kind, nor one alone")
    return node


def _kinds(takes: tuple[str, ...], count: int) -> tuple[str, ...] | None:
    if takes[-1] == "...":
        fixed, repeated = takes[:-2], takes[-2]
        return (*fixed, *[repeated] * (count - len(fixed))) if count > len(fixed) else None
    return takes if count == len(takes) else None


def _is(node: sp.Basic, kind: str) -> bool:
    matrix = isinstance(node, MatrixExpr)
    number = isinstance(node, sp.Expr) and not matrix
    law = isinstance(node, nodes.Law | nodes.AbstractLaw | nodes.Posterior)
    kinds = {
        "number": number, "size": number, "matrix": matrix, "law": law, "point": number or matrix, "any": True,
        "variable": isinstance(node, sp.Symbol | sp.MatrixSymbol),
    }  # fmt: skip
    return kinds[kind]


def _name(form: Json, at: str) -> Str:
    if not isinstance(form, str) or not form:
        raise Unreadable(at, f"a name is wanted, not {_brief(form)}")
    return Str(form)


def _rational(arguments: list[Json], at: str) -> sp.Basic:
    match arguments:
        case [int(p), int(q)] if q > 1 and not isinstance(p, bool):
            number = sp.Rational(p, q)
            if (number.p, number.q) == (p, q):
                return number
    raise Unreadable(at, f"rational takes two integers in lowest terms, the second above 1, not {_brief(list(arguments))}")


def _symbol(arguments: list[Json], at: str) -> sp.Basic:
    match arguments:
        case [str(name), dict(assumptions)] if name and _are_assumptions(assumptions):
            try:
                return sp.Symbol(name, **assumptions)
            except (TypeError, ValueError, AttributeError, sp.core.facts.InconsistentAssumptions) as problem:
                raise Unreadable(at, f"no symbol can have these assumptions: {problem}") from None
    raise Unreadable(at, f"symbol takes a name and an object of assumptions, not {_brief(list(arguments))}")


def _are_assumptions(found: dict[str, Json]) -> bool:
    return found.keys() <= ASSUMPTIONS and all(isinstance(value, bool) for value in found.values())


def _matrix_symbol(arguments: list[Json], at: str) -> sp.Basic:
    match arguments:
        case [str(name), rows, columns] if name:
            return sp.MatrixSymbol(name, decoded(rows, f"{at}/2", "size"), decoded(columns, f"{at}/3", "size"))
    raise Unreadable(at, f"matrix_symbol takes a name, rows and columns, not {_brief(list(arguments))}")


def decoded_condition(form: Json, at: str) -> AppliedPredicate:
    match form:
        case [str(name), subject]:
            if name not in PREDICATES:
                raise Unreadable(f"{at}/0", f"no condition is called {name!r}")
            return PREDICATES[name](decoded(subject, f"{at}/1"))
    raise Unreadable(at, f"a condition is a list of its name and what it is about, not {_brief(form)}")


def _brief(form: Json) -> str:
    """The beginning of a piece of the document, for a message."""
    text = repr(form)
    return text if len(text) <= 60 else text[:57] + "..."
