"""How the settings of an editor lie over those of settings files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trainlint.config.layer import Layer
from trainlint.config.resolve import Resolver
from trainlint.engine.configured import Configured
from trainlint.server.editor_settings import EditorSettings

_NAMED = ("profile", "select", "ignore")


def read(given: object) -> tuple[EditorSettings, list[str]]:
    """The settings that a client sends, and what in them is not as it should be: that counts as not said."""
    table = dict(given) if isinstance(given, Mapping) else {}
    try:
        return EditorSettings.model_validate(table), []
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            key = str(problem["loc"][0])
            name = ".".join(str(part) for part in problem["loc"])
            problems.append(f"`trainlint.{name}` is {problem['input']!r}: {problem['msg']}")
            table.pop(key, None)
        settings, more = read(table) if problems else (EditorSettings(), [])
        return settings, [*problems, *more]


def configured(settings: Mapping[str, Any], folder: Path, *, trusted: bool = True) -> Configured:
    """The settings of files in a workspace folder, with those of an editor, as JSON has them, laid over them."""
    given = {name: settings[name] for name in _NAMED if settings[name] is not None}
    named = settings["configuration"]
    file = folder / Path(named).expanduser() if named else None
    above = [Layer("the editor's settings", given, folder)] if given else []
    return Configured(Resolver(file, above=above, trusted=trusted))
