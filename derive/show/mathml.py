"""Shapes in MathML, which browsers set by themselves: no script, no font of ours, nothing to fetch.

A long line is not broken here but in the browser: `flow` hands it over as nested pieces, one for each term of a sum that may be
broken, and a piece moves to the next row, or is broken itself, only where it does not fit.

    mathml_drawing      shapes as elements          mathml_letters      names as elements
    mathml_marks        what is marked, and several marks on one line
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .mathml_drawing import APPLY, Drawing
from .mathml_marks import BETWEEN, overlaid, plain
from .printer import Opening, Piece
from .shapes import LOOSE, OPEN, PRODUCT, Approach, Call, Integral, Marked, Mean, Over, Product, Shape, Slope, Sum, bare

__all__ = ["Mathml", "flow", "inline", "overlaid", "plain", "relation", "row"]

AT_BEGINNING = re.compile(rf"(^|<m(?:row|sqrt)[^>]*>)<mo>{BETWEEN}")
BREAKABLE = 14.0  # em: what is narrower stays in one piece
SHORT = 6.0  # em: no sum as short as this is broken

Pieces = str | list["Pieces"]


class Mathml(Drawing):
    """Shapes as elements of MathML, side by side or in pieces; the caller puts them into <math>."""

    def opened(self, shape: Shape) -> Opening | None:
        match shape:
            case Product(factors) if (place := self.breakable_factor(shape)) is not None:
                before = "".join(
                    self._factor(factors, index) + self._between(factors[index], factors[index + 1]) for index in range(place)
                )
                after = "".join(
                    self._between(factors[index - 1], factors[index]) + self._factor(factors, index)
                    for index in range(place + 1, len(factors))
                )
                return before, factors[place], PRODUCT, after
            case Mean(body):
                opening, _, closing = self._mean_of(shape)
                return opening, body, LOOSE, closing
            case Call(function, (argument,)):
                opening, closing = self.around("(", argument)
                return self.draw(function) + APPLY + opening, argument, LOOSE, closing
            case Integral(body, variable):
                return "<mo>∫</mo>", body, OPEN, self._by(variable)
            case Over(_, body):
                return self._over(shape), body, OPEN, ""
            case Slope(body):
                return self._slope(shape), body, PRODUCT, ""
            case Approach(body):
                return self._approach(shape), body, PRODUCT, ""
            case _:
                return None

    def _pieces(self, piece: Piece) -> list[Piece] | None:
        """As for every printer, but short sums stay whole, and a mark covers whatever is opened inside it."""
        shape = bare(piece.shape)
        if isinstance(shape, Sum) and len(shape.terms) > 1 and self.width(self.draw(shape)) < SHORT:
            return None
        if not isinstance(piece.shape, Marked) or isinstance(shape, Sum):
            return super()._pieces(piece)
        inner = super()._pieces(Piece(piece.depth, "", shape, piece.needs, ""))
        if inner is None:
            return None
        marked = [replace(one, before=self.mark(one.before), shape=Marked(one.shape), after=self.mark(one.after)) for one in inner]
        marked[0] = replace(marked[0], before=piece.before + marked[0].before)
        marked[-1] = replace(marked[-1], after=marked[-1].after + piece.after)
        return marked

    def pieces(self, shape: Shape) -> Pieces:
        """The line as a tree: a list where it may be broken, text where it may not."""
        return self._broken(Piece(0, "", shape, LOOSE, ""))

    def _broken(self, piece: Piece) -> Pieces:
        text = piece.before + self.at_least(piece.shape, piece.needs) + piece.after
        if self.width(text) <= BREAKABLE:
            return text
        inner = self._pieces(piece)
        return [self._broken(part) for part in inner] if inner else text


# ---------------------------------------------------------------------------------------------------- in HTML


def relation(sign: str) -> str:
    """The sign in front of a line."""
    return Mathml().relation(sign)


def inline(shape: Shape) -> str:
    """Mathematics in running text."""
    drawn = Mathml(small=True).draw(shape)
    return f"<math>{_signed(overlaid([(drawn, 'new')]) or '')}</math>"


def row(shape: Shape, sign: str = "") -> str:
    """A display in one row, behind a relation if there is one; what is marked has the class `new`."""
    text = overlaid([(Mathml().draw(shape), "new")]) or ""
    return f'<math display="block" style="text-align: left">{_signed((relation(sign) if sign else "") + text)}</math>'


def flow(shapes: Sequence[tuple[Shape, str]], before: str = "") -> str:
    """A display that the browser breaks where it must: the same line with each of its marks, and the class for each mark.

    `before` stands in front of the first piece.
    """
    drawn = [(Mathml().pieces(shape), name) for shape, name in shapes]
    joined = _laid(drawn)
    return _html(joined if joined is not None else _laid(drawn[:1]) or "", before)


def _laid(drawn: list[tuple[Pieces, str]]) -> Pieces | None:
    (first, _), *_ = drawn
    if isinstance(first, str):
        return overlaid([(text, name) for text, name in drawn if isinstance(text, str)])
    if not all(isinstance(pieces, list) and len(pieces) == len(first) for pieces, _ in drawn):
        return None
    parts = [_laid([(pieces[index], name) for pieces, name in drawn if isinstance(pieces, list)]) for index in range(len(first))]
    return None if any(part is None for part in parts) else [part for part in parts if part is not None]


def _signed(text: str) -> str:
    """A sign at the beginning of a row says that it stands between two terms all the same; elsewhere its place says so."""
    return AT_BEGINNING.sub(r'\1<mo form="infix">', text).replace(BETWEEN, "")


def _html(pieces: Pieces, before: str = "") -> str:
    if isinstance(pieces, str):
        return f"<math>{_signed(before + pieces)}</math>"
    inner = "<wbr>".join([_html(pieces[0], before), *map(_html, pieces[1:])])
    return f'<span class="piece">{inner}</span>'
