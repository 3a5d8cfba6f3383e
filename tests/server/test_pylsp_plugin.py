"""trainlint within python-lsp-server, as that finds and asks it."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from pylsp.config.config import Config
from pylsp.workspace import Document, Workspace

from tests.server.programs import SLOW


class _Nobody:
    """Who would be told of progress."""

    def notify(self, *_: Any) -> None: ...


@pytest.fixture
def document(tmp_path: Path) -> tuple[Any, Any, Any]:
    config = Config(tmp_path.as_uri(), {}, 0, {})
    workspace = Workspace(tmp_path.as_uri(), _Nobody(), config)
    uri = (tmp_path / "train.py").as_uri()
    workspace.put_document(uri, f"# \N{SMILING FACE WITH SUNGLASSES}\n{SLOW}", 1)
    found: Document = workspace.get_document(uri)
    return config, workspace, found


def asked(document: tuple[Any, Any, Any], hook: str, **options: Any) -> Any:
    """The answer of trainlint alone, through the hooks of python-lsp-server."""
    config, workspace, found = document
    others = [plugin for name, plugin in config.plugin_manager.list_name_plugin() if name != "trainlint"]
    caller = config.plugin_manager.subset_hook_caller(hook, others)
    return caller(config=config, workspace=workspace, document=found, **options)


def test_it_is_found_by_its_entry_point() -> None:
    [point] = entry_points(group="pylsp", name="trainlint")
    assert point.load().pylsp_lint


def test_findings_are_those_of_the_command_line(document: tuple[Any, Any, Any]) -> None:
    [[found]] = asked(document, "pylsp_lint", is_saved=True)
    assert found["code"] == "learning-rate-too-low"
    assert found["range"] == {"start": {"line": 6, "character": 50}, "end": {"line": 6, "character": 54}}
    assert found["severity"] == 1


def test_hovering_and_fixing(document: tuple[Any, Any, Any]) -> None:
    told = asked(document, "pylsp_hover", position={"line": 6, "character": 52})
    assert "1e-08" in told["contents"]["value"]
    place = {"start": {"line": 6, "character": 52}, "end": {"line": 6, "character": 52}}
    [[fix]] = asked(document, "pylsp_code_actions", range=place, context={})
    assert fix["title"].startswith("Write `1e-3` instead of `1e-8` (unsafe")
    [[edit]] = fix["edit"]["changes"].values()
    assert edit["newText"] == "1e-3"


def test_settings_that_cannot_be_used_silence_it(document: tuple[Any, Any, Any], tmp_path: Path) -> None:
    (tmp_path / "trainlint.toml").write_text('select = ["nonsense"]\n', "utf-8")
    assert asked(document, "pylsp_lint", is_saved=True) == [[]]
