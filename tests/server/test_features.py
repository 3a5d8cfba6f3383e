"""The server as an editor sees it, by the protocol."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.server.capabilities import modern
from tests.server.programs import HEALTHY, SLOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMAND = [sys.executable, "-m", "trainlint", "server", "--stdio"]


@pytest_lsp.fixture(scope="module", config=ClientServerConfig(server_command=COMMAND))
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    for method in (types.WORKSPACE_INLAY_HINT_REFRESH, types.WORKSPACE_CODE_LENS_REFRESH):

        @lsp_client.feature(method)
        def refresh(params: None) -> None:
            """Nothing is kept that could be asked for again."""

    await lsp_client.initialize_session(types.InitializeParams(capabilities=modern()))
    yield
    await lsp_client.shutdown_session()


async def opened(client: LanguageClient, path: Path, text: str) -> str:
    """The address of a document that is opened, once its diagnostics are there."""
    uri = path.as_uri()
    item = types.TextDocumentItem(uri=uri, language_id="python", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await published(client, uri)
    return uri


async def published(client: LanguageClient, uri: str) -> list[types.Diagnostic]:
    """What is shown at an address, the next time that something is."""
    client.diagnostics.pop(uri, None)
    async with asyncio.timeout(20):
        while uri not in client.diagnostics:
            await asyncio.sleep(0.01)
    return list(client.diagnostics[uri])


def at(uri: str, line: int, character: int) -> types.HoverParams:
    return types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))


def replaced(uri: str, version: int, where: types.Range, text: str) -> types.DidChangeTextDocumentParams:
    return types.DidChangeTextDocumentParams(
        types.VersionedTextDocumentIdentifier(version, uri),
        [types.TextDocumentContentChangePartial(range=where, text=text)],
    )


async def actions(
    client: LanguageClient, uri: str, line: int, only: list[str] | None = None
) -> dict[str, types.CodeAction | types.Command]:
    """The actions for an empty range at the end of a line, by title; nothing is sent back of what was shown."""
    place = types.Range(types.Position(line, 50), types.Position(line, 50))
    found = await client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri), place, types.CodeActionContext(diagnostics=[], only=only)
        )
    )
    return {action.title: action for action in found or []}


async def test_a_finding_is_shown_with_all_that_belongs_to_it(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    [found] = client.diagnostics[uri]
    assert found.code == "learning-rate-too-low"
    assert found.source == "trainlint"
    assert found.severity == types.DiagnosticSeverity.Error
    assert (found.range.start.line, found.range.start.character) == (5, 50)
    assert found.message.startswith("`Adam` with learning rate 1e-8")
    assert found.code_description is not None
    assert found.code_description.href.endswith("/learning-rate-too-low.md")


async def test_what_is_typed_changes_what_is_shown(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    place = client.diagnostics[uri][0].range
    client.text_document_did_change(replaced(uri, 2, place, "1e-3"))
    assert not await published(client, uri)
    client.text_document_did_change(replaced(uri, 3, place, "1e-9"))
    assert len(await published(client, uri)) == 1


async def test_a_closed_document_shows_nothing(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
    assert not await published(client, uri)


async def test_hovering_tells_what_was_understood(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    rate = await client.text_document_hover_async(at(uri, 5, 51))
    assert rate is not None
    assert "learning rate" in rate.contents.value
    assert "1e-08" in rate.contents.value
    assert "usual: 1e-5 to 3e-3" in rate.contents.value
    layer = await client.text_document_hover_async(at(uri, 4, 38))
    assert layer is not None
    assert "(64, 784) → (64, 128)" in layer.contents.value
    assert "100,480 parameters" in layer.contents.value
    assert await client.text_document_hover_async(at(uri, 0, 0)) is None


async def test_hints_tell_the_shapes_behind_layers(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", HEALTHY)
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = await client.text_document_inlay_hint_async(
        types.InlayHintParams(types.TextDocumentIdentifier(uri), whole)
    )
    labels = [hint.label for hint in sorted(hints or [], key=lambda hint: hint.position.character)]
    assert labels == ["→ (64, 784)", "→ (64, 128)", "→ (64, 128)", "→ (64, 10)"]


async def test_fixes_need_nothing_sent_back(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    found = await actions(client, uri, 5)
    fix = found["Write `1e-3` instead of `1e-8` (unsafe: trains with another learning rate)"]
    assert isinstance(fix, types.CodeAction)
    assert fix.edit is not None
    [change] = fix.edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 1
    assert [(edit.range.start.line, edit.new_text) for edit in change.edits] == [(5, "1e-3")]
    assert not fix.is_preferred
    assert "Ignore `learning-rate-too-low` on this line" in found
    assert "Ignore `learning-rate-too-low` in this file" in found
    assert "Open the page of `learning-rate-too-low`" in found


async def test_unsafe_fixes_are_never_among_all_fixes(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    assert not await actions(client, uri, 5, ["source.fixAll"])
    silenced = HEALTHY.replace("lr=1e-3)", "lr=1e-3)  # trainlint: ignore[learning-rate-too-low]")
    other = await opened(client, tmp_path / "other.py", silenced)
    found = await actions(client, other, 5, ["source.fixAll"])
    assert list(found) == ["Fix all that is safe to fix"]
    assert not await actions(client, other, 5, ["refactor"])


async def test_the_plan_is_given_on_request(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    told = await client.protocol.send_request_async("trainlint/understood", {"textDocument": {"uri": uri}})
    assert told.uri == uri
    assert told.plan.optimizers[0].name == "Adam"
    assert told.findings[0].name == "learning-rate-too-low"
    assert told.findings[0].range == [5, 50, 5, 54]


async def test_what_was_understood_leads_to_the_code(client: LanguageClient, tmp_path: Path) -> None:
    uri = await opened(client, tmp_path / "train.py", SLOW)
    told = await client.protocol.send_request_async("trainlint/understood", {"textDocument": {"uri": uri}})
    rate = told.understood.optimizers[0].facts[0]
    assert rate.name == "learning rate"
    assert rate.location.uri == uri
    start, end = rate.location.range.start, rate.location.range.end
    assert (start.line, start.character, end.line, end.character) == (5, 50, 5, 54)
