"""Where the commands write: results to the output, progress and mistakes to the error stream."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

WIDEST_TEXT = 120  # beyond that the eye does not find from a line to the rule at its right edge
PIPED_TEXT, PIPED_TABLE = 100, 200


def text_width() -> int:
    """Columns for a derivation: those of the terminal, or as many as a page has."""
    return min(shutil.get_terminal_size().columns, WIDEST_TEXT) if _width_is_known() else PIPED_TEXT


def output() -> Console:
    """For tables. A pipe gets no colours, and every row on one line."""
    return Console(width=None if _width_is_known() else PIPED_TABLE, highlight=False, markup=False)


def _width_is_known() -> bool:
    return sys.stdout.isatty() or "COLUMNS" in os.environ


def errors() -> Console:
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def mistakes_told(command: str) -> Iterator[None]:
    """What the user can mend is said in the user's terms, with exit code 2 and without a traceback; 1 for a file that does not hold."""
    try:
        yield
    except Exception as error:
        from ..rule import DeriveError
        from .finding import Refuted

        if not isinstance(error, (DeriveError, OSError)) or isinstance(error, BrokenPipeError):
            raise
        told = "\n  ".join([_of_a_file(error) if isinstance(error, OSError) else str(error), *getattr(error, "__notes__", [])])
        errors().print(f"closedform {command}: {told}", style="red")
        raise typer.Exit(1 if isinstance(error, Refuted) else 2) from None


def _of_a_file(error: OSError) -> str:
    """kl.json: no such file or directory"""
    return f"{error.filename}: {(error.strerror or str(error)).lower()}" if error.filename is not None else str(error)
