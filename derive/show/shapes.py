"""Mathematics as people write it: fractions, signed sums, roots, brackets. What an expression becomes before it is text or LaTeX.

`notation` writes expressions as shapes, once for all forms; a form prints the few shapes and never sees a SymPy node. Brackets that
precedence needs are no shapes: each printer adds them by `binding`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import groupby
from typing import Literal

Face = Literal["", "upright", "script", "bold", "blackboard"]


@dataclass(frozen=True)
class Name:
    """A letter or a word, with a label that belongs to it (mu1: mu, 1)."""

    stem: str
    label: str = ""
    face: Face = ""


@dataclass(frozen=True)
class Indexed:
    """base[index, ...]; with `size`, a constant matrix and its size, as I_k."""

    base: Shape
    index: tuple[Shape, ...]
    size: bool = False


@dataclass(frozen=True)
class Number:
    """A natural number; signs and fractions are shapes of their own."""

    value: int


@dataclass(frozen=True)
class Term:
    """A term of a sum: its sign, and whether the whole term is marked."""

    shape: Shape
    negative: bool = False
    marked: bool = False


@dataclass(frozen=True)
class Sum:
    """Signed terms, in the order in which they are printed; a single negative term is a negation."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Product:
    """Two or more factors side by side; with `entrywise`, multiplied entry by entry."""

    factors: tuple[Shape, ...]
    entrywise: bool = False


@dataclass(frozen=True)
class Fraction:
    """over/under: large in display, small where both are plain numbers, on one line in an exponent."""

    over: Shape
    under: Shape
    size: Literal["large", "small", "line"] = "large"


@dataclass(frozen=True)
class Power:
    """base^exponent, also inverses; with `entrywise`, of each entry."""

    base: Shape
    exponent: Shape
    entrywise: bool = False


@dataclass(frozen=True)
class Transposed:
    """base^T, or base^-T."""

    base: Shape
    inverse: bool = False


@dataclass(frozen=True)
class Root:
    """The square root."""

    radicand: Shape


@dataclass(frozen=True)
class Call:
    """function(arguments); `bare` functions drop the brackets round a plain argument, as log does."""

    function: Name
    arguments: tuple[Shape, ...]
    bare: bool = False


@dataclass(frozen=True)
class Exponential:
    """e^exponent or exp(exponent), whichever reads better."""

    exponent: Shape


@dataclass(frozen=True)
class Bars:
    """|body|: a determinant or an absolute value."""

    body: Shape


@dataclass(frozen=True)
class Mean:
    """E_under[body]; without `under` where only one law is spoken of."""

    body: Shape
    under: Shape | None


@dataclass(frozen=True)
class Over:
    """The sum or product of body for variable = 1 .. upper."""

    kind: Literal["sum", "product"]
    body: Shape
    variable: Shape
    upper: Shape


@dataclass(frozen=True)
class Listed:
    """The column of body for variable = 1 .. upper."""

    body: Shape
    variable: Shape
    upper: Shape


@dataclass(frozen=True)
class Integral:
    """The integral of body d variable, over the whole space."""

    body: Shape
    variable: Shape


@dataclass(frozen=True)
class Slope:
    """The partial derivative of body by a scalar, or its gradient by a matrix."""

    body: Shape
    variable: Shape
    matrix: bool = False


@dataclass(frozen=True)
class Approach:
    """The limit of body as variable goes to a point; `above` where it comes down to it."""

    body: Shape
    variable: Shape
    point: Shape
    above: bool


@dataclass(frozen=True)
class Pair:
    """left and right of one bracket with a sign between them: (1 || 2), (x | z), (x; parameters), x ~ law."""

    left: Shape
    sign: Literal["||", "|", ";", "~"]
    right: Shape


@dataclass(frozen=True)
class Compare:
    """left sign right."""

    left: Shape
    sign: Literal["=", ":=", "<=", ">=", ">", "!=", ">pd"]
    right: Shape


@dataclass(frozen=True)
class Phrase:
    """A statement in words about one or more things: `Sigma1, Sigma2 symmetric`; `at` ends it: `for every j`."""

    subjects: tuple[Shape, ...]
    words: str
    at: Shape | None = None


@dataclass(frozen=True)
class Marked:
    """The part of a line that a step has changed."""

    body: Shape


Shape = (
    Name | Indexed | Number | Sum | Product | Fraction | Power | Transposed | Root | Call | Exponential | Bars | Mean | Over
    | Listed | Integral | Slope | Approach | Pair | Compare | Phrase | Marked
)  # fmt: skip

# How tightly a shape holds together. An open shape (a sum sign, a derivative) ends where its line or bracket ends.
LOOSE, SUM, OPEN, PRODUCT, POWER, ATOM = range(6)


def binding(shape: Shape) -> int:
    """How tightly the shape binds when it stands among others."""
    match shape:
        case Pair() | Compare() | Phrase():
            return LOOSE
        case Sum():
            return SUM
        case Over() | Slope() | Approach():
            return OPEN
        case Product() | Fraction() | Integral():
            return PRODUCT
        case Power() | Transposed() | Exponential() | Root():
            return POWER
        case Marked(body):
            return binding(body)
        case Call(bare=True):
            return PRODUCT
        case Name() | Indexed() | Number() | Call() | Bars() | Mean() | Listed():
            return ATOM


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def parts(shape: Shape) -> Iterator[Shape]:
    """The shapes directly within a shape."""
    kind: type = type(shape)
    for value in (getattr(shape, name) for name in _names(kind)):
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Term):
                yield item.shape
            elif is_dataclass(item):
                yield item  # type: ignore[misc]


def is_marked(shape: Shape) -> bool:
    """Is any part of the shape marked?"""
    if isinstance(shape, Marked) or (isinstance(shape, Sum) and any(term.marked for term in shape.terms)):
        return True
    return any(is_marked(part) for part in parts(shape))


def begins_with_digit(shape: Shape) -> bool:
    """Would it run into a factor before it?"""
    match bare(shape):
        case Number():
            return True
        case Power(base):
            return isinstance(bare(base), Number)
        case Fraction(over):
            return begins_with_digit(over)
        case Product(factors):
            return begins_with_digit(factors[0])
        case _:
            return False


def bare(shape: Shape) -> Shape:
    """The shape itself where it is marked as a whole."""
    return bare(shape.body) if isinstance(shape, Marked) else shape


def product(factors: Sequence[Shape]) -> Shape:
    """The factors side by side; neighbours that are marked are marked together."""
    if not factors:
        return Number(1)
    runs = [list(run) for _, run in groupby(factors, lambda factor: isinstance(factor, Marked))]
    joined = [shape for run in runs for shape in (_marked_together(run) if isinstance(run[0], Marked) else run)]
    return joined[0] if len(joined) == 1 else Product(tuple(joined))


def _marked_together(run: list[Shape]) -> list[Shape]:
    return [Marked(Product(tuple(map(bare, run))))] if len(run) > 1 else run


def on_one_line(shape: Shape) -> Shape:
    """As in an exponent: (1/2) v is written v/2."""
    match shape:
        case Product((Fraction(Number(1), under, "small"), *rest)):
            return Fraction(product(rest), under, "line")
        case Fraction(over, under):
            return Fraction(over, under, "line")
        case Sum(terms):
            return Sum(tuple(Term(on_one_line(term.shape), term.negative, term.marked) for term in terms))
        case Marked(body):
            return Marked(on_one_line(body))
        case _:
            return shape
