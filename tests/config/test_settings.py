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


@pytest.mark.parametrize("key", ["exclude", "plugins"])
def test_nobody_but_trainlint_says_where_a_name_holds(key: str) -> None:
    with pytest.raises(ValidationError, match="must be text"):
        Settings.model_validate({key: [{"text": "a", "name": "a", "folder": "/"}]})
