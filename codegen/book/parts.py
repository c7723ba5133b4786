"""The pages of one theorem. A derivation too long for one page goes on, on pages of its own, so that none is slow to open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import jinja2
from markupsafe import Markup

from .pages import Link, TheoremPage
from .steps import Line

HEAVY = 280_000  # bytes of a page, below the 300 KB that none may have
FRAME = 5_000  # of a page round the lines of a derivation that goes on

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=True,
)


@dataclass(frozen=True)
class StepsPage:
    """Lines of the derivation of `home`, after the line that the page before ended with."""

    title: str
    home: Link
    start: Markup
    lines: tuple[Line, ...]
    before: Link
    after: Link | None


def fill(template: str, page: object) -> str:
    """A page from its fields."""
    return ENVIRONMENT.get_template(template).render({field.name: getattr(page, field.name) for field in fields(page)})  # type: ignore[arg-type]


def in_parts(page: TheoremPage, heavy: int = HEAVY) -> dict[str, str]:
    """The page, or the page and those that its derivation goes on in, by their paths."""
    home = Link(page.name, f"{page.name}.html", page.title)
    whole = fill("theorem.html.jinja", page)
    weight = len(whole.encode())
    if weight <= heavy:
        return {home.href: whole}
    weights = [len(_told(line).encode()) for line in page.lines]
    first, *others = dealt(weights, max(0, heavy - (weight - sum(weights)) - FRAME), heavy - FRAME)
    parts = [page.lines[some] for some in others]
    links = [Link(page.name, f"{page.name}-{number}.html", _spoken(part)) for number, part in enumerate(parts, 2)]
    pages = {home.href: fill("theorem.html.jinja", replace(page, lines=page.lines[first], goes_on=links[0]))}
    starts = [page.lines[some.start - 1].math if some.start else page.start for some in others]
    around = zip(parts, starts, links, [home, *links], [*links[1:], None], strict=False)
    for part, start, here, before, after in around:
        pages[here.href] = fill("steps.html.jinja", StepsPage(here.title, home, start, part, before, after))
    return pages


def dealt(weights: Sequence[int], first: int, room: int) -> Iterator[slice]:
    """Neighbours together, as many as there is room for: first so much, then so much on each page, but one at least."""
    start, left = 0, first
    for index, weight in enumerate(weights):
        if weight > left and (index > start or start == 0):
            yield slice(start, index)
            start, left = index, room
        left -= weight
    yield slice(start, len(weights))


def _told(line: Line) -> str:
    return str(ENVIRONMENT.get_template("lines.html.jinja").module.told([line]))  # type: ignore[attr-defined]


def _spoken(lines: Sequence[Line]) -> str:
    return f"Steps {lines[0].number} to {lines[-1].singles[-1].number}"
