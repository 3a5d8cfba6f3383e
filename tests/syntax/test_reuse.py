"""What did not change is not parsed again."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from trainlint.syntax import reuse
from trainlint.syntax.chunks import split
from trainlint.syntax.gate import SyntaxProblem

FIRST = "import torch\n\n\ndef f(x):\n    return x\n\n\ny = f(1)\ny = f(1)\n"


def test_only_the_changed_chunk_is_read_again() -> None:
    kept: reuse.Kept = {}
    with reuse.reusing(kept):
        before = split(FIRST, "train.py")
        mentioned = [chunk.mentions for chunk in before]
        after = split(FIRST.replace("return x", "return 2 * x"), "train.py")
    assert ["mentions" in vars(chunk) for chunk in after] == [True, False, True, True]
    assert [after[n].mentions for n in (0, 2, 3)] == [mentioned[n] for n in (0, 2, 3)]
    assert [after[n].statements for n in (0, 2, 3)] == [before[n].statements for n in (0, 2, 3)]


def test_what_moves_down_has_its_place_further_down() -> None:
    with reuse.reusing({}):
        before = split(FIRST, "train.py")
        place = before[1].place_of(before[1].statements[0])
        after = split("# one more line\n" + FIRST, "train.py")
        moved = after[1].place_of(after[1].statements[0])
    assert (place.row, moved.row) == (4, 5)
    assert after[1].statements is before[1].statements


def test_equal_chunks_do_not_share_their_nodes() -> None:
    with reuse.reusing({}):
        first = split("y = f(1)\n", "train.py")
        both = split("y = f(1)\ny = f(1)\n", "train.py")
    assert both[0].statements[0] is first[0].statements[0]
    assert both[1].statements[0] is not first[0].statements[0]


def test_files_keep_their_own_chunks_and_only_the_last_ones_stay() -> None:
    kept: reuse.Kept = {}
    with reuse.reusing(kept):
        for number in range(reuse.MOST_FILES + 5):
            split("x = 1\n", f"{number}.py")
    assert list(kept) == [f"{number}.py" for number in range(5, reuse.MOST_FILES + 5)]


def test_without_being_asked_to_nothing_is_kept() -> None:
    first, second = split(FIRST, "train.py"), split(FIRST, "train.py")
    assert first[0].statements[0] is not second[0].statements[0]


PIECES = (
    "import torch\n", "x = 1\n", "x = 2; y = 3\n", "# a comment\n", "\n", "    # indented\n", "def f(a):\n    return a\n",
    "@f\n", "class C:\n    x = 1\n", "if x:\n    y = 1\n", "else:\n    y = 2\n", "    z = 1\n", '"""text\n', "(\n", ")\n",
    "s = '''a\n\nb'''\n", "x = 1 \\\n", "f(1)  # behind\n", "\x0c\n", "x = 1\r\n", "y = 2\r",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=9), st.data())
def test_a_text_that_changes_has_the_chunks_that_it_would_have_anew(
    pieces: list[str], data: st.DataObject
) -> None:
    with reuse.reusing({}):
        for _ in range(4):
            text = "".join(pieces)
            assert said(text) == fresh(text)
            at = data.draw(st.integers(0, len(pieces)))
            new = data.draw(st.lists(st.sampled_from(PIECES), max_size=2))
            pieces = [*pieces[:at], *new, *pieces[at + data.draw(st.integers(0, 2)) :]]


def said(text: str) -> object:
    """The chunks of a text: their texts and rows, and what their statements are and where they stand."""
    try:
        chunks = split(text, "train.py")
    except SyntaxProblem as problem:
        return (problem.message, problem.row, problem.column)
    nodes = [(chunk, node) for chunk in chunks for top in chunk.statements for node in ast.walk(top)]
    return [
        *(
            (chunk.text, chunk.first_row, chunk.last_row, *map(ast.dump, chunk.statements))
            for chunk in chunks
        ),
        *(str(chunk.place_of(node)) for chunk, node in nodes),
    ]


def fresh(text: str) -> object:
    with reuse.reusing({}):
        return said(text)
