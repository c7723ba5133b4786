"""The commands `closedform generate`, `book` and `plot`, the kernels in `closedform list`, and the entry point `closedform`.

Exit codes: 0 done, or nothing to do; 1 `--check` found a difference; 2 the user's mistake, told without a traceback. What a command
needs is imported when it runs, so that `closedform --help` waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from closedform.derive.cli import SECTIONS, app, examples
from closedform.derive.cli.console import mistakes_told
from closedform.derive.cli.made import KERNELS, Kernel

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from .book.folder import Written as BookWritten
    from .emit import Files, Written

GENERATED = Path(__file__).resolve().parents[1] / "generated"
FOLDER = typer.Option("--out", help="The folder to write into.", file_okay=False, show_default="the project's own")
NAMES = typer.Argument(metavar="[THEOREM]...", help="These theorems alone; all of them if none is named.", show_default=False)
BOOK = typer.Option("--out", help="The folder to write into.")
PDF = typer.Option("--pdf", help="One document, book.pdf, through LaTeX, beside the pages.")
FORCE = typer.Option("--force", help="Write into a folder that holds other files; these are left as they are.")
PLOTTED = typer.Argument(metavar="THEOREM", help="A divergence of two univariate laws, or kl_vae.", show_default=False)
PICTURE = typer.Option("--out", help="A .png, .svg or .pdf file.", dir_okay=False, show_default="THEOREM.png")
CHECK = typer.Option("--check", help="Write nothing; show how the folder differs from what the theorems give. Exit code 1 if it does.")


def add_generate(app: typer.Typer) -> None:
    """Give an app the command `generate`."""
    shown = examples("generate", "generate --check", "generate --out /tmp/kernels")
    app.command("generate", short_help="Kernels in NumPy and C, from the theorems.", epilog=shown)(generate)


def add_book(app: typer.Typer) -> None:
    """Give an app the command `book`."""
    shown = examples("book", "book --out /tmp/book kl_normal kl_mvn", "book --pdf")
    app.command("book", short_help="All derivations as pages to read, offline.", epilog=shown)(book)


def add_plot(app: typer.Typer) -> None:
    """Give an app the command `plot`."""
    shown = examples("plot kl_vae", "plot kl_normal --out kl_normal.svg")
    app.command("plot", short_help="What the terms of a divergence do, in a picture.", epilog=shown)(plot)


def main() -> None:
    """The command `closedform`."""
    add_generate(app)
    add_book(app)
    add_plot(app)
    SECTIONS["kernels"] = kernels_section
    KERNELS.append(kernels_made)
    app()


def generate(check: Annotated[bool, CHECK] = False, out: Annotated[Path, FOLDER] = GENERATED) -> None:  # noqa: FBT002 - a command-line flag
    """Write the kernels in NumPy and C, made from the last lines of the theorems.

    A file that differs is written anew, a file that an earlier run wrote and that is not wanted any more is removed; a file that
    something else wrote is never touched.
    """
    with mistakes_told("generate"):
        from .emit import drift, write

        files, later = in_memory()
        if not check:
            report(out, write(out, files), len(files), later)
            return
        differences = drift(out, files)
    report_drift(out, differences, len(files))
    raise typer.Exit(1 if differences else 0)


def book(
    names: Annotated[list[str] | None, NAMES] = None,
    out: Annotated[Path, BOOK] = Path("book"),
    pdf: Annotated[bool, PDF] = False,  # noqa: FBT002 - command-line flags
    force: Annotated[bool, FORCE] = False,  # noqa: FBT002
) -> None:
    """Write the book of derivations: pages that read from their folder, with every step, its rule, its checks and its kernels.

    Only files that an earlier run wrote are replaced or removed.
    """
    with mistakes_told("book"):
        from closedform.derive.theorems import theorems

        from .book.build import build

        with _bar() as progress:
            checked_and_told = _advance(progress, progress.add_task("book", total=2 * len(names or theorems)))
            written = build(out, names or None, pdf=pdf, force=force, progress=checked_and_told)
    report_book(out, written)


def plot(name: Annotated[str, PLOTTED], out: Annotated[Path | None, PICTURE] = None) -> None:
    """Draw the terms of a divergence and their sum, its gradient and flow, and what the textbook formula loses near collapse."""
    with mistakes_told("plot"):
        from closedform.derive.theorems import theorems

        from .plot import draw

        file = out or Path(f"{name}.png")
        draw(name, file, theorems)
    _console().print(f"wrote {file}", soft_wrap=True)


# ---------------------------------------------------------------------------------------------------- at work


def in_memory() -> tuple[dict[str, str], Sequence[str]]:
    """Every generated file, with a progress bar on a terminal; and the theorems that have no kernel yet."""
    from closedform.derive.theorems import theorems

    from .catalogue import catalogue, kernels, waiting
    from .emit import render

    with _bar() as progress:
        made = kernels(theorems, _advance(progress, progress.add_task("kernels", total=len(catalogue(theorems)))))
        return render(made, _advance(progress, progress.add_task("files", total=None))), waiting(theorems)


def _bar() -> Progress:
    """Drawn on a terminal while the work goes on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn())
    terminal = Console(stderr=True)
    return Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)


