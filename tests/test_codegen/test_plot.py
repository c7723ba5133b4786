"""Pictures: what is drawn comes from theorems and kernels, and what cannot be drawn is said in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from closedform.codegen.book.figure import addends
from closedform.codegen.plot import FORMATS, NoPicture, draw, flow, label, reference, subject_of, without_brackets
from closedform.derive.rule import UnknownName
from closedform.derive.theorems import theorems

DRAWN = ("kl_vae", "kl_normal", "kl_normal_logvar", "kl_normal_var", "kl_vae_per_dim")
BEGINS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_picture_is_drawn_and_drawn_alike(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib")
    files = [tmp_path / f"{number}{suffix}" for number in range(2)]
    for file in files:
        draw("kl_vae", file, theorems)
    first, second = (file.read_bytes() for file in files)
    assert first.startswith(BEGINS[suffix])
    assert first == second


@pytest.mark.parametrize("name", DRAWN)
def test_terms_of_the_picture_add_up_to_the_kernel(name: str) -> None:
    subject = subject_of(theorems[name], theorems)
    across, up = np.full(9, 0.7), np.linspace(0.3, 2.5, 9)
    total = sum(subject.evaluated(term, across, up) for term in addends(subject.theorem.rhs))
    np.testing.assert_allclose(total, subject.value(*subject.arguments(across, up)), rtol=1e-12)


@pytest.mark.parametrize("name", DRAWN)
def test_the_laws_are_equal_where_the_picture_says_so(name: str) -> None:
    subject = subject_of(theorems[name], theorems)
    assert subject.value(*subject.arguments(0.0, subject.equal)) == 0
    for theorem in subject.gradients:
        assert subject.evaluated(theorem.rhs, 0.0, subject.equal) == 0


def test_near_collapse_the_textbook_formula_loses_all_digits_and_the_kernel_none() -> None:
    subject = subject_of(theorems["kl_vae"], theorems)
    exact = reference(subject, 1e-9)
    kernel = float(subject.value(*subject.arguments(0.0, 1e-9)))
    textbook = float(subject.evaluated(subject.theorem.rhs, 0.0, 1e-9))
    assert abs(sp.Float(kernel, 50) / exact - 1) < 1e-15
    assert abs(sp.Float(textbook, 50) / exact - 1) > 0.5


def test_flow_lines_follow_the_negative_gradient() -> None:
    """The velocity along a path, by differences, is the negative gradient there, by the kernel."""
    subject = subject_of(theorems["kl_vae"], theorems)
    found = flow(subject, theorems)
    assert found is not None
    values = {symbol: {"t": 0.8, "m0": 1.3, "u0": 0.4}[str(symbol)] for path in found for symbol in path.free_symbols}
    step = 1e-6
    (time,) = (symbol for symbol in values if str(symbol) == "t")

    def at(path: sp.Expr, moment: float) -> float:
        return float(without_brackets(path).subs(values | {time: moment}))

    place = [at(path, 0.8) for path in found]
    velocity = [(at(path, 0.8 + step) - at(path, 0.8 - step)) / (2 * step) for path in found]
    _, *slope = subject.value_and_grad(*subject.arguments(*place))
    np.testing.assert_allclose(velocity, [-float(part) for part in slope], rtol=1e-7)


def test_no_flow_is_claimed_where_no_theorem_solves_it() -> None:
    assert flow(subject_of(theorems["kl_normal"], theorems), theorems) is None


def test_labels_are_mathematics_of_matplotlib() -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    for name in DRAWN:
        for term in addends(subject_of(theorems[name], theorems).theorem.rhs):
            parser.parse(label(term))


def test_a_missing_matplotlib_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoPicture, match=r"^a picture needs matplotlib: pip install 'closedform\[plot\]'$"):
        draw("kl_vae", tmp_path / "picture.png", theorems)


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoPicture, match="there is no picture of kl_mvn"):
        draw("kl_mvn", tmp_path / "picture.png", theorems)
    with pytest.raises(NoPicture, match=r"has no suffix that says how to draw: use .png, .svg, .pdf"):
        draw("kl_vae", tmp_path / "picture.jpeg", theorems)
    with pytest.raises(UnknownName, match="did you mean kl_vae"):
        draw("kl_vea", tmp_path / "picture.png", theorems)
    assert not list(tmp_path.iterdir())
