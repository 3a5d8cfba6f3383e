"""Without colours a report is what rich would write without them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trainlint.cli.console import rendered, unstyled
from trainlint.report.styled import Styled, in_lines
from trainlint.report.text import visible

PIECE = st.text(st.characters(exclude_characters="\t")).map(visible)
STYLED = st.lists(PIECE | st.tuples(PIECE, st.sampled_from(["bold", "dim", "bold red"]))).map(
    lambda pieces: Styled(*pieces)
)


@given(st.lists(STYLED))
def test_plain_text_is_what_rich_writes_without_colours(lines: list[Styled]) -> None:
    report = in_lines(lines)
    assert unstyled(report.plain) == rendered([report.coloured()], colour=False)


def test_tabs_are_as_wide_as_rich_makes_them() -> None:
    report = Styled("a\tb", ("\tc", "bold"))
    assert unstyled(report.plain) == rendered([report.coloured()], colour=False) == "a       b       c\n"


def test_each_line_ends_where_the_next_begins() -> None:
    report = in_lines([Styled("a", ("b", "bold")), Styled(), Styled("c")])
    assert report.plain == "ab\n\nc"
    assert report.coloured().plain == "ab\n\nc"
