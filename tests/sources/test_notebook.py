"""Notebooks become one module, and rows find their way back into the cells."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainlint.sources.document import Document, Unreadable


def notebook(*cells: tuple[str, str | list[str]], **metadata: Any) -> str:
    """The JSON of a notebook with cells of the given types."""
    return json.dumps(
        {
            "nbformat": 4,
            "metadata": metadata,
            "cells": [{"cell_type": kind, "source": source} for kind, source in cells],
        }
    )


def test_code_cells_are_joined_in_order() -> None:
    document = Document.from_text(
        notebook(("code", "a = 1"), ("markdown", "# text"), ("code", ["b = 2\n", "c = 3"])), "n.ipynb"
    )
    assert document.text == "a = 1\nb = 2\nc = 3\n"
    cell = document.cell_at(3)
    assert cell is not None
    assert (cell.number, 3 - cell.first_row + 1) == (3, 2)
    assert document.row_in_text(3, 2) == 3


def test_notebooks_of_format_3_are_read() -> None:
    cell = {"cell_type": "code", "language": "python", "input": ["a = 1\n", "b = 2"]}
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]})
    assert Document.from_text(text, "n.ipynb").text == "a = 1\nb = 2\n"


def test_a_notebook_in_another_language_is_empty() -> None:
    text = notebook(("code", "x <- 1"), kernelspec={"language": "R"})
    assert Document.from_text(text, "n.ipynb").text == ""


def test_a_new_notebook_is_empty() -> None:
    assert Document.from_text("", "n.ipynb").text == ""


@pytest.mark.parametrize("text", ["{", "[]", "{}", "1", "null", '{"cells": ' + "[" * 100_000])
def test_what_is_no_notebook_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable, match="no notebook"):
        Document.from_text(text, "n.ipynb")


@pytest.mark.parametrize(
    "cells", [3, None, [1, None, {}], [{"cell_type": "code"}], [{"cell_type": "code", "source": [1, "a"]}]]
)
def test_odd_cells_are_passed_over(cells: object) -> None:
    Document.from_text(json.dumps({"cells": cells, "metadata": 3}), "n.ipynb")


@given(st.lists(st.text(alphabet=st.sampled_from("ab%!?=\n\r '\u2028"), max_size=12), max_size=5))
def test_every_row_of_every_cell_is_found_again(sources: list[str]) -> None:
    document = Document.from_text(notebook(*(("code", source) for source in sources)), "n.ipynb")
    for number, cell in enumerate(document.cells, start=1):
        assert cell.number == number
        for row in range(1, cell.rows + 1):
            assert document.cell_at(document.row_in_text(number, row)) == cell
    assert sum(cell.rows for cell in document.cells) == document.text.count("\n")
