"""MathML: every line of every theorem is well formed, and marks survive being laid over each other."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

import pytest
import sympy as sp

from closedform.derive.derivation import Theorem
from closedform.derive.nodes import Entry, Paren
from closedform.derive.rewrite import Site, add, div, exp, log, mul, neg, power, sub
from closedform.derive.show.account import labels_of
from closedform.derive.show.mathml import Mathml, flow, inline, overlaid, plain
from closedform.derive.show.names import GREEK
from closedform.derive.show.notation import Pen, write
from closedform.derive.show.plain import Plain
from closedform.derive.show.shapes import Name, Shape
from closedform.derive.theorems import theorems

# The elements of MathML Core that a browser sets, and how many children those have that count them.
CORE = {"math", "mi", "mn", "mo", "mtext", "mspace", "mrow", "mfrac", "msqrt", "msub", "msup", "msubsup", "munder", "munderover"}
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "munderover": 3}
LEAVES = {"mi", "mn", "mo", "mtext"}

x, y, mu1, sigma1 = (sp.Symbol(name, real=True) for name in ("x", "y", "mu1", "sigma1"))
two = sp.Integer(2)


def marked_lines(theorem: Theorem) -> Iterator[tuple[Shape, Shape]]:
    """Each line twice: with what has come in marked, and with what is about to go."""
    labels, steps = labels_of(theorem), theorem.derivation.steps
    for done, following in pairwise(steps):
        new, old = (tuple(site for site in sites if site != Site()) for sites in ((done.span,), (following.site,)))
        yield write(done.after, Pen(labels, new)), write(done.after, Pen(labels, old))


def assert_core(text: str) -> ET.Element:
    root = ET.fromstring(f"<div>{text.replace('<wbr>', '')}</div>")
    for element in root.iter():
        if element.tag in {"div", "span"}:
            continue
        assert element.tag in CORE, element.tag
        if element.tag in CHILDREN:
            assert len(element) == CHILDREN[element.tag], ET.tostring(element, encoding="unicode")
        if element.tag in LEAVES:
            assert len(element) == 0
            assert element.text
    assert not any("\ue000" <= character <= "\uf8ff" for character in text)
    return root


def marked_text(text: str, name: str) -> str:
    """The letters under a class, in order."""
    return "".join("".join(element.itertext()) for element in assert_core(text).iter("mrow") if element.get("class") == name)


@pytest.mark.parametrize("name", list(theorems))
def test_every_line_is_mathml_with_both_marks(name: str) -> None:
    for new, old in marked_lines(theorems[name]):
        both, left, right = flow([(new, "new"), (old, "old")]), flow([(new, "new")]), flow([(old, "old")])
        for text in (both, left, right):
            assert_core(text)
        for name_of_mark, alone in (("new", left), ("old", right)):
            assert (f'class="{name_of_mark}"' in alone) is (f'class="{name_of_mark}"' in both)
        assert "".join(assert_core(both).itertext()) == "".join(assert_core(left).itertext()) == "".join(assert_core(right).itertext())


def test_a_mark_covers_exactly_what_it_marks() -> None:
    line = add(log(x), mul(two, power(y, two)))
    shape = write(line, Pen(places=(Site((1, 1)),)))
    assert marked_text(flow([(shape, "new")]), "new") == "y2"
    terms = write(add(x, y, power(x, two)), Pen(places=(Site((), (1, 2)),)))
    assert marked_text(flow([(terms, "new")]), "new") == "+y+x2"


def test_two_marks_are_nested() -> None:
    line = log(mul(x, y))
    whole, part = write(line, Pen(places=(Site((0,)),))), write(line, Pen(places=(Site((0, 1)),)))
    text = flow([(part, "new"), (whole, "old")])
    assert marked_text(text, "old").replace("\u2062", "") == "xy"
    assert marked_text(text, "new") == "y"
    (outer,) = [element for element in assert_core(text).iter("mrow") if element.get("class") == "old"]
    assert any(element.get("class") == "new" for element in outer.iter("mrow"))


def test_what_differs_is_not_laid_over() -> None:
    assert overlaid([("<mi>x</mi>", "new"), ("<mi>y</mi>", "old")]) is None


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (power(sigma1, two), "<msubsup><mi>σ</mi><mn>1</mn><mn>2</mn></msubsup>"),
        (neg(x), '<mo form="prefix">−</mo><mi>x</mi>'),
        (sub(x, y), "<mi>x</mi><mo>−</mo><mi>y</mi>"),
        (sp.Rational(1, 2), '<mfrac displaystyle="false"><mn>1</mn><mn>2</mn></mfrac>'),
        (div(x, y), "<mfrac><mi>x</mi><mi>y</mi></mfrac>"),
        (log(x), '<mi>log</mi><mo rspace=".17em">\u2061</mo><mi>x</mi>'),
        (exp(x), "<msup><mi>e</mi><mi>x</mi></msup>"),
        (
            power(Paren(sub(x, y)), two),
            '<msup><mrow><mo stretchy="false">(</mo><mi>x</mi><mo>−</mo><mi>y</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup>',
        ),
        (mul(x, two), "<mi>x</mi><mo>·</mo><mn>2</mn>"),
        (
            Entry(sp.MatrixSymbol("mu1", 3, 1), sp.Symbol("j")),
            '<msub><mi>μ</mi><mrow><mn>1</mn><mo separator="true">,</mo><mi>j</mi></mrow></msub>',
        ),
    ],
)  # fmt: skip
def test_notation(expression: sp.Basic, wanted: str) -> None:
    assert inline(write(expression)) == f"<math>{wanted}</math>"


def test_every_greek_letter_is_drawn() -> None:
    for stem in sorted(GREEK):
        assert len("".join(assert_core(inline(Name(stem))).itertext())) == 1


def test_a_sign_between_terms_says_so_where_it_begins_a_row() -> None:
    text = flow([(write(add(x, neg(y)), Pen(places=(Site((1,)),))), "new")])
    assert '<mrow class="new"><mo form="infix">−</mo>' in text


def test_long_lines_are_offered_for_breaking_between_terms() -> None:
    line = theorems["kl_mvn"].rhs
    text = flow([(write(line), "")])
    assert text.count("<math>") > 2
    assert "<wbr>" in text
    joined = "".join(assert_core(text).itertext())
    assert joined.count("[") == joined.count("]") == 1
    assert plain(text) == text


def test_names_are_escaped() -> None:
    assert "<script>" not in inline(Name("<script>", "<b>"))
    assert Plain().draw(Name("a")) == "a"
    assert Mathml().draw(Name("a<b")) == "<mi>a&lt;b</mi>"
