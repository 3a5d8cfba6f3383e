"""Runs small programs on the machine and looks at what their names stand for."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from trainlint.evaluate.evaluate import running
from trainlint.evaluate.machine import Machine
from trainlint.sources.document import Document
from trainlint.values.value import Items, Known, Mapped, Method, OneOf, Unknown, Value


def values(code: str, path: Path | None = None) -> dict[str, Value]:
    """Module-level values after every statement of a program has run."""
    document = Document.from_text(dedent(code), str(path) if path else "program.py", path)
    with running(document) as (machine, program):
        assert isinstance(machine, Machine)
        program.run(machine, everything=True)
    return {name: value for name, value in program.scope.slots.items() if isinstance(value, Value)}


def plain(value: Value) -> Any:
    """A value as plain Python: `...` for what is unknown, a set for one of several."""
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Items):
        items = [plain(item) for item in value.items]
        if not value.complete:
            return ...
        return {"list": list, "tuple": tuple, "set": set}[value.kind](items)
    if isinstance(value, Mapped):
        return {key: plain(entry) for key, entry in value.slots.items()} if value.complete else ...
    if isinstance(value, OneOf):
        return {plain(option) for option in value.options}
    if isinstance(value, Unknown | Method):
        return ...
    return value
