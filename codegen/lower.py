"""A theorem and the theorems of its gradients become a kernel: one loop, what they share computed once.

    lower(name, value, gradients)      the divergence and, if given, its gradient by each parameter
    lower_terms(name, theorem)         the named terms of a theorem

Nothing is typed in here: arguments are the theorem's parameters, their domain its hypotheses, the laws they belong to those of its
left side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import sympy as sp
from sympy import Q

from closedform.derive.derivation import Theorem
from closedform.derive.facts import Facts, positive_entries
from closedform.derive.nodes import KL, Entry, Gradient, SumOver
from closedform.derive.rewrite import mul, substitute

from .arrange import LoweringError, arrange, element, share
from .kernel import Accumulate, Argument, Loop, LoopKernel, Result, Role, Source, Statement, Store
from .kernel import Assign as Assignment

DIVERGENCE = "kl"


def lower(name: str, value: Theorem, gradients: Sequence[Theorem] = ()) -> LoopKernel:
    """The kernel of the value, followed by its gradient by each parameter in the order of the parameters."""
    arguments, dims, index = arguments_of(value), _dims(value), _index(value)
    _require_exact(value, value.hypotheses)
    if gradients and len(gradients) != len(arguments):
        raise LoweringError(f"kernel {name}: {len(arguments)} parameters, but {len(gradients)} theorems of gradients")
    values = [(Result(element(DIVERGENCE), Role.DIVERGENCE), arrange(summand(value.rhs, index)))]
    formula = [(DIVERGENCE, value.rhs)]
    for argument, parameter, theorem in zip(arguments, value.parameters, gradients, strict=False):
        result = Result(element(f"by_{argument.name}"), Role.GRADIENT, argument.dims, argument.name)
        line = _gradient_of(value, theorem, parameter)
        values.append((result, arrange(line)))
        formula.append((result.name, line))
    names = {arrange(summand(term, index)): label for label, term in value.terms if _varies(term, value)}
    body = _statements(name, arguments, values, names)
    results = tuple(result for result, _ in values)
    sources = (source(value), *map(source, gradients))
    return LoopKernel(name, arguments, results, value.lhs, tuple(formula), sources, _loop(body, dims))


def lower_terms(name: str, theorem: Theorem) -> LoopKernel:
    """The kernel of the theorem's named terms, each without the sign it has in the theorem; constants are left out."""
    arguments, index = arguments_of(theorem), _index(theorem)
    _require_exact(theorem, theorem.hypotheses)
    terms = [(label, _unsigned(term)) for label, term in theorem.terms if _varies(term, theorem)]
    if not terms:
        raise LoweringError(f"kernel {name}: theorem {theorem.name} names no terms")
    values = [(Result(element(label), Role.TERM), arrange(summand(term, index))) for label, term in terms]
    whole = substitute(theorem.rhs, {term: element(label) for label, term in terms})
    body = _statements(name, arguments, values, {})
    results = tuple(result for result, _ in values)
    formula = (*terms, (DIVERGENCE, whole))
    return LoopKernel(name, arguments, results, theorem.lhs, formula, (source(theorem),), _loop(body, _dims(theorem)))


# ---------------------------------------------------------------------------------------------------- parts of a theorem


def source(theorem: Theorem) -> Source:
    return Source(theorem.name, theorem.digest)


def arguments_of(theorem: Theorem) -> tuple[Argument, ...]:
    """The parameters as arguments, each with its domain and the law it belongs to."""
    if not theorem.parameters:
        raise LoweringError(f"theorem {theorem.name} names no parameters, so the order of a kernel's arguments is unknown")
    if not isinstance(theorem.lhs, KL):
        raise LoweringError(f"theorem {theorem.name} is about {theorem.lhs}; kernels are made of a KL divergence between two laws")
    laws = (theorem.lhs.law1.free_symbols, theorem.lhs.law2.free_symbols)
    found = []
    for parameter in theorem.parameters:
        owners = [number for number, symbols in enumerate(laws, start=1) if parameter in symbols]
        if len(owners) != 1:
            raise LoweringError(f"theorem {theorem.name}: the parameter {parameter} belongs to {len(owners)} of its two laws, not to one")
        is_column = isinstance(parameter, sp.MatrixSymbol)
        positive = (positive_entries if is_column else Q.positive)(parameter)
        dims = _column_dims(theorem, parameter) if is_column else ()
        found.append(Argument(element(str(parameter.name)), owners[0], theorem.hypotheses.holds(positive), dims))
    return tuple(found)


def _column_dims(theorem: Theorem, parameter: sp.MatrixSymbol) -> tuple[str, ...]:
    rows, columns = parameter.shape
    if columns != 1 or not isinstance(rows, sp.Symbol):
        raise LoweringError(f"theorem {theorem.name}: the parameter {parameter} is no column; kernels take numbers and columns")
    return (str(rows.name),)


def _dims(theorem: Theorem) -> tuple[str, ...]:
    """The core dimension of the theorem's columns; () if all parameters are numbers."""
    found = {argument.dims for argument in arguments_of(theorem)}
    if len(found) != 1:
        raise LoweringError(f"theorem {theorem.name}: its parameters have different shapes, {sorted(found)}")
    return found.pop()


