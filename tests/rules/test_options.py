"""Options change what counts, and are checked."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

import trainlint
from tests.rules.policing import code_of, every_rule
from trainlint.config.settings import Settings
from trainlint.engine.rule import Rule

WITH_OPTIONS = [rule for rule in every_rule() if rule.options_model.model_fields]

LOOSER = {
    "large-model-without-regularisation": {"units": 4096, "weights_per_sample": 1e6},
    "input-not-scaled": {"largest": 300},
    "too-little-training-data": {"samples": 50, "samples_per_class": 1},
}
"""Settings under which a first bad example is fine, or less of a matter."""


@pytest.mark.parametrize("rule", WITH_OPTIONS, ids=lambda rule: rule.name)
def test_every_option_says_what_it_means_and_has_bounds(rule: type[Rule]) -> None:
    rule.options_model.model_validate({})
    for name, field in rule.options_model.model_fields.items():
        assert field.description, name
        with pytest.raises(ValidationError):
            rule.options_model.model_validate({name: -1})
        rule.options_model.model_validate({name: field.default})


@pytest.mark.parametrize("rule", WITH_OPTIONS, ids=lambda rule: rule.name)
def test_the_page_says_where_an_option_stands_by_default(rule: type[Rule]) -> None:
    page = rule.__doc__ or ""
    for name, field in rule.options_model.model_fields.items():
        spellings = {str(field.default), f"{field.default:g}", f"{field.default:,}"}
        assert any(re.search(rf"(?<![\d.]){re.escape(said)}(?!\d|\.\d)", page) for said in spellings), name


@pytest.mark.parametrize("name", ["large-model-without-regularisation", "input-not-scaled"])
def test_a_looser_option_silences(name: str) -> None:
    rule = next(rule for rule in WITH_OPTIONS if rule.name == name)
    text = code_of(rule.bad[0].code)
    assert trainlint.check_source(text, filename="example.py")
    settings = Settings(rules={name: LOOSER[name]})
    assert trainlint.check_source(text, filename="example.py", settings=settings) == []


def test_fewer_samples_may_be_enough() -> None:
    rule = next(rule for rule in WITH_OPTIONS if rule.name == "too-little-training-data")
    text = """\
import keras
from sklearn.datasets import load_iris

x, y = load_iris(return_X_y=True)
model = keras.Sequential([
    keras.layers.Input((4,)),
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile(keras.optimizers.AdamW(), loss="sparse_categorical_crossentropy")
model.fit(x, y, epochs=100)
"""
    assert [found.name for found in trainlint.check_source(text, filename="example.py")] == [rule.name]
    settings = Settings(rules={rule.name: LOOSER[rule.name]})
    assert trainlint.check_source(text, filename="example.py", settings=settings) == []
