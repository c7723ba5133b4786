"""Every gradient by a column or matrix, against central differences of the definition: E1[log f1 - log f2], by points, in mpmath.

Under N(mu, C C^T) the mean of a polynomial of degree 2 is that over the 2k points mu +- sqrt(k) C e_i. Densities, points and differences
are written out here; of closedform only the last line and the parameters of the two laws are evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import mpmath
import pytest
import sympy as sp

from closedform.derive.decide.decision import Decision, decide
from closedform.derive.derivation import Theorem
from closedform.derive.evaluate import Environment, EvaluationError, evaluate, sample
from closedform.derive.evaluate.environment import GUARD
from closedform.derive.nodes import KL, CrossEntropy, Entropy, Law, LowerTriangle, MatrixAt, MatrixGradient
from closedform.derive.theorems import theorems

from .mutations import mutants

DIGITS = 90
STEP = mpmath.mpf(10) ** -28  # the error of a central difference is of the order of its square
CLOSE, VISIBLE = mpmath.mpf(10) ** -50, mpmath.mpf(10) ** -6


def gradient_of(theorem: Theorem) -> MatrixGradient | None:
    inner = theorem.lhs.body if isinstance(theorem.lhs, MatrixAt) else theorem.lhs
    return inner if isinstance(inner, MatrixGradient) and isinstance(inner.body, (KL, CrossEntropy, Entropy)) else None


NAMES = [name for name in theorems if "_by_" in name and gradient_of(theorems[name]) is not None]
STABLE = [name for name in NAMES if "_chol_by_" in name or "_difference_by_" in name]

# ---------------------------------------------------------------------------------------------------- the definition


def log_density(x: mpmath.matrix, mu: mpmath.matrix, cov: mpmath.matrix) -> mpmath.mpf:
    gap = x - mu
    return -(len(x) * mpmath.log(2 * mpmath.pi) + mpmath.log(mpmath.det(cov)) + (gap.T * mpmath.lu_solve(cov, gap))[0]) / 2


def mean_under(mu: mpmath.matrix, cov: mpmath.matrix, f: Callable[[mpmath.matrix], mpmath.mpf]) -> mpmath.mpf:
    """E[f(x)] for x of N(mu, cov), if f is a polynomial of degree 2."""
    size, root = len(mu), mpmath.cholesky(cov)
    arms = [mpmath.sqrt(size) * root[:, i] for i in range(size)]
    return mpmath.fsum(f(mu + sign * arm) for arm in arms for sign in (1, -1)) / (2 * size)


def defined(divergence: sp.Basic, world: Environment) -> mpmath.mpf:
    """KL, cross-entropy or entropy as the expectation that it is."""
    laws = [[mpmath.matrix(_rows(evaluate(part, world))) for part in law.parameters] for law in divergence.args if isinstance(law, Law)]
    first, last = laws[0], laws[-1]
    if isinstance(divergence, KL):
        return mean_under(*first, lambda x: log_density(x, *first) - log_density(x, *last))
    return -mean_under(*first, lambda x: log_density(x, *last))


def _rows(value: object) -> list[list[mpmath.mpf]]:
    assert isinstance(value, tuple)
    return [list(row) for row in value]


# ---------------------------------------------------------------------------------------------------- differences


def directions(gradient: MatrixGradient, rows: int, columns: int) -> Iterator[tuple[tuple[int, int], list[tuple[int, int]]]]:
    """Each entry of the gradient that is not 0 by its structure, and the entries that move together for it."""
    for i in range(rows):
        for j in range(columns):
            if gradient.structure == "symmetric":
                yield (i, j), sorted({(i, j), (j, i)})
            elif gradient.structure == "full" or j <= i:
                yield (i, j), [(i, j)]


def moved(matrix: tuple[tuple[mpmath.mpf, ...], ...], places: list[tuple[int, int]], by: mpmath.mpf) -> tuple[tuple[mpmath.mpf, ...], ...]:
    return tuple(tuple(x + by if (i, j) in places else x for j, x in enumerate(row)) for i, row in enumerate(matrix))


def by_differences(theorem: Theorem, world: Environment) -> mpmath.matrix:
    """The gradient that the left side asks for."""
    gradient = gradient_of(theorem)
    assert gradient is not None
    at = theorem.lhs.domain if isinstance(theorem.lhs, MatrixAt) else gradient.variable
    here = evaluate(at, world)
    assert isinstance(here, tuple)
    found = mpmath.zeros(len(here), len(here[0]))
    for place, places in directions(gradient, len(here), len(here[0])):
        ahead, behind = (
            defined(gradient.body, world.bind(gradient.variable, moved(here, places, sign * STEP))) for sign in (1, -1)
        )
        found[place] = (ahead - behind) / (2 * STEP * len(places))
    return found


def distance(found: object, expected: mpmath.matrix) -> mpmath.mpf:
    """The largest difference of two entries, in units of the largest entry where there is one that is not 0."""
    return mpmath.norm(mpmath.matrix(_rows(found)) - expected, mpmath.inf) / (mpmath.norm(expected, mpmath.inf) or 1)


def world_of(theorem: Theorem, size: int = 3) -> Environment:
    world = sample([theorem.lhs, theorem.rhs], theorem.hypotheses.sorted(), size, 0)
    return Environment(world.values, digits=DIGITS)


@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_is_the_slope_of_the_definition(name: str) -> None:
    theorem = theorems[name]
    world = world_of(theorem)
    with mpmath.workdps(DIGITS):
        expected = by_differences(theorem, world)
        assert distance(evaluate(theorem.rhs, world), expected) < CLOSE


def test_every_kind_of_gradient_by_a_matrix_is_among_them() -> None:
    kinds = {(gradient_of(theorems[name]).structure, bool(theorems[name].rhs.has(LowerTriangle))) for name in NAMES}  # type: ignore[union-attr]
    assert kinds == {("full", False), ("symmetric", False), ("lower", True)}
    assert len(NAMES) > 40


def below(matrix: sp.Basic) -> sp.Basic:
    """That of which the lower triangle is taken: normal forms do not look into one."""
    return matrix.matrix if isinstance(matrix, LowerTriangle) else matrix


@pytest.mark.parametrize("name", [name for name in STABLE if "mu" not in name and "_from_" not in name])
def test_a_gradient_with_an_error_in_it_is_not(name: str) -> None:
    """A sign, a lost term, factor, transpose or inverse, a number, two names exchanged: each is seen, unless it changes no value."""
    theorem = theorems[name]
    world = world_of(theorem)
    tried = 0
    with mpmath.workdps(DIGITS):
        expected = by_differences(theorem, world)
        for what, mutant in mutants(theorem.rhs):
            if decide(*map(below, (mutant, theorem.rhs)), theorem.hypotheses.sorted()) is Decision.EQUAL:
                continue
            with suppress(EvaluationError):  # shapes that do not fit are seen too
                assert distance(evaluate(mutant, world), expected) > VISIBLE, what
                tried += 1
    assert tried > 15


# ---------------------------------------------------------------------------------------------------- laws that nearly agree

NEAR = mpmath.mpf("1e-9")


def nearly_equal(theorem: Theorem) -> Environment:
    """Both laws the same but for one part in 1e9 of their factors, which are numbers of 16 digits; against N(0, I), near that."""
    world = world_of(theorem)
    columns = [symbol for symbol in theorem.parameters if not symbol.is_square]
    first, *others = (symbol for symbol in theorem.parameters if symbol.is_square)
    size = len(evaluate(first, world))  # type: ignore[arg-type]
    with mpmath.workprec(53):
        near = [[NEAR * (1 + i + 2 * j) if j <= i else mpmath.mpf(0) for j in range(size)] for i in range(size)]
        if others:
            other = evaluate(others[0], world)
            assert isinstance(other, tuple)
            factor = tuple(tuple(+x * (1 + e) for x, e in zip(*rows, strict=True)) for rows in zip(other, near, strict=True))
            world = world.bind(columns[1], evaluate(columns[0], world))
        else:
            factor = tuple(tuple((i == j) + e for j, e in enumerate(row)) for i, row in enumerate(near))
    return Environment(world.bind(first, factor).values, digits=DIGITS)


@pytest.mark.parametrize("name", [name for name in STABLE if "mu" not in name])
def test_digits_are_kept_near_equality(name: str) -> None:
    """With 16 digits carried; the gradient of the formula as it stands, which the derivation begins with, loses half of them."""
    theorem = theorems[name]
    world = nearly_equal(theorem)
    plain = next(line for line in theorem.derivation.lines() if not line.has(MatrixGradient))
    short = Environment(world.values, digits=16 - GUARD)
    with mpmath.workdps(DIGITS):
        exact = mpmath.matrix(_rows(evaluate(theorem.rhs, world)))
        kept, lost = (distance(evaluate(form, short), exact) for form in (theorem.rhs, plain))
    assert kept < mpmath.mpf(10) ** -13
    assert lost > mpmath.mpf(10) ** -10
