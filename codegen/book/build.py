"""`closedform book`: check, put together, fill the templates, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import jinja2

from closedform.derive.theorems import theorems

from .document import PDF, tex, typeset
from .folder import Written, prepare, write
from .pages import GRAPH, HOME, RULE_INDEX, graph_page, index_page, rules_page, theorem_page
from .shelf import Shelf, shelf

HERE = Path(__file__).parent
STATIC = ("book.css", "book.js", "figure.js")
Progress = Callable[[str], None]


def build(
    out: Path, names: Iterable[str] | None = None, *, pdf: bool = False, force: bool = False, workers: int = 2,
    progress: Progress = lambda _: None,
) -> Written:
    """Write the book of these theorems (of all by default) into a folder; with `pdf`, also as one document.

    `progress` is called with a name for each theorem that was checked and for each page that was made. Raises FolderRefused for a
    folder that holds files of somebody else, UnknownName for a name that is no theorem's, and NoTex where `pdf` needs TeX.
    """
    prepare(out, force=force)
    if pdf:
        tex()  # a mistake is told before any work is done
    found = shelf(list(theorems) if names is None else names, workers, progress)
    document = {PDF: typeset(found)} if pdf else {}
    return write(out, files(found, progress) | document)


def files(found: Shelf, progress: Progress = lambda _: None) -> dict[str, bytes]:
    """Every file of the book by its path, in memory."""
    texts: dict[str, str] = {}
    for name in found.theorems:
        texts[f"{name}.html"] = fill("theorem.html.jinja", theorem_page(found, name))
        progress(name)
    texts[HOME] = fill("index.html.jinja", index_page(found))
    texts[RULE_INDEX] = fill("rules.html.jinja", rules_page(found))
    texts[GRAPH] = fill("graph.html.jinja", graph_page(found))
    texts |= {name: (HERE / "static" / name).read_text(encoding="utf-8") for name in STATIC}
    return {path: text.encode() for path, text in texts.items()}


ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=True,
)


def fill(template: str, page: object) -> str:
    """A page from its fields."""
    return ENVIRONMENT.get_template(template).render({field.name: getattr(page, field.name) for field in fields(page)})  # type: ignore[arg-type]
