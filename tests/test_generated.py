"""The pages of the rules are what the rules say."""

from pathlib import Path

from trainlint.engine.pages import generated_files, page_path
from trainlint.engine.registry import registry

ROOT = Path(__file__).parent.parent


def test_pages_and_index_are_up_to_date() -> None:
    wanted = generated_files(registry().rules.values(), ROOT)
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, content in wanted.items()
        if not path.is_file() or path.read_text("utf-8") != content
    ]
    assert not stale, "run scripts/generate"


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    pages = {page_path(rule) for rule in registry().rules.values()}
    folders = {path.parent for path in pages if path and path.is_relative_to(ROOT)}
    assert not [path for folder in folders for path in folder.glob("*.md") if path not in pages]
