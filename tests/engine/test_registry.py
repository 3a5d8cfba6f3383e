"""Rules are found through entry points, under all the words by which users know them."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tests.engine.conftest import RateTooLow
from trainlint.engine.packages import GROUP
from trainlint.engine.registry import Registry, UnknownRule, collect, registry, words_of

RULE = """
from trainlint.api import Rule

class {name}(Rule):
    "A rule."
    name = "{words}"
    code = "{code}"
    family = "house"
    since = "1"
    frameworks = ()
    severity = "info"
    message = "m"
    good = []
    bad = []
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a package of rules can be made."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "house_rules"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in [name for name in sys.modules if name.partition(".")[0] == "house_rules"]:
        monkeypatch.delitem(sys.modules, name)
    return package


def load(value: str = "house_rules") -> Registry:
    return collect([EntryPoint("house", value, GROUP)])


def test_the_built_in_rules_come_through_the_same_door() -> None:
    names = registry().rules
    assert {"learning-rate-too-low", "file-not-parsed"} <= set(names)
    assert [rule.code for rule in names.values()] == sorted(rule.code for rule in names.values())
    assert registry().problems == []


def test_all_modules_of_a_plugin_are_read(plugin: Path) -> None:
    (plugin / "style").mkdir()
    (plugin / "style" / "__init__.py").touch()
    (plugin / "style" / "one.py").write_text(RULE.format(name="One", words="one-thing", code="HS001"))
    (plugin / "two.py").write_text(RULE.format(name="Two", words="two-things", code="HS002"))
    (plugin / "__main__.py").write_text("raise SystemExit(3)")
    found = load()
    assert {"one-thing", "two-things"} <= set(found.rules)
    assert found.problems == []


def test_a_plugin_that_cannot_be_imported_costs_itself_only(
    plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (plugin / "bad.py").write_text("print('hello')\nraise SystemExit(3)")
    (plugin / "worse.py").write_text("import no_such_module")
    (plugin / "good.py").write_text(RULE.format(name="One", words="one-thing", code="HS001"))
    found = load()
    assert "one-thing" in found.rules
    assert [problem.plugin for problem in found.problems] == ["house_rules.bad", "house_rules.worse"]
    assert capsys.readouterr().out == ""


def test_a_plugin_that_is_not_there_is_a_problem() -> None:
    [problem] = load("no_such_package_of_rules").problems
    assert "ModuleNotFoundError" in problem.reason


def test_names_and_codes_are_taken_once(plugin: Path) -> None:
    (plugin / "thief.py").write_text(RULE.format(name="Thief", words="file-not-parsed", code="HS001"))
    found = load()
    assert found.rules["file-not-parsed"].code == "TL900"
    assert "clashes" in found.problems[0].reason


@pytest.fixture
def rules() -> Registry:
    class InputNotScaled(RateTooLow):
        """Another."""

        name = "input-not-scaled"
        code = "TL501"
        family = "data"

    found = Registry()
    found.add(RateTooLow, "test")
    found.add(InputNotScaled, "test")
    return found


@pytest.mark.parametrize("word", ["rate-too-low", "TL101", "tl101", " Rate-Too-Low "])
def test_a_rule_is_found_by_name_and_code(rules: Registry, word: str) -> None:
    assert rules.find(word) is RateTooLow


def test_old_codes_lead_to_ours(rules: Registry) -> None:
    assert rules.find("TOR202").name == "input-not-scaled"
    assert rules.matching("tor202") == {"input-not-scaled"}
    assert "TOR202" in words_of(rules.find("TL501"))


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("TL1", {"rate-too-low"}),
        ("TL", {"rate-too-low", "input-not-scaled"}),
        ("optimizer", {"rate-too-low"}),
        ("all", {"rate-too-low", "input-not-scaled"}),
    ],
)
def test_selectors_stand_for_many(rules: Registry, selector: str, names: set[str]) -> None:
    assert rules.matching(selector) == names


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("rate-to-low", "unknown rule `rate-to-low`; did you mean `rate-too-low`?"),
        ("TL102", "unknown rule `TL102`; did you mean `TL101`?"),
        ("optimiser", "unknown rule `optimiser`; did you mean `optimizer`?"),
        ("xyzzy", "unknown rule `xyzzy`; `trainlint rule --all` lists them"),
        ("TOR401", "TorchFix's `TOR401` has no counterpart in trainlint"),
        (
            "TOR002",
            "TorchFix's `TOR002` leads to `requires-grad-misspelt`, which this version does not have yet",
        ),
        ("", "unknown rule ``; `trainlint rule --all` lists them"),
    ],
)
def test_unknown_words_say_what_was_meant(rules: Registry, word: str, text: str) -> None:
    with pytest.raises(UnknownRule) as caught:
        rules.matching(word)
    assert str(caught.value) == text
