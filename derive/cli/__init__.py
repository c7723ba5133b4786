"""The commands `closedform list`, `show` and `check`.

Exit codes: 0 done, and what was checked holds; 1 a check left something unknown or refuted it, or a file does not hold; 2 the user's
mistake, told without a traceback. What a command needs is imported when it runs, so that `closedform --help` waits for nothing.
"""

from __future__ import annotations

from typing import Annotated

import typer

from .console import mistakes_told
from .listing import SECTIONS


def examples(*lines: str) -> str:
    """The end of a help text: commands to type, each on a line of its own."""
    return "\b\nExamples:\n" + "\n".join(f"  closedform {line}" for line in lines)


def print_version(wanted: bool) -> None:  # noqa: FBT001 - called by typer
    if wanted:
        from importlib.metadata import version

        typer.echo(f"closedform {version('closedform')}")
        raise typer.Exit


app = typer.Typer(
    name="closedform",
    help="Derivations from an integral to a closed form, checked step by step, and the kernels made from their last lines.",
    epilog=examples("list", "show kl_normal", "check kl_normal"),
    rich_markup_mode=None,  # plain help: examples keep their lines, and a pipe gets no frames
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

VERSION = typer.Option("--version", help="Show the version and exit.", callback=print_version, is_eager=True)
WHAT = typer.Argument(metavar="SECTION", help="One section alone: theorems, rules or kernels.", show_default=False)
SHOWN = typer.Argument(metavar="NAME", help="A theorem, a rule, a kernel, or a file that `show --as json` wrote.", show_default=False)
FORM = typer.Option("--as", metavar="FORM", help="text, latex, markdown, html, mathml or json.")
STANDALONE = typer.Option("--standalone", help="A whole document that pdflatex or a browser takes, not a fragment.")
RULES = typer.Option("--rules", help="Append the rules that were used, with statement, conditions and source.")
EVERY_STEP = typer.Option("--every-step", help="A line for each step, also where one rule is applied several times running.")
CHECK = typer.Option("--check/--no-check", help="Check every step and print the verdicts.")
CHECKED = typer.Argument(metavar="NAME", help="Theorems, rules, kernels or files of `show --as json`; all if none.", show_default=False)
STEPS = typer.Option("--steps", help="Every step with its verdict and the evidence for it.")
WORKERS = typer.Option("--workers", metavar="N", min=1, help="Processes; one a processor, up to 4, if not given.", show_default=False)


@app.callback()
def closedform(version: Annotated[bool, VERSION] = False) -> None:  # noqa: FBT002 - the callback of the option does it
    pass


@app.command("list", short_help="Theorems, rules and kernels, by name.", epilog=examples("list", "list rules", "list kernels"))
def list_(what: Annotated[str, WHAT] = "") -> None:
    """List theorems by subject, rules with their statements, and the kernels that were made."""
    with mistakes_told("list"):
        from .listing import print_sections

        print_sections([what] if what else list(SECTIONS))


@app.command(
    short_help="A derivation step by step, or a rule.",
    epilog=examples(
        "show kl_normal",
        "show kl_mvn --as latex --standalone > kl_mvn.tex",
        "show kl_vae --as json > kl_vae.json",
        "show kl_vae.json",
        "show log_mul",
    ),
)
def show(
    name: Annotated[str, SHOWN],
    form: Annotated[str, FORM] = "text",
    standalone: Annotated[bool, STANDALONE] = False,  # noqa: FBT002 - command-line flags
    rules: Annotated[bool, RULES] = False,  # noqa: FBT002
    every_step: Annotated[bool, EVERY_STEP] = False,  # noqa: FBT002
    check: Annotated[bool, CHECK] = True,  # noqa: FBT002
) -> None:
    """Print a derivation: a step a line, the rule at the right edge, the verdict last. Or print one rule."""
    with mistakes_told("show"):
        from .showing import print_shown

        print_shown(name, form, standalone=standalone, rules=rules, every_step=every_step, check=check)


@app.command(
    short_help="The verdict on every step.",
    epilog=examples("check", "check kl_mvn kl_vae", "check kl_normal --steps", "check kl_vae.json"),
)
def check(
    names: Annotated[list[str] | None, CHECKED] = None,
    steps: Annotated[bool, STEPS] = False,  # noqa: FBT002
    workers: Annotated[int | None, WORKERS] = None,
) -> None:
    """Check every step by code that knows no rule, and print the verdicts. Exit code 1 if any is unknown or refuted."""
    with mistakes_told("check"):
        from .checking import check_and_print

        passed = check_and_print(names or [], steps=steps, workers=workers)
    raise typer.Exit(0 if passed else 1)


__all__ = ["SECTIONS", "app", "examples"]
