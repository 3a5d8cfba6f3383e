"""Where a module keeps the layers that it uses: registered, or where PyTorch does not look for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from trainlint.frameworks.torch.parameters import defines, is_module, submodules
from trainlint.plan.network import Keeping
from trainlint.syntax.positions import NodeSite
from trainlint.values.origin import Origin
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import Class, Instance, Items, Mapped, Value, options_of


@dataclass
class Membership:
    """The modules of a network: those that are registered, and those in plain lists and dictionaries."""

    registered: set[int] = field(default_factory=set)
    held: dict[int, tuple[Keeping, Origin | None]] = field(default_factory=dict)
    loose: dict[int, Origin | None] = field(default_factory=dict)  # operations that made plain attributes

    def of(self, operation: Operation) -> tuple[Keeping | None, Origin | None]:
        """How the layer of an operation is kept, and where the list is written."""
        layer = operation.layer
        if id(operation) in self.loose:
            return "attribute", self.loose[id(operation)]
        if not is_module(layer) or id(layer) in self.registered:
            return ("registered" if is_module(layer) else None), None
        if id(layer) in self.held:
            return self.held[id(layer)]
        return ("made in place", None) if _is_made_in_place(operation) else (None, None)


def membership(root: Instance) -> Membership | None:
    """The modules of a network of the program's own class."""
    if not defines(root, "forward"):
        return None
    found = Membership()
    for module in submodules(root):
        found.registered.add(id(module))
    for module in submodules(root):
        if not _is_own(module):
            continue
        for slot, content in module.slots.items():
            if slot == "modules" or "." in str(slot) or not isinstance(content, Value):
                continue
            if isinstance(content, Tensor) and content.operation is not None and _wants_training(content):
                found.loose[id(content.operation)] = content.operation.origin
            for container in options_of(content):
                kind: Keeping | None = (
                    "list"
                    if isinstance(container, Items)
                    else "dict"
                    if isinstance(container, Mapped)
                    else None
                )
                for layer in _modules_in(container) if kind is not None else ():
                    if id(layer) not in found.registered and kind is not None:
                        found.held.setdefault(id(layer), (kind, container.origin))
    return found


def _wants_training(tensor: Tensor) -> bool:
    """Whether a tensor that is no parameter was meant to be one."""
    operation = tensor.operation
    if tensor.is_parameter or operation is None:
        return False
    return operation.kind == "moved_parameter" or "requires_grad" in operation.settings


def _is_own(module: Instance) -> bool:
    """Whether a module is of a class of the program; one of Keras finds layers in lists by itself."""
    return isinstance(module.cls, Class) and not any(n.startswith("keras.") for n in module.library_names)


def _modules_in(value: object) -> Iterator[Instance]:
    """The modules in nested lists and dictionaries, and those within them."""
    if isinstance(value, Items):
        for item in value.items:
            yield from _modules_in(item)
    elif isinstance(value, Mapped):
        for item in value.slots.values():
            yield from _modules_in(item)
    elif isinstance(value, Instance) and is_module(value):
        yield from submodules(value)


def _is_made_in_place(operation: Operation) -> bool:
    """`nn.Dropout(0.5)(x)`: the constructor stands within the call that applies it."""
    layer = operation.layer
    made = layer.origin.site if isinstance(layer, Instance) and layer.origin is not None else None
    used = operation.origin.site if operation.origin is not None else None
    if not isinstance(made, NodeSite) or not isinstance(used, NodeSite):
        return False
    return getattr(used.node, "func", None) is made.node
