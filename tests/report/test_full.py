"""The report for people: frame, caret, advice, history, fix, link."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.report.examples import explained, finding, result
from trainlint.report import full
from trainlint.syntax.positions import Place


def rendered(*diagnostics: object, **texts: str) -> str:
    return full.render(result(*diagnostics, **texts)).plain  # type: ignore[arg-type]


def caret_line(line: str, column: int, end_column: int) -> tuple[str, str]:
    """The source line of a frame and the carets below it."""
    lines = rendered(finding(1, column, end_column), text=line).split("\n")
    return lines[3].removeprefix("1 | "), lines[4].removeprefix("  | ")


def test_a_finding_with_everything() -> None:
    assert (
        rendered(explained())
        == """\
error TL101 learning-rate-too-low: a learning rate of 1e-08 moves nothing
 --> train.py:2:7
  |
2 | opt = Adam(lr=LR)
  |       ^^^^
  = help: rates from 1e-5 on are usual for Adam
  = because: `LR` is set here (train.py:1:1)  LR = 1e-8
             `1e-8` stands here (train.py:1:6)  LR = 1e-8
  = fix (unsafe): Write `1e-3` instead of `1e-8`: it changes what is trained
  = rule: file:///rules/pages/learning-rate-too-low.md
"""
    )


def test_findings_are_divided_by_an_empty_line() -> None:
    assert "\n\nwarning" in rendered(finding(), finding())


def test_a_notebook_is_located_by_cell() -> None:
    text = json.dumps(
        {"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "source": "a\nopt = Adam()"}]}
    )
    found = finding(cell=2, place=Place("n.ipynb", 2, 7, 2, 11))
    lines = rendered(found, n=text).split("\n")
    assert lines[1] == " --> n.ipynb:cell 2:2:7"
    assert lines[3] == "2 | opt = Adam()"


def test_tabs_are_shown_as_spaces() -> None:
    assert caret_line("\tx\t= Adam()", 6, 10) == ("    x   = Adam()", "          ^^^^")


def test_wide_characters_take_two_columns() -> None:
    assert caret_line("名 = Adam()", 5, 9) == ("名 = Adam()", "     ^^^^")
    assert caret_line("f('名前')", 3, 7) == ("f('名前')", "  ^^^^^^")


def test_a_place_of_many_rows_is_marked_to_the_end_of_its_first() -> None:
    found = finding(place=Place("train.py", 1, 7, 3, 2))
    assert "  |       ^^^^^\n" in rendered(found, text="opt = Adam(  \n  lr=1\n)\n")


def test_an_empty_place_still_has_a_caret() -> None:
    assert caret_line("opt", 4, 4) == ("opt", "   ^")
    assert caret_line("opt", 99, 99) == ("opt", "   ^")


def test_long_lines_are_cropped_around_the_mark() -> None:
    line, carets = caret_line("x" * 5000 + "Adam" + "y" * 5000, 5001, 5005)
    assert len(line) == 200
    assert line[carets.index("^") : carets.rindex("^") + 1] == "Adam"


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = rendered(finding(message="\x1b[31mred"), text="a = '\x1b[2J'\nopt = Adam('\x07')\n")
    assert "\x1b" not in text
    assert "\x07" not in text


def test_a_file_that_is_gone_has_no_frame() -> None:
    assert rendered(finding(place=Place("gone.py", 1, 1, 1, 2))).count("\n") == 2


@given(st.text(max_size=40), st.integers(1, 9), st.integers(1, 50), st.integers(0, 3), st.integers(1, 50))
def test_any_place_in_any_text_is_shown(text: str, row: int, column: int, rows: int, end: int) -> None:
    place = Place("train.py", row, column, row + rows, end)
    shown = rendered(finding(place=place), text=text)
    assert shown.startswith("warning TL101")
