"""What printers share: brackets where precedence needs them, and long lines broken at their outermost plus signs.

A printer says how each shape looks (`draw`), how wide a piece is, what its brackets look like, and which shapes may be opened to
break a line inside them (`opened`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from .shapes import ATOM, LOOSE, OPEN, PRODUCT, SUM, Compare, Marked, Over, Pair, Product, Shape, Sum, Term, bare, binding

Opening = tuple[str, Shape, int, str]  # before, shape, how tightly it must bind there, after


@dataclass(frozen=True)
class Row:
    """One row of a broken line: how deep inside brackets it starts, and its text."""

    depth: int
    text: str


@dataclass(frozen=True)
class Piece:
    """A part of a line that may stand on a row of its own."""

    depth: int
    before: str
    shape: Shape
    needs: int
    after: str
    fresh: bool = False  # starts a row


class Printer(ABC):
    """Shapes to text. `square` allows square brackets, outside round ones; within E[...] all are round."""

    def __init__(self, *, square: bool = True) -> None:
        self.square = square

    @abstractmethod
    def draw(self, shape: Shape) -> str:
        """The shape itself, without brackets round it."""

    @abstractmethod
    def width(self, text: str) -> float:
        """How much of a row the text takes."""

    @abstractmethod
    def fence(self, body: Shape) -> tuple[str, str]:
        """The brackets for this body."""

    @abstractmethod
    def sign(self, term: Term, *, first: bool) -> str:
        """What stands before a term."""

    @abstractmethod
    def relation(self, sign: str) -> str:
        """An equals sign or another relation."""

    @abstractmethod
    def opened(self, shape: Shape) -> Opening | None:
        """The one part of the shape in which a line may be broken, and what stands before and after it."""

    @abstractmethod
    def mark(self, text: str) -> str:
        """The text as that which has changed."""

    # ------------------------------------------------------------------------------------------------ brackets

    def binding(self, shape: Shape) -> int:
        """How tightly the shape holds together as this printer draws it."""
        return binding(shape)

    def bracket_for(self, inside: str) -> str:
        """Square outside round, where square ones are allowed, and round else."""
        outermost = next((character for character in inside if character in "(["), "")
        return "[" if outermost == "(" and self.square else "("

    def at_least(self, shape: Shape, needs: int) -> str:
        """The shape, in brackets if it binds less tightly than it must here."""
        if self.binding(shape) >= needs:
            return self.draw(shape)
        opening, closing = self.fence(shape)
        if isinstance(shape, Marked):
            return self.mark(opening + self.draw(shape.body) + closing)
        return opening + self.draw(shape) + closing

    def sum(self, shape: Sum) -> str:
        """Terms with their signs; neighbours that are marked are marked together."""
        text = ""
        position = 0
        while position < len(shape.terms):
            run = _run(shape.terms, position)
            inner = "".join(self._term(term, first=position + offset == 0) for offset, term in enumerate(run))
            text += self.mark_run(inner, first=position == 0) if run[0].marked else inner
            position += len(run)
        return text

    def mark_run(self, text: str, *, first: bool) -> str:
        """Marked terms with the signs between and before them."""
        return self.mark(text)

    def _term(self, term: Term, *, first: bool) -> str:
        """A sum within a sum shows its brackets, since only a bracket of the expression keeps it apart."""
        return self.sign(term, first=first) + self.at_least(term.shape, SUM + 1)

    # ------------------------------------------------------------------------------------------------ breaking

    def rows(self, shape: Shape, width: float, indent: float) -> list[Row]:
        """The shape on as few rows as the width allows; `indent` is what one level of depth costs."""
        rows: list[Row] = []
        todo = [Piece(0, "", shape, LOOSE, "")]
        while todo:
            piece = todo.pop(0)
            text = piece.before + self.at_least(piece.shape, piece.needs) + piece.after
            if rows and not piece.fresh and self._fits(rows[-1].text + self.gap(rows[-1].text, text) + text, rows[-1].depth, width, indent):
                rows[-1] = replace(rows[-1], text=rows[-1].text + self.gap(rows[-1].text, text) + text)
                continue
            inner = None if self._fits(text, piece.depth, width, indent) else self._pieces(piece)
            if inner:
                # What is opened starts a row: its inside is easier to see as a whole.
                todo = [replace(inner[0], depth=piece.depth, fresh=piece.fresh or bool(rows)), *inner[1:], *todo]
            else:
                rows.append(Row(piece.depth, text))
        return rows

    def gap(self, left: str, right: str) -> str:
        return " "

    def _fits(self, text: str, depth: int, width: float, indent: float) -> bool:
        return self.width(text) + depth * indent <= width

    def can_break(self, shape: Shape) -> bool:
        """Is there a sum in the shape at which a line may be broken?"""
        inner = bare(shape)
        if isinstance(inner, Sum):
            return len(inner.terms) > 1 or self.can_break(inner.terms[0].shape)
        if isinstance(inner, Compare | Pair):
            return True
        found = self.opened(inner)
        return found is not None and self.can_break(found[1])

    def breakable_factor(self, product: Product) -> int | None:
        """The place of the last factor that can be broken."""
        places = [index for index, factor in enumerate(product.factors) if self.can_break(factor)]
        return places[-1] if places else None

    def _pieces(self, piece: Piece) -> list[Piece] | None:
        """The terms of the sum in a piece, or of the sum inside the one part that may be opened."""
        shape, before, after, depth = piece.shape, piece.before, piece.after, piece.depth
        if self.binding(shape) < piece.needs:
            opening, closing = self.fence(shape)
            before, after, depth = before + opening, closing + after, depth + 1
        inner = bare(shape)
        if isinstance(shape, Marked):
            inner = marked_inside(inner)
        if isinstance(inner, Sum) and len(inner.terms) > 1:
            last = len(inner.terms) - 1
            return [
                Piece(
                    depth, before + self.sign(term, first=True) if index == 0 else self.sign(term, first=False).lstrip(),
                    Marked(term.shape) if term.marked else term.shape, SUM + 1, after if index == last else "",
                )
                for index, term in enumerate(inner.terms)
            ]  # fmt: skip
        if isinstance(inner, Sum):
            (term,) = inner.terms
            shown = Marked(term.shape) if term.marked else term.shape
            return self._pieces(Piece(depth, before + self.sign(term, first=True), shown, SUM + 1, after))
        if isinstance(inner, Compare | Pair):
            right = Piece(depth + 1, self.relation(inner.sign).strip() + " ", inner.right, SUM, after, fresh=True)
            return [Piece(depth, before, inner.left, SUM, ""), right]
        found = self.opened(inner)
        if found is None:
            return None
        opening, within, needs, closing = found
        deeper = depth if isinstance(inner, Product | Over) else depth + 1
        return self._pieces(Piece(deeper, before + opening, within, needs, closing + after))


def _run(terms: tuple[Term, ...], start: int) -> list[Term]:
    """The terms from `start` on that are marked together with it, or it alone."""
    end = start + 1
    while terms[start].marked and end < len(terms) and terms[end].marked:
        end += 1
    return list(terms[start:end])


def marked_inside(shape: Shape) -> Shape:
    """The mark moved to the parts at which a line may be broken, since a mark cannot run over the end of a row."""
    if isinstance(shape, Sum):
        return Sum(tuple(replace(term, marked=True) for term in shape.terms))
    return shape


def factor_needs(factors: tuple[Shape, ...], index: int) -> int:
    """A factor that is not the last must not be open to the right."""
    last = index == len(factors) - 1
    shape = bare(factors[index])
    is_open = binding(shape) == OPEN or getattr(shape, "bare", False)
    if is_open:
        return OPEN if last else ATOM
    return PRODUCT
