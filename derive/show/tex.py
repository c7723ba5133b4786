"""Shapes in LaTeX: what the LaTeX, Markdown and HTML forms share. Needs amsmath and amssymb, or MathJax or KaTeX as they are."""

from __future__ import annotations

from . import tex_width
from .names import GREEK, LETTERS
from .printer import Opening, Printer, factor_needs
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
    parts,
)

FACES = {"script": r"\mathcal", "bold": r"\mathbf"}
WORDS = {"log": r"\log", "KL": r"D_{\mathrm{KL}}", "H": r"\mathrm{H}", "cosh": r"\cosh", "sinh": r"\sinh", "tanh": r"\tanh",
         "cos": r"\cos", "sin": r"\sin", "pi": r"\pi", "cdot": r"\cdot", "dots": r"\dots", "Gamma": r"\Gamma",
         "infinity": r"\infty"}  # fmt: skip
SIGNS = {"||": r" \parallel ", "|": r" \mid ", ";": "; ", "~": r" \sim ",
         "=": "=", ":=": r"\mathrel{:=}", "<=": r"\le", ">=": r"\ge", ">": ">", "!=": r"\ne"}  # fmt: skip
SIZES = (("", ""), (r"\bigl", r"\bigr"), (r"\biggl", r"\biggr"))
SIMPLE_EXPONENT = 3.6  # em: a longer one is written with exp(...)


