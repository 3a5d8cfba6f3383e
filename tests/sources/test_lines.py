"""Rows are counted as Python counts them, and positions come back to where they began."""

from hypothesis import given
from hypothesis import strategies as st

from trainlint.sources.lines import LineIndex

TEXTS = st.text(alphabet=st.sampled_from("ab é\t\n\r\f\v\x1c\u2028\u2029\N{GRINNING FACE}"), max_size=30)


def test_only_python_newlines_end_a_row() -> None:
    lines = LineIndex("a\r\nb\rc\nd\fe\u2028f\x1cg")
    assert [lines.line(row) for row in range(1, len(lines) + 1)] == ["a", "b", "c", "d\fe\u2028f\x1cg"]


def test_the_row_after_a_final_newline_counts() -> None:
    assert len(LineIndex("a\n")) == 2
    assert len(LineIndex("")) == 1


def test_a_row_that_does_not_exist_is_empty() -> None:
    assert LineIndex("a").line(0) == ""
    assert LineIndex("a").line(7) == ""


def test_positions_outside_the_text_are_moved_inside() -> None:
    lines = LineIndex("ab\ncd")
    assert lines.offset(0, 5) == 0
    assert lines.offset(9, 1) == 5
    assert lines.offset(2, 99) == 5
    assert lines.position(99) == (2, 3)


@given(TEXTS, st.data())
def test_positions_round_trip(text: str, data: st.DataObject) -> None:
    lines = LineIndex(text)
    offset = data.draw(st.integers(0, len(text)))
    assert lines.offset(*lines.position(offset)) == offset


@given(TEXTS)
def test_rows_hold_the_whole_text_but_its_newlines(text: str) -> None:
    lines = LineIndex(text)
    rows = [lines.line(row) for row in range(1, len(lines) + 1)]
    assert "".join(rows) == text.replace("\r", "").replace("\n", "")
