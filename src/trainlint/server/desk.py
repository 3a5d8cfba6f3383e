"""Where everything meets: the client, its settings, what is open, what is shown."""

from __future__ import annotations

import asyncio
import logging
import webbrowser
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lsprotocol import types

from trainlint.server import probing
from trainlint.server.analyses import Analyses
from trainlint.server.client import Client
from trainlint.server.connection import Connection
from trainlint.server.diagnostics import Board, Shape
from trainlint.server.documents import OpenDocument, Texts, path_of
from trainlint.server.editor_settings import EditorSettings
from trainlint.server.preferences import read
from trainlint.server.worker import Worker

log = logging.getLogger(__name__)


class Desk:
    """The state of one session with a client."""

    def __init__(self, server: Connection, worker: Worker) -> None:
        self.server = server
        self.worker = worker
        self.client = Client()
        self.settings = EditorSettings()
        self.trusted = True
        self.trainer = probing.Trainer()
        self.checked: dict[Path, Path] = {}  # files that were checked though they are not open
        self.by_folder: dict[Path, EditorSettings] = {}
        self.board = Board(self._publish, self._pushes, self.address_of, self.version_of)
        self.analyses = Analyses(
            worker,
            self.texts,
            self.settings_for,
            self.circumstances,
            self._shown,
            self._told,
            self.complain,
        )
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- the client ---------------------------------------------------------------------------------------

    def connect(self, params: types.InitializeParams) -> None:
        """Takes in what the client says when it connects."""
        self.client = Client.of(params.capabilities)
        self.board.shape = Shape.for_client(params.capabilities, pull=self.client.pulls)
        given = params.initialization_options
        if isinstance(given, dict):
            self.trusted = given.get("trusted") is not False
            self.take_settings(given.get("settings", given))

    def take_settings(self, given: object, folder: Path | None = None) -> None:
        """Takes in the settings of the client, for all files or for those of a folder."""
        if isinstance(given, dict) and isinstance(given.get("trainlint"), dict):
            given = given["trainlint"]
        settings, problems = read(given)
        if folder is None:
            self.settings = settings
        else:
            self.by_folder[folder] = settings
        for problem in problems:
            self.complain(problem)

    def circumstances(self, document: OpenDocument) -> dict[str, Any]:
        """What an analysis of a document has to know beside the document."""
        return {
            "folder": str(document.folder),
            "settings": self.settings_for(document).model_dump(mode="json"),
            "encoding": self.encoding,
            "trusted": self.trusted,
        }

    @property
    def encoding(self) -> str:
        encoding = self.server.workspace.position_encoding
        return str(getattr(encoding, "value", encoding) or "utf-16")

    def complain(self, message: str) -> None:
        """Tells the user what the settings make impossible."""
        log.warning("%s", message)
        self.server.window_show_message(
            types.ShowMessageParams(type=types.MessageType.Warning, message=f"trainlint: {message}")
        )

    def ask_later(self, asking: Coroutine[Any, Any, Any]) -> None:
        """Has something done beside everything else; errors go to the log."""
        task = asyncio.get_running_loop().create_task(asking)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("%s", error)

    async def show(self, url: str) -> None:
        """Opens a page in the client, or in a browser where the client does not show pages."""
        if self.client.shows_documents:
            shown = await self.server.window_show_document_async(
                types.ShowDocumentParams(uri=url, external=not url.startswith("file:"))
            )
            if shown.success:
                return
        await asyncio.to_thread(webbrowser.open, url)

    # -- documents ----------------------------------------------------------------------------------------

    def texts(self) -> Texts:
        texts = self.server.workspace
        assert isinstance(texts, Texts)
        return texts

    def text(self, uri: str) -> str:
        document = self.texts().text_documents.get(unquote(uri))
        return document.source if document is not None else ""

    def document_at(self, uri: str) -> OpenDocument | None:
        """The open document with an address, which may be that of a notebook's cell."""
        found = self.analyses.documents.get(unquote(uri))
        if found is not None:
            return found
        notebook = self.server.workspace.get_notebook_document(cell_uri=uri)
        return self.analyses.documents.get(unquote(notebook.uri)) if notebook is not None else None

    def settings_for(self, document: OpenDocument) -> EditorSettings:
        return self.by_folder.get(document.folder, self.settings)

    def folders(self) -> list[Path]:
        """The folders of the workspace."""
        workspace = self.server.workspace
        uris = [folder.uri for folder in workspace.folders.values()]
        if not uris and workspace.root_uri:
            uris = [workspace.root_uri]
        return [path for path in map(path_of, uris) if path is not None]

    def folder_of(self, path: Path | None) -> Path:
        """The innermost folder of the workspace around a file; without one, the file's own."""
        folders = self.folders()
        if path is None:
            return folders[0] if folders else Path.cwd()
        around = [folder for folder in folders if path.is_relative_to(folder)]
        return max(around, key=lambda folder: len(folder.parts), default=path.parent)

    def address_of(self, path: Path) -> str:
        """The address of a file, as the client spells it where the file is open."""
        for document in self.analyses.documents.values():
            if document.path == path and not document.is_notebook:
                return document.uri
        return path.as_uri()

    def version_of(self, uri: str) -> int | None:
        document = self.texts().text_documents.get(unquote(uri))
        return document.version if document is not None else None

    # -- what is shown ------------------------------------------------------------------------------------

    def probes(self, settings: EditorSettings) -> bool:
        """Whether findings can be confirmed by training."""
        return settings.probe.enable and self.trusted and probing.is_there()

    def _pushes(self, address: str) -> bool:
        """Whether diagnostics of an address are pushed. A client that pulls asks for what it has open; but those of
        VS Code ask for the cells of a notebook before they have told of it, and not again."""
        document = self.document_at(address)
        return document is None or not self.is_pulled(document)

    def is_pulled(self, document: OpenDocument) -> bool:
        """Whether the client asks for the diagnostics of an open document."""
        return self.client.pulls and not document.is_notebook

    def _publish(self, address: str, version: int | None, found: list[types.Diagnostic]) -> None:
        self.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=address, diagnostics=found, version=version)
        )

    def _shown(self, document: OpenDocument) -> None:
        self.board.put(document)

    def _told(self, document: OpenDocument) -> None:
        """Has the client ask again for what it asked before this was known."""
        if document.result is not None and document.result.unasked:
            self._refresh(self.client.refreshes_hints, types.WORKSPACE_INLAY_HINT_REFRESH)
            self._refresh(self.client.refreshes_lenses, types.WORKSPACE_CODE_LENS_REFRESH)
            self.refresh_diagnostics()

    def refresh_diagnostics(self) -> None:
        """Has a client that asks for diagnostics ask again."""
        self._refresh(
            self.client.pulls and self.client.refreshes_diagnostics, types.WORKSPACE_DIAGNOSTIC_REFRESH
        )

    def _refresh(self, wanted: bool, method: str) -> None:
        if wanted:
            self.ask_later(self._asked_to(method))

    async def _asked_to(self, method: str) -> None:
        await self.server.protocol.send_request_async(method)
