"""Which objects are the same: networks, optimizers and losses get numbers."""

from __future__ import annotations

from trainlint.frameworks.torch.parameters import submodules
from trainlint.values.value import Instance, Value


class Numbering:
    """Numbers for objects, in the order in which they are first asked for."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._kept: list[object] = []  # an identity is only good while the object lives

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, item: object) -> int:
        number = self._numbers.get(id(item))
        if number is None:
            number = self._numbers[id(item)] = len(self._kept)
            self._kept.append(item)
        return number

    def known(self, item: object) -> int | None:
        return self._numbers.get(id(item))


MOST_PARTS = 400
"""Modules within a network that are told apart."""


def with_parts(value: Value) -> list[Value]:
    """An object and the modules within it: an optimizer may hold only some of them."""
    if not isinstance(value, Instance):
        return [value]
    parts: list[Value] = [value]
    for part in submodules(value):
        if part is not value:
            parts.append(part)
        if len(parts) >= MOST_PARTS:
            break
    return parts