def _index(theorem: Theorem) -> sp.Basic:
    """The index of the theorem's sum over dimensions; 1 where its parameters are numbers and there is no sum."""
    sums = [node for node in sp.preorder_traversal(theorem.rhs) if isinstance(node, SumOver)]
    if bool(sums) != bool(_dims(theorem)):
        raise LoweringError(f"theorem {theorem.name}: a kernel of columns needs a sum over dimensions, one of numbers none: {theorem.rhs}")
    return sums[0].variable if sums else sp.S.One


def _unsigned(term: sp.Expr) -> sp.Expr:
    """The term -x is called by the name of x."""
    return mul(*term.args[1:]) if isinstance(term, sp.Mul) and term.args[0] == -1 else term


def _varies(term: sp.Basic, theorem: Theorem) -> bool:
    """A term such as -k is known without computing."""
    return bool(term.free_symbols & set(theorem.parameters))


def summand(expression: sp.Expr, index: sp.Basic) -> sp.Expr:
    """f(j) if the expression is the sum of f(j), a number times such a sum, or f(j) itself."""
    if isinstance(expression, SumOver):
        return substitute(expression.body, {expression.variable: index})
    if isinstance(expression, sp.Mul):
        numbers = [factor for factor in expression.args if factor.is_number]
        others = [factor for factor in expression.args if not factor.is_number]
        if len(others) == 1 and isinstance(others[0], SumOver):
            return mul(*numbers, summand(others[0], index))
    if expression.has(SumOver):
        raise LoweringError(f"no kernel can compute {expression}: a sum over dimensions must be the whole of it, but for a number in front")
    return expression


def _gradient_of(value: Theorem, gradient: Theorem, parameter: sp.Basic) -> sp.Expr:
    """The right side of the gradient theorem, once it is known to be about this value and this parameter."""
    lhs = gradient.lhs
    variable = lhs.variable if isinstance(lhs, Gradient) else None
    by = variable.matrix if isinstance(variable, Entry) else variable
    if by != parameter or lhs.body != value.lhs:
        raise LoweringError(f"theorem {gradient.name} states {lhs}, but the gradient of {value.lhs} by {parameter} is needed")
    _require_exact(gradient, value.hypotheses)
    return gradient.rhs


def _require_exact(theorem: Theorem, facts: Facts) -> None:
    if theorem.relation != "=":
        raise LoweringError(f"theorem {theorem.name} is an inequality ({theorem.relation}), which has no kernel")
    extra = [str(fact) for fact in theorem.hypotheses.sorted() if not facts.holds(fact)]
    if extra:
        raise LoweringError(f"theorem {theorem.name} needs {', '.join(extra)}, which the theorem of the value does not assume")


# ---------------------------------------------------------------------------------------------------- statements


def _loop(body: tuple[Statement, ...], dims: tuple[str, ...]) -> tuple[Loop | Assignment | Store, ...]:
    if dims:
        return (Loop("j", dims[0], body),)
    return tuple(Store(part.result, part.value) if isinstance(part, Accumulate) else part for part in body)


def _statements(
    kernel: str, arguments: tuple[Argument, ...], values: list[tuple[Result, sp.Expr]], names: dict[sp.Expr, str]
) -> tuple[Statement, ...]:
    """Assignments of what is shared, then one statement a result: a sum for a number, a store for an array."""
    taken = {result.name for result, _ in values} | {str(symbol) for _, value in values for symbol in value.free_symbols}
    assigned, written = share([value for _, value in values], _namer(names, taken), names.keys())
    body: list[Statement] = [Assignment(target, value) for target, value in assigned]
    for (result, _), value in zip(values, written, strict=True):
        body.append(Store(result.symbol, value) if result.dims else Accumulate(result.symbol, value))
    read = {str(symbol) for part in body for symbol in part.value.free_symbols}
    loose = read - {argument.name for argument in arguments} - {str(target) for target, _ in assigned}
    if loose:
        raise LoweringError(f"kernel {kernel}: its formula contains {', '.join(sorted(loose))}, which is no parameter of its theorem")
    return tuple(body)


def _namer(names: dict[sp.Expr, str], taken: set[str]) -> Callable[[sp.Expr], str]:
    """The derivation's name; mu_gap for mu1 - mu2, sigma_sum for sigma1 + sigma2; else t0, t1, ... in order of use."""
    used = set(taken)

    def name(node: sp.Expr) -> str:
        wanted = names.get(node) or _pair_name(node)
        count = 0
        while wanted is None or wanted in used:
            wanted, count = f"t{count}", count + 1
        used.add(wanted)
        return wanted

    return name


def _pair_name(node: sp.Expr) -> str | None:
    if not (isinstance(node, sp.Add) and len(node.args) == 2):
        return None
    left, right = node.args
    minus = isinstance(right, sp.Mul) and len(right.args) == 2 and right.args[0] == -1
    other = right.args[1] if minus else right
    if not (isinstance(left, sp.Symbol) and isinstance(other, sp.Symbol)):
        return None
    first, second = (re.fullmatch(r"([A-Za-z]+)([12])", str(symbol.name)) for symbol in (left, other))
    if not (first and second) or first[1] != second[1] or (first[2], second[2]) != ("1", "2"):
        return None
    return first[1] + ("_gap" if minus else "_sum")
