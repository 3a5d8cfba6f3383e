"""Jupyter notebooks: the code cells, in order, as one module."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trainlint.sources.magics import python_of_cell

_NEWLINE = re.compile(r"\r\n|\r")
_PYTHON = re.compile(r"i?python", re.IGNORECASE)


class NotAPythonNotebook(ValueError):
    """The file is no notebook; the message says why."""


@dataclass(frozen=True)
class Cell:
    """A code cell and the rows it takes in the joined module. Numbers from 1 count cells of every type."""

    number: int
    first_row: int
    rows: int


def code_of_notebook(text: str) -> tuple[str, tuple[Cell, ...]]:
    """The module that the code cells make together, and which rows came from which cell.

    A notebook in another language gives an empty module.
    """
    return code_of_cells(_code_cells(_parse(text)))


def code_of_cells(sources: Iterable[tuple[int, str]]) -> tuple[str, tuple[Cell, ...]]:
    """The same for cells that are there already, each with its number."""
    parts: list[str] = []
    cells: list[Cell] = []
    row = 1
    for number, source in sources:
        code = python_of_cell(_NEWLINE.sub("\n", source))
        rows = code.count("\n") + 1
        cells.append(Cell(number, row, rows))
        parts.append(code + "\n")
        row += rows
    return "".join(parts), tuple(cells)


def sources_of_notebook(text: str) -> dict[int, str]:
    """The code cells as they are written, by number."""
    return dict(_code_cells(_parse(text)))


def _parse(text: str) -> dict[str, Any]:
    if not text.strip():
        return {"cells": []}  # an editor's new notebook
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotAPythonNotebook(f"is no notebook: {error.msg} in line {error.lineno}") from error
    except RecursionError as error:
        raise NotAPythonNotebook("is no notebook: nested too deeply") from error
    except ValueError as error:  # a number of too many digits
        raise NotAPythonNotebook(f"is no notebook: {error}") from error
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise NotAPythonNotebook("is no notebook: it has no `cells`")
    return notebook


def _code_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, str]]:
    if not _PYTHON.match(_language(notebook)):
        return
    for number, cell in enumerate(_all_cells(notebook), start=1):
        if cell.get("cell_type") != "code" or not _PYTHON.match(_text(cell.get("language")) or "python"):
            continue
        yield number, _text(cell.get("source", cell.get("input")))


def _all_cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for holder in _dicts(notebook.get("worksheets")) if "worksheets" in notebook else [notebook]:
        # Cells of unexpected shape still count, so that numbers agree with what an editor shows.
        cells = holder.get("cells")
        for cell in cells if isinstance(cells, list) else []:
            yield cell if isinstance(cell, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    if not isinstance(metadata, dict):
        return "python"
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(section)
        if isinstance(entry, dict) and isinstance(entry.get(key), str):
            return str(entry[key])
    return "python"


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(item for item in value if isinstance(item, str))
    return value if isinstance(value, str) else ""
