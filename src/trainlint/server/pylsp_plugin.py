"""trainlint within python-lsp-server: its findings beside those of other linters.

The entry point `pylsp` in the environment of that server is all that it takes; `pylsp.plugins.trainlint.enabled`
switches it off. Settings come from settings files. It analyses in the process of python-lsp-server, which has threads
of its own for that; the language server of trainlint itself does more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pylsp import hookimpl

from trainlint.config.mistakes import WrongSettings
from trainlint.engine.configured import Configured
from trainlint.server.analysis import Analysis
from trainlint.server.lookup import meet, smallest_around
from trainlint.server.texts import Encoding
from trainlint.sources import disk

_SEVERITIES = {"error": 1, "warning": 2, "info": 3}
_UNNEEDED = 1
_ENCODING: Encoding = "utf-16"  # python-lsp-server knows no other


@hookimpl
def pylsp_settings() -> dict[str, Any]:
    """The settings of the plugin."""
    return {"plugins": {"trainlint": {"enabled": True}}}


@hookimpl
def pylsp_lint(workspace: Any, document: Any) -> list[dict[str, Any]]:
    """The findings of a document."""
    analysis = _analysis(workspace, document)
    found = analysis.findings() if analysis is not None else []
    return [
        {
            "source": "trainlint",
            "range": _range(finding["range"]),
            "severity": _SEVERITIES[finding["severity"]],
            "code": finding["name"],
            "codeDescription": {"href": finding["url"]},
            "message": "\n".join(filter(None, (finding["message"], finding["help"]))),
            "tags": [_UNNEEDED] if finding["name"] == "unused-suppression" else [],
        }
        for finding in found
        if finding["path"] is None
    ]


@hookimpl
def pylsp_hover(workspace: Any, document: Any, position: dict[str, int]) -> dict[str, Any] | None:
    """What was understood of a setting or a layer."""
    analysis = _analysis(workspace, document)
    hovers = analysis.facts()["hovers"] if analysis is not None else []
    marks = ((hover["range"], hover) for hover in hovers)
    found = smallest_around(marks, position["line"], position["character"])
    if not found:
        return None
    return {"contents": {"kind": "markdown", "value": found[0][1]["text"]}, "range": _range(found[0][0])}


@hookimpl
def pylsp_code_actions(workspace: Any, document: Any, range: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: A002
    """The fixes of findings in a range."""
    analysis = _analysis(workspace, document)
    start, end = range["start"], range["end"]
    wanted = [start["line"], start["character"], end["line"], end["character"]]
    actions = []
    for finding in analysis.findings() if analysis is not None else []:
        fix = finding["fix"]
        if fix is None or finding["path"] is not None or not meet(finding["range"], wanted):
            continue
        changes: dict[str, list[dict[str, Any]]] = {}
        for edit in fix["edits"]:
            uri = Path(edit["path"]).as_uri() if edit["path"] else document.uri
            changes.setdefault(uri, []).append({"range": _range(edit["range"]), "newText": edit["text"]})
        unsafe = f" (unsafe: {fix['reason']})" if not fix["safe"] else ""
        actions.append({"title": fix["title"] + unsafe, "kind": "quickfix", "edit": {"changes": changes}})
    return actions


def _analysis(workspace: Any, document: Any) -> Analysis | None:
    """What trainlint makes of a document; nothing while its settings cannot be used."""
    path = Path(document.path) if document.uri.startswith("file:") else None
    given = {
        "path": str(path) if path else None,
        "name": document.filename or "text",
        "text": document.source,
    }
    others = {
        other.path: other.source.encode("utf-8", "surrogatepass")
        for other in getattr(workspace, "documents", {}).values()
        if other.uri.startswith("file:") and getattr(other, "_source", None) is not None
    }
    try:
        with disk.overlaid(others):
            return Analysis.of(given, _ENCODING, Configured())
    except WrongSettings:
        return None


def _range(numbers: list[int]) -> dict[str, dict[str, int]]:
    line, character, end_line, end_character = numbers
    return {
        "start": {"line": line, "character": character},
        "end": {"line": end_line, "character": end_character},
    }
