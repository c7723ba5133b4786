"""The command `closedform generate`, and the entry point `closedform` with all commands.

Exit codes: 0 done, or nothing to do; 1 `--check` found a difference; 2 the user's mistake, told without a traceback.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.syntax import Syntax

from closedform.derive.rule import DeriveError
from closedform.derive.theorems import theorems

from .arrange import LoweringError
from .catalogue import catalogue, kernels, waiting
from .emit import COMMAND, EmitError, Files, drift, render, write

GENERATED = Path(__file__).resolve().parents[1] / "generated"
EPILOG = "Examples:  closedform generate   |   closedform generate --check   |   closedform generate --out /tmp/kernels"
FOLDER = typer.Option("--out", help="The folder to write into; the project's own if not given.", file_okay=False)
CHECK = typer.Option("--check", help="Write nothing; show how the folder differs from what the theorems give, and exit with 1 if it does.")


def add_generate(app: typer.Typer) -> None:
    """Give the app the command `generate`."""
    app.command("generate", epilog=EPILOG)(generate)


def main() -> None:
    """The command `closedform`."""
    from closedform.derive.cli import app

    add_generate(app)
    app()


def generate(check: Annotated[bool, CHECK] = False, out: Annotated[Path, FOLDER] = GENERATED) -> None:  # noqa: FBT002 - a command-line flag
    """Write the kernels in NumPy and C, made from the last lines of the theorems.

    A file that differs is written anew, a file that an earlier run wrote and that is not wanted any more is removed; a file that
    something else wrote is never touched.
    """
    try:
        files = in_memory()
        if check:
            differences = drift(out, files)
        else:
            written = write(out, files)
    except (DeriveError, EmitError, LoweringError, OSError) as error:
        Console(stderr=True, highlight=False).print(f"closedform generate: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    if check:
        report_drift(out, differences, len(files))
        raise typer.Exit(1 if differences else 0)
    console = Console(highlight=False)
    for verb, paths in (("wrote", written.changed), ("removed", written.removed)):
        for path in paths:
            console.print(f"{verb} {out / path}", markup=False, soft_wrap=True)
    for path in written.kept:
        console.print(f"left {out / path}: it is not wanted any more, but was edited", markup=False, soft_wrap=True)
    console.print(f"{len(files)} files, {len(written.changed)} written, {len(written.removed)} removed.")
    if waiting(theorems):
        console.print(f"No kernel yet, because a parameter is a matrix: {', '.join(waiting(theorems))}.")
    if any(path.startswith("c/") for path in written.changed):
        console.print("The C has changed: compile it with `make kernels`, or by installing again.")


def in_memory() -> dict[str, str]:
    """Every generated file, with a progress bar on a terminal."""
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("theorems", total=len(catalogue(theorems)))
        made = kernels(theorems, _advance(progress, task))
        return render(made, _advance(progress, progress.add_task("files", total=None)))


def _advance(progress: Progress, task: int) -> Callable[[str], None]:
    return lambda name: progress.update(task, advance=1, description=name)  # type: ignore[arg-type]


def report_drift(out: Path, differences: Files, total: int) -> None:
    """The diffs, and the command that settles them."""
    console = Console(highlight=False)
    for difference in differences.values():
        if console.is_terminal:
            console.print(Syntax(difference, "diff"))
        else:
            console.print(difference, markup=False, soft_wrap=True)
    if differences:
        told = f"{len(differences)} of {total} files differ from what the theorems give: {', '.join(differences)}"
        console.print(f"{told}\nTo write them: {COMMAND}" + ("" if out == GENERATED else f" --out {out}"), markup=False, soft_wrap=True)
    else:
        console.print(f"{total} files are what the theorems give.")
