"""What a client can do, as it says when it connects."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True)
class Client:
    """The abilities of a client that the server asks for."""

    pulls: bool = False
    refreshes_diagnostics: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False
    takes_document_changes: bool = False
    has_configuration: bool = False
    registers_configuration: bool = False
    watches_files: bool = False
    shows_documents: bool = False
    shows_progress: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Client:
        def can(path: str) -> bool:
            return bool(get_capability(capabilities, path, False))

        return cls(
            pulls=get_capability(capabilities, "text_document.diagnostic", None) is not None,
            refreshes_diagnostics=can("workspace.diagnostics.refresh_support"),
            refreshes_hints=can("workspace.inlay_hint.refresh_support"),
            refreshes_lenses=can("workspace.code_lens.refresh_support"),
            takes_document_changes=can("workspace.workspace_edit.document_changes"),
            has_configuration=can("workspace.configuration"),
            registers_configuration=can("workspace.did_change_configuration.dynamic_registration"),
            watches_files=can("workspace.did_change_watched_files.dynamic_registration"),
            shows_documents=can("window.show_document.support"),
            shows_progress=can("window.work_done_progress"),
        )
