"""Replay: the rule of that name, at that place, with what was supplied, gives that line and needs those conditions.

A small checker that knows rules and nothing of how a derivation found its way. Renaming replays the step with every free symbol
renamed: a result that was typed in, instead of computed, keeps its old names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import sympy as sp
from sympy.assumptions import AppliedPredicate

from ..context import broken_by_a_derivative, facts_at, is_exact, line_relation
from ..derivation import Step
from ..evaluate import free
from ..facts import Facts
from ..nodes import BINDERS, AbstractLaw
from ..rewrite import Path, Site, build
from ..rule import DeriveError, Discharged, Rewrite, Rule, Statement, discharge
from .report import REFUTED, Evidence, checked, seen

Lookup = Callable[[str], Rule]


def replay(step: Step, facts: Facts, rule_named: Lookup) -> Evidence:
    """Does the recorded step follow from the rule that it names?"""
    return _evidence("replay", _objection(step, facts, rule_named))


def renamed_replay(step: Step, facts: Facts, rule_named: Lookup) -> Evidence:
    """Does it still, when all symbols have other names?"""
    names = _other_names(step, facts)
    return _evidence("renaming", _objection(_renamed_step(step, names), _renamed_facts(facts, names), rule_named))


Objection = tuple[str, *tuple[object, ...]]  # its form, and the parts in place of its {}


def _evidence(engine: str, objection: Objection | None) -> Evidence:
    return Evidence(engine, "step", checked(1)) if objection is None else seen(engine, "step", REFUTED, *objection)


def _objection(step: Step, facts: Facts, rule_named: Lookup) -> Objection | None:
    """What is wrong with the step, or None."""
    try:
        rule = rule_named(step.rule)
        node = _at(step.before, step.site.path)
        old = _part(node, step.site)
        facts = facts_at(step.before, step.site.path, facts)
        reached = line_relation(step.before, step.site.path, rule.relation, facts)
        rewrites = list(rule.candidates(node, dict(step.given), facts))
    except (DeriveError, IndexError) as problem:
        return "{}", problem
    except (TypeError, ValueError, AttributeError, ArithmeticError) as problem:
        # A forged step may hand a rule what it was not made for; that is no reason for a check to stop.
        return "rule {} fails on {}: {}: {}", step.rule, step.old, type(problem).__name__, problem
    if old != step.old:
        return "the line has {} at the place of the step, not {}", old, step.old
    if step.relation != rule.relation or step.line_relation != reached:
        given, recorded = (rule.relation, reached), (step.relation, step.line_relation)
        return "rule {} gives {} here and {} for the line, not {} and {}", rule.name, *given, *recorded
    same = [one for one in rewrites if one.items == step.site.items and alike(one.new, step.new)]
    if not same:
        return "rule {} does not turn {} into {}", rule.name, step.old, step.new
    if not any(_discharged(one, step, facts) for one in same):
        return "the conditions of rule {} are not those that the step discharges, or they do not hold", rule.name
    broken = broken_by_a_derivative(step.before, step.site.path, (reason.condition for reason in step.conditions))
    if broken is not None:
        return "rule {} rests on {}, which the derivative around it breaks", rule.name, broken
    after = _put(step.before, step.site.path, _exchanged(node, step.site, step.new))
    return None if alike(after, step.after) else ("the line after the step is {}, not {}", after, step.after)


def _discharged(rewrite: Rewrite, step: Step, facts: Facts) -> bool:
    """Equal conditions for equal reasons; a condition may speak of a variable that the new term binds, by any name."""
    answers = discharge(rewrite, _at(step.before, step.site.path), facts)
    if not isinstance(answers, tuple) or _equality(rewrite, step, facts) != step.equality:
        return False
    found, recorded = (_without_names(new, conditions) for new, conditions in ((rewrite.new, answers), (step.new, step.conditions)))
    return found == recorded


def _without_names(new: sp.Basic, conditions: tuple[Discharged, ...]) -> list[tuple[AppliedPredicate, str]]:
    variables = [node.variable for node in sp.preorder_traversal(new) if isinstance(node, BINDERS)]
    bound = _unused("bound", new, *(part for one in conditions for part in one.condition.arguments))
    names = {variable: _called(f"{bound} {number}", variable, {}) for number, variable in reversed(list(enumerate(variables)))}
    return [(_renamed_condition(one.condition, names), one.by) for one in conditions]


def _equality(rewrite: Rewrite, step: Step, facts: Facts) -> Statement | None:
    return rewrite.equality if is_exact(step.before, step.site.path, facts) else None


# ---------------------------------------------------------------------------------------------------- places


def _at(tree: sp.Basic, path: Path) -> sp.Basic:
    for index in path:
        tree = tree.args[index]
    return tree


def _part(node: sp.Basic, site: Site) -> sp.Basic:
    return node if site.items is None else build(node.func, [node.args[index] for index in site.items])


def _exchanged(node: sp.Basic, site: Site, new: sp.Basic) -> sp.Basic:
    """The node with `new` in place of the items: where the first of them stood."""
    if site.items is None:
        return new
    first, *others = site.items
    return build(node.func, [new if i == first else arg for i, arg in enumerate(node.args) if i not in others])


def _put(tree: sp.Basic, path: Path, new: sp.Basic) -> sp.Basic:
    for depth in reversed(range(len(path))):
        parent = _at(tree, path[:depth])
        new = build(parent.func, [new if i == path[depth] else arg for i, arg in enumerate(parent.args)])
    return new


# ---------------------------------------------------------------------------------------------------- names


def alike(left: sp.Basic, right: sp.Basic) -> bool:
    """Equal as written, up to the names of bound variables."""
    if left == right:
        return True
    bound = _unused("bound", left, right)

    def by_depth(variable: sp.Basic, depth: int) -> str:
        return f"{bound} {depth}"

    return bool(_renamed(left, {}, by_depth) == _renamed(right, {}, by_depth))


def _unused(name: str, *trees: sp.Basic) -> str:
    """The name, with primes until no symbol of the trees is called so or begins with it."""
    taken = {str(symbol.name) for tree in trees for symbol in tree.atoms(sp.Symbol, sp.MatrixSymbol)}
    while any(other.startswith(name) for other in taken):
        name += "'"
    return name


def _as_it_is(variable: sp.Basic, depth: int) -> str:
    return str(variable.name)


Names = Mapping[sp.Basic, sp.Basic]


def _renamed(tree: sp.Basic, names: Names, bound_name: Callable[[sp.Basic, int], str] = _as_it_is) -> sp.Basic:
    """The tree with other names for its free symbols, sizes of bound variables among them, and for its bound variables."""
    if tree in names:
        return names[tree]
    if isinstance(tree, sp.MatrixSymbol):
        return _called(tree.name, tree, names)
    if isinstance(tree, BINDERS):
        variable = _called(bound_name(tree.variable, len(names)), tree.variable, names)
        body = _renamed(tree.body, {**names, tree.variable: variable}, bound_name)
        return build(tree.func, (body, variable, _renamed(tree.domain, names, bound_name)))
    if not tree.args:
        return tree
    args = [_renamed(arg, names, bound_name) for arg in tree.args]
    return tree if all(a is b for a, b in zip(args, tree.args, strict=True)) else build(tree.func, args)


def _called(name: str, symbol: sp.Basic, names: Names) -> sp.Basic:
    """A symbol of that name with the same assumptions; a matrix symbol with its sizes renamed."""
    if isinstance(symbol, AbstractLaw):
        return AbstractLaw(name)
    if isinstance(symbol, sp.MatrixSymbol):
        return sp.MatrixSymbol(name, *(_renamed(size, names) for size in symbol.shape))
    return sp.Symbol(name, **symbol._assumptions_orig)


def _other_names(step: Step, facts: Facts) -> Names:
    """A new name for every law, symbol and matrix symbol of the step or the facts that is bound nowhere in it."""
    trees = [step.before, *(value for _, value in step.given), *(part for fact in facts.assumed for part in fact.arguments)]
    # A condition may speak of a variable that the line binds, or that the rule is about to bind: those keep their names.
    bound = {node.variable for tree in (step.before, step.new) for node in tree.atoms(*BINDERS)}
    symbols = frozenset().union(*map(free, trees)) - bound
    laws = {law for tree in trees for law in tree.atoms(AbstractLaw)}
    names: dict[sp.Basic, sp.Basic] = {law: _called(f"other {law.label}", law, {}) for law in laws}
    for symbol in sorted(symbols, key=lambda symbol: isinstance(symbol, sp.MatrixSymbol)):  # sizes before what has them
        names[symbol] = _called(f"other {symbol.name}", symbol, names)
    return names


def _renamed_facts(facts: Facts, names: Names) -> Facts:
    return Facts(frozenset(_renamed_condition(fact, names) for fact in facts.assumed))


def _renamed_condition(condition: AppliedPredicate, names: Names) -> AppliedPredicate:
    return condition.function(*(_renamed(part, names) for part in condition.arguments))


def _renamed_step(step: Step, names: Names) -> Step:
    def rename(tree: sp.Basic) -> sp.Basic:
        return _renamed(tree, names)

    equality = step.equality
    return replace(
        step,
        given=tuple((name, rename(value)) for name, value in step.given),
        before=rename(step.before),
        after=rename(step.after),
        old=rename(step.old),
        new=rename(step.new),
        conditions=tuple(replace(one, condition=_renamed_condition(one.condition, names)) for one in step.conditions),
        equality=equality and replace(equality, lhs=rename(equality.lhs), rhs=rename(equality.rhs)),
    )
