"""`closedform book`: check, put together, fill the templates, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from closedform.derive.check.crew import Crew, Task, processes
from closedform.derive.check.pool import FEW, known
from closedform.derive.theorems import theorems

from .document import PDF, tex, typeset
from .folder import Written, prepare, write
from .pages import GRAPH, HOME, RULE_INDEX, graph_page, index_page, rules_page, theorem_page
from .parts import fill, in_parts
from .shelf import Shelf, shelf

HERE = Path(__file__).parent
STATIC = ("book.css", "book.js", "figure.js")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """What a process makes of one theorem: its pages by path, the statement for the index, the derivation for the document."""

    pages: Mapping[str, str]
    statement: Markup
    latex: str


def build(
    out: Path, names: Iterable[str] | None = None, *, pdf: bool = False, force: bool = False, workers: int | None = None,
    progress: Progress = lambda _: None,
) -> Written:
    """Write the book of these theorems (of all by default) into a folder; with `pdf`, also as one document.

    `workers` processes share the work, as many as there are processors by default; the bytes are the same for any number.
    `progress` is called with a name for each theorem that was checked and for each page that was made. Raises FolderRefused for a
    folder that holds files of somebody else, UnknownName for a name that is no theorem's, and NoTex where `pdf` needs TeX.
    """
    prepare(out, force=force)
    if pdf:
        tex()  # a mistake is told before any work is done
    wanted = known(theorems if names is None else names)
    with Crew((workers or processes()) if len(wanted) > FEW else 1) as crew:
        found = shelf(wanted, crew, progress)
        made = make(found, crew, progress)
        document = {PDF: typeset(found, {name: one.latex for name, one in made.items()})} if pdf else {}
    return write(out, files(found, made) | document)


def make(found: Shelf, crew: Crew, progress: Progress = lambda _: None) -> dict[str, Made]:
    """The page of each theorem, the longest derivation first: it would keep the others waiting at the end."""
    longest_first = sorted(found.names, key=lambda name: -len(found.reports[name].steps))
    made = {}
    for name, one in crew.each(_made, ([Task(name, (found.excerpt(name),))] for name in longest_first)):
        made[name] = one
        progress(name)
    return {name: made[name] for name in found.names}


def _made(name: str, found: Shelf) -> Made:
    page = theorem_page(found, name)
    return Made(in_parts(page), page.statement, dict(page.copies)["LaTeX"])


def files(found: Shelf, made: Mapping[str, Made]) -> dict[str, bytes]:
    """Every file of the book by its path, in memory."""
    texts = {path: text for one in made.values() for path, text in one.pages.items()}
    texts[HOME] = fill("index.html.jinja", index_page(found, {name: one.statement for name, one in made.items()}))
    texts[RULE_INDEX] = fill("rules.html.jinja", rules_page(found))
    texts[GRAPH] = fill("graph.html.jinja", graph_page(found))
    texts |= {name: (HERE / "static" / name).read_text(encoding="utf-8") for name in STATIC}
    return {path: text.encode() for path, text in texts.items()}
