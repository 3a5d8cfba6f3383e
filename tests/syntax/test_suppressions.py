"""Comments silence the findings they stand beside, and nothing else."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainlint.sources.document import Document
from trainlint.syntax.suppressions import names, suppressions_of

WORDS = {"learning-rate-too-low", "optimizer", "TOR999"}


def silenced_rows(text: str, code: str = "TL101") -> list[int]:
    """The rows on which a finding of learning-rate-too-low would be silenced."""
    document = Document.from_text(dedent(text), "train.py")
    suppressions = suppressions_of(document)
    return [row for row in range(1, len(document.lines) + 1) if suppressions.silence(row, code, WORDS)]


@pytest.mark.parametrize(
    "comment",
    [
        "# trainlint: ignore",
        "#trainlint:ignore[TL101]",
        "# trainlint: ignore[learning-rate-too-low]",
        "# trainlint: ignore[loop, optimizer]",
        "# trainlint: ignore[TL1] the rate is scaled later",
        "# trainlint: ignore[all]",
        "# type: ignore  # trainlint: ignore[TL101]",
        "# noqa",
        "# NOQA: TL101",
        "# noqa: E501, TL101",
        "# noqa:E501 TL1",
        "# noqa: TOR999",
    ],
)
def test_comment_at_a_line_end_silences(comment: str) -> None:
    assert silenced_rows(f"a = 1\nb = 2  {comment}\nc = 3\n") == [2]


@pytest.mark.parametrize(
    "comment",
    [
        "# trainlint: ignore[TL102]",
        "# trainlint: ignore[no-such-rule]",
        "# trainlint: ignore[]",
        "# trainlint: ignored",
        "# trainlint: ignore-this",
        "# noqa: E501",
        "# trainlint: ignore[TL102",
        "# noqaTL101",
        '"# trainlint: ignore"',
    ],
)
def test_comment_about_something_else_silences_nothing(comment: str) -> None:
    assert silenced_rows(f"a = 1\nb = 2, {comment}\nc = 3\n") == []


def test_comment_in_a_statement_covers_all_its_rows() -> None:
    assert silenced_rows("""\
        a = 1
        b = f(
            1,  # trainlint: ignore
            2,
        )
        c = 3
        """) == [2, 3, 4, 5]


def test_comment_at_a_header_covers_the_header_only() -> None:
    assert silenced_rows("""\
        for x in y:  # trainlint: ignore
            step()
        """) == [1]


def test_comment_above_covers_the_whole_statement() -> None:
    assert silenced_rows("""\
        a = 1
        # trainlint: ignore

        # another comment
        for x in y:
            if x:
                step()
        else:
            step()
        b = 2
        """) == [5, 6, 7, 8, 9]


def test_comment_above_a_decorator_covers_the_definition() -> None:
    assert silenced_rows("""\
        # trainlint: ignore
        @wrap
        @wrap_again
        def train():
            step()
        def other():
            step()
        """) == [2, 3, 4, 5]


def test_comment_above_in_a_block_stays_in_the_block() -> None:
    assert silenced_rows("""\
        def train():
            a = 1
            # trainlint: ignore
            b = 2
            c = 3
        """) == [4]


def test_noqa_alone_on_a_line_covers_nothing_else() -> None:
    assert silenced_rows("# noqa\nb = 2\n") == [1]


def test_file_comment_covers_everything() -> None:
    assert silenced_rows("a = 1\nb = 2\n# trainlint: ignore-file[TL101]\n") == [1, 2, 3, 4]
    assert silenced_rows("a = 1\n# trainlint: ignore-file[TL2]\n") == []


def test_regions_reach_to_their_end() -> None:
    assert silenced_rows("""\
        a = 1
        # trainlint: off[TL101]
        b = 2
        # trainlint: on[TL999]
        c = 3
        # trainlint: on[TL101]
        d = 4
        # trainlint: off
        e = 5
        # trainlint: on
        f = 6
        # trainlint: off
        g = 7""") == [2, 3, 4, 5, 6, 8, 9, 10, 12, 13]


def test_strings_are_no_comments() -> None:
    assert silenced_rows('a = "# trainlint: ignore-file"\n"""\n# trainlint: off\n"""\n') == []


def test_text_that_breaks_off_keeps_what_came_before() -> None:
    assert silenced_rows("a = 1  # trainlint: ignore\nb = (2,\n") == [1]


def test_rows_are_counted_with_every_newline() -> None:
    assert silenced_rows("a = 1\rb = '\u2028'\r\nc = 3\x0c  # trainlint: ignore\n") == [3]


def test_use_is_remembered() -> None:
    suppressions = suppressions_of(Document.from_text("a = 1  # trainlint: ignore[TL101, TL2]\n", "train.py"))
    assert suppressions.silence(1, "TL101", WORDS)
    assert [comment.used for comment in suppressions.comments] == [{"TL101"}]
    comment = suppressions.comments[0].comment
    assert (comment.row, comment.column, comment.end_column) == (1, 8, 39)


def test_selectors() -> None:
    assert names("TL1", "TL101", WORDS)
    assert names("optimizer", "TL101", WORDS)
    assert not names("", "TL101", WORDS)
    assert not names("TL1011", "TL101", WORDS)


@given(
    st.lists(
        st.sampled_from(
            "# trainlint: |ignore|-file|off|on|[|]|TL101|# noqa|:|,|\n|    |if x:|'''|(|)|\\|\r|\u2028|"
            "x = 1|\x00|@|é|\t".split("|")
        ),
        max_size=25,
    ).map("".join)
)
def test_any_text_has_suppressions(text: str) -> None:
    silenced_rows(text)
