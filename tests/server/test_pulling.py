"""A client that asks for diagnostics itself, as VS Code does."""

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
from tests.server.programs import SLOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMAND = [sys.executable, "-m", "trainlint", "server", "--stdio"]


def of_vs_code() -> types.ClientCapabilities:
    """Up to LSP 3.17 what a client understands of diagnostics was said of those that are pushed."""
    capabilities = modern(pull=True)
    assert capabilities.text_document is not None
    assert capabilities.workspace is not None
    capabilities.workspace.inlay_hint = capabilities.workspace.code_lens = (
        None  # pytest-lsp takes no such requests
    )
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities(dynamic_registration=True)
    return capabilities


@pytest_lsp.fixture(scope="module", config=ClientServerConfig(server_command=COMMAND))
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    await lsp_client.initialize_session(types.InitializeParams(capabilities=of_vs_code()))
    yield
    await lsp_client.shutdown_session()


async def pulled(client: LanguageClient, uri: str) -> list[types.Diagnostic]:
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), identifier="trainlint")
    )
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


async def test_a_finding_is_handed_over_with_all_that_belongs_to_it(
    client: LanguageClient, tmp_path: Path
) -> None:
    uri = (tmp_path / "train.py").as_uri()
    text = SLOW.replace("net = ", "rate = 1e-8\nnet = ", 1).replace("lr=1e-8", "lr=rate")
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", 1, text))
    )
    [found] = await pulled(client, uri)
    assert found.code_description is not None
    assert [related.location.range.start.line for related in found.related_information or []] == [4]
    assert uri not in client.diagnostics, "nothing is pushed, too"


async def test_the_cells_of_a_notebook_are_pushed(client: LanguageClient, tmp_path: Path) -> None:
    notebook = (tmp_path / "train.ipynb").as_uri()
    cell = f"{notebook.replace('file:', 'vscode-notebook-cell:')}#1"
    assert not await pulled(client, cell), "VS Code asks before it has told of the notebook"
    client.notebook_document_did_open(
        types.DidOpenNotebookDocumentParams(
            types.NotebookDocument(
                notebook, "jupyter-notebook", 1, [types.NotebookCell(types.NotebookCellKind.Code, cell)]
            ),
            [types.TextDocumentItem(cell, "python", 1, SLOW)],
        )
    )
    async with asyncio.timeout(20):
        while not client.diagnostics.get(cell):
            await asyncio.sleep(0.01)
    assert [found.code for found in client.diagnostics[cell]] == ["learning-rate-too-low"]
    assert not await pulled(client, cell), "they are shown once"
