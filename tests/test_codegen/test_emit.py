"""Files on disk: written when they differ, removed when they are ours, never touched when they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from closedform.codegen.emit import MANIFEST, SCHEMA, EmitError, difference, digest, drift, manifest, write


def files(**texts: str) -> dict[str, str]:
    """Files with a manifest, as `render` gives them."""
    named = {name.replace("__", "/") + ".txt": text for name, text in texts.items()}
    return {**named, MANIFEST: manifest([], named)}


def test_what_differs_is_written(tmp_path: Path) -> None:
    first = write(tmp_path, files(a="1\n", b__c="2\n"))
    assert set(first.changed) == {"a.txt", "b/c.txt", MANIFEST}
    assert (tmp_path / "b" / "c.txt").read_bytes() == b"2\n"
    before = (tmp_path / "a.txt").stat().st_mtime_ns
    again = write(tmp_path, files(a="1\n", b__c="3\n"))
    assert set(again.changed) == {"b/c.txt", MANIFEST}
    assert (tmp_path / "a.txt").stat().st_mtime_ns == before
    assert write(tmp_path, files(a="1\n", b__c="3\n")).changed == ()


def test_what_is_not_wanted_any_more_is_removed(tmp_path: Path) -> None:
    write(tmp_path, files(a="1\n", b="2\n"))
    assert write(tmp_path, files(a="1\n")).removed == ("b.txt",)
    assert not (tmp_path / "b.txt").exists()


def test_foreign_files_are_never_removed_or_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine\n")
    write(tmp_path, files(a="1\n"))
    write(tmp_path, files(b="2\n"))
    assert (tmp_path / "mine.txt").read_text() == "mine\n"
    with pytest.raises(EmitError, match=r"mine\.txt was not written by `closedform generate`"):
        write(tmp_path, files(mine="generated\n", b="changed\n"))
    assert (tmp_path / "mine.txt").read_text() == "mine\n"
    assert (tmp_path / "b.txt").read_text() == "2\n"


def test_an_edited_file_that_is_not_wanted_any_more_is_left(tmp_path: Path) -> None:
    write(tmp_path, files(a="1\n", b="2\n"))
    (tmp_path / "b.txt").write_text("edited\n")
    done = write(tmp_path, files(a="1\n"))
    assert (done.removed, done.kept) == ((), ("b.txt",))
    assert (tmp_path / "b.txt").read_text() == "edited\n"


def test_an_edited_file_that_is_wanted_is_written_anew(tmp_path: Path) -> None:
    write(tmp_path, files(a="1\n"))
    (tmp_path / "a.txt").write_text("edited\n")
    assert write(tmp_path, files(a="1\n")).changed == ("a.txt",)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"files": {"a": 1}}',
        json.dumps({"schema": SCHEMA, "files": {"../../x": "0"}}),
        json.dumps({"schema": SCHEMA, "files": []}),
    ],
)
def test_a_foreign_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(EmitError, match=r"is no manifest of `closedform generate`"):
        write(tmp_path, files(a="1\n"))
    assert not (tmp_path / "a.txt").exists()


def test_drift_is_shown_as_a_diff(tmp_path: Path) -> None:
    wanted = files(a="one\ntwo\n", b="same\n", c="lost\n")
    write(tmp_path, {**files(a="one\ntwo\n", b="same\n", old="gone\n")})
    (tmp_path / "a.txt").write_text("one\n2\n")
    found = drift(tmp_path, wanted)
    assert set(found) == {"a.txt", "c.txt", "old.txt", MANIFEST}
    assert found["a.txt"].splitlines()[:2] == ["--- a.txt (found)", "+++ a.txt (generated)"]
    assert {"-2", "+two"} <= set(found["a.txt"].splitlines())
    assert found["c.txt"].startswith("--- /dev/null\n+++ c.txt (generated)")
    assert found["old.txt"].startswith("--- old.txt (found)\n+++ /dev/null")


def test_a_lost_line_end_is_seen() -> None:
    assert "-b$" in difference("a", "a\nb", "a\nb\n").splitlines() or "+$" in difference("a", "a\nb", "a\nb\n").splitlines()
    assert "-a\r$" in difference("a", "a\r\n", "a\n").split("\n")


def test_the_digest_tells_texts_apart() -> None:
    assert digest("a") != digest("b")
    assert len(digest("a")) == 16
