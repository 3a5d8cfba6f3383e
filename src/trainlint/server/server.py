"""The language server: one session with one client."""

from __future__ import annotations

import logging
import sys

from lsprotocol import types

from trainlint import __version__
from trainlint.server import checking, features, probing, settings, showing, synchronizing
from trainlint.server.connection import Connection
from trainlint.server.desk import Desk
from trainlint.server.documents import Texts
from trainlint.server.worker import Worker

_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook="*", cells=[types.NotebookCellLanguage(language="python")]
        )
    ],
    save=True,
)


class Server(Connection):
    """Answers a client with what the worker finds out."""

    def __init__(self, worker: Worker | None = None) -> None:
        super().__init__(
            "trainlint",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            notebook_document_sync=_NOTEBOOKS,
        )
        self.desk = Desk(self, worker or Worker())

        @self.feature(types.INITIALIZE)
        def initialize(params: types.InitializeParams) -> None:
            self._initialize(params)

        for part in (synchronizing, features, settings, showing, checking, probing):
            part.register(self.desk)

    async def prepare(self) -> None:
        self.desk.worker.on_unusable = self.desk.complain
        self.desk.worker.start()

    async def finish(self) -> None:
        await self.desk.trainer.end()
        await self.desk.worker.close()

    def _initialize(self, params: types.InitializeParams) -> None:
        """Called before the server's abilities are told, which depend on the client's."""
        before = self.workspace
        self.protocol._workspace = Texts(
            before.root_uri,
            types.TextDocumentSyncKind.Incremental,
            list(before.folders.values()),
            before.position_encoding,
        )
        self.desk.connect(params)
        if self.desk.client.pulls:
            showing.register_pull(self.desk)


def serve(tcp: tuple[str, int] | None = None, *, level: str = "warning") -> int:
    """Serves a client on standard input and output, or the first one that connects to a host and a port; the
    exit status."""
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(max(logging.ERROR, logging.getLogger().level))
    server = Server()
    return server.serve_tcp(*tcp) if tcp else server.serve_stdio()
