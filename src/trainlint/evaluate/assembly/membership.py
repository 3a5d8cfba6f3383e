"""Where a module keeps the layers and weights that it uses: registered, or where PyTorch does not look for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from trainlint.frameworks.torch.module import MOVED
from trainlint.frameworks.torch.parameters import defines, is_module, submodules
from trainlint.plan.network import Keeping
from trainlint.syntax.positions import NodeSite
from trainlint.values.origin import Origin
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import Class, Instance, Items, Mapped, Value, constant, options_of


@dataclass
class Membership:
    """The modules and weights of a network: those that are registered, and those in plain lists and dictionaries."""

    registered: set[int] = field(default_factory=set)
    held: dict[int, tuple[Keeping, Origin | None]] = field(default_factory=dict)
    loose: dict[int, Origin | None] = field(default_factory=dict)  # operations that made plain attributes
    behind: set[int] = field(
        default_factory=set
    )  # those of tensors that stay where they are when the network moves

    def of(self, operation: Operation) -> tuple[Keeping | None, Origin | None]:
        """How the layer of an operation is kept, and where the list is written."""
        layer = operation.layer
        if id(operation) in self.loose:
            return "attribute", self.loose[id(operation)]
        if id(operation) in self.behind:
            return "plain tensor", None
        if not is_module(layer):
            if not self.held:
                return None, None
            found = (self.held[id(source)] for source in operation.inputs if id(source) in self.held)
            return next(found, (None, None))
        if id(layer) in self.registered:
            return "registered", None
        if id(layer) in self.held:
            return self.held[id(layer)]
        return ("made in place", None) if _is_made_in_place(operation) else (None, None)

    def misses(self, tensor: Tensor) -> bool:
        """Whether a tensor that is no parameter was meant to be one: it asks for gradients, or was computed from a
        parameter that no module keeps."""
        operation = tensor.operation
        if tensor.is_parameter or operation is None:
            return False
        return (
            operation.kind == "moved_parameter"
            or "requires_grad" in operation.settings
            or any(
                _is_new_weight(source) and id(source) not in self.registered for source in operation.inputs
            )
        )


def membership(root: Instance) -> Membership | None:
    """The modules of a network of the program's own class."""
    if not defines(root, "forward"):
        return None
    found = Membership()
    modules = list(submodules(root))
    moves = constant(root.slots.get(MOVED)) is True and not any(defines(root, name) for name in _MOVING)
    for module in modules:
        found.registered.add(id(module))
        found.registered.update(id(weight) for weight in _weights_of(module))
    for module in modules:
        if not _is_own(module):
            continue
        for slot, content in module.slots.items():
            if slot == "modules" or "." in str(slot) or not isinstance(content, Value):
                continue
            if isinstance(content, Tensor) and content.operation is not None and found.misses(content):
                found.loose[id(content.operation)] = content.operation.origin
            elif moves and isinstance(content, Tensor) and _stays_behind(content):
                found.behind.add(id(content.operation))
            for container in options_of(content):
                kind: Keeping | None = (
                    "list"
                    if isinstance(container, Items)
                    else "dict"
                    if isinstance(container, Mapped)
                    else None
                )
                for held in _kept_in(container) if kind is not None else ():
                    if id(held) not in found.registered and kind is not None:
                        found.held.setdefault(id(held), (kind, container.origin))
    return found


def _weights_of(module: Instance) -> Iterator[Tensor]:
    """The parameters that are attributes of a module, or that a `ParameterList` or `ParameterDict` holds."""
    for slot, content in module.slots.items():
        members: Iterable[object] = (content,)
        if slot == "modules" and isinstance(content, Items):
            members = content.items
        elif slot == "modules" and isinstance(content, Mapped):
            members = content.slots.values()
        for member in members:
            if isinstance(member, Tensor) and member.is_parameter:
                yield member


def _is_own(module: Instance) -> bool:
    """Whether a module is of a class of the program; one of Keras finds layers in lists by itself."""
    return isinstance(module.cls, Class) and not any(n.startswith("keras.") for n in module.library_names)


_MOVING = ("to", "cuda", "_apply")
"""Methods in which a module may move what PyTorch does not move for it."""


def _stays_behind(tensor: Tensor) -> bool:
    """Whether a tensor was made out of nothing, with axes, and nothing was said about where."""
    operation = tensor.operation
    if operation is None or operation.inputs or operation.kind not in ("constant", "random", "range"):
        return False
    sizes = tensor.shape or ()
    is_fixed = bool(sizes) and all(
        isinstance(size, int) for size in sizes
    )  # one of a batch is made in `forward`
    return tensor.library == "torch" and is_fixed and "device" not in operation.settings


def _is_new_weight(tensor: Tensor) -> bool:
    """Whether a tensor is what `nn.Parameter(…)` has made."""
    operation = tensor.operation
    return tensor.is_parameter and operation is not None and operation.title == "Parameter"


def _kept_in(value: object) -> Iterator[Instance | Tensor]:
    """The modules in nested lists and dictionaries, those within them, and weights."""
    if isinstance(value, Items):
        for item in value.items:
            yield from _kept_in(item)
    elif isinstance(value, Mapped):
        for item in value.slots.values():
            yield from _kept_in(item)
    elif isinstance(value, Instance) and is_module(value):
        yield from submodules(value)
    elif isinstance(value, Tensor) and _is_new_weight(value):
        yield value


def _is_made_in_place(operation: Operation) -> bool:
    """`nn.Dropout(0.5)(x)`: the constructor stands within the call that applies it."""
    layer = operation.layer
    made = layer.origin.site if isinstance(layer, Instance) and layer.origin is not None else None
    used = operation.origin.site if operation.origin is not None else None
    if not isinstance(made, NodeSite) or not isinstance(used, NodeSite):
        return False
    return getattr(used.node, "func", None) is made.node