class Tex(Printer):
    r"""Shapes in LaTeX; what is marked stands in \changed{...}."""

    operator = r"\operatorname{%s}"
    changed = r"\changed{%s}"

    def __init__(self, *, square: bool = True, small: bool = False) -> None:
        super().__init__(square=square)
        self.small = small  # within a fraction or a line of text, where brackets stay small

    def width(self, text: str) -> float:
        return tex_width.width(text)

    def mark(self, text: str) -> str:
        return self.changed % text

    def mark_run(self, text: str, *, first: bool) -> str:
        # The empty group makes a sign at the edge of the mark the sign between two terms.
        return text if not text else self.mark(text if first else "{}" + text.strip())

    def within(self) -> Tex:
        """The printer for what stands over or under a fraction line."""
        return type(self)(square=self.square, small=True)

    def binding(self, shape: Shape) -> int:
        # A listed column carries its range as scripts and takes no others.
        return POWER if isinstance(bare(shape), Listed) else super().binding(shape)

    def fence(self, body: Shape) -> tuple[str, str]:
        inside = self.draw(bare(body))
        return self.around(self.bracket_for(inside), body, inside)

    def around(self, kind: str, body: Shape, inside: str) -> tuple[str, str]:
        """Brackets as tall as the body needs; those round other brackets a little taller."""
        left, right = self.size(height(body) or (1 if "(" in inside or "[" in inside else 0))
        return left + kind, right + {"(": ")", "[": "]"}[kind]

    def size(self, tall: int) -> tuple[str, str]:
        return SIZES[min(tall, 1) if self.small else tall]

    def sign(self, term: Term, *, first: bool) -> str:
        if first:
            return "-" if term.negative else ""
        return " - " if term.negative else " + "

    def relation(self, sign: str) -> str:
        return SIGNS[sign]

    def draw(self, shape: Shape) -> str:
        match shape:
            case Name():
                return _name(shape, (), self.operator)
            case Indexed(Name() as base, index, False):
                return _name(base, tuple(map(self.draw, index)), self.operator)
            case Indexed(base, index, size):
                inside = (r" \times " if size else ",").join(map(self.draw, index))
                drawn = self.at_least(base, ATOM)
                # One letter takes one index: the entry of a sized constant is (1_k)_j.
                return f"({drawn})_{{{inside}}}" if isinstance(bare(base), Indexed) else f"{drawn}_{{{inside}}}"
            case Number(value):
                return str(value)
            case Sum():
                return self.sum(shape)
            case Product(factors, entrywise):
                return self._product(factors, r" \odot " if entrywise else " ")
            case Fraction(over, under, "line"):
                return f"{self.at_least(over, PRODUCT)}/{self.at_least(under, POWER)}"
            case Fraction(over, under, size):
                return rf"\{'tfrac' if size == 'small' else 'frac'}{{{self.within().draw(over)}}}{{{self.within().draw(under)}}}"
            case Power(base, exponent, entrywise):
                circle = r"\circ " if entrywise else ""
                return f"{self._base(base)}^{{{circle}{self.draw(exponent)}}}"
            case Transposed(base, inverse):
                minus = "-" if inverse else ""
                return rf"{self._base(base)}^{{{minus}\top}}"
            case Root(radicand):
                return rf"\sqrt{{{self.draw(radicand)}}}"
            case Call():
                return self._call(shape)
            case Exponential(exponent):
                return self._exponential(exponent)
            case Bars(body):
                left, right = self.size(height(body))
                return rf"{left}\lvert {self.draw(body)} {right}\rvert"
            case Mean(body):
                opening, inside, closing = self._mean_of(shape)
                return opening + inside + closing
            case Over(_, body):
                return self._over(shape) + self.at_least(body, OPEN)
            case Listed(body, variable, upper):
                opening, closing = self.around("(", body, self.draw(body))
                return f"{opening}{self.draw(body)}{closing}_{{{self.draw(variable)}=1}}^{{{self.draw(upper)}}}"
            case Integral(body, variable):
                return rf"\int {self.at_least(body, OPEN)}\,\mathrm{{d}}{self.draw(variable)}"
            case Slope(body):
                return self._slope(shape) + self.at_least(body, PRODUCT)
            case Approach(body):
                return self._approach(shape) + self.at_least(body, PRODUCT)
            case Pair(left, sign, right):
                return f"{self.draw(left)}{SIGNS[sign]}{self.draw(right)}"
            case Compare(left, sign, right):
                return f"{self.draw(left)} {SIGNS[sign]} {self.draw(right)}"
            case Phrase(subjects, words, at):
                return rf"{', '.join(map(self.draw, subjects))}\ \text{{{words}}}" + (rf"\ {self.draw(at)}" if at else "")
            case Marked(body):
                return self.mark(self.draw(body))

    # ------------------------------------------------------------------------------------------------ shapes with a choice

    def _product(self, factors: tuple[Shape, ...], times: str) -> str:
        text = ""
        for index in range(len(factors)):
            text += (self._times(factors, index, times) if index else "") + self._factor(factors, index)
        return text

    def _times(self, factors: tuple[Shape, ...], index: int, times: str = " ") -> str:
        """Between a factor and the one before it: a number that follows something needs a dot, and letters in a row need none."""
        return r" \cdot " if times == " " and _is_number(factors[index]) else times

    def _factor(self, factors: tuple[Shape, ...], index: int) -> str:
        return self.at_least(factors[index], factor_needs(factors, index))

    def _base(self, base: Shape) -> str:
        r"""The base of a power; a letter that carries an exponent by itself (\sigma^2 for a variance) stands in brackets."""
        shape = bare(base)
        drawn = self.at_least(base, ATOM)
        carries = isinstance(shape, Name) or (isinstance(shape, Indexed) and isinstance(shape.base, Name))
        return f"({drawn})" if carries and "^" in drawn else drawn

    def _exponential(self, exponent: Shape) -> str:
        short = self.draw(on_one_line(exponent))
        if self.width(short) <= SIMPLE_EXPONENT and height(on_one_line(exponent)) == 0:
            return f"e^{{{short}}}"
        drawn = self.draw(exponent)
        opening, closing = self.around("(", exponent, drawn)
        return rf"\exp{opening}{drawn}{closing}"

    def _call(self, call: Call) -> str:
        function = self.draw(call.function)
        if call.bare and _reads_without_brackets(call.arguments[0]):
            return f"{function} {self.draw(call.arguments[0])}"
        drawn = ", ".join(map(self.draw, call.arguments))
        size = max(height(argument) for argument in call.arguments)
        left, right = self.size(size or (1 if "(" in drawn or "[" in drawn else 0))
        return f"{function}{left}({drawn}{right})"

    def _mean_of(self, mean: Mean) -> tuple[str, str, str]:
        inside = type(self)(square=False, small=self.small).draw(mean.body)
        opening, closing = self.around("[", mean.body, inside)
        label = f"_{{{self.draw(mean.under)}}}" if mean.under else ""
        return rf"\mathbb{{E}}{label}{opening}", inside, closing

    def _over(self, over: Over) -> str:
        return rf"\{'sum' if over.kind == 'sum' else 'prod'}_{{{self.draw(over.variable)}=1}}^{{{self.draw(over.upper)}}} "

    def _slope(self, slope: Slope) -> str:
        variable = self.draw(slope.variable)
        return rf"\nabla_{{{variable}}}\," if slope.matrix else rf"\frac{{\partial}}{{\partial {variable}}}\,"

    def _approach(self, limit: Approach) -> str:
        point = self.at_least(limit.point, ATOM) + "^+" if limit.above else self.draw(limit.point)
        return rf"\lim_{{{self.draw(limit.variable)} \to {point}}} "

    # ------------------------------------------------------------------------------------------------ breaking

    def opened(self, shape: Shape) -> Opening | None:
        match shape:
            case Product(factors) if (place := self.breakable_factor(shape)) is not None:
                before = "".join(self._factor(factors, index) + self._times(factors, index + 1) for index in range(place))
                after = "".join(self._times(factors, index) + self._factor(factors, index) for index in range(place + 1, len(factors)))
                return before, factors[place], PRODUCT, after
            case Mean(body):
                opening, _, closing = self._mean_of(shape)
                return opening, body, LOOSE, closing
            case Call(function, (argument,)):
                opening, closing = self.around("(", argument, self.draw(argument))
                return self.draw(function) + opening, argument, LOOSE, closing
            case Integral(body, variable):
                return r"\int ", body, OPEN, rf"\,\mathrm{{d}}{self.draw(variable)}"
            case Over(_, body):
                return self._over(shape), body, OPEN, ""
            case Slope(body):
                return self._slope(shape), body, PRODUCT, ""
            case Approach(body):
                return self._approach(shape), body, PRODUCT, ""
            case _:
                return None


