"""What a client has open: texts and notebooks, each with the newest result of its analysis."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from trainlint.server.texts import Encoding, changed

LANGUAGES = ("python",)
"""Languages of text documents that are analysed."""


class Text(TextDocument):
    """A text that lines end in as in the protocol and in Python: at \\n, \\r\\n and \\r, nowhere else."""

    def _apply_incremental_change(self, change: types.TextDocumentContentChangePartial) -> None:
        start, end = change.range.start, change.range.end
        encoding: Encoding = self._position_codec.encoding  # type: ignore[assignment]
        self._source = changed(
            self.source,
            (start.line, start.character),
            (end.line, end.character),
            change.text,
            encoding,
        )


class Texts(Workspace):
    """The texts of a client; a change of one that is not open changes nothing."""

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> Text:
        return Text(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )

    def update_text_document(
        self,
        text_doc: types.VersionedTextDocumentIdentifier,
        change: types.TextDocumentContentChangeEvent,
    ) -> None:
        if unquote(text_doc.uri) in self.text_documents:
            super().update_text_document(text_doc, change)


@dataclass
class Result:
    """What came of one state of a document. `texts` are those that were analysed, by address."""

    revision: int
    texts: dict[str, str]
    versions: dict[str, int | None]
    cells: dict[int, str]
    findings: list[dict[str, Any]]
    rests_on: frozenset[str] = frozenset()
    seconds: float = 0.0
    unasked: bool = False  # not the document changed, but something that it rests on
    facts: dict[str, Any] | None = None


@dataclass(eq=False)
class OpenDocument:
    """A text document, or a notebook with all its cells. Addresses are spelt as the client spells them."""

    uri: str
    is_notebook: bool
    path: Path | None
    folder: Path
    cells: dict[int, str] = field(default_factory=dict)
    revision: int = 0
    result: Result | None = None
    told: Result | None = None  # the newest result that has facts: the last one, or the one before it
    problem: str = ""
    verdicts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """What training said about findings, by fingerprint and message: about the same finding it holds still."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def key(self) -> str:
        return unquote(self.uri)

    @property
    def name(self) -> str:
        """A name for people where there is no file."""
        return Path(urlsplit(self.uri).path).name or self.uri

    @property
    def addresses(self) -> list[str]:
        """The addresses that diagnostics are about: its own, or those of its cells."""
        return list(self.cells.values()) if self.is_notebook else [self.uri]

    def address(self, cell: int | None) -> str | None:
        """Where a finding in a cell, or in the document itself, is shown."""
        return self.cells.get(cell or 0) if self.is_notebook else self.uri

    @property
    def is_settled(self) -> bool:
        return self.result is not None and self.result.revision == self.revision

    def verdict_on(self, finding: Mapping[str, Any]) -> dict[str, Any] | None:
        """A finding as training left it, if there was one."""
        return self.verdicts.get((finding["fingerprint"], finding["message"]))

    def heard(self) -> None:
        """Wakes those who wait for a result."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def settled(self, patience: float) -> Result | None:
        """The result of the newest state, when there is one in time; else the last one that there was."""
        await self._until(lambda: self.is_settled, patience)
        return self.result

    async def settled_facts(self, patience: float) -> Result | None:
        """The same for a result with facts."""
        await self._until(lambda: self.is_settled and self.told is self.result, patience)
        return self.told

    async def any_facts(self, patience: float) -> Result | None:
        """What facts there are, at once; only right after opening there are none yet."""
        await self._until(lambda: self.told is not None, patience)
        return self.told

    async def _until(self, holds: Callable[[], bool], patience: float) -> None:
        if holds():
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not holds():
                    await self._changed.wait()


def path_of(uri: str) -> Path | None:
    """The file at an address, None for what lies in no file."""
    if urlsplit(uri).scheme not in ("file", "vscode-notebook-cell"):
        return None
    path = to_fs_path(uri)
    return Path(path) if path else None


def text_content(document: OpenDocument, texts: Texts) -> dict[str, Any]:
    """A document as an analysis takes it."""
    given: dict[str, Any] = {"path": str(document.path) if document.path else None, "name": document.name}
    if document.is_notebook:
        cells = [(number, texts.get_text_document(uri).source) for number, uri in document.cells.items()]
        return {**given, "cells": cells}
    return {**given, "text": texts.get_text_document(document.uri).source}


def code_cells(notebook: types.NotebookDocument, texts: Texts) -> Iterator[tuple[int, str]]:
    """The Python cells of a notebook, by their numbers among all cells."""
    for number, cell in enumerate(notebook.cells, start=1):
        text = texts.text_documents.get(unquote(cell.document))
        if cell.kind == types.NotebookCellKind.Code and text is not None and text.language_id in LANGUAGES:
            yield number, cell.document
