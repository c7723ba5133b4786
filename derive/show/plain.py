"""Shapes in ASCII, as in mu1, sigma2^2, E1[...], x^T, |Sigma1|."""

from __future__ import annotations

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
)


class Plain(Printer):
    """Shapes in ASCII; what is marked is not told apart."""

    def width(self, text: str) -> float:
        return len(text)

    def mark(self, text: str) -> str:
        return text

    def binding(self, shape: Shape) -> int:
        # sqrt(x) and exp(x) bring their own brackets.
        return ATOM if isinstance(bare(shape), Root | Exponential) else super().binding(shape)

    def fence(self, body: Shape) -> tuple[str, str]:
        opening = self.bracket_for(self.draw(bare(body)))
        return opening, {"(": ")", "[": "]"}[opening]

    def sign(self, term: Term, *, first: bool) -> str:
        if first:
            return "-" if term.negative else ""
        return " - " if term.negative else " + "

    def relation(self, sign: str) -> str:
        return sign

    def draw(self, shape: Shape) -> str:
        match shape:
            case Name(stem, label):
                return {"cdot": ".", "dots": "...", "infinity": "oo"}.get(stem, stem) + label
            case Number(value):
                return str(value)
            case Indexed(base, index, size):
                drawn = [self.draw(i) for i in index]
                if size:
                    return f"{self.draw(base)}_{drawn[0] if len(drawn) == 1 else '{' + ' x '.join(drawn) + '}'}"
                return f"{self.at_least(base, ATOM)}[{','.join(drawn)}]"
            case Sum():
                return self.sum(shape)
            case Product(factors, entrywise):
                return self._product(factors, " .* " if entrywise else " ")
            case Fraction(over, under):
                return f"{self._over(over)}/{self.at_least(under, POWER)}"
            case Power(base, exponent, entrywise):
                return self.at_least(base, ATOM) + (".^" if entrywise else "^") + self._exponent(exponent)
            case Transposed(base, inverse):
                return self.at_least(base, ATOM) + ("^-T" if inverse else "^T")
            case Root(radicand):
                return f"sqrt({self.draw(radicand)})"
            case Call():
                return self._call(shape)
            case Exponential(exponent):
                return f"exp({self.draw(exponent)})"
            case Bars(body):
                return f"|{self.draw(body)}|"
            case Mean(body, under):
                return f"E{self._label(under)}[{type(self)(square=False).draw(body)}]"
            case Over(_, body):
                return self._over_sign(shape) + self.at_least(body, OPEN)
            case Listed(body, variable, upper):
                return f"({self.draw(body)})_{{{self.draw(variable)}=1..{self.draw(upper)}}}"
            case Integral(body, variable):
                return f"int {self.at_least(body, OPEN)} d{self.draw(variable)}"
            case Slope(body):
                return self._slope(shape) + self.at_least(body, PRODUCT)
            case Approach(body):
                return self._approach(shape) + self.at_least(body, PRODUCT)
            case Pair(left, sign, right):
                gap = "" if sign == ";" else " "
                return f"{self.draw(left)}{gap}{sign} {self.draw(right)}"
            case Compare(left, sign, right):
                return f"{self.draw(left)} {sign} {self.draw(right)}"
            case Phrase(subjects, words, at):
                return f"{', '.join(map(self.draw, subjects))} {words}" + (f" {self.draw(at)}" if at else "")
            case Marked(body):
                return self.mark(self.draw(body))

    def _product(self, factors: tuple[Shape, ...], times: str) -> str:
        text = ""
        for index in range(len(factors)):
            text += (self._times(factors, index, times) if index else "") + self._factor(factors, index)
        return text

    def _times(self, factors: tuple[Shape, ...], index: int, times: str = " ") -> str:
        """Between a factor and the one before it: 2 * 1/2, but 2 x."""
        return " * " if times == " " and self._factor(factors, index)[0].isdigit() else times

    def _factor(self, factors: tuple[Shape, ...], index: int) -> str:
        """Only a number in front is a fraction without brackets: 1/2 x, but (a/b) x."""
        shape = bare(factors[index])
        needs = factor_needs(factors, index)
        if isinstance(shape, Fraction) and not (index == 0 and shape.size == "small"):
            needs = POWER if len(factors) > 1 and index < len(factors) - 1 else PRODUCT
        return self.at_least(factors[index], needs)

    def _over_sign(self, shape: Over) -> str:
        word = "sum" if shape.kind == "sum" else "prod"
        return f"{word}_{{{self.draw(shape.variable)}=1..{self.draw(shape.upper)}}} "

    def _slope(self, slope: Slope) -> str:
        return f"{'grad_' if slope.matrix else 'd/d'}{self.draw(slope.variable)} "

    def _approach(self, limit: Approach) -> str:
        return f"lim_{{{self.draw(limit.variable)} -> {self.draw(limit.point)}{'+' * limit.above}}} "

    def _over(self, over: Shape) -> str:
        """Nothing over the line may run into it: (a/b)/c, (log a)/b, (n log a)/b."""
        return self.at_least(over, POWER if _runs_on(over) else PRODUCT)

    def _exponent(self, exponent: Shape) -> str:
        text = self.draw(exponent)
        return text if text.lstrip("-").replace("_", "").isalnum() else f"({text})"

    def _call(self, call: Call) -> str:
        function = self.draw(call.function)
        if call.bare:
            (argument,) = call.arguments
            inner = bare(argument)
            if isinstance(inner, Bars):
                return function + self.draw(argument)
            if isinstance(inner, Name | Indexed | Number) or (isinstance(inner, Call) and not inner.bare):
                return f"{function} {self.draw(argument)}"
        return f"{function}({', '.join(self.draw(argument) for argument in call.arguments)})"

    def _label(self, under: Shape | None) -> str:
        if under is None:
            return ""
        text = self.draw(under)
        return text if text.isdigit() else f"_{text}" if isinstance(under, Name) else f"_{{{text}}}"

    def opened(self, shape: Shape) -> Opening | None:
        match shape:
            case Product(factors) if (place := self.breakable_factor(shape)) is not None:
                before = "".join(self._factor(factors, index) + self._times(factors, index + 1) for index in range(place))
                after = "".join(self._times(factors, index) + self._factor(factors, index) for index in range(place + 1, len(factors)))
                return before, factors[place], PRODUCT, after
            case Mean(body, under):
                return f"E{self._label(under)}[", body, LOOSE, "]"
            case Call(function, (argument,)):
                return f"{self.draw(function)}(", argument, LOOSE, ")"
            case Fraction(over, under):
                return "", over, PRODUCT, f"/{self.at_least(under, POWER)}"
            case Integral(body, variable):
                return "int ", body, OPEN, f" d{self.draw(variable)}"
            case Over(_, body):
                return self._over_sign(shape), body, OPEN, ""
            case Slope(body):
                return self._slope(shape), body, PRODUCT, ""
            case Approach(body):
                return self._approach(shape), body, PRODUCT, ""
            case _:
                return None


def _runs_on(shape: Shape) -> bool:
    """Would a quotient be read as belonging to the end of it?"""
    match bare(shape):
        case Fraction() | Over() | Slope() | Approach() | Call(bare=True):
            return True
        case Product(factors):
            return any(map(_runs_on, factors))
        case _:
            return False
