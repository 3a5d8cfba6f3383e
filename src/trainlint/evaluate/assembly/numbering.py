"""Which objects are the same: networks, optimizers and losses get numbers."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.networks import ordered, tensors_in
from trainlint.frameworks import catalogue
from trainlint.frameworks.torch.parameters import submodules
from trainlint.values.value import Instance, Items, Value


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
    inside = _keras_layers(value) if catalogue.is_a(value, "keras.layers.Layer") else submodules(value)
    parts: list[Value] = [value]
    for part in inside:
        if not any(part is other for other in parts):
            parts.append(part)
        if len(parts) >= MOST_PARTS:
            break
    return parts


def _keras_layers(model: Instance) -> Iterator[Value]:
    """The layers of a Keras model: listed, held as attributes, or on the way to its outputs."""
    for content in list(model.slots.values()):
        for value in content.items if isinstance(content, Items) else (content,):
            if catalogue.is_a(value, "keras.layers.Layer") and value is not model:
                yield value
    outputs = model.slots.get("outputs")
    for tensor in ordered(tensors_in(outputs)) if isinstance(outputs, Value) else ():
        if tensor.operation is not None and tensor.operation.layer is not None:
            yield tensor.operation.layer
