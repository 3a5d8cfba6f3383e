"""Nearer settings replace, add or merge, as their key wants."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config.files import layer
from trainlint.config.merge import merge
from trainlint.config.mistakes import WrongSettings
from trainlint.config.settings import Settings
from trainlint.sources.patterns import Pattern


def merged(*layers: dict[str, Any]) -> Settings:
    return merge(layer(**values) for values in layers).settings


def test_nothing_gives_defaults() -> None:
    assert merge([]).settings == Settings()


def test_single_values_are_replaced() -> None:
    assert merged({"fail_on": "error"}, {"fail_on": "never"}).fail_on == "never"


def test_lists_that_add_add_up() -> None:
    settings = merged({"extend_select": ["A"], "ignore": ["B"]}, {"extend_select": ["C"], "ignore": ["D"]})
    assert (settings.extend_select, settings.ignore) == (("A", "C"), ("B", "D"))


def test_tables_are_merged_entry_by_entry() -> None:
    settings = merged(
        {"severity": {"TL1": "error", "TL2": "info"}, "rules": {"a": {"low": 1, "high": 2}}},
        {"severity": {"TL2": "error"}, "rules": {"a": {"low": 3}}},
    )
    assert settings.severity == {"TL1": "error", "TL2": "error"}
    assert settings.rules == {"a": {"low": 3, "high": 2}}


@pytest.mark.parametrize(
    ("far", "near", "select", "extend", "ignore"),
    [
        ({"select": ["TL1"], "ignore": ["TL101"]}, {"select": ["TL101"]}, ("TL101",), (), ()),
        ({"select": ["TL1", "TL2"]}, {"ignore": ["TL1"]}, ("TL2",), (), ("TL1",)),
        ({"select": ["TL101"]}, {"ignore": ["TL1"]}, (), (), ("TL1",)),
        ({"select": ["TL101"]}, {"ignore": ["ALL"]}, (), (), ("ALL",)),
        ({"select": ["optimizer"]}, {"ignore": ["TL101"]}, ("optimizer",), (), ("TL101",)),
        ({"ignore": ["TL101", "TL2"]}, {"extend_select": ["tl101"]}, None, ("tl101",), ("TL2",)),
        ({"select": ["TL101"], "ignore": ["TL2"]}, {"profile": "strict"}, None, (), ("TL2",)),
    ],
)
def test_the_choice_of_rules_that_is_nearer_holds(
    far: dict[str, Any], near: dict[str, Any], select: Any, extend: Any, ignore: Any
) -> None:
    settings = merged(far, near)
    assert (settings.select, settings.extend_select, settings.ignore) == (select, extend, ignore)


def test_patterns_keep_the_folder_of_their_file() -> None:
    settings = merge(
        [
            layer("/p", extend_exclude=["a"], per_file_ignores={"t/*": ["TL1"]}),
            layer("/p/q", extend_exclude=["b"], baseline="known.json"),
        ]
    ).settings
    assert settings.extend_exclude == (Pattern("a", "/p"), Pattern("b", "/p/q"))
    assert settings.per_file_ignores == ((Pattern("t/*", "/p"), ("TL1",)),)
    assert settings.baseline == "/p/q/known.json"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"slect": ["TL1"]}, "t.toml: unknown key `slect`; did you mean `select`?"),
        ({"probe": {"sed": 1}}, "t.toml: unknown key `sed`; did you mean `seeds`?"),
        ({"probe": {"xyzzy": 1}}, "t.toml: unknown key `xyzzy`; known are `steps`, "),
        ({"xyzzy": 1}, "t.toml: unknown key `xyzzy`; known are `select`, "),
        (
            {"fail_on": "eror"},
            "`fail-on` is 'eror'; allowed: `error`, `warning`, `info`, `never`; did you mean `error`?",
        ),
        ({"select": "TL1"}, "`select` is 'TL1': must be a list, such as [\"...\"]"),
        ({"severity": {"TL1": 3}}, "`severity.TL1` is 3; allowed: `error`, `warning`, `info`"),
        ({"respect_gitignore": "maybe"}, "`respect-gitignore` is 'maybe'"),
        ({"framework_versions": {"torch": "new"}}, "`framework-versions.torch` is 'new'"),
        ({"exclude": ["a/\\"]}, "`exclude` is 'a/\\\\': `a/\\` is no pattern"),
        ({"ignore": [1]}, "`ignore` is 1: must be text"),
        ({"rules": {"a": 1}}, "`rules.a` is 1: must be a table"),
        ({"per_file_ignores": ["a"]}, "`per-file-ignores` is a list: must be a table, such as"),
        ({"respect_gitignore": []}, "`respect-gitignore` is a list: must be true or false"),
        ({"exclude": [{"text": "a"}]}, "`exclude` is a table: must be text"),
        ({"plugins": [True]}, "`plugins` is true: must be text"),
        ({"plugins": ["./no-such"]}, "`plugins` names `./no-such`, which is no folder and no file"),
    ],
)
def test_mistakes_are_told(values: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongSettings) as caught:
        merged(values)
    assert message in str(caught.value)


def test_each_value_knows_who_gave_it() -> None:
    found = merge(
        [
            layer(source="far.toml", ignore=["A"], severity={"TL1": "info", "TL2": "info"}),
            layer(source="", ignore=["B"], severity={"TL2": "error"}),
        ]
    )
    assert found.place(("ignore",)) == "--ignore, far.toml"
    assert found.place(("ignore",), "A") == "far.toml"
    assert found.place(("severity", "TL1")) == "far.toml"
    assert found.place(("severity", "TL2")) == "--severity"
    assert found.place(("fail-on",)) is None
