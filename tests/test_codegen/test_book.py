"""The book: what its pages say, where it is written, and what it refuses."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import jinja2
import jinja2.meta
import pytest

from closedform.codegen.book import build as build_module
from closedform.codegen.book import document, figure, folder, graph, pages
from closedform.codegen.book.build import STATIC, build, files, make
from closedform.codegen.book.document import NoTex, source, typeset
from closedform.codegen.book.folder import RECORD, FolderRefused, prepare, recorded, write
from closedform.codegen.book.parts import ENVIRONMENT, StepsPage, dealt, in_parts
from closedform.codegen.book.shelf import Shelf, c_functions, lemmas, numpy_functions, shelf
from closedform.codegen.book.steps import lines
from closedform.derive.check.crew import Crew
from closedform.derive.rule import LEMMA, UnknownName
from closedform.derive.theorems import theorems

NAMES = [
    "kl_definition", "kl_nonnegative", "kl_normal", "kl_normal_by_mu1", "kl_normal_by_sigma1", "kl_normal_stable", "kl_vae",
    "kl_vae_per_dim", "kl_vae_per_dim_by_logvar", "kl_vae_per_dim_by_mu", "kl_mvn_standard",
]  # fmt: skip
HEAVY = 300_000  # bytes of a page


def alone(names: list[str]) -> Shelf:
    with Crew(1) as crew:
        return shelf(names, crew, lambda _: None)


def written(found: Shelf) -> dict[str, bytes]:
    with Crew(1) as crew:
        return files(found, make(found, crew))


def rules_of(name: str) -> list[str]:
    return [step.rule for step in theorems[name].derivation.steps]


@pytest.fixture(scope="module")
def small() -> Shelf:
    return alone(NAMES)


@pytest.fixture(scope="module")
def book(small: Shelf) -> dict[str, str]:
    return {path: content.decode() for path, content in written(small).items()}


# ---------------------------------------------------------------------------------------------------- pages


def test_there_is_a_page_for_each_theorem_and_three_lists(book: dict[str, str]) -> None:
    assert set(book) == {*(f"{name}.html" for name in NAMES), "index.html", "rules.html", "graph.html", *STATIC}


def test_pages_name_no_address_outside(book: dict[str, str]) -> None:
    for path, text in book.items():
        addresses = set(re.findall(r"\w+://[^\s\"'<>)]*", text)) - {"http://www.w3.org/2000/svg"}
        assert not addresses, path


def test_every_step_is_told_with_rule_grounds_and_checks(book: dict[str, str], small: Shelf) -> None:
    for name in ("kl_definition", "kl_normal", "kl_nonnegative"):
        text = book[f"{name}.html"]
        opening = small.continues.get(name)
        skipped = len(small.theorems[opening].derivation.steps) if opening else 0
        steps = small.theorems[name].derivation.steps
        assert [int(number) for number in re.findall(r"<h3>Step (\d+)", text)] == list(range(skipped + 1, len(steps) + 1))
        for step, report in zip(steps[skipped:], small.reports[name].steps[skipped:], strict=True):
            assert step.rule in text
            assert str(report.verdict) in text
            for evidence in report.evidence:
                assert evidence.engine in text
            for found in step.conditions:
                assert not found.condition.free_symbols or f": {found.by}</li>" in text
    assert "Equality holds exactly where" in book["kl_nonnegative.html"]


def test_a_continued_derivation_is_not_told_twice(small: Shelf, book: dict[str, str]) -> None:
    opening = len(small.theorems["kl_normal"].derivation.steps)
    assert small.continues["kl_normal_stable"] == "kl_normal"
    assert f"The first {opening} steps are those of" in book["kl_normal_stable.html"]
    assert f'id="step-{opening + 1}"' in book["kl_normal_stable.html"]
    assert 'id="step-1"' not in book["kl_normal_stable.html"]


def test_a_derivation_that_begins_like_another_rests_on_it(small: Shelf, book: dict[str, str]) -> None:
    assert small.extends["kl_nonnegative"] == "kl_definition"
    assert "kl_nonnegative" not in small.continues
    assert 'href="kl_definition.html"' in book["kl_nonnegative.html"]
    assert 'data-from="kl_definition" data-to="kl_nonnegative"' in book["graph.html"]


def test_lemmas_link_both_ways(small: Shelf, book: dict[str, str]) -> None:
    assert "kl_mvn_standard" in lemmas(rules_of("kl_vae"))
    assert small.used_by["kl_mvn_standard"] == ("kl_vae",)
    assert 'href="kl_mvn_standard.html"' in book["kl_vae.html"]
    assert 'href="kl_vae.html"' in book["kl_mvn_standard.html"]


def test_links_lead_somewhere_in_the_whole_book(book: dict[str, str]) -> None:
    places = {path: set(re.findall(r'id="([^"]+)"', text)) for path, text in book.items()}
    for path, text in book.items():
        for target in re.findall(r'<a [^>]*?href="([^"]+)"', text):
            page, _, place = target.partition("#")
            # A lemma that this small book leaves out would have a page in the whole one.
            assert (page or path) in book or page.removesuffix(".html") in theorems, f"{path}: {target}"
            assert not place or place in places[page or path], f"{path}: {target}"


def test_kernels_are_shown_as_they_stand_in_generated(small: Shelf, book: dict[str, str]) -> None:
    found = {code.name: code for code in small.kernels["kl_normal"]}
    assert {"kl_normal", "kl_normal_value_and_grad"} <= set(found)
    assert found["kl_normal"].numpy.startswith("def kl_normal(mu1")
    assert "CLOSEDFORM(kl_normal)(double mu1" in found["kl_normal"].c
    assert "_loop(" not in found["kl_normal"].c
    assert "def kl_normal(mu1" in book["kl_normal.html"]
    assert set(numpy_functions()) >= {code.name for codes in small.kernels.values() for code in codes}
    assert set(c_functions()) >= {"kl_normal", "kl_vae"}


def test_copies_are_the_forms_of_show(small: Shelf) -> None:
    page = pages.theorem_page(small, "kl_normal")
    copies = dict(page.copies)
    assert copies["LaTeX"] == theorems["kl_normal"].show("latex", verdicts=small.reports["kl_normal"])
    assert copies["Markdown"].startswith("# KL divergence")
    assert re.fullmatch(r"@misc\{closedform:kl_normal,\n(  \w+ +=.*,\n)+  note .*\n\}\n", copies["BibTeX"])
    assert theorems["kl_normal"].digest in copies["BibTeX"]


def test_templates_ask_for_exactly_the_fields_of_their_page() -> None:
    names = {
        "theorem": pages.TheoremPage, "index": pages.IndexPage, "rules": pages.RulesPage, "graph": pages.GraphPage, "steps": StepsPage,
    }  # fmt: skip
    for name, page in names.items():
        text = ENVIRONMENT.loader.get_source(ENVIRONMENT, f"{name}.html.jinja")[0]  # type: ignore[union-attr]
        assert is_dataclass(page)
        own = {*re.findall(r"macro (\w+)\(", text), *re.findall(r"\w+", " ".join(re.findall(r" import (.*?) %}", text)))}
        asked = jinja2.meta.find_undeclared_variables(ENVIRONMENT.parse(text)) - own
        assert asked == {field.name for field in fields(page)}


def test_templates_hold_no_mathematics() -> None:
    for file in (Path(build_module.__file__).parent / "templates").glob("*.jinja"):
        text = file.read_text(encoding="utf-8")
        assert "<math" not in text
        assert not re.search(r"[α-ωΑ-Ω∑∫√≤≥]|sigma|logvar|exp\(|log\(", text), file.name


def test_names_and_notes_are_escaped() -> None:
    page = pages.GraphPage(pages.Markup("<svg></svg>"), 1)
    assert "<svg></svg>" in build_module.fill("graph.html.jinja", page)
    assert "&lt;b&gt;" in ENVIRONMENT.from_string("{{ it }}").render(it="<b>")


def test_no_page_is_heavy(book: dict[str, str]) -> None:
    assert max(len(text.encode()) for text in book.values()) < HEAVY


def test_the_longest_derivation_is_not_heavy() -> None:
    name = max(theorems, key=lambda name: len(theorems[name].derivation.steps))
    made = written(alone([name]))
    assert max(len(content) for path, content in made.items() if path.startswith(name)) < HEAVY


def test_a_long_derivation_goes_on_and_none_of_it_is_lost(small: Shelf) -> None:
    page = pages.theorem_page(small, "kl_normal")
    whole = in_parts(page)
    assert list(whole) == ["kl_normal.html"]
    heavy = 60_000
    parts = in_parts(page, heavy)
    assert len(parts) > 2
    assert list(parts)[1:] == [f"kl_normal-{number}.html" for number in range(2, len(parts) + 1)]
    told = [int(number) for text in parts.values() for number in re.findall(r"<h3>Step (\d+)", text)]
    assert told == list(range(1, len(theorems["kl_normal"].derivation.steps) + 1))
    assert max(len(text.encode()) for path, text in parts.items() if path != "kl_normal.html") < heavy
    for (_, text), following in pairwise([*parts.items(), ("", "")]):
        assert following[0] in text


def test_lines_are_dealt_in_order() -> None:
    assert list(dealt([3, 3, 3], 10, 10)) == [slice(0, 3)]
    assert list(dealt([3, 3, 3, 3], 6, 4)) == [slice(0, 2), slice(2, 3), slice(3, 4)]
    assert list(dealt([9, 1, 9], 0, 5)) == [slice(0, 0), slice(0, 1), slice(1, 2), slice(2, 3)]


def test_lines_of_one_rule_are_one_line(small: Shelf) -> None:
    _, told = lines(small.theorems["kl_normal"], small.reports["kl_normal"], 0)
    numbers = [single.number for line in told for single in line.singles]
    assert numbers == list(range(1, len(numbers) + 1))
    assert any(len(line.singles) == line.times == 2 for line in told)


# ---------------------------------------------------------------------------------------------------- picture and graph


def test_the_picture_moves_what_theorems_say(small: Shelf) -> None:
    found = figure.figure_of(small.theorems["kl_vae"], theorems)
    assert found is not None
    assert found.theorem == "kl_vae_per_dim"
    assert [slider.name for slider in found.sliders] == ["mu", "logvar"]
    assert "Math.expm1(logvar)" in found.script
    assert figure.figure_of(theorems["kl_mvn"], theorems) is None
    assert figure.figure_of(theorems["kl_nonnegative"], theorems) is None


def test_the_terms_add_up_to_the_last_line() -> None:
    for name in ("kl_normal", "kl_vae_per_dim", "kl_normal_prec"):
        theorem = theorems[name]
        values = dict(zip(theorem.parameters, (0.3, 0.7, -0.4, 1.9), strict=False))
        total = float(theorem.rhs.subs(values).doit() if not theorem.rhs.has(figure.Paren) else _plain(theorem.rhs).subs(values))
        terms = [float(_plain(term).subs(values)) for term in figure.addends(theorem.rhs)]
        assert len(terms) >= 4
        assert sum(terms) == pytest.approx(total, rel=1e-12)


def _plain(expression):  # type: ignore[no-untyped-def]
    return expression.replace(figure.Paren, lambda inner: inner)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_the_functions_in_javascript_are_those_of_the_theorem(tmp_path: Path) -> None:
    found = figure.figure_of(theorems["kl_normal"], theorems)
    assert found is not None
    code = f"globalThis.window = globalThis;\n{found.script}\nconst f = closedformFigure;\nconst at = [0.3, 0.7, -0.4, 1.9];\n"
    code += "console.log(JSON.stringify([f.total(...at), ...f.gradient.map(g => g(...at)), f.densities[0](0.1, ...at)]));"
    (tmp_path / "figure.mjs").write_text(code, encoding="utf-8")
    run = subprocess.run(["node", str(tmp_path / "figure.mjs")], capture_output=True, text=True, check=True)
    import json
    import math

    from closedform.generated.numpy_kernels import kl_normal_value_and_grad

    value, by_mu1, by_sigma1, *_ = kl_normal_value_and_grad(0.3, 0.7, -0.4, 1.9)
    density = math.exp(-((0.1 - 0.3) ** 2) / (2 * 0.7**2)) / math.sqrt(2 * math.pi * 0.7**2)
    assert json.loads(run.stdout) == pytest.approx([value, by_mu1, by_sigma1, density], rel=1e-12)


def test_layers_grow_along_arrows() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    found = graph.layout(list("abcde"), edges)
    place = found.place()
    for below, above in edges:
        assert place[below][0] < place[above][0]
    assert found.chains["a", "c"] == ["a", "a>c>1", "c"]
    assert len(set(place.values())) == len(place)


def test_no_theorem_rests_on_itself_in_the_graph() -> None:
    below = {name: set(lemmas(rules_of(name))) for name in theorems}
    for name in theorems:
        todo, seen = list(below[name]), set[str]()
        while todo:
            other = todo.pop()
            assert other != name
            if other not in seen:
                seen.add(other)
                todo += below[other]


def test_lemmas_are_read_backwards_too() -> None:
    backwards = [name for name in theorems if f"{LEMMA}kl_definition (backwards)" in rules_of(name)]
    assert backwards
    assert all("kl_definition" in lemmas(rules_of(name)) for name in backwards)


# ---------------------------------------------------------------------------------------------------- the folder


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FolderRefused, match=r"holds other files \(notes.txt\): choose another folder, or add --force"):
        prepare(tmp_path, force=False)
    prepare(tmp_path, force=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book").write_text("")
    with pytest.raises(FolderRefused, match="is a file: name a folder"):
        prepare(tmp_path / "book", force=True)


def test_only_what_was_written_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "book"
    out.mkdir()
    assert write(out, {"a.html": b"a", "b.html": b"b", "c.html": b"c"}).changed == ("a.html", "b.html", "c.html")
    (out / "c.html").write_bytes(b"edited")
    (out / "notes.txt").write_text("mine")
    with pytest.raises(FolderRefused):
        prepare(out, force=False)
    written = write(out, {"a.html": b"a"})
    assert (written.changed, written.removed, written.kept) == ((), ("b.html",), ("c.html",))
    assert sorted(path.name for path in out.iterdir()) == [RECORD, "a.html", "c.html", "notes.txt"]
    assert recorded(out).keys() == {"a.html"}


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "other", "files": {}}', '{"schema": "closedform/book/1", "files": {"../x": "0"}}'])
def test_a_strange_record_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(FolderRefused, match="is no record of `closedform book`"):
        prepare(tmp_path, force=False)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "book"
    seen: list[str] = []
    first = build(out, ["kl_definition", "kl_nonnegative"], workers=1, progress=seen.append)
    assert len(first.changed) == 2 + 3 + len(STATIC)
    assert sorted(seen) == sorted(["kl_definition", "kl_nonnegative"] * 2)
    assert build(out, ["kl_definition", "kl_nonnegative"], workers=1) == folder.Written((), (), ())
    assert build(out, ["kl_definition"], workers=1).removed == ("kl_nonnegative.html",)


def test_more_processes_write_the_same_bytes(small: Shelf) -> None:
    with Crew(2) as crew:
        shared = shelf(NAMES, crew, lambda _: None)
        assert files(shared, make(shared, crew)) == written(small)


def test_a_page_is_made_of_its_own_excerpt_alone(small: Shelf) -> None:
    for name in ("kl_normal", "kl_vae", "kl_normal_stable"):
        excerpt = small.excerpt(name)
        assert pages.theorem_page(excerpt, name) == pages.theorem_page(small, name)
        assert len(pickle.dumps(excerpt)) < 40_000 < len(pickle.dumps(small))


def test_an_unknown_theorem_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean kl_normal"):
        build(tmp_path / "book", ["kl_norml"])
    assert not (tmp_path / "book").exists()


# ---------------------------------------------------------------------------------------------------- one document


def test_missing_tex_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(document.shutil, "which", lambda _: None)
    with pytest.raises(NoTex, match="install TeX") as caught:
        build(tmp_path / "book", ["kl_definition"], pdf=True)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "book").exists()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_the_document_is_set(small: Shelf) -> None:
    derivations = {name: theorems[name].show("latex", verdicts=small.reports[name]) for name in NAMES}
    assert source(small, derivations).count(r"\subsection") == len(NAMES)
    assert typeset(small, derivations).startswith(b"%PDF")


# ---------------------------------------------------------------------------------------------------- the command


def closedform(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from closedform.codegen.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env={**os.environ, **environment})


def test_the_command_writes_and_refuses(tmp_path: Path) -> None:
    run = closedform("book", "kl_definition", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "7 files written. Open book/index.html in a browser.\n")
    (tmp_path / "book" / "notes.txt").write_text("mine")
    refused = closedform("book", "kl_definition", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("closedform book: book holds other files (notes.txt)")
    forced = closedform("book", "kl_definition", "--force", cwd=tmp_path)
    assert forced.returncode == 0
    assert (tmp_path / "book" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["kl_norml"], "closedform book: no theorem is called 'kl_norml'; did you mean kl_normal"),
        (["kl_definition", "--pdf"], "closedform book: --pdf needs pdflatex: install TeX"),
        (["kl_definition", "--out", "file"], "closedform book: file is a file: name a folder"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_nothing_is_written(tmp_path: Path, arguments: list[str], told: str) -> None:
    (tmp_path / "file").write_text("mine")
    run = closedform("book", *arguments, cwd=tmp_path, PATH=str(tmp_path))
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith(told)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_of_somebody_else_is_never_overwritten(tmp_path: Path) -> None:
    """Not with --force, and not where it was the book's own before somebody edited it."""
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(folder.FolderRefused, match=r"holds files that no run .* left so \(index\.html\)"):
        folder.write(tmp_path, {"index.html": b"book", "book.css": b"css"})
    assert (tmp_path / "index.html").read_text() == "mine"
    assert not (tmp_path / "book.css").exists()

    (tmp_path / "index.html").unlink()
    folder.write(tmp_path, {"index.html": b"book"})
    folder.write(tmp_path, {"index.html": b"a newer book"})
    (tmp_path / "index.html").write_text("edited")
    with pytest.raises(folder.FolderRefused, match="index"):
        folder.write(tmp_path, {"index.html": b"the newest book"})
    assert (tmp_path / "index.html").read_text() == "edited"
