"""Settings take the words that users write, and no others."""

import pytest
from pydantic import ValidationError

from trainlint.config.settings import Settings


def test_keys_are_written_with_hyphens() -> None:
    settings = Settings.model_validate({"fail-on": "error", "extend-select": ["TL1"]})
    assert (settings.fail_on, settings.extend_select) == ("error", ("TL1",))


def test_unknown_keys_are_errors() -> None:
    with pytest.raises(ValidationError, match="fial-on"):
        Settings.model_validate({"fial-on": "error"})


def test_settings_survive_json() -> None:
    settings = Settings(select=("TL101",), rules={"learning-rate-too-low": {"low": 1e-7}})
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_settings_with_patterns_survive_json() -> None:
    written = {"exclude": ["a/*"], "per-file-ignores": {"tests/*": ["TL1"]}}
    settings = Settings.model_validate(written)
    assert Settings.model_validate_json(settings.model_dump_json()) == settings
