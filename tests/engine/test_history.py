"""A value's history is told newest first, without what the caret shows already."""

import pytest

from tests.engine.conftest import site
from trainlint.engine.history import places_of
from trainlint.syntax.positions import Place
from trainlint.values.origin import Made, Origin, step

CALL = Place("train.py", 9, 1, 9, 20)


def told(*because: Origin) -> list[str]:
    return [f"{related.place.row}: {related.message}" for related in places_of(because, CALL)]


def test_the_chain_is_told_from_the_call_back_to_the_number() -> None:
    number = Origin(Made.WRITTEN, site("train.py", 1, 6, "1e-8"))
    name = step(Made.BOUND, number, site("train.py", 1, 1, "LR"), "LR")
    passed = step(Made.PASSED, name, site("train.py", 5, 3, "lr=LR"), "lr")
    assert told(passed) == ["5: passed as argument `lr`", "1: `LR` is set here", "1: `1e-8` stands here"]


def test_what_lies_under_the_caret_is_left_out() -> None:
    number = Origin(Made.WRITTEN, site("train.py", 9, 10, "1e-8"))
    assert told(number) == []
    assert told(Origin(Made.WRITTEN, site("models.py", 9, 10, "1e-8"))) == ["9: `1e-8` stands here"]


def test_shared_steps_are_told_once() -> None:
    number = Origin(Made.WRITTEN, site("train.py", 1, 6, "1"))
    assert len(told(step(Made.COMPUTED, number, None), step(Made.COMPUTED, number, None))) == 1


def test_a_long_chain_keeps_its_root() -> None:
    origin = Origin(Made.WRITTEN, site("train.py", 1, 1, "1e-8"))
    for row in range(10, 30):
        origin = step(Made.BOUND, origin, site("train.py", row, 1, "a"), f"a{row}")
    lines = told(origin)
    assert len(lines) == 6
    assert lines[0] == "29: `a29` is set here"
    assert lines[-1] == "1: `1e-8` stands here"


@pytest.mark.parametrize(
    ("made", "label", "phrase"),
    [
        (Made.WRITTEN, "", "`1e-8` stands here"),
        (Made.BOUND, "LR", "`LR` is set here"),
        (Made.BOUND, "", "the value is set here"),
        (Made.COMPUTED, "LR * 2", "`LR * 2` is computed here"),
        (Made.COMPUTED, "", "the value is computed here"),
        (Made.PASSED, "", "passed here"),
        (Made.OPTION, "--lr", "default of `--lr`"),
        (Made.PARAMETER, "lr", "default of parameter `lr`"),
        (Made.LIBRARY, "default of Adam", "default of Adam"),
        (Made.SETTINGS_FILE, "optim.lr", "`optim.lr` is read from here"),
        (Made.SEARCHED, "lr", "one of several values that are tried here"),
    ],
)
def test_every_step_has_a_phrase(made: Made, label: str, phrase: str) -> None:
    assert told(Origin(made, site("train.py", 1, 1, "1e-8"), label)) == [f"1: {phrase}"]


def test_every_way_of_making_a_value_has_a_phrase() -> None:
    for made in Made:
        for label in ("", "x" * 99):
            assert told(Origin(made, site("train.py", 1, 1, "1\n2"), label))
