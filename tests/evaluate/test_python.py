"""What Python programs compute, as far as training scripts use it to choose numbers and build things.

The programs stand in cases/*.txt: a title after `#`, the program, and in its last line what `x` is.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from tests.evaluate.running import plain, values
from trainlint.values.value import Items

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[Any]:
    """The cases of a file, as parameters with their titles."""
    text = (CASES / f"{name}.txt").read_text("utf-8")
    parts = re.split(r"^# (.+)\n", text, flags=re.MULTILINE)[1:]
    return [pytest.param(code, id=title) for title, code in zip(parts[::2], parts[1::2], strict=True)]


def program_and_result(case: str) -> tuple[str, Any]:
    program, _, result = case.rpartition("assert x == ")
    return program, ast.literal_eval(result.strip())


@pytest.mark.parametrize("case", cases("known"))
def test_known(case: str) -> None:
    program, expected = program_and_result(case)
    assert plain(values(program)["x"]) == expected


@pytest.mark.parametrize("case", cases("unknown"))
def test_unknown_stays_unknown(case: str) -> None:
    assert plain(values(case)["x"]) is ...


@pytest.mark.parametrize("case", cases("joined"))
def test_branches_are_joined(case: str) -> None:
    program, expected = program_and_result(case)
    assert plain(values("from library import somewhere\n" + program)["x"]) == expected


def test_a_list_that_grows_on_one_path_has_an_optional_item() -> None:
    found = values("from library import somewhere\nx = [1]\nif somewhere():\n    x.append(2)")["x"]
    assert isinstance(found, Items)
    assert not found.is_certain
    assert len(found.items) == 2