def _advance(progress: Progress, task: TaskID) -> Callable[[str], None]:
    return lambda name: progress.update(task, advance=1, description=name)


# ---------------------------------------------------------------------------------------------------- what is told


def report(out: Path, written: Written, total: int, later: Sequence[str]) -> None:
    """What was done, and what is left to do."""
    lines = [f"wrote {out / path}" for path in written.changed] + [f"removed {out / path}" for path in written.removed]
    lines += [f"left {out / path}: it is not wanted any more, but was edited" for path in written.kept]
    lines.append(f"{total} files, {len(written.changed)} written, {len(written.removed)} removed.")
    if later:
        lines.append(f"No kernel yet, because a parameter is a matrix: {', '.join(later)}.")
    if any(path.startswith("c/") for path in written.changed):
        lines.append("The C has changed: compile it with `make kernels`, or by installing again.")
    _console().print("\n".join(lines), soft_wrap=True)


def report_book(out: Path, written: BookWritten) -> None:
    """Where the book is, and what became of the files of an earlier one."""
    lines = [f"removed {out / path}" for path in written.removed]
    lines += [f"left {out / path}: it is not wanted any more, but was edited" for path in written.kept]
    lines.append(f"{len(written.changed)} files written. Open {out / 'index.html'} in a browser.")
    _console().print("\n".join(lines), soft_wrap=True)


def report_drift(out: Path, differences: Files, total: int) -> None:
    """The diffs, and the command that settles them."""
    from rich.syntax import Syntax

    from .emit import COMMAND

    console = _console()
    for difference in differences.values():
        console.print(Syntax(difference, "diff") if console.is_terminal else difference, soft_wrap=True)
    if differences:
        command = COMMAND if out == GENERATED else f"{COMMAND} --out {out}"
        told = f"{len(differences)} of {total} files differ from what the theorems give: {', '.join(differences)}"
        console.print(f"{told}\nTo write them: {command}", soft_wrap=True)
    else:
        console.print(f"{total} files are what the theorems give.")


def kernels_made() -> dict[str, Kernel]:
    """The kernels that were generated, as their manifest has them."""
    from .emit import generated

    return {
        name: Kernel(name, entry["signature"], tuple(entry["arguments"]), tuple(entry["results"]), tuple(entry["sources"]))
        for name, entry in generated(GENERATED).items()
    }


def kernels_section(console: Console) -> None:
    """Name, signature and, where there is room, the theorem of the value."""
    from closedform.derive.cli.listing import columns, headline, is_wide, put

    from .emit import COMMAND

    headline(console, "Kernels")
    made, wide = kernels_made(), is_wide(console)
    table = columns("kernel", "signature", *["last line of theorem"] * wide)
    for kernel in made.values():
        signature = kernel.signature if wide else kernel.signature.replace("->", " -> ")  # a place to break a line
        table.add_row(kernel.name, signature, *[kernel.theorems[0]] * wide)
    put(console, table)
    told = "`from closedform.generated import kl_vae` has them" if made else f"`{COMMAND}` makes them"
    console.print(f"{len(made)} kernels; {told}; `closedform show KERNEL` names their theorems.\n")


def _console() -> Console:
    return Console(highlight=False, markup=False)
