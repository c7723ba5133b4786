"""Shapes in MathML, which browsers set by themselves: no script, no font of ours, nothing to fetch.

A long line is not broken here but in the browser: `flow` hands it over as nested pieces, one for each term of a sum that may be
broken, and a piece moves to the next row, or is broken itself, only where it does not fit. Marks are kept as characters of their own
until the end, so that several of them (what came with this line, what goes with the next) can be laid over one line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby

from .names import GREEK, LETTERS
from .printer import Opening, Piece, Printer, factor_needs
from .shapes import (
    ATOM,
    LOOSE,
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

# Private characters, which no name contains: round what is marked, and before a sign that stands between two terms.
BEGIN, END, BETWEEN = "\ue000", "\ue001", "\ue002"
TOKENS = re.compile(rf"({BEGIN}|{END}|<[^>]*>|[^<{BEGIN}{END}]+)")
AT_BEGINNING = re.compile(rf"(^|<m(?:row|sqrt)[^>]*>)<mo>{BETWEEN}")
FORM = re.compile(r' form="\w+"')
BREAKABLE = 14.0  # em: what is narrower stays in one piece
SHORT = 6.0  # em: no sum as short as this is broken

SPELT = {"lambda": "lamda", "Lambda": "lamda"}  # as Unicode has it
LETTER = {
    name: unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {SPELT.get(name, name).upper()}")
    for name in GREEK
}
SIGNS = {"||": "∥", "|": "∣", ";": ";", "~": "∼", "=": "=", ":=": "≔", "<=": "≤", ">=": "≥", ">": ">", "!=": "≠"}
SIZES = ("", "1.3em", "2.3em")
THIN = '<mspace width=".17em"/>'
TIMES = "<mo>\u2062</mo>"
APPLY, APPLY_APART = "<mo>\u2061</mo>", '<mo rspace=".17em">\u2061</mo>'
TIMES_APART = '<mo rspace=".17em">\u2062</mo>'


class Mathml(Printer):
    """Shapes as elements of MathML, side by side; the caller puts them into <math>."""

    def __init__(self, *, square: bool = True, small: bool = False) -> None:
        super().__init__(square=square)
        self.small = small  # within a fraction or a line of text, where brackets stay small
        self._kin: dict[tuple[bool, bool], Mathml] = {(square, small): self}
        # Brackets ask what is inside them, so without a memory a line would be drawn twice for each bracket around it.
        self._drawn: dict[int, tuple[Shape, str]] = {}

    def width(self, text: str) -> float:
        """A rough guess in em, by which lines are offered for breaking."""
        shown = re.sub(r"<[^>]*>|[\u2061\u2062\ue000-\ue002]", "", text)
        return 0.55 * len(shown)

    def mark(self, text: str) -> str:
        return BEGIN + text + END

    def within(self) -> Mathml:
        """The printer for what stands over or under a fraction line."""
        return self._with(square=self.square, small=True)

    def _with(self, *, square: bool, small: bool) -> Mathml:
        if (square, small) not in self._kin:
            other = Mathml(square=square, small=small)
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
                return _name(shape, ())
            case Indexed(base, index, False) if isinstance(name := bare(base), Name):
                drawn = _name(name, tuple(map(self.draw, index)))
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

    # ------------------------------------------------------------------------------------------------ breaking

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


Pieces = str | list["Pieces"]


def one(text: str) -> str:
    """The elements as a single one, as a base, an index or a numerator must be; marks do not count."""
    depth = count = 0
    for token in TOKENS.findall(plain(text)):
        count += depth == 0
        depth += -1 if token.startswith("</") else token.startswith("<") and not token.endswith("/>")
    return text if count == 1 else f"<mrow>{text}</mrow>"


def _name(name: Name, index: tuple[str, ...]) -> str:
    """A letter with its label and indices below it, primes above."""
    label = name.label.rstrip("'")
    primes = "′" * (len(name.label) - len(label))
    letters = len(index) > 1 and all(re.fullmatch(r"<mi>\w</mi>", plain(i)) for i in index)
    comma = '<mo separator="true">,</mo>'
    first = [f"<mn>{label}</mn>" if label.isdigit() else f"<mi>{escape(label)}</mi>"] if label else []
    below = comma.join([*first, *(["".join(index)] if letters else index)])
    above = f"<mo>{primes}</mo>" if primes else "<mn>2</mn>" if name.stem == "var" else ""
    drawn = _letter(name)
    if name.stem == "KL":
        return "<msub><mi>D</mi><mi>KL</mi></msub>"
    if below and above:
        return f"<msubsup>{drawn}{one(below)}{above}</msubsup>"
    if below or above:
        return f"<msub>{drawn}{one(below)}</msub>" if below else f"<msup>{drawn}{above}</msup>"
    return drawn


def _letter(name: Name) -> str:
    stem = LETTERS[name.stem][0] if name.stem in LETTERS else "sigma" if name.stem == "var" else name.stem
    if stem == "infinity":
        return "<mi>∞</mi>"
    if stem in ("cdot", "dots"):
        return "<mo>·</mo>" if stem == "cdot" else "<mo>…</mo>"
    if stem.isdigit():
        shown = "".join(chr(0x1D7CE + int(digit)) for digit in stem) if name.face == "bold" else stem
        return f"<mn>{shown}</mn>"
    if name.face == "script" and len(stem) == 1:
        return f"<mi>{SCRIPT.get(stem, chr(0x1D49C + ord(stem) - ord('A')))}</mi>"
    if stem in GREEK:
        upright = ' mathvariant="normal"' if stem[0].isupper() else ""
        return f"<mi{upright}>{LETTER[stem]}</mi>"
    if len(stem) == 1:
        upright = ' mathvariant="normal"' if name.face == "upright" else ""
        return f"<mi{upright}>{escape(stem)}</mi>"
    return f"<mi>{escape(stem)}</mi>"


SCRIPT = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}  # not where the others are


def _reads_without_brackets(argument: Shape) -> bool:
    match bare(argument):
        case Name() | Indexed() | Number() | Bars() | Root() | Fraction(size="large"):
            return True
        case Call(bare=False):
            return True
        case _:
            return False


# ---------------------------------------------------------------------------------------------------- marks


def plain(text: str) -> str:
    """Without marks."""
    return text.replace(BEGIN, "").replace(END, "")


def overlaid(texts: Sequence[tuple[str, str]]) -> str | None:
    """One line that was drawn several times, each time with another mark: all marks at once, each under its class.

    None where the drawings differ in more than the marks, so that nothing can be laid over anything.
    """
    if len({plain(text) for text, _ in texts}) != 1:
        return None
    tokens = TOKENS.findall(plain(texts[0][0]))
    marks: list[set[str]] = [set() for _ in tokens]
    for text, name in texts:
        depth = place = 0
        for token in TOKENS.findall(text):
            if token in (BEGIN, END):
                depth += 1 if token == BEGIN else -1
            else:
                if depth:
                    marks[place].add(name)
                place += 1
    return _text("", _tree(tokens, marks), tuple(dict.fromkeys(name for _, name in reversed(texts))))


Node = tuple[str, list["Node"], str, set[str]]  # opening tag or text, children, closing tag, marks


def _tree(tokens: list[str], marks: list[set[str]]) -> list[Node]:
    roots: list[Node] = []
    stack: list[list[Node]] = [roots]
    for token, found in zip(tokens, marks, strict=True):
        if token.startswith("</"):
            stack.pop()
            opening, inner, _, of = stack[-1][-1]
            stack[-1][-1] = (opening, inner, token, of)
        else:
            node: Node = (token, [], "", found)
            stack[-1].append(node)
            if token.startswith("<") and not token.endswith("/>"):
                stack.append(node[1])
    return roots


def _text(parent: str, nodes: Sequence[Node], names: tuple[str, ...], inside: frozenset[str] = frozenset()) -> str:
    """The nodes as text: a row round neighbours that are marked, the first name outermost; where the number of nodes has a
    meaning, a row round each."""
    return "".join(_run(parent, nodes, names, names, inside))


def _run(
    parent: str, nodes: Sequence[Node], names: tuple[str, ...], left: tuple[str, ...], inside: frozenset[str]
) -> Iterator[str]:
    if not left:
        for opening, children, closing, _ in nodes:
            yield opening + _text(opening, children, names, inside) + closing
        return
    name, *later = left
    counted = parent.startswith(COUNTED)
    numbered = enumerate(nodes)
    for (marked, _), group in groupby(numbered, lambda pair: (name in pair[1][3] - inside, counted and pair[0])):
        run = [node for _, node in group]
        if marked and run[0][0].startswith("<"):
            yield f'<mrow class="{name}">{"".join(_run("", run, names, tuple(later), inside | {name}))}</mrow>'
        else:
            yield from _run(parent, run, names, tuple(later), inside)


COUNTED = ("<mfrac", "<msub", "<msup", "<munder")


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
