"""The book as one document: every derivation in LaTeX, by subject, set by TeX where TeX is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from closedform.derive.rule import DeriveError
from closedform.derive.show.latex import PREAMBLE
from closedform.derive.show.tex import escaped
from closedform.derive.theorems.subjects import SUBJECTS

from .shelf import Shelf

PDF = "book.pdf"
RUNS = 2  # the second one fills in the table of contents


class NoTex(DeriveError):
    """TeX is missing, or refuses the document."""


def tex() -> str:
    """The program that makes the document."""
    found = shutil.which("pdflatex")
    if found is None:
        raise NoTex("--pdf needs pdflatex: install TeX (Debian, Ubuntu: apt install texlive-latex-recommended), or leave --pdf out")
    return found


def typeset(shelf: Shelf, derivations: Mapping[str, str]) -> bytes:
    """The document, in the bytes of its PDF file; `derivations` are in LaTeX."""
    program = tex()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "book.tex").write_text(source(shelf, derivations), encoding="utf-8")
        for _ in range(RUNS):
            command = [program, "-interaction=nonstopmode", "-halt-on-error", "book.tex"]
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
            if run.returncode:
                said = [line for line in run.stdout.splitlines() if line.startswith(("!", "l."))]
                raise NoTex("pdflatex refuses the document: " + ("; ".join(said[:2]) or run.stdout[-200:]))
        return (Path(folder) / PDF).read_bytes()


def source(shelf: Shelf, derivations: Mapping[str, str]) -> str:
    """The document in LaTeX."""
    head = [PREAMBLE.rstrip(), r"\setcounter{tocdepth}{2}", r"\begin{document}", r"\tableofcontents"]
    return "\n".join([*head, *_body(shelf, derivations), r"\end{document}"]) + "\n"


def _body(shelf: Shelf, derivations: Mapping[str, str]) -> Iterator[str]:
    subject = ""
    for name in shelf.order:
        if shelf.theorems.subject(name) != subject:
            subject = shelf.theorems.subject(name)
            yield rf"\clearpage\section{{{escaped(SUBJECTS.get(subject, subject))}}}"
        words = shelf.theorems.title(name)
        title = escaped(words[:1].upper() + words[1:])
        yield rf"\subsection[{{{title}}}]{{{title} \quad\normalfont\small\texttt{{{escaped(name)}}}}}"
        yield derivations[name]
