"""What did not change is not parsed again."""

from __future__ import annotations

from trainlint.syntax import reuse
from trainlint.syntax.chunks import split

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
