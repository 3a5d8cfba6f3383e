"""The settings of editors: read as clients send them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trainlint.server.editor_settings import EditorSettings


def test_names_are_those_of_the_editor() -> None:
    settings = EditorSettings.model_validate(
        {
            "showInlayHints": False,
            "probe": {"enable": False},
            "select": ["TL1"],
            "importStrategy": "useBundled",
        }
    )
    assert not settings.show_inlay_hints
    assert not settings.probe.enable
    assert settings.select == ("TL1",)
    assert settings.import_strategy == "useBundled"


def test_settings_of_another_version_are_passed_over() -> None:
    assert EditorSettings.model_validate({"ofTomorrow": 1}) == EditorSettings()


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(ValidationError, match="onType"):
        EditorSettings.model_validate({"run": "always"})
