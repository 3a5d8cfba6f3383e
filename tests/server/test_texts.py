"""What is told of a text that changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainlint.server.texts import difference


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("lr = 1e-3\n", "lr = 1e-4\n", (8, 9, "4")),
        ("", "x", (0, 0, "x")),
        ("x", "", (0, 1, "")),
        ("aa", "aaa", (2, 2, "a")),
        ("same", "same", (4, 4, "")),
        ("a\nb\n", "a\nnew\nb\n", (2, 2, "new\n")),
    ],
)
def test_the_part_that_changed_is_told(before: str, after: str, told: tuple[int, int, str]) -> None:
    assert difference(before, after) == told


@given(st.text("ab\né\U0001f600", max_size=30), st.text("ab\né\U0001f600", max_size=30))
def test_what_is_told_makes_one_text_of_the_other(before: str, after: str) -> None:
    start, end, new = difference(before, after)
    assert before[:start] + new + before[end:] == after
    replaced = before[start:end]
    assert not (new and replaced and (new[0] == replaced[0] or new[-1] == replaced[-1])), (
        "no more than differs"
    )
