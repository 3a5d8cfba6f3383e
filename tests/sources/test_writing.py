"""A file is replaced whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from trainlint.sources.writing import Changed, replace_content

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of another kind")


def test_mode_and_links_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "run.py", tmp_path / "link.py"
    file.write_bytes(b"a")
    file.chmod(0o751)
    link.symlink_to(file)
    replace_content(link, b"a", b"b")
    assert (file.read_bytes(), file.stat().st_mode & 0o777, link.is_symlink()) == (b"b", 0o751, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "run.py"]


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"somebody's")
    with pytest.raises(Changed):
        replace_content(file, b"mine", b"new")
    assert file.read_bytes() == b"somebody's"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    file = tmp_path / "a.py"
    file.write_bytes(b"a")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        replace_content(file, b"a", b"b")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"a"]
