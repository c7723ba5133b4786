"""Shapes as elements of MathML, with the brackets and spaces that a browser would not find by itself."""

from __future__ import annotations

import re
from html import escape

from .mathml_letters import letter_with_indices
from .mathml_marks import BEGIN, BETWEEN, END, one, plain
from .printer import Printer, factor_needs
from .shapes import (
    ATOM,
    OPEN,
    POWER,
    PRODUCT,
    Approach,
    Bars,
    Call,
    Compare,
    Exponential,
    Fraction,
    Indexed,
    Integral,
    Listed,
    Marked,
    Mean,
    Name,
    Number,
    Over,
    Pair,
    Phrase,
    Power,
    Product,
    Root,
    Shape,
    Slope,
    Sum,
    Term,
    Transposed,
    bare,
    begins_with_digit,
    on_one_line,
)
from .tex import height

FORM = re.compile(r' form="\w+"')
SIGNS = {"||": "∥", "|": "∣", ";": ";", "~": "∼", "=": "=", ":=": "≔", "<=": "≤", ">=": "≥", ">": ">", "!=": "≠"}
SIZES = ("", "1.3em", "2.3em")
THIN = '<mspace width=".17em"/>'
TIMES = "<mo>\u2062</mo>"
APPLY, APPLY_APART = "<mo>\u2061</mo>", '<mo rspace=".17em">\u2061</mo>'
TIMES_APART = '<mo rspace=".17em">\u2062</mo>'


