"""The JSON schema of the `json` report; it describes what `as_json` makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from trainlint.engine.verdict import Verdict

FILE = Path(__file__).parent / "findings.schema.json"
"""The schema as it is shipped."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Position(_Model):
    """Rows and columns from 1, columns in code points; in a notebook rows count within the cell."""

    row: int = Field(ge=1)
    column: int = Field(ge=1)


class Placed(_Model):
    """A range of a file; its end is exclusive. `cell` counts all cells of a notebook from 1."""

    filename: str
    cell: int | None
    location: Position
    end_location: Position


class RelatedPlace(Placed):
    """A place that explains a finding."""

    message: str


class Replacement(Placed):
    """Put `content` in the place of what stands there."""

    content: str


class OfferedFix(_Model):
    """Edits that belong together. Unsafe: they change what is trained."""

    applicability: Literal["safe", "unsafe"]
    message: str
    edits: list[Replacement]


class Found(Placed):
    """One finding."""

    code: str
    name: str
    severity: Literal["error", "warning", "info"]
    message: str
    help: str
    url: str
    certainty: Literal["exact", "default", "possible"]
    related: list[RelatedPlace]
    fix: OfferedFix | None
    fingerprint: str
    probe: Verdict | None


def schema() -> dict[str, Any]:
    """The schema of the list that `--output-format json` writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Findings of trainlint",
        **TypeAdapter(list[Found]).json_schema(),
    }


def schema_text() -> str:
    """The content of the shipped file."""
    return json.dumps(schema(), indent=2) + "\n"
