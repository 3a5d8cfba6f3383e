"""Text with a name: a file, an editor buffer, the code cells of a notebook."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from trainlint.sources import disk
from trainlint.sources.lines import LineIndex
from trainlint.sources.notebook import Cell, NotAPythonNotebook, code_of_cells, code_of_notebook

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_NEWLINE = re.compile(r"\r\n|\n|\r")


class Unreadable(Exception):
    """A file that cannot be turned into text; `reason` says why in the user's words."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(f"{filename}: {reason}")
        self.filename = filename
        self.reason = reason


@dataclass(frozen=True)
class Document:
    """A program's text as it stands, newlines untouched, without the byte order mark.

    `filename` is what users read; `path` is None for text that lies in no file. For a notebook, `text` is the
    module that its code cells make together and `cells` says which rows belong to which cell.
    """

    filename: str
    text: str
    path: Path | None = None
    encoding: str = "utf-8"
    newline: str = "\n"
    bom: bool = False
    cells: tuple[Cell, ...] = ()

    @classmethod
    def from_path(cls, path: Path, filename: str | None = None) -> Document:
        """Reads a file: a notebook by its ending, Python with its declared encoding otherwise."""
        filename = filename or path.as_posix()
        try:
            data = disk.read(path)
        except OSError as error:
            raise Unreadable(filename, f"cannot be read: {error.strerror or error}") from error
        return replace(cls.from_bytes(data, filename), path=path)

    @classmethod
    def from_bytes(cls, data: bytes, filename: str) -> Document:
        """What `from_path` makes of the content of a file, for text that arrives on a pipe."""
        if filename.endswith(".ipynb"):
            return cls.from_text(_decode(data, "utf-8", filename), filename)
        encoding = _declared_encoding(data, filename)
        text = _decode(data, encoding, filename)
        return replace(cls.from_text(text, filename), encoding=encoding, bom=data.startswith(b"\xef\xbb\xbf"))

    @classmethod
    def from_text(cls, text: str, filename: str = "<text>", path: Path | None = None) -> Document:
        """Takes text as it is: an editor's buffer, a test's snippet, the JSON of a notebook."""
        bom = text.startswith(_BOM)
        text = text.removeprefix(_BOM)
        if not filename.endswith(".ipynb"):
            return cls(filename, text, path, newline=_first_newline(text), bom=bom)
        try:
            code, cells = code_of_notebook(text)
        except NotAPythonNotebook as error:
            raise Unreadable(filename, str(error)) from error
        return cls(filename, code, path, newline=_first_newline(code), bom=bom, cells=cells)

    @classmethod
    def from_cells(
        cls, cells: Iterable[tuple[int, str]], filename: str, path: Path | None = None
    ) -> Document:
        """A notebook whose code cells an editor has open, each with its number."""
        code, placed = code_of_cells(cells)
        return cls(filename, code, path, newline=_first_newline(code), cells=placed)

    @cached_property
    def lines(self) -> LineIndex:
        return LineIndex(self.text)

    def cell_at(self, row: int) -> Cell | None:
        """The notebook cell that a row of the joined text belongs to."""
        return next((cell for cell in self.cells if cell.first_row <= row < cell.first_row + cell.rows), None)

    def row_in_cell(self, row: int) -> tuple[int, int] | None:
        """The number of the cell that a row of the joined text belongs to, and the row within it."""
        cell = self.cell_at(row)
        return (cell.number, row - cell.first_row + 1) if cell is not None else None

    def row_in_text(self, cell: int | None, row: int) -> int:
        """The row of the joined text for a row in a cell; the row itself where there are no cells."""
        return next((c.first_row + row - 1 for c in self.cells if c.number == cell), row)


def _first_newline(text: str) -> str:
    found = _NEWLINE.search(text)
    return found.group() if found else "\n"


def _declared_encoding(data: bytes, filename: str) -> str:
    # bytes.splitlines, unlike that of str, ends lines where Python does.
    lines = io.BytesIO(b"".join(line + b"\n" for line in data.splitlines()[:2]))
    try:
        encoding, _ = tokenize.detect_encoding(lines.readline)
    except (SyntaxError, UnicodeDecodeError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise Unreadable(filename, f"cannot be decoded: {reason}") from error
    return encoding


def _decode(data: bytes, encoding: str, filename: str) -> str:
    # The byte order mark is kept here: `from_text` takes it off and remembers it.
    try:
        return data.decode("utf-8" if encoding == "utf-8-sig" else encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            filename, f"cannot be decoded as {encoding}: byte 0x{data[error.start]:02x} in line {row}"
        ) from error
    except (UnicodeError, LookupError) as error:
        raise Unreadable(filename, f"cannot be decoded as {encoding}: {error}") from error
