"""What README.md shows: its blocks of code, the commands in them, and the output that it promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the paragraph before it."""

    language: str
    text: str
    before: str


@dataclass(frozen=True)
class Command:
    """A line after `$ ` and the output below it, in which `...` stands for whatever is there."""

    line: str
    output: str


def section(title: str) -> str:
    """The text below a heading, down to the next one of its level; all above the first heading for an empty title."""
    parts = re.split(r"^## (.*)\n", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return parts[0] if not title else parts[parts.index(title) + 1]


def blocks(text: str) -> list[Block]:
    found, end = [], 0
    for match in FENCE.finditer(text):
        paragraph = text[end : match.start()].strip().rpartition("\n\n")[2]
        found.append(Block(match[1], match[2], " ".join(paragraph.split())))
        end = match.end()
    return found


def commands(text: str) -> Iterator[Command]:
    """The commands of the console blocks, in order."""
    for block in blocks(text):
        if block.language == "console":
            for piece in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                line, _, output = piece.partition("\n")
                yield Command(line.partition("  #")[0].strip(), output)


def assert_printed(output: str, promised: str) -> None:
    """The output is what README promises; spaces at the ends of lines do not count."""
    pattern = re.escape(_trimmed(promised)).replace(re.escape("..."), ".*?")
    # A line of dots alone also stands for no line at all.
    pattern = re.sub(r"(^|\\\n)\.\*\?(\\\n|$)", lambda found: f"{found[1]}(?:.*?{found[2]})??" if found[2] else ".*", pattern)
    assert re.fullmatch(pattern, _trimmed(output), flags=re.DOTALL), f"README promises\n{promised}\nand this was printed:\n{output}"


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
