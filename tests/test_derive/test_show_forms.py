"""Every theorem in every form; golden pages for a few; the page of a terminal, of pdflatex, of GitHub."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from sympy import Q

from closedform.derive.derivation import Derivation, Theorem
from closedform.derive.facts import Facts
from closedform.derive.nodes import KL, Law
from closedform.derive.rewrite import at_site, log, mul
from closedform.derive.rule import UnknownName
from closedform.derive.show import FORMS, show
from closedform.derive.show.account import Options, account_of
from closedform.derive.show.shapes import is_marked
from closedform.derive.show.tex import Tex
from closedform.derive.show.tex_width import width
from closedform.derive.theorems import theorems

ALL = list(theorems)
PAGES = ("kl_definition", "kl_normal", "kl_mvn", "kl_normal_logvar_stable", "kl_vae", "kl_nonnegative", "kl_mvn_by_Sigma2")
SHORT = ("kl_definition", "kl_mvn_by_Sigma2", "kl_nonnegative")
SUFFIXES = {"text": "txt", "latex": "tex", "markdown": "md", "html": "html", "json": "json", "mathml": "html"}
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")

a, b, c = (sp.Symbol(name, real=True) for name in "abc")


@dataclass(frozen=True)
class Found:
    engine: str
    scope: str
    verdict: str
    detail: str


@dataclass(frozen=True)
class OfStep:
    verdict: str
    evidence: tuple[Found, ...] = ()


@dataclass(frozen=True)
class OfTheorem:
    steps: tuple[OfStep, ...]
    evidence: tuple[Found, ...] = ()


def small() -> Theorem:
    start = Derivation(log(mul(a, b, c)), Facts.of(Q.positive(a), Q.positive(b), Q.positive(c)))
    return start.apply("log_mul").apply("log_mul", note="the rest").conclude("log_of_three", "log of a product of three numbers", "logs")


VERDICTS = OfTheorem(
    (OfStep("proved"), OfStep("checked(12)", (Found("local", "step", "checked(12)", "45 digits"),))),
    (Found("ends", "theorem", "checked(6)", ""),),
)


# ---------------------------------------------------------------------------------------------------- every theorem, every form


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("name", ALL)
def test_every_theorem_shows_in_every_form(name: str, form: str) -> None:
    theorem = theorems[name]
    text = show(theorem, form, rules=True)
    assert text.endswith("\n")
    assert name in text.replace(r"\_", "_") or form == "latex"
    for step in theorem.derivation.steps:
        assert step.rule in text.replace(r"\_", "_")
    leaks = re.findall(r"Scalar\(|Expect\(|MatMul|Entrywise|DiagMatrix|Determinant\(|Symbol\(|<closedform", text)
    assert not leaks or form == "json"


@pytest.mark.parametrize("form", list(FORMS))
def test_golden_pages(form: str, golden: Any) -> None:
    names = SHORT if form == "json" else PAGES
    pages = {f"{name}.{SUFFIXES[form]}": show(theorems[name], form) for name in names}
    pages[f"log_of_three.{SUFFIXES[form]}"] = show(small(), form, rules=True, verdicts=VERDICTS)
    golden.check_folder(f"show/{form}", pages)


def test_golden_standalone(golden: Any) -> None:
    golden.check("show/standalone/log_of_three.tex", show(small(), "latex", standalone=True, rules=True, verdicts=VERDICTS))
    golden.check("show/standalone/log_of_three.html", show(small(), "html", standalone=True, verdicts=VERDICTS))


def test_every_form_has_a_golden_folder() -> None:
    assert SUFFIXES.keys() == FORMS.keys()


def test_an_unknown_form_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match="no form is called 'latx'; did you mean latex"):
        show(small(), "latx")


def test_notebooks() -> None:
    theorem = small()
    assert theorem._repr_html_() == show(theorem, "html")
    assert theorem._repr_latex_().startswith("$$\n\\begin{aligned}")
    assert theorem.show("json") == show(theorem, "json")
    unfinished = Derivation(log(mul(a, b)), Facts.of(Q.positive(a), Q.positive(b))).apply("log_mul")
    assert "= log a + log b" in unfinished.show()
    assert r"\log a + \log b" in unfinished._repr_latex_()
    assert "<table>" in unfinished._repr_html_()


@pytest.mark.parametrize("form", list(FORMS))
def test_the_hash_seed_changes_nothing(form: str) -> None:
    code = f"from closedform.derive.theorems import theorems; print(theorems['kl_vae_direct'].show({form!r}, rules=True))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(printed) == 1


# ---------------------------------------------------------------------------------------------------- verdicts


def test_the_verdict_is_the_one_that_was_given() -> None:
    text = show(small(), verdicts=VERDICTS)
    assert "2 steps: 1 proved, 1 checked(12), 0 unknown, 0 refuted." in text
    assert "As a whole: ends: checked(6)." in text
    mixed = OfTheorem((OfStep("checked(6)"), OfStep("checked(12)")))
    assert "2 steps: 0 proved, 2 checked(6..12), 0 unknown, 0 refuted." in show(small(), verdicts=mixed)
    bad = OfTheorem((OfStep("refuted"), OfStep("unknown")))
    assert "2 steps: 0 proved, 0 checked, 1 unknown, 1 refuted." in show(small(), verdicts=bad)


def test_verdicts_on_another_number_of_steps_are_refused() -> None:
    with pytest.raises(ValueError):
        show(small(), verdicts=OfTheorem((OfStep("proved"),)))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "json"])
def test_without_a_check_the_page_says_so(form: str) -> None:
    text = show(small(), form)
    assert "2 steps, not checked." in text
    assert "proved" not in text


def test_a_real_report_is_taken() -> None:
    theorem = theorems["kl_definition"]
    text = show(theorem, verdicts=theorem.check())
    assert re.search(r"3 steps: \d proved, \d checked(\(\d+(\.\.\d+)?\))?, 0 unknown, 0 refuted\.", text)


# ---------------------------------------------------------------------------------------------------- the terminal


@pytest.mark.parametrize("columns", [80, 100, 140])
@pytest.mark.parametrize("name", ["kl_normal", "kl_mvn", "kl_normal_diag_by_mu1", "kl_vae_stable"])
def test_lines_fit(name: str, columns: int) -> None:
    assert not [line for line in show(theorems[name], width=columns).splitlines() if len(line) > columns]


@pytest.mark.parametrize(("form", "apart"), [("text", "2 * 1/2 ["), ("latex", r"2 \cdot \tfrac{1}{2} \bigl[")])
def test_two_numbers_are_kept_apart_where_a_line_is_broken_after_them(form: str, apart: str) -> None:
    assert apart in show(theorems["kl_mvn_chol_by_L2_from_Sigma2"], form)


def test_the_rule_stands_at_the_right_edge() -> None:
    lines = show(theorems["kl_definition"]).splitlines()
    assert [len(line) for line in lines if line.endswith(("  kl_definition", "  log_div"))] == [100, 100]


def test_the_left_side_comes_first() -> None:
    assert show(theorems["kl_normal"]).splitlines()[2] == "KL(N(mu1, sigma1^2) || N(mu2, sigma2^2))"


# ---------------------------------------------------------------------------------------------------- marks


@pytest.mark.parametrize("name", ["kl_normal_stable", "kl_mvn", "kl_normal_diag", "kl_vae_direct", "elbo_gap"])
def test_every_change_within_a_line_is_marked(name: str) -> None:
    theorem = theorems[name]
    for step, line in zip(theorem.derivation.steps, account_of(theorem, None, Options(every_step=True)).lines, strict=True):
        whole = at_site(step.after, step.span) == step.after
        assert is_marked(line.shape) is not whole


# ---------------------------------------------------------------------------------------------------- LaTeX


def compiled(folder: Path, name: str, text: str) -> str:
    (folder / f"{name}.tex").write_text(text, encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-2000:]
    return (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def complaints(log_text: str) -> list[str]:
    return [line for line in log_text.splitlines() if re.match(r"(Overfull|Underfull|LaTeX Warning|Package \w+ Warning)", line)]


@needs_tex
@pytest.mark.parametrize("name", [*PAGES, "kl_mvn_raw_moments", "kl_normal_diag", "kl_normal_diag_direct", "kl_vae_direct"])
def test_a_document_compiles_without_a_complaint(name: str, tmp_path: Path) -> None:
    text = show(theorems[name], "latex", standalone=True, rules=True)
    assert complaints(compiled(tmp_path, name, text)) == []


@needs_tex
def test_a_complaint_would_be_seen(tmp_path: Path) -> None:
    text = show(small(), "latex", standalone=True).replace(r"\textbf{Verdict.}", r"\mbox{" + "much too wide " * 20 + "}")
    assert complaints(compiled(tmp_path, "wide", text))


@needs_tex
def test_a_fragment_needs_nothing_but_amsmath_and_amssymb(tmp_path: Path) -> None:
    fragment = show(theorems["kl_mvn"], "latex")
    text = r"\documentclass{article}\usepackage{amsmath,amssymb}\begin{document}" + "\n" + fragment + r"\end{document}"
    compiled(tmp_path, "fragment", text)


@needs_tex
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_mathematics_of_a_page_is_latex(form: str, tmp_path: Path) -> None:
    text = show(theorems["kl_mvn"], form, rules=True)
    if form == "html":
        blocks = [f"${block}$" for block in re.findall(r"\$([^$]+)\$", Words.of(text))]
    else:
        blocks = [f"$\\displaystyle {block}$" for block in re.findall(r"```math\n(.*?)\n```", text, re.DOTALL)]
        blocks += [f"${block}$" for block in re.findall(r"\$`(.*?)`\$", text)]
    assert len(blocks) > 50
    preamble = r"\documentclass{article}\usepackage{amsmath,amssymb,xcolor}\begin{document}"
    compiled(tmp_path, "blocks", preamble + "\n" + "\n\n".join(blocks) + "\n" + r"\end{document}")


@needs_tex
def test_the_estimated_width_is_never_too_small(tmp_path: Path) -> None:
    """Measured against TeX for every line of every theorem."""
    printer = Tex()
    lines = {line.shape for name in ALL for line in account_of(theorems[name], None).lines}
    rows = sorted({row.text for shape in lines for row in printer.rows(shape, 40, 1)})
    sizes = "\n".join(rf"\settowidth{{\w}}{{$\displaystyle {row}$}}\typeout{{width=\the\w}}" for row in rows)
    preamble = r"\documentclass[10pt]{article}\usepackage{amsmath,amssymb}\newcommand{\changed}[1]{#1}\newlength{\w}\begin{document}"
    log_text = compiled(tmp_path, "widths", preamble + "\n" + sizes + "\n" + r"\end{document}")
    measured = [float(points) / 10 for points in re.findall(r"width=([\d.]+)pt", log_text)]
    assert len(measured) == len(rows)
    short = [(row, width(row), em) for row, em in zip(rows, measured, strict=True) if width(row) < em - 0.4]
    assert not short


# ---------------------------------------------------------------------------------------------------- Markdown and HTML


@pytest.mark.parametrize("name", ALL)
def test_markdown_keeps_to_what_github_renders(name: str) -> None:
    text = show(theorems[name], "markdown", rules=True)
    assert text.count("```math") * 2 == text.count("```")
    outside = re.sub(r"```math\n.*?\n```", "", text, flags=re.DOTALL)
    assert "$$" not in text
    assert outside.count("$`") == outside.count("`$")
    assert r"\operatorname" not in text
    assert r"\changed" not in text


class Words(HTMLParser):
    """The text of a page, and whether every element that was opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    @classmethod
    def of(cls, text: str) -> str:
        reader = cls()
        reader.feed(text)
        assert reader.open == []
        return reader.words


@pytest.mark.parametrize("standalone", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_html_is_well_formed(name: str, standalone: bool) -> None:  # noqa: FBT001
    assert Words.of(show(theorems[name], "html", standalone=standalone, rules=True)).count("$") % 2 == 0


def test_a_title_cannot_break_out_of_the_page() -> None:
    theorem = Derivation(KL(Law("normal", a, b), Law("normal", a, c)), Facts()).conclude("x_y", "<b>&_%", "")
    assert "&lt;b&gt;&amp;_%" in show(theorem, "html")
    assert r"\textless{}b\textgreater{}\&\_\%" in show(theorem, "latex", standalone=True)
