"""Patterns mean files below their own folder and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainlint.sources.patterns import Pattern, matches


@pytest.mark.parametrize(
    ("texts", "path", "expected"),
    [
        (["*.py"], "a.py", True),
        (["*.py"], "deep/a.py", True),
        (["/a.py"], "deep/a.py", False),
        (["tests/*"], "tests/a.py", True),
        (["tests/*"], "sub/tests/a.py", False),
        (["tests/"], "sub/tests/a.py", True),
        (["**/t_*.py"], "x/y/t_1.py", True),
        (["*.py", "!a.py"], "a.py", False),
        (["gone"], "../gone/a.py", False),
        ([], "a.py", False),
    ],
)
def test_a_pattern_is_relative_to_its_folder(
    tmp_path: Path, texts: list[str], path: str, expected: bool
) -> None:
    folder = tmp_path / "build"  # the folders above it do not count
    patterns = [Pattern(text, str(folder)) for text in texts]
    assert matches(patterns, folder / path) is expected


def test_a_pattern_without_a_folder_is_relative_to_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert matches([Pattern("a/*")], "a/b.py")
    assert not matches([Pattern("a/*")], tmp_path.parent / "a" / "b.py")


def test_a_folder_is_told_from_a_file(tmp_path: Path) -> None:
    patterns = [Pattern("data/", str(tmp_path))]
    assert matches(patterns, tmp_path / "data", is_folder=True)
    assert not matches(patterns, tmp_path / "data")
