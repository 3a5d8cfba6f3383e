"""Which objects are the same: networks, optimizers and losses get numbers."""

from __future__ import annotations

from trainlint.evaluate.assembly.networks import ordered, tensors_in
from trainlint.frameworks import catalogue
from trainlint.frameworks.torch.parameters import children
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
    parts = {id(value): value}
    waiting = [value]
    for part in waiting:  # grows while it is gone through
        if isinstance(part, Instance) and len(parts) < MOST_PARTS:
            new = {id(inner): inner for inner in _inside(part) if id(inner) not in parts}
            parts |= new
            waiting += new.values()
    return waiting


def _inside(module: Instance) -> list[Value]:
    """The modules directly within a module of PyTorch, or the layers of a Keras model."""
    found = {id(child): child for _, child in children(module)}
    for content in list(module.slots.values()):
        for value in content.items if isinstance(content, Items) else (content,):
            if catalogue.is_a(value, _LAYER) and value is not module:
                found[id(value)] = value
    outputs = module.slots.get("outputs") if catalogue.is_a(module, _LAYER) else None
    for tensor in ordered(tensors_in(outputs)) if isinstance(outputs, Value) else ():
        if tensor.operation is not None and tensor.operation.layer is not None:
            found[id(tensor.operation.layer)] = tensor.operation.layer
    return list(found.values())


_LAYER = "keras.layers.Layer"
