"""From a line of a derivation to scalar expressions in the order in which a machine shall compute them.

A derivation writes d^2 sigma2^-2; a machine must choose an order. Products become chains of quotients, d / sigma2 * (d / sigma2),
so that neither d^2 nor sigma2^2 is formed where it would overflow or vanish; a sum of products over a power is divided factor by
factor for the same reason. e^y is multiplied as e^(y/2) twice, which doubles its range. A power of two in front of a sum is moved
to its terms, where it changes no digit and a term that is halved before it is computed does not overflow. Nothing else changes:
sums keep their order and their brackets, functions their arguments, and no term is combined with another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce, singledispatch

import sympy as sp

from closedform.derive.nodes import Entry, Paren
from closedform.derive.rewrite import build, exp
from closedform.derive.rule import DeriveError
from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

from .kernel import Assign, Statement


class LoweringError(DeriveError):
    """A theorem cannot become a kernel; the text says which one, what stands in the way, and what to do."""


@singledispatch
def arrange(node: sp.Basic) -> sp.Expr:
    """The scalar expression of one element, entries of columns replaced by symbols of the same name."""
    raise LoweringError(f"no kernel can compute {type(node).__name__}: {node}\n  teach codegen/arrange.py what it means for one element")


@arrange.register
def _(node: sp.Symbol) -> sp.Expr:
    return element(str(node.name))


@arrange.register
def _(node: Entry) -> sp.Expr:
    if not isinstance(node.matrix, sp.MatrixSymbol) or len(node.index) != 1:
        raise LoweringError(f"no kernel can compute {node}: only entries v[j] of a parameter that is a column")
    return element(str(node.matrix.name))


@arrange.register
def _(node: sp.Rational) -> sp.Expr:
    return node


@arrange.register
def _(node: Paren) -> sp.Expr:
    return arrange(node.body)


@arrange.register
def _(node: sp.Add) -> sp.Expr:
    return sp.Add(*map(arrange, node.args), evaluate=False)


@arrange.register
def _(node: sp.Mul) -> sp.Expr:
    return _chain(node)


@arrange.register
def _(node: sp.Pow) -> sp.Expr:
    if node.exp.is_Integer:
        return _chain(node)
    if node.exp == sp.Rational(1, 2):
        return sp.Pow(arrange(node.base), node.exp, evaluate=False)
    raise LoweringError(f"no kernel can compute the power {node}: only whole powers and square roots")


@arrange.register(sp.log)
@arrange.register(sp.exp)
@arrange.register(expm1)
@arrange.register(expm1mx)
@arrange.register(log1pmx)
@arrange.register(logratiomx)
def _(node: sp.Function) -> sp.Expr:
    return build(type(node), map(arrange, node.args))


def gap(node: sp.Basic) -> tuple[sp.Expr, sp.Expr] | None:
    """a and b where the node is expm1(a - b) or expm1mx(a - b). What rounding takes from the difference is multiplied by e^(a - b), so
    the functions are given both numbers."""
    if not isinstance(node, (expm1, expm1mx)) or not isinstance(node.args[0], sp.Add) or len(node.args[0].args) != 2:
        return None
    left, right = node.args[0].args
    is_difference = isinstance(right, sp.Mul) and len(right.args) == 2 and right.args[0] == -1
    return (left, right.args[1]) if is_difference else None


def element(name: str) -> sp.Symbol:
    """The symbol that stands for one element of the array of that name."""
    return sp.Symbol(name, real=True)


# ---------------------------------------------------------------------------------------------------- products


def _chain(product: sp.Expr) -> sp.Expr:
    """coefficient * (n1 / d1 * (n2 / d2) ...): the number in front, then quotients, then what has no partner."""
    factors = list(_factors(product, 1))
    number = reduce(lambda left, right: left * right, (value for value, count in factors if count == 0), sp.S.One)
    over = [arrange(base) for base, count in factors for _ in range(count)]
    # The divisor that occurs most often is the scale of the formula: dividing by it first keeps the numbers near 1.
    divisors = sorted(((base, -count) for base, count in factors if count < 0), key=lambda divisor: -divisor[1])
    under = [arrange(base) for base, count in divisors for _ in range(count)]
    if len(over) == 1 and isinstance(over[0], sp.Add):
        over, under = [_divided(over[0], under)], under[_degree(over[0], under) :]
    if not under:
        over = _beside_exponentials(over)
    parts = [_over(top, bottom) for top, bottom in zip(over, under, strict=False)] + over[len(under) :]
    parts += [sp.Pow(bottom, -1, evaluate=False) for bottom in under[len(over) :]]
    if not parts:
        return number
    chain = reduce(_times, parts)
    if isinstance(chain, sp.Add) and _is_power_of_two(abs(number)):
        return sp.Add(*[_scaled(number, term) for term in chain.args], evaluate=False)
    return _scaled(number, chain)


def _beside_exponentials(factors: list[sp.Expr]) -> list[sp.Expr]:
    """e^y beside other factors as e^(y/2) twice, each taken with another factor: e^y alone may be too large or too small."""
    roots = [exp(_scaled(sp.Rational(1, 2), factor.args[0])) for factor in factors if isinstance(factor, sp.exp) for _ in range(2)]
    others = [factor for factor in factors if not isinstance(factor, sp.exp)]
    if not others:
        return factors
    return [_times(factor, root) for factor, root in zip(others, roots, strict=False)] + others[len(roots) :] + roots[len(others) :]


def with_exponentials_in_products(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements with e^y inside the products that it is a factor of, not under a name of its own: see `Infix.products`."""
    known: dict[sp.Basic, sp.Expr] = {}

    def written(node: sp.Expr) -> sp.Expr:
        if node in known:
            return known[node]
        return _rebuilt(node, list(map(written, _parts(node)))) if node.args else node

    for part in statements:
        value = written(part.value)
        if isinstance(part, Assign) and isinstance(value, sp.exp):
            known[part.target] = value
        else:
            yield replace(part, value=value)


