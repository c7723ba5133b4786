"""Names as elements of MathML: a letter of the alphabet that it is called after, its label and its indices."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from .mathml_marks import one, plain
from .names import GREEK, LETTERS
from .shapes import Name

SPELT = {"lambda": "lamda", "Lambda": "lamda"}  # as Unicode has it
LETTER = {
    name: unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {SPELT.get(name, name).upper()}")
    for name in GREEK
}
SCRIPT = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}  # not where the others are


def letter_with_indices(name: Name, index: tuple[str, ...]) -> str:
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
