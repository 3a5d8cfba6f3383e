"""What was understood of a program, with its places as a client opens them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trainlint.report.understood import Understood
from trainlint.server.ranges import Ranges
from trainlint.syntax.positions import Place

Target = Mapping[str, Any]
"""`path` (None: the document itself), `cell` and `range`."""


def with_targets(understood: Understood, ranges: Ranges) -> dict[str, Any]:
    """As plain data in which each `place` is a target. The worker's half: it knows texts."""

    def target(written: Mapping[str, Any]) -> Target:
        place = Place(**written)
        own = ranges.own(place)
        return {"path": None, **own} if own else ranges.target(place)

    data: dict[str, Any] = _replaced(understood.model_dump(mode="json"), "place", "target", target)
    return data


def with_locations(data: Any, address: Callable[[Target], str | None]) -> Any:
    """With a `location` of the protocol, or null, for each target. The server's half: it knows addresses."""

    def location(target: Target) -> dict[str, Any] | None:
        uri = address(target)
        if uri is None:
            return None
        line, character, end_line, end_character = target["range"]
        start, end = {"line": line, "character": character}, {"line": end_line, "character": end_character}
        return {"uri": uri, "range": {"start": start, "end": end}}

    return _replaced(data, "target", "location", location)


def _replaced(data: Any, old: str, new: str, by: Callable[[Mapping[str, Any]], object]) -> Any:
    if isinstance(data, list):
        return [_replaced(entry, old, new, by) for entry in data]
    if not isinstance(data, dict):
        return data
    return {
        (new if name == old else name): (value and by(value))
        if name == old
        else _replaced(value, old, new, by)
        for name, value in data.items()
    }
