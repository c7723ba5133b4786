"""The golden fixture says no: to a changed text, to a missing file and to one that is left over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def both_modes(golden: Any, folder: Path) -> tuple[Any, Any]:
    return type(golden)(folder, update=True), type(golden)(folder, update=False)


def test_changed_text_fails_with_a_diff_and_names_the_flag(golden: Any, tmp_path: Path) -> None:
    writer, reader = both_modes(golden, tmp_path)
    writer.check("a.txt", "one\ntwo\n")
    reader.check("a.txt", "one\ntwo\n")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)-two\$.*\+three\$.*pytest --update-golden"):
        reader.check("a.txt", "one\nthree\n")


def test_trailing_newline_counts(golden: Any, tmp_path: Path) -> None:
    writer, reader = both_modes(golden, tmp_path)
    writer.check("a.txt", "one\n")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)-one\$.*\+one\n"):
        reader.check("a.txt", "one")


def test_missing_file_fails(golden: Any, tmp_path: Path) -> None:
    _, reader = both_modes(golden, tmp_path)
    with pytest.raises(pytest.fail.Exception, match="is missing"):
        reader.check("a.txt", "")


def test_the_set_of_files_is_compared_and_updated(golden: Any, tmp_path: Path) -> None:
    writer, reader = both_modes(golden, tmp_path)
    writer.check_folder("forms", {"a.txt": "a", "sub/b.txt": "b"})
    reader.check_folder("forms", {"a.txt": "a", "sub/b.txt": "b"})
    with pytest.raises(pytest.fail.Exception, match=r"missing \['c.txt'\], left over \['sub/b.txt'\]"):
        reader.check_folder("forms", {"a.txt": "a", "c.txt": "c"})
    writer.check_folder("forms", {"a.txt": "a"})
    assert not (tmp_path / "forms" / "sub" / "b.txt").exists()
