"""How shapes, numbers, values and places of a plan are written for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trainlint.plan.network import Shape
from trainlint.plan.setting import Setting
from trainlint.report.text import visible
from trainlint.syntax.positions import Place
from trainlint.values.origin import Certainty, Made

UNKNOWN = "?"

CellOf = Callable[[int], tuple[int, int] | None]
"""The cell of a notebook, and the row in it, for a row of the text that its cells make together."""


@dataclass(frozen=True)
class Places:
    """How places of a program are written; in a notebook by cell."""

    filename: str
    cell_of: CellOf = lambda row: None

    def where(self, place: Place | None) -> str:
        """`train.py:8`, in a notebook `train.ipynb:cell 3:8`; nothing where it is not known."""
        found = self._found(place)
        return f"{visible(found[0])}:{found[1]}" if found else ""

    def row(self, place: Place | None) -> str:
        """The same without the file's name, where that is the program's own: `8`, `cell 3:8`."""
        found = self._found(place)
        if found is None:
            return ""
        return found[1] if found[0] == self.filename else f"{visible(found[0])}:{found[1]}"

    def at(self, place: Place | None) -> str:
        where = self.where(place)
        return f" at {where}" if where else ""

    def _found(self, place: Place | None) -> tuple[str, str] | None:
        if place is None:
            return None
        cell = self.cell_of(place.row) if place.filename == self.filename else None
        return place.filename, f"cell {cell[0]}:{cell[1]}" if cell else str(place.row)


def source_text(setting: Setting[object]) -> str:
    """What makes a value what it is: an option, a name, a library's default."""
    origin = setting.origin
    if origin is None:
        return ""
    # The argument under which it was passed is the setting's own name, mostly: it tells nothing new.
    labels = (step.label for step in origin.chain() if step.label and step.made is not Made.PASSED)
    return visible(next(labels, origin.root.made.value))


def value_text(setting: Setting[object]) -> str:
    """The value of a setting, all it may be, or why it is not known."""
    if not setting.values:
        return f"{UNKNOWN} ({visible(setting.reason)})" if setting.reason else UNKNOWN
    return " or ".join(written(value) for value in setting.values)


def written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else visible(str(value))


def certainty_text(setting: Setting[object]) -> str:
    return "" if not setting.values or setting.certainty is Certainty.EXACT else setting.certainty.value


def shape_text(shape: Shape | None) -> str:
    if shape is None:
        return UNKNOWN
    return "(" + ", ".join(UNKNOWN if size is None else str(size) for size in shape) + ")"


def bound_text(value: float | None) -> str:
    return UNKNOWN if value is None else written(value)


def number_text(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"
