"""Showing a theorem: one output form a file.

To add a form: write a file with one function (theorem, verdicts, options) -> str and put it into FORMS below. `account_of` gives the
lines as shapes, with rules, conditions, verdicts and hypotheses in the order of the page; a subclass of `Printer` that draws the
shapes of shapes.py gets brackets and line breaks for nothing. The tests print every theorem in each form of FORMS, and
`closedform show --as` offers it. To teach all forms a new node: one function beside its kind in an `of_*.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..derivation import Theorem
from ..rule import UnknownName
from . import of_laws, of_matrices, of_scalars  # noqa: F401 - importing them registers the notations
from .account import Evidence, Options, StepVerdict, Verdicts
from .html import html
from .json import json
from .latex import latex
from .load import load
from .markdown import markdown
from .page import mathml
from .prefix import DoesNotHold, Unreadable
from .text import text

Form = Callable[[Theorem, Verdicts | None, Options], str]
FORMS: dict[str, Form] = {"text": text, "latex": latex, "markdown": markdown, "html": html, "mathml": mathml, "json": json}


def show(
    theorem: Theorem,
    form: str = "text",
    *,
    standalone: bool = False,
    rules: bool = False,
    width: int = 100,
    every_step: bool = False,
    verdicts: Verdicts | None = None,
) -> str:
    """The theorem with its derivation in one of FORMS.

    `standalone` asks for a whole document where the form has a fragment as well, `rules` for the rules that were used, each with
    statement, conditions and source, `width` for that many columns of text. Applications of one rule that follow each other are one
    line, `log_mul x2`, unless `every_step` is asked for; JSON always has each. `verdicts` is what a check gave; without it the page
    says that nothing was checked. Raises UnknownName for a form that does not exist.
    """
    if form not in FORMS:
        raise UnknownName("form", form, FORMS)
    return FORMS[form](theorem, verdicts, Options(standalone, rules, width, every_step))


__all__ = ["FORMS", "DoesNotHold", "Evidence", "Form", "Options", "StepVerdict", "Unreadable", "Verdicts", "load", "show"]