def _scaled(number: sp.Rational, term: sp.Expr) -> sp.Expr:
    """number * term, the numbers of both together and the sign in front of them."""
    if term.is_Rational:
        return number * term
    while isinstance(term, sp.Mul) and term.args[0].is_Rational:
        number, term = number * term.args[0], reduce(_times, term.args[1:])
    if number < 0:
        return _times(sp.S.NegativeOne, _scaled(-number, term))
    if number < 1 and isinstance(term, sp.Mul) and len(term.args) == 2 and term.args[0] == term.args[1]:
        return _times(_times(number, term.args[0]), term.args[0])  # the square may overflow where a half of it does not
    return term if number == 1 else _times(number, term)


def _is_power_of_two(number: sp.Rational) -> bool:
    return number != 1 and number > 0 and all(part & (part - 1) == 0 for part in (int(number.p), int(number.q)))


def _degree(total: sp.Add, under: Sequence[sp.Expr]) -> int:
    """How often the first divisor can be divided out of every product in the sum, once for each of its factors."""
    least = min(len(_numerators(term)) for term in total.args)
    return least if least > 1 and list(under[:least]) == list(under[:1]) * least else 0


def _divided(total: sp.Add, under: Sequence[sp.Expr]) -> sp.Expr:
    """The sum with that many factors of each of its products divided."""
    count = _degree(total, under)
    if count == 0:
        return total
    terms = []
    for term in total.args:
        factors = _numerators(term)
        divided = [_over(factor, under[0]) for factor in factors[:count]] + factors[count:]
        number = reduce(lambda left, right: left * right, (factor for factor in term.args if factor.is_Rational), sp.S.One)
        terms.append(_scaled(number, reduce(_times, divided)))
    return sp.Add(*terms, evaluate=False)


def _numerators(term: sp.Expr) -> list[sp.Expr]:
    """The factors of a product without its numbers; the whole where it is none, or has divisors."""
    if not isinstance(term, sp.Mul):
        return [term]
    found = [factor for part in term.args if not part.is_Rational for factor in _numerators(part)]
    return [term] if any(isinstance(factor, sp.Pow) for factor in found) else found


def _over(top: sp.Expr, bottom: sp.Expr) -> sp.Expr:
    return _times(top, sp.Pow(bottom, -1, evaluate=False))


def _factors(node: sp.Expr, count: int) -> list[tuple[sp.Expr, int]]:
    """Factors with their powers, negative for divisors; a number comes with the power 0. Only divisors are opened."""
    if node.is_Rational:
        return [(node**count, 0)]
    if isinstance(node, sp.Mul) and abs(count) == 1:
        return [found for factor in node.args for found in _factors(factor, count)]
    if isinstance(node, sp.Mul) and count < 0:
        return [(base, power * -count) if power else (base**-count, 0) for base, power in _factors(node, -1)]
    if isinstance(node, sp.Pow) and node.exp.is_Integer:
        return _factors(node.base, count * int(node.exp))
    if isinstance(node, Paren) and count < 0:
        return _factors(node.body, count)
    return [(node, count)]


def _times(left: sp.Expr, right: sp.Expr) -> sp.Expr:
    return sp.Mul(left, right, evaluate=False)


# ---------------------------------------------------------------------------------------------------- sharing


def share(
    values: list[sp.Expr], name: Callable[[sp.Expr], str], named: Collection[sp.Expr] = ()
) -> tuple[list[tuple[sp.Symbol, sp.Expr]], list[sp.Expr]]:
    """What is `named` or occurs more than once, as assignments in order of use, and the values written with their targets.

    Only whole subexpressions are shared; none is taken apart or reordered to make it match another.
    """
    counts: dict[sp.Expr, int] = {}

    def count(node: sp.Expr) -> None:
        counts[node] = counts.get(node, 0) + 1
        if counts[node] == 1:
            for part in _parts(node):
                count(part)

    for value in values:
        count(value)
    assigned: list[tuple[sp.Symbol, sp.Expr]] = []
    targets: dict[sp.Expr, sp.Symbol] = {}

    def write(node: sp.Expr) -> sp.Expr:
        if node in targets:
            return targets[node]
        if not node.args:
            return node
        written = _rebuilt(node, [write(part) for part in _parts(node)])
        if node not in named and (counts[node] == 1 or not _worth_naming(node)):
            return written
        targets[node] = element(name(node))
        assigned.append((targets[node], written))
        return targets[node]

    return assigned, [write(value) for value in values]


def _worth_naming(node: sp.Expr) -> bool:
    """Not a divisor, which belongs to what it divides, and not a mere change of sign."""
    if isinstance(node, sp.Pow) and node.exp == -1:
        return False
    return not (isinstance(node, sp.Mul) and node.args[0] == -1)


def _parts(node: sp.Expr) -> tuple[sp.Expr, ...]:
    """What a node is made of; of a function of a difference its two numbers, which are not combined beforehand."""
    return gap(node) or node.args


def _rebuilt(node: sp.Expr, parts: list[sp.Expr]) -> sp.Expr:
    if gap(node):
        return build(type(node), [sp.Add(parts[0], _times(sp.S.NegativeOne, parts[1]), evaluate=False)])
    if isinstance(node, (sp.Add, sp.Mul)):
        return type(node)(*parts, evaluate=False)
    return build(type(node), parts)
