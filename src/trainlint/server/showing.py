"""Hands diagnostics over when a client asks for them, and all that was understood of a program."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from trainlint.server.desk import Desk
from trainlint.server.documents import text_content
from trainlint.server.features import uri_of
from trainlint.server.locations import with_locations

UNDERSTOOD = "trainlint/understood"

_PARTS = ("understood", "plan", "findings", "facts")

_PATIENCE = 60.0
"""Seconds that a client waits for diagnostics, at most; the analysis itself ends earlier."""


def register(desk: Desk) -> None:
    """Registers `trainlint/understood`."""

    @desk.server.feature(UNDERSTOOD)
    async def understood(params: Any) -> dict[str, Any] | None:
        return await _understood(desk, params)


def register_pull(desk: Desk) -> None:
    """Registers what only clients may see that ask for diagnostics themselves."""
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier="trainlint"
    )

    @desk.server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def diagnostics(
        params: types.DocumentDiagnosticParams,
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        uri = params.text_document.uri
        document = desk.document_at(uri)
        if document is None or not desk.is_pulled(document):
            return types.RelatedFullDocumentDiagnosticReport(items=[])
        if desk.settings_for(document).run == "onType":
            await document.settled(_PATIENCE)
        found = desk.board.at(uri_of(document, uri))
        result_id = str(hash(repr(found)))
        if params.previous_result_id == result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result_id)
        return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=result_id)


async def _understood(desk: Desk, params: Any) -> dict[str, Any] | None:
    """The plan of an open document, with its findings and what is told about places in it."""
    uri = str(getattr(getattr(params, "textDocument", None), "uri", ""))
    document = desk.document_at(uri)
    if document is None:
        return None
    content = {
        "kind": "understood",
        "document": text_content(document, desk.texts()),
        **desk.circumstances(document),
    }
    ends = frozenset({"understood", "settings"})
    answer = await desk.worker.answer(f"understood {document.key}", content, ends)
    if answer["kind"] != "understood":
        return {"uri": document.uri, "reason": answer["reason"]}
    parts = {name: answer[name] for name in _PARTS}
    parts["understood"] = with_locations(
        parts["understood"], lambda target: desk.board.address(document, document.result, target)
    )
    return {"uri": document.uri, **parts}