def _name(name: Name, index: tuple[str, ...], operator: str) -> str:
    r"""A letter with its label and indices below it: \mu_{1,j}, L_{1,ij}; primes stand above."""
    label = name.label.rstrip("'")
    primes = name.label[len(label) :]
    letters = len(index) > 1 and all(len(i) == 1 and i.isalpha() for i in index)
    below = ",".join([*([label] if label else []), *(["".join(index)] if letters else index)])
    drawn = _letter(name, operator)
    above = ""
    if drawn.endswith("^2"):
        drawn, above = drawn[:-2], "^2"
    return drawn + (f"_{{{below}}}" if len(below) > 1 else f"_{below}" if below else "") + above + primes


def _letter(name: Name, operator: str) -> str:
    stem = LETTERS[name.stem][0] if name.stem in LETTERS else name.stem
    if stem == "var":
        return r"\sigma^2"
    if stem in WORDS:
        return WORDS[stem]
    if name.face == "upright":
        return operator % escaped(stem)
    if name.face:
        return rf"{FACES[name.face]}{{{escaped(stem)}}}"
    if stem in GREEK:
        return rf"\{stem}"
    return stem if len(stem) == 1 or stem[0].isdigit() else rf"\mathit{{{escaped(stem)}}}"


ESCAPES = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", **{character: rf"\{character}" for character in "_%&#${}"},
}  # fmt: skip


def escaped(words: str) -> str:
    """Plain words in LaTeX."""
    return "".join(ESCAPES.get(character, character) for character in words)


def _is_number(shape: Shape) -> bool:
    """Does it begin with a number that stands on the line?"""
    large = isinstance(bare(shape), Fraction) and bare(shape).size == "large"  # type: ignore[union-attr]
    return begins_with_digit(shape) and not large


def _reads_without_brackets(argument: Shape) -> bool:
    r"""\log x, \log f_1(x), \log|A|, \log\frac{a}{b}."""
    match bare(argument):
        case Name() | Indexed() | Number() | Bars() | Root() | Fraction(size="large"):
            return True
        case Call(bare=False):
            return True
        case _:
            return False


def height(shape: Shape) -> int:
    """0 for one line of letters, 1 for small fractions, 2 for what stands above and below a line or a sum sign."""
    match shape:
        case Fraction(size="large") | Over() | Integral() | Slope(matrix=False):
            return 2
        case Approach(body):
            return max(1, height(body))
        case Fraction(size="small"):
            return 1
        case Power(base):
            return height(base)
        case Exponential(exponent):
            return height(exponent)
        case _:
            return max((height(part) for part in parts(shape)), default=0)




class WebTex(Tex):
    r"""LaTeX for MathJax and KaTeX on a page: no macro of ours, and no \operatorname, which GitHub refuses."""

    operator = r"\mathop{\mathrm{%s}}"
    changed = r"{\color{teal}%s}"
