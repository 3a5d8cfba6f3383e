"""The JSON schema of settings files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trainlint.config.settings import SettingsFile

FILE = Path(__file__).parent / "schema.json"
"""The schema as it is shipped."""


def schema() -> dict[str, Any]:
    """What a trainlint.toml, or `[tool.trainlint]` of a pyproject.toml, may hold."""
    made = SettingsFile.model_json_schema(by_alias=True)
    described = made.pop("$defs", {})
    made["properties"]["probe"] = {**described["ProbeSettings"], "default": {}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "Settings of trainlint",
        "description": "A trainlint.toml, or the table [tool.trainlint] of a pyproject.toml.",
    }


def schema_text() -> str:
    """The content of the shipped file."""
    return json.dumps(schema(), indent=2) + "\n"
