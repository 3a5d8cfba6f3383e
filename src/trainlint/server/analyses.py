"""Has what is open analysed whenever it changes, or something that it rests on does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from trainlint.server.documents import OpenDocument, Result, Texts, text_content
from trainlint.server.editor_settings import EditorSettings
from trainlint.server.worker import Answer, Job, Worker

_LONGEST_PAUSE = 0.15
"""Seconds to wait for more keystrokes where the last one was not answered yet, at most: a quarter of what the last
analysis took."""

log = logging.getLogger(__name__)


@dataclass
class Analyses:
    """The open documents by key. `shown` is called when a document has new findings, `told` when there are new
    facts about it."""

    worker: Worker
    texts: Callable[[], Texts]
    settings_for: Callable[[OpenDocument], EditorSettings]
    circumstances: Callable[[OpenDocument], dict[str, Any]]
    shown: Callable[[OpenDocument], None]
    told: Callable[[OpenDocument], None]
    complain: Callable[[str], None]
    documents: dict[str, OpenDocument] = field(default_factory=dict)
    _pauses: dict[str, asyncio.TimerHandle] = field(default_factory=dict)

    def opened(self, document: OpenDocument) -> None:
        self.documents[document.key] = document
        self.changed(document)

    def closed(self, key: str) -> OpenDocument | None:
        """Forgets a document; its file counts again for others."""
        document = self.documents.pop(key, None)
        if document is not None:
            self._pause_over(key)
            self.worker.drop(key)
            if document.path is not None and not document.is_notebook:
                self.worker.set_text(str(document.path), None)
                self.refresh([document.path])
        return document

    def changed(self, document: OpenDocument, *, analyse: bool = True) -> None:
        """A document has a new text. Others that rest on it are analysed after it."""
        document.revision += 1
        if document.path is not None and not document.is_notebook:
            text = self.texts().get_text_document(document.uri).source
            self.worker.set_text(str(document.path), text)
        if analyse:
            self._soon(document)
            if document.path is not None:
                self.refresh([document.path], but=document)

    def refresh(self, paths: Iterable[Path], but: OpenDocument | None = None) -> None:
        """Analyses again what rests on files that changed."""
        names = {str(path) for path in paths}
        names |= {str(path.parent) for path in map(Path, names)}
        for document in self.documents.values():
            if document is not but and document.result and document.result.rests_on & names:
                self._soon(document, urgent=False)

    def refresh_all(self) -> None:
        """Analyses everything again, because settings changed."""
        self.worker.forget_settings()
        for document in self.documents.values():
            self._soon(document, urgent=False)

    def _soon(self, document: OpenDocument, *, urgent: bool = True) -> None:
        """Asks for an analysis: at once, or while somebody types faster than is analysed after a pause."""
        self._pause_over(document.key)
        self.worker.drop(document.key)
        result = document.result
        answered = result is None or result.revision >= document.revision - 1
        pause = 0.0 if answered or result is None else min(_LONGEST_PAUSE, result.seconds / 4)
        self._pauses[document.key] = asyncio.get_running_loop().call_later(pause, self._ask, document, urgent)

    def _pause_over(self, key: str) -> None:
        pause = self._pauses.pop(key, None)
        if pause is not None:
            pause.cancel()

    def _ask(self, document: OpenDocument, urgent: bool) -> None:
        self._pauses.pop(document.key, None)
        if self.documents.get(document.key) is not document:
            return
        texts, settings = self.texts(), self.settings_for(document)
        state = Result(
            document.revision,
            {uri: texts.get_text_document(uri).source for uri in document.addresses},
            {uri: texts.get_text_document(uri).version for uri in document.addresses},
            dict(document.cells),
            [],
            unasked=not urgent,
        )
        if not settings.enable:
            self._take(document, state)
            return
        content = {
            "kind": "analyse",
            "document": text_content(document, texts),
            **self.circumstances(document),
            "facts": True,
        }
        hear = partial(self._hear, document, state)
        self.worker.ask(Job(document.key, content, hear, frozenset({"facts", "settings"}), urgent))

    def _hear(self, document: OpenDocument, state: Result, answer: Answer) -> None:
        if self.documents.get(document.key) is not document or document.revision != state.revision:
            return  # overtaken
        match answer["kind"]:
            case "findings":
                state.findings = answer["findings"]
                state.rests_on = frozenset(answer["rests_on"])
                state.seconds = answer["seconds"]
                document.problem = ""
                document.result = state
                self.shown(document)
                document.heard()
            case "facts":
                state.facts = answer["facts"]
                document.told = state
                document.heard()
                self.told(document)
            case "settings":
                if document.problem != answer["reason"]:
                    document.problem = answer["reason"]
                    self.complain(answer["reason"])
                self._take(document, state)
            case "failed":
                log.warning("%s was not analysed: %s", document.uri, answer["reason"])
                state.findings = [_gave_up(document, answer["reason"])]
                self._take(document, state)

    def _take(self, document: OpenDocument, state: Result) -> None:
        """Takes a result about which nothing more is to be told."""
        state.facts = {}
        document.result = document.told = state
        self.shown(document)
        document.heard()
        self.told(document)


def _gave_up(document: OpenDocument, reason: str) -> dict[str, Any]:
    """The finding for a document that could not be worked out."""
    return {
        "path": None,
        "cell": next(iter(document.cells), None),
        "range": [0, 0, 0, 1],
        "code": "TL905",
        "name": "analysis-gave-up",
        "severity": "warning",
        "message": f"not analysed: {reason}",
        "help": "the fault is in trainlint, not in your program: nothing else in this file was checked",
        "url": "",
        "certainty": "exact",
        "fingerprint": "",
        "related": [],
        "fix": None,
    }
