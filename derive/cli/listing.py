"""`closedform list`: a section of theorems, one of rules, and those that other packages add."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .console import output

# What `closedform list` prints, in order. closedform.codegen adds the kernels: this package knows of none.
SECTIONS: dict[str, Callable[[Console], None]] = {}

WIDE = 110


def print_sections(names: Iterable[str]) -> None:
    """Raises UnknownName for a section that nobody added."""
    from ..rule import UnknownName

    console = output()
    for name in names:
        if name not in SECTIONS:
            raise UnknownName("section of the list", name, SECTIONS)
        SECTIONS[name](console)


def is_wide(console: Console) -> bool:
    """Is there room for a third column?"""
    return console.width >= WIDE


def columns(*titles: str) -> Table:
    """An open table; a first column is a name, which is never broken."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, title in enumerate(titles):
        table.add_column(title, no_wrap=not number, overflow="fold")
    return table


def put(console: Console, table: Table) -> None:
    """The table and an empty line; to a pipe without the spaces that fill its last column."""
    if console.is_terminal:
        console.print(table, "")
        return
    with console.capture() as captured:
        console.print(table, "")
    console.out("\n".join(line.rstrip() for line in captured.get().splitlines()), highlight=False)


def headline(console: Console, text: str) -> None:
    console.print(text, style="bold")


def theorems_section(console: Console) -> None:
    """By subject; the gradients of a theorem stand in its row, or below its title where there is little room."""
    from ..theorems import theorems
    from ..theorems.subjects import GRADIENT, SUBJECTS, in_order

    parameters = {name: [p for p in map(str, theorems.parameters(name)) if name + GRADIENT + p in theorems] for name in theorems}
    gradients = {base + GRADIENT + parameter for base, found in parameters.items() for parameter in found}
    plain = [name for name in theorems if name not in gradients]
    for subject in in_order({theorems.subject(name) for name in plain}):
        table = columns("theorem", "title", *["gradient by"] * is_wide(console))
        for name in (name for name in plain if theorems.subject(name) == subject):
            by = ", ".join(parameters[name])
            if is_wide(console):
                table.add_row(name, theorems.title(name), by)
            else:
                table.add_row(name, Text.assemble(theorems.title(name), (f"\ngradient by {by}" * bool(by), "dim")))
        headline(console, SUBJECTS.get(subject, subject))
        put(console, table)
    told = f"{len(theorems)} theorems, {len(gradients)} of them gradients"
    console.print(f"{told}: that of kl_normal by mu1 is called kl_normal{GRADIENT}mu1.\n")


def rules_section(console: Console) -> None:
    """Every rule with its statement; conditions and source are in `closedform show RULE`."""
    from ..families import FAMILIES  # noqa: F401 - laws bring rules too
    from ..rules import RULES
    from .showing import statement_rows

    headline(console, "Rules")
    table = columns("rule", "rewrites the left side to the right")
    room = console.width - max(map(len, RULES)) - 2
    for name, rule in RULES.items():
        words = [f"({rule.words})"] if rule.words else []
        table.add_row(name, "\n".join([*statement_rows(rule, room), *words]))
    put(console, table)
    console.print(f"{len(RULES)} rules; `closedform show RULE` adds conditions and source.\n")


SECTIONS["theorems"] = theorems_section
SECTIONS["rules"] = rules_section
