"""What the surroundings of a place allow: which way an inequality points there, what a bound variable may assume, what is differentiated.

An equation may be used anywhere, except that under a derivative it must hold not at a point but around it: a condition that a small
change of the variable breaks (a matrix is symmetric) allows nothing there, unless the derivative is taken along such changes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp
from sympy.assumptions import AppliedPredicate

from .facts import Facts, Verdict
from .nodes import BINDERS, Expect, Gradient, Integrate, MatrixGradient, Paren, SumOver
from .rewrite import Path, at_path
from .rule import FLIPPED, MissingAssumption, Relation

# Predicates that stay true under every small enough change of their argument.
OPEN = {"positive", "negative", "nonzero", "positive_definite", "invertible", "positive_entries", "positive_diagonal", "real"}
KEPT_BY = {"symmetric": "symmetric", "lower_triangular": "lower"}


def around(tree: sp.Basic, path: Path) -> Iterator[tuple[sp.Basic, int]]:
    """The nodes on the way down to the place, and the argument that is entered."""
    for depth, index in enumerate(path):
        yield at_path(tree, path[:depth]), index


def facts_at(tree: sp.Basic, path: Path, facts: Facts) -> Facts:
    """The facts without those about a free symbol that is hidden by a bound variable of the same name."""
    binders = [node for node, index in around(tree, path) if isinstance(node, BINDERS) and index == 0]
    return facts.inside(*binders) if binders else facts


def line_relation(tree: sp.Basic, path: Path, relation: Relation, facts: Facts) -> Relation:
    """What a local relation at the path says of the whole line; refused where the sign of the surroundings is unknown."""
    if relation == "=":
        return relation
    for node, index in around(tree, path):
        relation = _through(node, index, relation, facts)
    return relation


def _through(node: sp.Basic, index: int, relation: Relation, facts: Facts) -> Relation:
    if isinstance(node, (sp.Add, sp.exp, Paren)) or (isinstance(node, (Expect, SumOver, Integrate)) and index == 0):
        return relation
    if isinstance(node, sp.Mul):
        others = [arg for i, arg in enumerate(node.args) if i != index]
        for factor in others:
            if facts.ask(sp.Q.nonnegative(factor)).verdict is Verdict.YES:
                continue
            if factor.is_number and factor.is_negative:
                relation = FLIPPED[relation]
                continue
            raise MissingAssumption(f"an inequality inside {node} needs the sign of {factor}, which has no answer")
        return relation
    raise MissingAssumption(f"an inequality cannot be carried through {type(node).__name__}: {node}")


def is_exact(tree: sp.Basic, path: Path, facts: Facts) -> bool:
    """Are whole lines equal only where the terms exchanged at the path are? Not where a factor on the way may be 0."""
    for node, index in around(tree, path):
        factors = [arg for i, arg in enumerate(node.args) if i != index] if isinstance(node, sp.Mul) else []
        if not all(facts.holds(sp.Q.nonzero(factor)) for factor in factors):
            return False
        if isinstance(node, SumOver) and not node.domain.is_positive:
            return False
    return True


def broken_by_a_derivative(tree: sp.Basic, path: Path, conditions: Iterable[AppliedPredicate]) -> AppliedPredicate | None:
    """A condition on which an equation below a derivative rests and which a change of its variable would break; None if there is none."""
    derivatives = [node for node, index in around(tree, path) if isinstance(node, (Gradient, MatrixGradient)) and index == 0]
    for condition in conditions:
        name = str(condition.function.name)
        if name in OPEN:
            continue
        for node in derivatives:
            kept = isinstance(node, MatrixGradient) and KEPT_BY.get(name) == node.structure and condition.arguments[0] == node.variable
            if not kept and node.variable.free_symbols & condition.free_symbols:
                return condition
    return None
