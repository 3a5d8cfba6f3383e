"""The parts of the VS Code extension's package.json that are made: its settings, and the rules they may name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import trainlint
from trainlint.engine.pages import summary_of
from trainlint.engine.registry import registry
from trainlint.server.editor_settings import EditorSettings

FILE = Path(__file__).parent.parent.parent / "vscode-extension" / "package.json"


def manifest_text() -> str:
    """The file as it should be; what is not made stays as it is."""
    manifest: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    properties = dict(_properties(EditorSettings, "trainlint"))
    manifest["version"] = trainlint.__version__
    manifest["contributes"]["configuration"]["properties"] = properties
    # What may start another program is not taken from a workspace that is not trusted.
    manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = [
        name for name, made in properties.items() if made["scope"] == "machine-overridable"
    ]
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _properties(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    schemas = model.model_json_schema(by_alias=True)["properties"]
    for field in model.model_fields.values():
        assert field.alias
        name = f"{prefix}.{field.alias}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _properties(field.annotation, name)
        else:
            yield name, _property(field.alias, field, schemas[field.alias])


def _property(name: str, field: FieldInfo, schema: dict[str, Any]) -> dict[str, Any]:
    """A property as VS Code's settings editor wants it: no `anyOf`, but several types."""
    made = {key: value for key, value in schema.items() if key not in {"title", "anyOf", "description"}}
    if "anyOf" in schema:
        one: dict[str, Any] = next(option for option in schema["anyOf"] if option["type"] != "null")
        made |= one | {"type": [one["type"], "null"]}
        if "enum" in one:
            made["enum"] = [*one["enum"], None]
    if name in {"select", "ignore"}:
        made["items"] = {**made["items"], "defaultSnippets": list(_rules())}
    made["default"] = json.loads(json.dumps(field.default))
    return {"markdownDescription": field.description, **made}


def _rules() -> Iterator[dict[str, str]]:
    for rule in registry().rules.values():
        yield {"label": rule.name, "body": rule.name, "description": f"{rule.code}: {summary_of(rule)}"}
