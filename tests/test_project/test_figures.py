"""The picture that README shows: it can be drawn anew, the same numbers are the same file, and it shows what README says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import readme
from full_covariance import picture

pytest.importorskip("matplotlib")


def test_readme_shows_the_picture_that_make_figures_writes() -> None:
    shown = re.findall(r"!\[.*?\]\((.*?)\)", readme.README.read_text(encoding="utf-8"))
    assert [(readme.README.parent / path).resolve() for path in shown] == [picture.PICTURE]
    assert picture.PICTURE.exists()


def test_the_same_numbers_are_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on white, whatever the page; and without a date."""
    monkeypatch.setattr(picture, "DISTANCES", {np.float64: (1e-1, 1e-8), np.float32: (1e-1, 1e-4)})
    for name in ("one.svg", "two.svg", "one.png"):
        picture.draw(tmp_path / name, pairs=1)
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "two.svg").read_text(encoding="utf-8")
    assert "fill: #ffffff" in text
    assert "<dc:date>" not in text
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_the_curves_are_what_is_said_of_them() -> None:
    """At a distance of 1e-9: the kernels keep their digits, the others have none, and a covariance that was formed has lost a few."""
    found = {name: errors[0] for name, errors in picture.curves(np.float64, (1e-9,), pairs=3).items()}
    assert found.keys() == picture.STYLES.keys()
    assert max(found[name] for name in picture.KERNELS) < 1e-14
    assert 1e-10 < found[picture.FORMED] < 1e-5
    assert min(found[name] for name in picture.OTHERS) >= 0.9
