"""The JSON schema says what settings files may hold."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.config.files import layer
from tests.config.test_explain import GIVEN
from trainlint.config.merge import merge
from trainlint.config.mistakes import WrongSettings
from trainlint.config.schema import FILE, schema, schema_text

VALIDATOR = Draft202012Validator(schema())


def test_the_shipped_file_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == schema_text(), "python -m tests.generated writes it anew"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    "values",
    [
        {},
        GIVEN,
        {"slect": []},
        {"fail_on": "loud"},
        {"severity": {"TL1": "loud"}},
        {"per_file_ignores": {"a": "TL1"}},
        {"per_file_ignores": {"a": ["TL1"]}},
        {"exclude": ["a"], "extend": "b.toml"},
        {"exclude": "a"},
        {"select": "TL1"},
        {"rules": {"a": 1}},
    ],
)
def test_it_takes_what_settings_take(values: dict[str, Any]) -> None:
    hyphened = {key.replace("_", "-"): value for key, value in values.items()}
    try:
        merge([layer(**values)])
        taken = True
    except WrongSettings:
        taken = False
    assert VALIDATOR.is_valid(hyphened) is taken
