"""Code actions: computed from the range that is asked about and the newest findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from lsprotocol import types

from trainlint.server.diagnostics import Board, range_of
from trainlint.server.documents import OpenDocument, Result
from trainlint.server.lookup import meet

FIX_ALL = "source.fixAll.trainlint"
OPEN_RULE = "trainlint.server.openRule"
PROBE = "trainlint.probe"

Edits = dict[str, list[types.TextEdit]]


@dataclass(frozen=True)
class Actions:
    """Makes the actions for a document at one of its addresses."""

    document: OpenDocument
    result: Result
    address: str
    board: Board
    version_of: Callable[[str], int | None]
    versioned: bool
    probes: bool

    def at(self, wanted: Sequence[int], only: Sequence[str] | None) -> list[types.CodeAction]:
        """The actions for a range, of the kinds that the client wants; all kinds where it names none."""
        actions: list[types.CodeAction] = []
        if _is_wanted(types.CodeActionKind.QuickFix, only):
            here = [
                (number, finding)
                for number, finding in enumerate(self.result.findings)
                if self._address(finding) == self.address and meet(finding["range"], wanted)
            ]
            for number, finding in here:
                actions += self._for_finding(number, finding)
        if only and _is_wanted(FIX_ALL, only) and (all_fixes := self._fix_all()):
            actions.append(all_fixes)
        return actions

    def _for_finding(self, number: int, finding: Mapping[str, Any]) -> Iterator[types.CodeAction]:
        name = finding["name"]
        shown = [self.board.diagnostic(self.document, finding)]
        fix = finding["fix"]
        if fix is not None and (edit := self._edit(fix["edits"])):
            title = fix["title"]
            if not fix["safe"]:
                title += f" (unsafe: {fix['reason']})" if fix["reason"] else " (unsafe)"
            yield types.CodeAction(
                title=title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=shown,
                edit=edit,
                is_preferred=fix["safe"] or None,
            )
        for key, where in (("ignore", "on this line"), ("ignore_file", "in this file")):
            comments = (self.result.facts or {}).get(key) or []
            if number < len(comments) and (comment := comments[number]) is not None:
                edit = self._edit([{"path": None, **comment}])
                if edit is not None:
                    yield types.CodeAction(
                        title=f"Ignore `{name}` {where}",
                        kind=types.CodeActionKind.QuickFix,
                        diagnostics=shown,
                        edit=edit,
                    )
        if finding["url"]:
            command = types.Command(f"Open the page of `{name}`", OPEN_RULE, arguments=[name, finding["url"]])
            yield types.CodeAction(
                title=command.title, kind=types.CodeActionKind.QuickFix, diagnostics=shown, command=command
            )
        if self.probes and not finding["code"].startswith("TL90"):
            command = types.Command("Confirm by training briefly", PROBE, arguments=[self.document.uri])
            yield types.CodeAction(
                title=command.title, kind=types.CodeActionKind.QuickFix, diagnostics=shown, command=command
            )

    def _fix_all(self) -> types.CodeAction | None:
        """All safe fixes that change this document only and do not meet each other."""
        taken: list[Mapping[str, Any]] = []
        for finding in self.result.findings:
            fix = finding["fix"]
            edits = fix["edits"] if fix is not None and fix["safe"] else []
            own = all(edit["path"] is None for edit in edits)
            if own and not any(_same_text(edit, other) for edit in edits for other in taken):
                taken += edits
        edit = self._edit(taken) if taken else None
        if edit is None:
            return None
        return types.CodeAction(title="Fix all that is safe to fix", kind=FIX_ALL, edit=edit)

    def _edit(self, edits: Sequence[Mapping[str, Any]]) -> types.WorkspaceEdit | None:
        """The edits as the client takes them; None when one of them is about a file that is no text to it."""
        changes: Edits = {}
        for edit in edits:
            address = self._address(edit)
            if address is None or (edit["path"] or "").endswith(".ipynb"):
                return None
            changes.setdefault(address, []).append(types.TextEdit(range_of(edit["range"]), edit["text"]))
        if not self.versioned:
            return types.WorkspaceEdit(changes=changes)
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(address, self._version(address)), list(made)
                )
                for address, made in changes.items()
            ]
        )

    def _version(self, address: str) -> int | None:
        return self.result.versions.get(address, self.version_of(address))

    def _address(self, place: Mapping[str, Any]) -> str | None:
        if place["path"] is not None:
            return self.board.address_of(Path(place["path"]))
        return self.result.cells.get(place["cell"] or 0) if self.document.is_notebook else self.document.uri


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client that asks for kinds, or for those around it, means this one."""
    words = [wanted.value if isinstance(wanted, Enum) else wanted for wanted in only or ()]
    return not words or any(kind == word or kind.startswith(f"{word}.") or not word for word in words)


def _same_text(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one["path"], one["cell"]) == (other["path"], other["cell"]) and meet(one["range"], other["range"])
