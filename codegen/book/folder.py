"""A folder for a book: what may be written there, and what a later run may remove.

The folder remembers in RECORD what was written. A folder that holds anything else is refused unless it is forced, and even then
only the book's own files are replaced or removed; what somebody edited since is left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from closedform.derive.rule import DeriveError

RECORD = ".closedform-book.json"
SCHEMA = "closedform/book/1"


class FolderRefused(DeriveError):
    """The book would be written among, or over, files of somebody else."""


@dataclass(frozen=True)
class Written:
    """Paths below the folder."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]  # written by an earlier run, not wanted any more, but edited since


def prepare(out: Path, *, force: bool) -> None:
    """Refuse a folder that holds files which no earlier run wrote. Called before any work is done."""
    if out.exists() and not out.is_dir():
        raise FolderRefused(f"{out} is a file: name a folder")
    known = recorded(out)
    foreign = sorted(path.name for path in out.iterdir() if path.name not in _tops(known)) if out.exists() else []
    if foreign and not force:
        told = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        raise FolderRefused(f"{out} holds other files ({told}): choose another folder, or add --force to write the book among them")


def write(out: Path, files: Mapping[str, bytes]) -> Written:
    """Write what differs, and remove what an earlier run wrote and this one does not.

    Raises FolderRefused, and writes nothing, where a file of that name is somebody else's or was edited since it was written.
    """
    known = recorded(out)
    changed = [path for path, content in files.items() if _read(out / path) != content]
    foreign = [path for path in changed if _is_foreign(_read(out / path), known.get(path))]
    if foreign:
        told = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        raise FolderRefused(f"{out} holds files that no run of `closedform book` left so ({told}): move them, or choose another folder")
    for path in changed:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(files[path])
    removed, kept = [], []
    for path in sorted(known.keys() - files.keys()):
        content = _read(out / path)
        if content is not None and _digest(content) == known[path]:
            (out / path).unlink()
            removed.append(path)
        elif content is not None:
            kept.append(path)
    record = {"schema": SCHEMA, "files": {path: _digest(content) for path, content in sorted(files.items())}}
    (out / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return Written(tuple(changed), tuple(removed), tuple(kept))


def recorded(out: Path) -> dict[str, str]:
    """The files that an earlier run wrote, with the digests it wrote."""
    content = _read(out / RECORD)
    if content is None:
        return {}
    try:
        found = json.loads(content)
        files = {str(path): str(digest) for path, digest in found["files"].items()}
        if found["schema"] == SCHEMA and not any(Path(path).is_absolute() or ".." in Path(path).parts for path in files):
            return files
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FolderRefused(_broken(out)) from error
    raise FolderRefused(_broken(out))


def _broken(out: Path) -> str:
    return f"{out / RECORD} is no record of `closedform book`: remove it, or choose another folder"


def _tops(known: Mapping[str, str]) -> set[str]:
    return {RECORD, *(Path(path).parts[0] for path in known)}


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _is_foreign(content: bytes | None, written: str | None) -> bool:
    return content is not None and _digest(content) != written


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
