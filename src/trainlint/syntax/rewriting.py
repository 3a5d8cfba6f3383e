"""What edits make of a file's bytes: encoding, byte order mark and line ends stay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from trainlint.sources.document import Document, Unreadable
from trainlint.sources.lines import LineIndex
from trainlint.sources.settings_entry import NotSettings
from trainlint.sources.settings_file import SUFFIXES, parse
from trainlint.syntax import gate
from trainlint.syntax.edits import TextEdit, edited
from trainlint.syntax.notebook_edits import NoSuchCode, NotebookText
from trainlint.syntax.positions import Place

# By YAML 1.1, and so for PyYAML, `1e-3` is text; `1.0e-3` is a number for everybody.
_WITHOUT_DOT = re.compile(r"^([-+]?\d+)[eE](?=[-+]?\d+$)")
_BOM = b"\xef\xbb\xbf"
# Lines end here for YAML, not for others: rows could mean other lines.
_ODD_LINE_ENDS = ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")


class NotRewritable(Exception):
    """Edits that are not made; the text says why."""


@dataclass(frozen=True)
class PlacedEdit:
    """Put `content` at a place; rows of a notebook count within the cell."""

    place: Place
    content: str
    cell: int | None = None


def rewritten(data: bytes, filename: str, edits: Iterable[PlacedEdit]) -> bytes:
    """The file's content after edits of which no two meet.

    Raises:
        NotRewritable: the edits do not fit the file, or it could not be read after them.
    """
    suffix = PurePath(filename).suffix.lower()
    if suffix == ".ipynb":
        return _notebook(data, filename, edits)
    if suffix in SUFFIXES:
        return _settings(data, suffix, edits)
    return _program(data, filename, edits)


def content_for(suffix: str, content: str) -> str:
    """A value as a kind of file writes it, `suffix` being the end of such files' names."""
    if suffix.lower() in (".yaml", ".yml"):
        return _WITHOUT_DOT.sub(r"\1.0e", content)
    return content


def _program(data: bytes, filename: str, edits: Iterable[PlacedEdit]) -> bytes:
    try:
        document = Document.from_bytes(data, filename)
    except Unreadable as error:
        raise NotRewritable(error.reason) from error
    text = edited(document.text, _edits_of_text(document.text, document.newline, edits))
    _ensure_parses(text)
    mark = _BOM if document.bom else b""
    encoding = "utf-8" if document.encoding == "utf-8-sig" else document.encoding
    try:
        if mark + document.text.encode(encoding) != data:
            raise NotRewritable(f"{encoding} has several ways to write it")
        return mark + text.encode(encoding)
    except UnicodeError as error:
        raise NotRewritable(f"the fix cannot be written in {encoding}") from error


def _notebook(data: bytes, filename: str, edits: Iterable[PlacedEdit]) -> bytes:
    try:
        text = data.removeprefix(_BOM).decode()
        notebook = NotebookText(text)
        made = [e for edit in edits for e in notebook.edits(edit.cell or 0, edit.place, edit.content)]
        text = edited(text, made)
        _ensure_parses(Document.from_text(text, filename).text)
    except (UnicodeError, NoSuchCode) as error:
        raise NotRewritable(str(error)) from error
    except Unreadable as error:
        raise NotRewritable(error.reason) from error
    return (_BOM if data.startswith(_BOM) else b"") + text.encode()


def _settings(data: bytes, suffix: str, edits: Iterable[PlacedEdit]) -> bytes:
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeError as error:
        raise NotRewritable("it is not written in UTF-8") from error
    if any(character in text for character in _ODD_LINE_ENDS):
        raise NotRewritable("it holds unusual line ends")
    newline = Document.from_text(text).newline
    edits = [replace(edit, content=content_for(suffix, edit.content)) for edit in edits]
    text = edited(text, _edits_of_text(text, newline, edits))
    try:
        parse(text, SUFFIXES[suffix])
    except NotSettings as error:
        raise NotRewritable(f"it could not be read after the fix: {error}") from error
    return (_BOM if data.startswith(_BOM) else b"") + text.encode()


def _edits_of_text(text: str, newline: str, edits: Iterable[PlacedEdit]) -> list[TextEdit]:
    lines = LineIndex(text)
    return [
        TextEdit(
            lines.offset(edit.place.row, edit.place.column),
            lines.offset(edit.place.end_row, edit.place.end_column),
            edit.content.replace("\n", newline),
        )
        for edit in edits
    ]


def _ensure_parses(text: str) -> None:
    try:
        gate.parse(text)
    except gate.SyntaxProblem as problem:
        raise NotRewritable(
            f"row {problem.row} would be no Python after the fix: {problem.message}"
        ) from problem
