"""JSON whose values know where they stand."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from trainlint.sources.settings_entry import Entry, NotSettings, Span

_BLANK = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r"[-+\w.]+")


def parse_json(text: str) -> Entry:
    """The entries of a JSON text.

    Raises:
        NotSettings: the text is not JSON.
    """
    try:
        json.loads(text)  # from here on the text is known to be well formed
        return _Reader(text).value(0)[0]
    except (ValueError, RecursionError) as error:
        raise NotSettings(str(error)) from None


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def value(self, offset: int) -> tuple[Entry, int]:
        """The value that begins at or after an offset, and the offset where it ends."""
        start = self._skip(offset)
        content: Any
        if self.text[start] == "{":
            content, end = self._object(start + 1)
        elif self.text[start] == "[":
            content, end = self._array(start + 1)
        elif self.text[start] == '"':
            content, end = scanstring(self.text, start + 1, False)
        else:
            word = _WORD.match(self.text, start)
            assert word is not None
            content, end = json.loads(word.group()), word.end()
        return Entry(content, self._span(start, end)), end

    def _object(self, offset: int) -> tuple[dict[str, Entry], int]:
        entries: dict[str, Entry] = {}
        offset = self._skip(offset)
        while self.text[offset] != "}":
            key, offset = scanstring(self.text, offset + 1, False)
            entries[key], offset = self.value(self._skip(offset) + 1)
            offset = self._next(offset)
        return entries, offset + 1

    def _array(self, offset: int) -> tuple[list[Entry], int]:
        entries: list[Entry] = []
        offset = self._skip(offset)
        while self.text[offset] != "]":
            entry, offset = self.value(offset)
            entries.append(entry)
            offset = self._next(offset)
        return entries, offset + 1

    def _next(self, offset: int) -> int:
        offset = self._skip(offset)
        return self._skip(offset + 1) if self.text[offset] == "," else offset

    def _skip(self, offset: int) -> int:
        blank = _BLANK.match(self.text, offset)
        return blank.end() if blank else offset

    def _span(self, start: int, end: int) -> Span:
        row, end_row = bisect_right(self.starts, start), bisect_right(self.starts, end)
        return Span(row, start - self.starts[row - 1] + 1, end_row, end - self.starts[end_row - 1] + 1)