class Drawing(Printer):
    """Shapes as elements of MathML, side by side; the caller puts them into <math>."""

    def __init__(self, *, square: bool = True, small: bool = False) -> None:
        super().__init__(square=square)
        self.small = small  # within a fraction or a line of text, where brackets stay small
        self._kin: dict[tuple[bool, bool], Drawing] = {(square, small): self}
        # Brackets ask what is inside them, so without a memory a line would be drawn twice for each bracket around it.
        self._drawn: dict[int, tuple[Shape, str]] = {}

    def width(self, text: str) -> float:
        """A rough guess in em, by which lines are offered for breaking."""
        shown = re.sub(r"<[^>]*>|[\u2061\u2062\ue000-\ue002]", "", text)
        return 0.55 * len(shown)

    def mark(self, text: str) -> str:
        return BEGIN + text + END

    def within(self) -> Drawing:
        """The printer for what stands over or under a fraction line."""
        return self._with(square=self.square, small=True)

    def _with(self, *, square: bool, small: bool) -> Drawing:
        if (square, small) not in self._kin:
            other = type(self)(square=square, small=small)
            other._kin = self._kin
            self._kin[square, small] = other
        return self._kin[square, small]

    def binding(self, shape: Shape) -> int:
        return POWER if isinstance(bare(shape), Listed) else super().binding(shape)

    def fence(self, body: Shape) -> tuple[str, str]:
        return self.around(self.bracket_for(self.draw(bare(body))), body)

    def at_least(self, shape: Shape, needs: int) -> str:
        """In brackets if need be; they and what they hold are one row, in which each is known by its place."""
        if self.binding(shape) >= needs:
            return self.draw(shape)
        opening, closing = (FORM.sub("", bracket) for bracket in self.fence(shape))
        row = f"<mrow>{opening}{self.draw(bare(shape))}{closing}</mrow>"
        return self.mark(row) if isinstance(shape, Marked) else row

    def around(self, kind: str, body: Shape) -> tuple[str, str]:
        """Brackets as tall as the body needs; those round other brackets a little taller."""
        inside = self.draw(bare(body))
        tall = height(body) or (1 if "(" in inside or "[" in inside else 0)
        return self.bracket(kind, "prefix", tall), self.bracket({"(": ")", "[": "]"}.get(kind, kind), "postfix", tall)

    def bracket(self, character: str, form: str, tall: int) -> str:
        """A bracket stretches by itself about the middle of the row; only a bar does not tell its form."""
        size = SIZES[min(tall, 1) if self.small else tall]
        sized = f' minsize="{size}" maxsize="{size}"' if size else ' stretchy="false"'
        said = f' form="{form}"' if character == "|" else ""
        return f"<mo{said}{sized}>{character}</mo>"

    def sign(self, term: Term, *, first: bool) -> str:
        if first:
            return '<mo form="prefix">−</mo>' if term.negative else ""
        return f"<mo>{BETWEEN}{'−' if term.negative else '+'}</mo>"

    def relation(self, sign: str) -> str:
        return f"<mo>{escape(SIGNS[sign])}</mo>"

    def draw(self, shape: Shape) -> str:
        if id(shape) not in self._drawn:
            self._drawn[id(shape)] = (shape, self._draw(shape))
        return self._drawn[id(shape)][1]

    def _draw(self, shape: Shape) -> str:
        match shape:
            case Name():
                return letter_with_indices(shape, ())
            case Indexed(base, index, False) if isinstance(name := bare(base), Name):
                drawn = letter_with_indices(name, tuple(map(self.draw, index)))
                return self.mark(drawn) if isinstance(base, Marked) else drawn
            case Indexed(base, index, size):
                inside = ("<mo>×</mo>" if size else '<mo separator="true">,</mo>').join(map(self.draw, index))
                drawn = self.at_least(base, ATOM)
                if isinstance(bare(base), Indexed):
                    drawn = self.bracket("(", "prefix", 0) + drawn + self.bracket(")", "postfix", 0)
                return f"<msub>{one(drawn)}{one(inside)}</msub>"
            case Number(value):
                return f"<mn>{value}</mn>"
            case Sum():
                return self.sum(shape)
            case Product(factors, entrywise):
                return self._product(factors, entrywise=entrywise)
            case Fraction(over, under, "line"):
                return f"{self.at_least(over, PRODUCT)}<mo lspace='0' rspace='0'>/</mo>{self.at_least(under, POWER)}"
            case Fraction(over, under, size):
                small = ' displaystyle="false"' if size == "small" else ""
                return f"<mfrac{small}>{one(self.within().draw(over))}{one(self.within().draw(under))}</mfrac>"
            case Power(base, exponent, entrywise):
                circle = "<mo>∘</mo>" if entrywise else ""
                return self._raised(base, one(circle + self.draw(exponent)))
            case Transposed(base, inverse):
                minus = '<mo form="prefix">−</mo>' if inverse else ""
                return self._raised(base, one(minus + "<mi>⊤</mi>"))
            case Root(radicand):
                return f"<msqrt>{self.draw(radicand)}</msqrt>"
            case Call():
                return self._call(shape)
            case Exponential(exponent):
                return self._exponential(exponent)
            case Bars(body):
                tall = height(body)
                return self.bracket("|", "prefix", tall) + self.draw(body) + self.bracket("|", "postfix", tall)
            case Mean():
                opening, inside, closing = self._mean_of(shape)
                return opening + inside + closing
            case Over(_, body):
                return self._over(shape) + self.at_least(body, OPEN)
            case Listed(body, variable, upper):
                opening, closing = self.around("(", body)
                below = self.draw(variable) + "<mo>=</mo><mn>1</mn>"
                return f"<msubsup>{one(opening + self.draw(body) + closing)}{one(below)}{one(self.draw(upper))}</msubsup>"
            case Integral(body, variable):
                return "<mo>∫</mo>" + self.at_least(body, OPEN) + self._by(variable)
            case Slope(body):
                return self._slope(shape) + self.at_least(body, PRODUCT)
            case Approach(body):
                return self._approach(shape) + self.at_least(body, PRODUCT)
            case Pair(left, sign, right):
                space = "0.08em" if sign == ";" else "0.28em"
                lead = "0" if sign == ";" else space
                return f'{self.draw(left)}<mo form="infix" lspace="{lead}" rspace="{space}">{SIGNS[sign]}</mo>{self.draw(right)}'
            case Compare(left, sign, right):
                return self.draw(left) + self.relation(sign) + self.draw(right)
            case Phrase(subjects, words, at):
                said = '<mo separator="true">,</mo>'.join(map(self.draw, subjects)) + f"<mtext>\u00a0{escape(words)}</mtext>"
                return said + (f"<mtext>\u00a0</mtext>{self.draw(at)}" if at else "")
            case Marked(body):
                return self.mark(self.draw(body))

    # ------------------------------------------------------------------------------------------------ shapes with a choice

    def _product(self, factors: tuple[Shape, ...], *, entrywise: bool) -> str:
        text = self._factor(factors, 0)
        for index in range(1, len(factors)):
            text += "<mo>⊙</mo>" if entrywise else self._between(factors[index - 1], factors[index])
            text += self._factor(factors, index)
        return text

    def _between(self, left: Shape, right: Shape) -> str:
        """A number that follows something needs a dot, the name of a function a little space, letters in a row need nothing."""
        shape = bare(right)
        large = isinstance(shape, Fraction) and shape.size == "large"
        if begins_with_digit(right) and not large:
            return "<mo>·</mo>"
        apart = isinstance(shape, Call | Over | Slope | Approach | Mean) or isinstance(bare(left), Fraction | Call)
        return TIMES_APART if apart else TIMES

    def _factor(self, factors: tuple[Shape, ...], index: int) -> str:
        return self.at_least(factors[index], factor_needs(factors, index))

    def _raised(self, base: Shape, exponent: str) -> str:
        """An exponent of a letter stands above its index, not beside it; what marks the letter then marks letter and index each."""
        drawn = self.at_least(base, ATOM)
        shape = bare(base)
        letter = bare(shape.base) if isinstance(shape, Indexed) else shape
        if isinstance(letter, Name) and plain(drawn).startswith("<msub>"):
            inside = plain(drawn)[len("<msub>") : -len("</msub>")]
            return f"<msubsup>{self.mark(inside) if isinstance(base, Marked) else inside}{exponent}</msubsup>"
        return f"<msup>{one(drawn)}{exponent}</msup>"

    def _exponential(self, exponent: Shape) -> str:
        short = on_one_line(exponent)
        if height(short) == 0 and self.width(self.draw(short)) <= 3.6:
            return f"<msup><mi>e</mi>{one(self.draw(short))}</msup>"
        opening, closing = self.around("(", exponent)
        return "<mi>exp</mi>" + APPLY + opening + self.draw(exponent) + closing

    def _call(self, call: Call) -> str:
        if call.bare and _reads_without_brackets(call.arguments[0]):
            return self.draw(call.function) + APPLY_APART + self.draw(call.arguments[0])
        function = self.draw(call.function) + APPLY
        drawn = '<mo separator="true">,</mo>'.join(map(self.draw, call.arguments))
        tall = max(height(argument) for argument in call.arguments) or (1 if "(" in drawn or "[" in drawn else 0)
        return function + self.bracket("(", "prefix", tall) + drawn + self.bracket(")", "postfix", tall)

    def _mean_of(self, mean: Mean) -> tuple[str, str, str]:
        inside = self._with(square=False, small=self.small).draw(mean.body)
        tall = height(mean.body) or (1 if "(" in inside or "[" in inside else 0)
        letter = '<mi mathvariant="normal">𝔼</mi>'
        letter = f"<msub>{letter}{one(self.draw(mean.under))}</msub>" if mean.under else letter
        return letter + APPLY + self.bracket("[", "prefix", tall), inside, self.bracket("]", "postfix", tall)

    def _over(self, over: Over) -> str:
        sign = "∑" if over.kind == "sum" else "∏"
        below = self.draw(over.variable) + "<mo>=</mo><mn>1</mn>"
        return f"<munderover><mo>{sign}</mo>{one(below)}{one(self.draw(over.upper))}</munderover>"

    def _slope(self, slope: Slope) -> str:
        variable = self.draw(slope.variable)
        if slope.matrix:
            return f'<msub><mo rspace="0">∇</mo>{one(variable)}</msub>{THIN}'
        return f'<mfrac><mi mathvariant="normal">∂</mi><mrow><mi mathvariant="normal">∂</mi>{variable}</mrow></mfrac>{THIN}'

    def _approach(self, limit: Approach) -> str:
        point = f"<msup>{one(self.at_least(limit.point, ATOM))}<mo>+</mo></msup>" if limit.above else self.draw(limit.point)
        below = one(f"{self.draw(limit.variable)}<mo>→</mo>{point}")
        return f'<munder><mo movablelimits="false" lspace="0" rspace=".17em">lim</mo>{below}</munder>'

    def _by(self, variable: Shape) -> str:
        return f'{THIN}<mi mathvariant="normal">d</mi>{self.draw(variable)}'


def _reads_without_brackets(argument: Shape) -> bool:
    match bare(argument):
        case Name() | Indexed() | Number() | Bars() | Root() | Fraction(size="large"):
            return True
        case Call(bare=False):
            return True
        case _:
            return False
