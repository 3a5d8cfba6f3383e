"""A file after edits: what was not edited stays, byte by byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainlint.sources.document import Document
from trainlint.syntax.edits import TextEdit, edited
from trainlint.syntax.positions import Place
from trainlint.syntax.rewriting import NotRewritable, PlacedEdit, rewritten

NAMES = st.text("abcäßλ字😀", min_size=1, max_size=5)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def at(row: int, column: int, end_column: int, content: str, cell: int | None = None) -> PlacedEdit:
    return PlacedEdit(Place("x", row, column, row, end_column), content, cell)


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6), ENDS, st.booleans(), st.data())
def test_encoding_mark_and_line_ends_stay(
    pairs: list[tuple[str, str]], end: str, bom: bool, data: st.DataObject
) -> None:
    mark = b"\xef\xbb\xbf" if bom else b""
    text = "".join(f"x = '{old}' # {old}{end}" for old, _ in pairs)
    rows = data.draw(st.sets(st.integers(1, len(pairs))))
    edits = [at(row, 6, 6 + len(pairs[row - 1][0]), pairs[row - 1][1]) for row in rows]
    wanted = "".join(
        f"x = '{new if row in rows else old}' # {old}{end}" for row, (old, new) in enumerate(pairs, start=1)
    )
    assert rewritten(mark + text.encode(), "x.py", edits) == mark + wanted.encode()


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=5), st.data())
def test_an_edit_changes_its_range_only(text: str, content: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert edited(text, [TextEdit(start, end, content)]) == text[:start] + content + text[end:]


def test_a_declared_encoding_is_kept() -> None:
    data = "# coding: latin-1\nx = 'ü'\n".encode("latin-1")
    assert rewritten(data, "x.py", [at(2, 6, 7, "ö")]) == "# coding: latin-1\nx = 'ö'\n".encode("latin-1")
    with pytest.raises(NotRewritable, match="cannot be written in iso-8859-1"):
        rewritten(data, "x.py", [at(2, 6, 7, "字")])


def test_what_would_be_no_python_is_refused() -> None:
    with pytest.raises(NotRewritable, match="row 1 would be no Python"):
        rewritten(b"x = 1\n", "x.py", [at(1, 5, 6, "(")])


@pytest.mark.parametrize(
    ("filename", "before", "after"),
    [
        ("c.yaml", "lr: 1e-8  # tiny\r\nb: 2\r\n", "lr: 0.01  # tiny\r\nb: 2\r\n"),
        ("c.toml", "lr= 1e-8\n", "lr= 0.01\n"),
        ("c.json", '{"":1e-8}', '{"":0.01}'),
    ],
)
def test_settings_files_are_edited(filename: str, before: str, after: str) -> None:
    assert rewritten(before.encode(), filename, [at(1, 5, 9, "0.01")]) == after.encode()


def test_a_number_stays_one_for_every_reader_of_yaml() -> None:
    assert rewritten(b"lr: 5\n", "c.yml", [at(1, 5, 6, "1e-3")]) == b"lr: 1.0e-3\n"
    assert rewritten(b"lr= 5\n", "c.toml", [at(1, 5, 6, "1e-3")]) == b"lr= 1e-3\n"


def test_settings_that_could_not_be_read_any_more_are_left() -> None:
    with pytest.raises(NotRewritable, match="could not be read"):
        rewritten(b"lr: 1\n", "c.yaml", [at(1, 5, 6, "[")])
    with pytest.raises(NotRewritable, match="unusual line ends"):
        rewritten("a: 'x\x85'\nlr: 1\n".encode(), "c.yaml", [at(2, 5, 6, "2")])


def notebook(*sources: Any, **layout: Any) -> bytes:
    cells = [{"cell_type": "code", "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4}, **layout).encode()


@settings(deadline=None)
@given(
    st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4),
    st.sampled_from([{"indent": 1}, {"indent": 4, "ensure_ascii": False}, {}]),
    st.booleans(),
)
def test_in_a_notebook_only_the_code_changes(
    pairs: list[tuple[str, str]], layout: dict[str, Any], listed: bool
) -> None:
    def shaped(sources: list[str]) -> list[Any]:
        return [source.splitlines(keepends=True) if listed else source for source in sources]

    before = notebook(*shaped([f"# 😀 é\nx = '{old}'\n" for old, _ in pairs]), **layout)
    after = notebook(*shaped([f"# 😀 é\nx = '{new}'\n" for _, new in pairs]), **layout)
    edits = [at(2, 6, 6 + len(old), new, cell) for cell, (old, new) in enumerate(pairs, start=1)]
    made = rewritten(before, "n.ipynb", edits)
    assert json.loads(made) == json.loads(after)
    if all(text.isascii() for pair in pairs for text in pair) or layout.get("ensure_ascii", True):
        assert made == after


def test_a_notebook_keeps_its_odd_ways() -> None:
    before = b'{ "cells" :\r\n [{"cell_type":"code", "source":["x = \\u0022a\\/b\\u0022\\r\\n", "y = 1"]}] , "z":1.0e0}'
    made = rewritten(before, "n.ipynb", [at(2, 5, 6, '"q"', 1)])
    assert made == before.replace(b"y = 1", b'y = \\"q\\"')


def test_an_edit_may_reach_over_rows_of_a_cell() -> None:
    data = notebook(["x = f(\n", "    1,\n", ")\n", "y = 2"])
    edit = PlacedEdit(Place("n", 1, 5, 3, 2), "g(2)", 1)
    code = Document.from_text(rewritten(data, "n.ipynb", [edit]).decode(), "n.ipynb").text
    assert code == "x = g(2)\ny = 2\n"


def test_magics_are_not_edited() -> None:
    data = notebook("%matplotlib inline\n%time x = 1")
    with pytest.raises(NotRewritable, match="row 1 holds a magic"):
        rewritten(data, "n.ipynb", [at(1, 1, 5, "", 1)])
    code = json.loads(rewritten(data, "n.ipynb", [at(2, 11, 12, "2", 1)]))["cells"][0]["source"]
    assert code == "%matplotlib inline\n%time x = 2"


@pytest.mark.parametrize("cell", [None, 0, 7])
def test_a_cell_that_is_not_there_is_refused(cell: int | None) -> None:
    with pytest.raises(NotRewritable, match="has no code"):
        rewritten(notebook("x = 1"), "n.ipynb", [at(1, 1, 2, "y", cell)])


def test_edits_that_meet() -> None:
    assert TextEdit(0, 3, "").meets(TextEdit(2, 4, ""))
    assert not TextEdit(0, 3, "").meets(TextEdit(3, 4, ""))
    assert TextEdit(3, 3, "a").meets(TextEdit(3, 3, "b"))
