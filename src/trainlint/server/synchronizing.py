"""Keeps up with what a client opens, changes, saves and closes."""

from __future__ import annotations

from urllib.parse import unquote

from lsprotocol import types

from trainlint.server.desk import Desk
from trainlint.server.documents import LANGUAGES, OpenDocument, code_cells, path_of
from trainlint.server.settings import changed_on_disk


def register(desk: Desk) -> None:
    """Registers the handlers of these notifications."""
    server = desk.server

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        if item.language_id in LANGUAGES:
            _open(desk, item.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = desk.analyses.documents.get(unquote(params.text_document.uri))
        if document is not None:
            on_type = desk.settings_for(document).run == "onType"
            desk.analyses.changed(document, analyse=on_type)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        document = desk.analyses.documents.get(unquote(params.text_document.uri))
        if document is not None and not document.is_settled:
            desk.analyses.changed(document)
        path = path_of(params.text_document.uri)
        if path is not None and not desk.client.watches_files:
            changed_on_disk(desk, [path])

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        _close(desk, params.text_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_did_open(params: types.DidOpenNotebookDocumentParams) -> None:
        uri = params.notebook_document.uri
        path = path_of(uri)
        document = OpenDocument(uri, True, path, desk.folder_of(path))
        _number_cells(desk, document)
        desk.analyses.opened(document)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_did_change(params: types.DidChangeNotebookDocumentParams) -> None:
        document = desk.analyses.documents.get(unquote(params.notebook_document.uri))
        if document is None:
            return
        gone = set(document.addresses)
        _number_cells(desk, document)
        gone -= set(document.addresses)
        desk.board.drop(document.key, gone)
        desk.analyses.changed(document, analyse=desk.settings_for(document).run == "onType")

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def notebook_did_save(params: types.DidSaveNotebookDocumentParams) -> None:
        document = desk.analyses.documents.get(unquote(params.notebook_document.uri))
        if document is not None and not document.is_settled:
            desk.analyses.changed(document)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_did_close(params: types.DidCloseNotebookDocumentParams) -> None:
        _close(desk, params.notebook_document.uri)


def _open(desk: Desk, uri: str) -> None:
    path = path_of(uri)
    desk.analyses.opened(OpenDocument(uri, False, path, desk.folder_of(path)))


def _close(desk: Desk, uri: str) -> None:
    document = desk.analyses.closed(unquote(uri))
    if document is not None:
        desk.board.take(document.key, document.addresses)


def _number_cells(desk: Desk, document: OpenDocument) -> None:
    notebook = desk.server.workspace.get_notebook_document(notebook_uri=document.uri)
    document.cells = dict(code_cells(notebook, desk.texts())) if notebook is not None else {}
