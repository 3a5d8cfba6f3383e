"""Settings are shown as TOML that gives them again, with the source of each."""

from __future__ import annotations

import tomllib

from tests.config.files import layer
from trainlint.config.explain import as_json, as_toml, explained
from trainlint.config.merge import merge
from trainlint.config.settings import Settings

GIVEN = {
    "select": ["TL1", "loop"],
    "per_file_ignores": {"tests/*.py": ["ALL"], 'odd "name"/*': ["TL1"]},
    "severity": {"TL1": "info"},
    "framework_versions": {"torch": "2.6"},
    "rules": {"learning-rate-too-low": {"low": 1e-9, "names": {"a b": 1}}},
    "include": ["*.py"],
}


def test_what_is_shown_gives_the_same_settings() -> None:
    found = merge([layer(**GIVEN)])
    again = tomllib.loads(as_toml(explained(found)))
    assert merge([layer(**again)]).settings == found.settings


def test_each_line_has_its_source() -> None:
    lines = as_toml(explained(merge([layer(ignore=["TL1"])]))).splitlines()
    assert 'ignore = ["TL1"]          # t.toml' in lines
    assert 'fail-on = "warning"       # default' in lines


def test_defaults_that_say_nothing_are_left_out() -> None:
    assert [entry.key for entry in explained(merge([]))] == [
        ("profile",),
        ("fail-on",),
        ("respect-gitignore",),
    ]


def test_the_same_as_data() -> None:
    data = as_json(explained(merge([layer(severity={"TL1": "info"})])))
    assert {"key": ["severity", "TL1"], "value": "info", "source": "t.toml"} in data


def test_defaults_survive() -> None:
    assert merge([layer(**tomllib.loads(as_toml(explained(merge([])))))]).settings == Settings()
