"""Settings from one source, as they stand there: a file, or what a command line adds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainlint.sources.settings_entry import Entry, NotSettings, Span
from trainlint.sources.settings_file import parse

Key = tuple[str, ...]


@dataclass(frozen=True)
class Layer:
    """`values` as TOML has them, `rows` where they stand. `source` is what users read, empty for options of
    a command line; patterns and paths in the values are relative to `folder`."""

    source: str
    values: Mapping[str, Any]
    folder: Path
    path: Path | None = None
    rows: Mapping[Key, int] = field(default_factory=dict)

    def place(self, key: Sequence[str]) -> str:
        """`file:row` of a key, or of the nearest thing around it whose row is known; `--key` of an option."""
        if not self.source:
            return f"--{key[0]}" if key else "command line"
        for length in range(len(key), -1, -1):
            row = self.rows.get(tuple(key[:length]))
            if row is not None:
                return f"{self.source}:{row}"
        return self.source


class NoTable(Exception):
    """A pyproject.toml that says nothing about trainlint."""


def layer_of_file(path: Path, shown: str) -> Layer:
    """Reads `[tool.trainlint]` of a pyproject.toml, the whole of any other file.

    Raises:
        NoTable: a pyproject.toml without that table.
        NotSettings: the file cannot be read, or is no TOML.
    """
    try:
        text = path.read_text("utf-8-sig")
        entry = parse(text, "toml")
    except OSError as error:
        raise NotSettings(f"{shown}: cannot be read: {error.strerror or error}") from None
    except (NotSettings, ValueError) as error:
        raise NotSettings(f"{shown}: is no TOML: {error}") from None
    prefix: Key = ("tool", "trainlint") if path.name == "pyproject.toml" else ()
    for depth, part in enumerate(prefix, start=1):
        if not isinstance(entry.content, dict) or part not in entry.content:
            raise NoTable
        entry = entry.content[part]
        if not isinstance(entry.content, dict):
            key = ".".join(prefix[:depth])
            raise NotSettings(f"{shown}: `{key}` is no table; settings stand under `[tool.trainlint]`")
    rows = {key: span.row for key, span in _spans(entry, ()) if span != _NOWHERE}
    values = _plain(entry)
    return Layer(shown, values, path.parent, path, rows)


def layer_of_assignment(text: str, folder: Path) -> Layer:
    """A `KEY = VALUE` of a command line, in TOML.

    Raises:
        NotSettings: it is no TOML.
    """
    try:
        values = tomllib.loads(text)
    except ValueError as error:
        try:
            # `fail-on=error`, as a shell leaves it, means the text.
            key, _, value = text.partition("=")
            values = tomllib.loads(f'{key}="{value.strip()}"')
        except ValueError:
            raise NotSettings(f"--config `{text}`: is neither a file nor TOML: {error}") from None
    return Layer(f"--config `{text}`", values, folder)


_NOWHERE = Span(1, 1, 1, 1)
"""What entries have whose place is not known."""


def _spans(entry: Entry, key: Key) -> Iterator[tuple[Key, Span]]:
    yield key, entry.span
    if isinstance(entry.content, dict):
        for name, inner in entry.content.items():
            yield from _spans(inner, (*key, name))


def _plain(entry: Entry) -> Any:
    if isinstance(entry.content, dict):
        return {key: _plain(value) for key, value in entry.content.items()}
    if isinstance(entry.content, list):
        return [_plain(item) for item in entry.content]
    return entry.content
