"""Kernels and backends become files; the manifest says which file came from what.

    render(kernels)         every file as text, in memory
    write(out, files)       write what changed, remove what an earlier run wrote and this one does not
    drift(out, files)       what a folder holds instead, as unified diffs
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from closedform.derive.rule import DeriveError

from .backends import BACKENDS, Page
from .kernel import Kernel
from .package import Package

MANIFEST = "MANIFEST.json"
COMMAND = "closedform generate"
SCHEMA = "closedform/manifest/1"
Files = Mapping[str, str]


class EmitError(DeriveError):
    """Files cannot be written; the text says which and why."""


# ---------------------------------------------------------------------------------------------------- in memory


def environment(folder: Path) -> jinja2.Environment:
    """Templates of a folder: an unknown field is an error, blocks leave no blank lines, the final newline is kept."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def pages(kernels: Sequence[Kernel]) -> list[Page]:
    """What every backend, and the package around them, wants to be written."""
    package = Package()
    return [*(page for backend in BACKENDS for page in backend.pages(kernels)), *package.pages(kernels)]


def fill(page: Page) -> str:
    return environment(page.template.parent).get_template(page.template.name).render(page.fields)


def render(kernels: Sequence[Kernel], progress: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """Every generated file by its path below the folder, the manifest among them."""
    files: dict[str, str] = {}
    for page in pages(kernels):
        if page.path in files:
            raise EmitError(f"two pages are to be written to {page.path}")
        files[page.path] = fill(page)
        progress(page.path)
    files[MANIFEST] = manifest(kernels, files)
    return dict(sorted(files.items()))


def manifest(kernels: Sequence[Kernel], files: Files) -> str:
    """Which file has which content, and which kernel came from which theorems."""
    content = {
        "schema": SCHEMA,
        "command": COMMAND,
        "files": {path: digest(text) for path, text in sorted(files.items())},
        "kernels": {
            kernel.name: {
                "theorem": kernel.theorem,
                "digest": kernel.digest,
                "signature": kernel.signature,
                "arguments": [argument.name for argument in kernel.arguments],
                "results": [result.name for result in kernel.results],
                "sources": {source.theorem: source.digest for source in kernel.sources},
            }
            for kernel in sorted(kernels, key=lambda kernel: kernel.name)
        },
    }
    return json.dumps(content, indent=2) + "\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# ---------------------------------------------------------------------------------------------------- on disk


def listed(out: Path) -> dict[str, str]:
    """The files that an earlier run wrote into the folder, with the digests it wrote."""
    text = read(out / MANIFEST)
    if text is None:
        return {}
    files = _content(out)["files"]
    if any(Path(path).is_absolute() or ".." in Path(path).parts for path in files):
        raise EmitError(_foreign(out))
    return {**files, MANIFEST: digest(text)}


def generated(out: Path) -> dict[str, dict[str, Any]]:
    """The kernels in the folder by name, each as the manifest has it."""
    return {} if read(out / MANIFEST) is None else dict(_content(out)["kernels"])


def _content(out: Path) -> dict[str, dict[str, Any]]:
    """The manifest in the folder, known to have the shape that `manifest` gives it."""
    try:
        content = json.loads(read(out / MANIFEST) or "")
        texts = [*content["files"].values(), *(entry["theorem"] + entry["signature"] for entry in content["kernels"].values())]
        if content["schema"] == SCHEMA and all(isinstance(text, str) for text in texts):
            return {part: content[part] for part in ("files", "kernels")}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EmitError(_foreign(out)) from error
    raise EmitError(_foreign(out))


def _foreign(out: Path) -> str:
    return f"{out / MANIFEST} is no manifest of `{COMMAND}`: restore it, or choose another folder"


def read(file: Path) -> str | None:
    """The text as it is on disk, line ends included; None if there is none."""
    try:
        return file.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None


@dataclass(frozen=True)
class Written:
    """What a run did: paths below the folder."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]  # written by an earlier run, not wanted any more, but edited since: left alone


def write(out: Path, files: Files) -> Written:
    """Write the files that differ. A file that no run of `closedform generate` wrote is neither replaced nor removed."""
    before = listed(out)
    foreign = [path for path, text in files.items() if path not in before and read(out / path) not in (None, text)]
    if foreign:
        raise EmitError(f"{out / foreign[0]} was not written by `{COMMAND}`, and would be replaced: move it away, or choose another folder")
    changed, removed, kept = [], [], []
    for path, text in files.items():
        if read(out / path) != text:
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(text.encode())
            changed.append(path)
    for path in sorted(before.keys() - files.keys()):
        text_now = read(out / path)
        if text_now is not None and digest(text_now) == before[path]:
            (out / path).unlink()
            removed.append(path)
        elif text_now is not None:
            kept.append(path)
    return Written(tuple(changed), tuple(removed), tuple(kept))


def drift(out: Path, files: Files) -> dict[str, str]:
    """For each path at which the folder does not hold what it should: a unified diff, from the folder to what is right."""
    wrong = {}
    for path in sorted(files.keys() | listed(out).keys()):
        found, wanted = read(out / path), files.get(path)
        if found != wanted:
            wrong[path] = difference(path, found, wanted)
    return wrong


def difference(path: str, found: str | None, wanted: str | None) -> str:
    names = (f"{path} (found)" if found is not None else "/dev/null", f"{path} (generated)" if wanted is not None else "/dev/null")
    # A mark at the end of each line where line ends or a final newline differ, which a plain diff would not show.
    mark = "$" if _same_but_for_line_ends(found, wanted) else ""
    before, after = ([line + mark for line in (text or "").split("\n")] for text in (found, wanted))
    return "\n".join(difflib.unified_diff(before, after, *names, lineterm=""))


def _same_but_for_line_ends(found: str | None, wanted: str | None) -> bool:
    return found is not None and wanted is not None and found.split() == wanted.split()
