"""What a client asks about a place: hover, inlay hints, code lenses, code actions. Everything is looked up in the
newest result, so that answers never wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import unquote

from lsprotocol import types

from trainlint.server.actions import FIX_ALL, OPEN_RULE, PROBE, Actions
from trainlint.server.desk import Desk
from trainlint.server.diagnostics import range_of
from trainlint.server.documents import OpenDocument
from trainlint.server.evidence import verdict_text
from trainlint.server.lookup import marks, meet, smallest_around

PATIENCE = 2.0
"""Seconds that a request about a text which is still analysed waits for the result."""

_MOST_HOVERS = 4


def register(desk: Desk) -> None:
    """Registers the handlers of these requests."""
    server = desk.server

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await _hover(desk, params)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions(resolve_provider=False))
    async def hints(params: types.InlayHintParams) -> list[types.InlayHint] | None:
        return await _hints(desk, params)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens] | None:
        return await _lenses(desk, params)

    kinds = [types.CodeActionKind.QuickFix, FIX_ALL]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        return await _actions(desk, params)

    @server.command(OPEN_RULE)
    async def open_rule(name: str, url: str) -> None:
        await desk.show(url)


async def _hover(desk: Desk, params: types.HoverParams) -> types.Hover | None:
    uri = params.text_document.uri
    document = desk.document_at(uri)
    result = await document.any_facts(PATIENCE) if document is not None else None
    if document is None or result is None:
        return None
    told = marks(result, "hovers", uri_of(document, uri), desk.text(uri), cell_at(document, uri))
    found = smallest_around(
        chain(told, _evidence(document, uri)), params.position.line, params.position.character
    )
    if not found:
        return None
    smallest = found[0][0]
    texts = dict.fromkeys(mark["text"] for place, mark in found if place == smallest)
    value = "\n\n---\n\n".join(list(texts)[:_MOST_HOVERS])
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, value), range_of(smallest))


def _evidence(document: OpenDocument, uri: str) -> Iterator[tuple[list[int], dict[str, str]]]:
    """What training said about findings, at their places."""
    result = document.result
    for finding in result.findings if result is not None and document.verdicts else ():
        judged = document.verdict_on(finding)
        if judged is not None and finding["path"] is None and document.address(finding["cell"]) == uri:
            yield finding["range"], {"text": verdict_text(judged)}


async def _hints(desk: Desk, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    uri = params.text_document.uri
    document = desk.document_at(uri)
    if document is None or not desk.settings_for(document).show_inlay_hints:
        return None
    result = await document.settled_facts(PATIENCE)
    if result is None:
        return None
    start, end = params.range.start, params.range.end
    wanted = [start.line, start.character, end.line, end.character]
    told = marks(result, "hints", uri_of(document, uri), desk.text(uri), cell_at(document, uri))
    return [
        types.InlayHint(
            position=range_of(place).end,
            label=mark["label"],
            tooltip=types.MarkupContent(types.MarkupKind.Markdown, mark["tooltip"]),
            padding_left=True,
        )
        for place, mark in told
        if meet([place[2], place[3], place[2], place[3]], wanted)
    ]


async def _lenses(desk: Desk, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    uri = params.text_document.uri
    document = desk.document_at(uri)
    if document is None:
        return None
    settings = desk.settings_for(document)
    if not (settings.code_lens and desk.probes(settings)):
        return None
    result = await document.settled_facts(PATIENCE)
    if result is None:
        return None
    told = marks(result, "lenses", uri_of(document, uri), desk.text(uri), cell_at(document, uri))
    command = types.Command("Confirm by training briefly", PROBE, arguments=[document.uri])
    return [types.CodeLens(range_of(place), command) for place, _ in told]


async def _actions(desk: Desk, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    uri = params.text_document.uri
    document = desk.document_at(uri)
    if document is None:
        return None
    result = await document.settled_facts(PATIENCE)
    if result is None or result.revision != document.revision:
        return None  # edits must fit the very text
    settings = desk.settings_for(document)
    start, end = params.range.start, params.range.end
    actions = Actions(
        document=document,
        result=result,
        address=uri_of(document, uri),
        board=desk.board,
        version_of=desk.version_of,
        versioned=desk.client.takes_document_changes,
        probes=desk.probes(settings),
    )
    return actions.at([start.line, start.character, end.line, end.character], params.context.only)


def uri_of(document: OpenDocument, uri: str) -> str:
    """An address as it was spelt when it was opened."""
    return next((known for known in document.addresses if unquote(known) == unquote(uri)), uri)


def cell_at(document: OpenDocument, uri: str) -> int | None:
    """The number of a notebook's cell, None for other documents."""
    if not document.is_notebook:
        return None
    return next((number for number, known in document.cells.items() if unquote(known) == unquote(uri)), None)
