"""Files that are made from others are what they are made from."""

from __future__ import annotations

import re
from pathlib import Path

from tests.generated import PICTURE, ROOT, wanted
from trainlint.engine.pages import page_path
from trainlint.engine.registry import registry


def test_made_files_are_up_to_date() -> None:
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, content in wanted().items()
        if not path.is_file() or _compared(path, path.read_text("utf-8")) != _compared(path, content)
    ]
    assert not stale, "run tests/generate"


def _compared(path: Path, content: str) -> object:
    """Of the picture only its words: how they are drawn depends on the version of rich."""
    return re.findall(r">([^<>]+)</text>", content) if path == PICTURE else content


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    pages = {page_path(rule) for rule in registry().rules.values()}
    folders = {path.parent for path in pages if path and path.is_relative_to(ROOT)}
    assert not [path for folder in folders for path in folder.glob("*.md") if path not in pages]
