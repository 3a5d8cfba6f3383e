"""Shows findings: as diagnostics of the protocol, pushed to a client or handed over when it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lsprotocol import types

from trainlint.server.documents import OpenDocument, Result, path_of

SOURCE = "trainlint"

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
_UNNEEDED = frozenset({"unused-suppression"})


@dataclass(frozen=True)
class Shape:
    """Which parts of a diagnostic a client understands."""

    related: bool = True
    link: bool = True
    tags: bool = True
    data: bool = True

    @classmethod
    def for_client(cls, capabilities: types.ClientCapabilities, *, pull: bool) -> Shape:
        """What a client says of diagnostics that are pushed counts for those it pulls, too: before LSP 3.18 there
        was no other place to say it."""
        told = capabilities.text_document
        pushed = told.publish_diagnostics if told else None
        pulled = told.diagnostic if told and pull else None

        def can(name: str) -> bool:
            return bool(getattr(pushed, name, None)) or bool(getattr(pulled, name, None))

        return cls(
            related=can("related_information"),
            link=can("code_description_support"),
            tags=can("tag_support"),
            data=can("data_support"),
        )


@dataclass
class Board:
    """What is shown at each address. A finding about an imported file is shown there, whichever document it was
    found with."""

    publish: Callable[[str, int | None, list[types.Diagnostic]], None]
    pushes: Callable[[str], bool]
    address_of: Callable[[Path], str]
    version_of: Callable[[str], int | None]
    shape: Shape = field(default_factory=Shape)
    _by_document: dict[str, dict[str, list[types.Diagnostic]]] = field(default_factory=dict)
    _shown: set[str] = field(default_factory=set)

    def put(self, document: OpenDocument) -> None:
        """Shows the newest result of a document in place of the one before."""
        result = document.result
        if result is None:
            return
        found: dict[str, list[types.Diagnostic]] = {address: [] for address in document.addresses}
        for finding in result.findings:
            address = self.address(document, result, finding)
            if address is not None:
                found.setdefault(address, []).append(self.diagnostic(document, finding))
        self.put_found(document.key, found)

    def put_found(self, key: str, found: dict[str, list[types.Diagnostic]]) -> None:
        """Shows what was found with something, by address."""
        before = self._by_document.get(key, {})
        self._by_document[key] = found
        for address in dict.fromkeys((*found, *before)):
            self._update(address)

    def take(self, key: str, addresses: list[str]) -> None:
        """Shows nothing more that was found with a document."""
        found = self._by_document.pop(key, {})
        for address in dict.fromkeys((*addresses, *found)):
            self._update(address)

    def drop(self, key: str, addresses: Iterable[str]) -> None:
        """Shows nothing at addresses that a document has no longer, such as those of removed cells."""
        for address in addresses:
            self._by_document.get(key, {}).pop(address, None)
            self._update(address)

    def at(self, address: str) -> list[types.Diagnostic]:
        """All that is to be shown at an address, each once."""
        told: dict[tuple[object, ...], types.Diagnostic] = {}
        for found in self._by_document.values():
            for diagnostic in found.get(address, ()):
                start, end = diagnostic.range.start, diagnostic.range.end
                key = (
                    start.line,
                    start.character,
                    end.line,
                    end.character,
                    diagnostic.code,
                    diagnostic.message,
                )
                told.setdefault(key, diagnostic)
        return sorted(told.values(), key=lambda d: (d.range.start.line, d.range.start.character, str(d.code)))

    def diagnostic(self, document: OpenDocument, finding: Mapping[str, Any]) -> types.Diagnostic:
        """A finding as the client understands it."""
        shape = self.shape
        judged = document.verdict_on(finding)
        related = [
            types.DiagnosticRelatedInformation(
                location=types.Location(uri=address, range=range_of(place["range"])), message=place["message"]
            )
            for place in (finding["related"] if shape.related else ())
            if (address := self.address(document, document.result, place)) is not None
        ]
        return types.Diagnostic(
            range=range_of(finding["range"]),
            message="\n".join(filter(None, (finding["message"], finding["help"], _said(judged)))),
            severity=_SEVERITIES[(judged or finding)["severity"]],
            code=finding["name"],
            code_description=types.CodeDescription(finding["url"]) if shape.link and finding["url"] else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if shape.tags and finding["name"] in _UNNEEDED else None,
            related_information=related or None,
            data={"code": finding["code"], "fingerprint": finding["fingerprint"]} if shape.data else None,
        )

    def address(self, document: OpenDocument, result: Result | None, place: Mapping[str, Any]) -> str | None:
        """The address that a `path` and a `cell` of an analysis mean."""
        if place["path"] is not None:
            return self.address_of(Path(place["path"]))
        if document.is_notebook:
            cells = result.cells if result is not None else document.cells
            return cells.get(place["cell"] or next(iter(cells), 0))
        return document.uri

    def _update(self, address: str) -> None:
        if not self.pushes(address):
            return
        found = self.at(address)
        if found or address in self._shown or self.version_of(address) is not None:
            self._shown.add(address)
            self.publish(address, self.version_of(address), found)
            if not found:
                self._shown.discard(address)


def _said(judged: Mapping[str, Any] | None) -> str:
    """What training said, in a sentence."""
    if judged is None:
        return ""
    probe = judged["probe"]
    because = f": {probe['evidence'][0]['text']}" if probe["evidence"] else ""
    return f"{probe['verdict']} by training{because}"


def range_of(numbers: list[int]) -> types.Range:
    """A range from its four numbers."""
    line, character, end_line, end_character = numbers
    return types.Range(types.Position(line, character), types.Position(end_line, end_character))


def same_address(one: str, other: str) -> bool:
    """Whether two spellings mean the same."""
    return unquote(one) == unquote(other) or (path_of(one) is not None and path_of(one) == path_of(other))
