"""Whose weights: what `parameters()` gives, what an optimizer is handed, and freezing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Call, Machine
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import (
    ABSENT,
    Class,
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Reference,
    Unknown,
    Value,
    constant,
    options_of,
)

PARAMETERS = "torch.nn.Module.parameters"
"""The class of what `parameters()` returns; the slot `owners` holds the modules."""

NAMED = "torch.nn.Module.named_parameters"

TRAINABLE = "parameters.requires_grad"
"""The slot of a module that says whether its own weights are trained. No attribute can have this name."""


def parameters_of(owners: tuple[Value, ...], call: Call, *, named: bool = False) -> Instance:
    """What `module.parameters()` returns: stands for all weights of the modules."""
    found = Instance(Reference(NAMED if named else PARAMETERS), {}, call.origin)
    found.slots["owners"] = Items(owners, "tuple")
    return found


def any_parameter(call: Call) -> Value:
    """One turn of a loop over `parameters()`: a weight that stands for all of them."""
    owners = owners_of(call.receiver) or ()
    for owner in owners:
        for module in submodules(owner):
            if TRAINABLE not in module.slots:
                # A branch within the loop may freeze: then the slot is one of both.
                call.machine.write(module, TRAINABLE, Known(True))
    return parameter(owners, call)


def any_named_parameter(call: Call) -> Value:
    return Items([Unknown("name of a parameter"), any_parameter(call)], "tuple")


def parameter(owners: tuple[Value, ...], call: Call) -> Tensor:
    """A weight of some modules."""
    operation = Operation(
        "parameter",
        "parameter",
        layer=owners[0] if len(owners) == 1 else None,
        settings={"owners": Items(owners, "tuple")},
        origin=call.origin,
    )
    return Tensor(library="torch", is_parameter=True, operation=operation, origin=call.origin)


def owners_of(value: Value | None) -> tuple[Value, ...] | None:
    """The modules whose weights a value holds: a generator of parameters, a list or sum of such, one weight,
    or a list of groups. Empty: tensors that belong to no module. None: not known."""
    if isinstance(value, Tensor):
        return _owners_of_tensor(value)
    if isinstance(value, Instance):
        owners = value.slots.get("owners")
        if isinstance(owners, Items):
            return owners.items
        return (value,) if is_module(value) else None
    if isinstance(value, Mapped):
        if "params" in value.slots:
            return owners_of(value.slots["params"])
        return _together(tuple(value.slots.values()))
    if isinstance(value, Items):
        found = _together(value.items)
        return found if value.complete or found else None
    if isinstance(value, OneOf):
        return _together(value.options)
    return None


def _owners_of_tensor(tensor: Tensor) -> tuple[Value, ...] | None:
    operation = tensor.operation
    if operation is not None and isinstance(operation.settings.get("owners"), Items):
        return operation.settings["owners"].items  # type: ignore[attr-defined, no-any-return]
    if tensor.is_parameter and operation is not None and operation.layer is not None:
        return (operation.layer,)
    if operation is not None and operation.kind in ("input", "unknown", "either") and operation.reason:
        return None
    return ()


def _together(values: tuple[Value, ...]) -> tuple[Value, ...] | None:
    owners: list[Value] = []
    for value in values:
        if value is ABSENT:
            continue
        found = owners_of(value)
        if found is None:
            return None
        owners += [owner for owner in found if not any(owner is other for other in owners)]
    return tuple(owners)


def is_module(value: Value | None) -> bool:
    """Whether a value is a torch.nn.Module, of a library or of the program."""
    return isinstance(value, Instance) and _are_modules(value.library_names)


@cache
def _are_modules(names: tuple[str, ...]) -> bool:
    """Whether objects of these library classes are modules."""
    kinds = catalogue.kinds(names)
    return "torch.nn.Module" in kinds and kinds.isdisjoint((PARAMETERS, NAMED))


def children(module: Instance) -> Iterator[tuple[str, Value]]:
    """The modules directly within a module, by name, as far as they are certain or possible; each once."""
    seen: set[int] = set()
    for name, value in _members(module):
        if isinstance(value, (Instance, OneOf)):
            for option in options_of(value):
                if is_module(option) and id(option) not in seen:
                    seen.add(id(option))
                    yield name, option


def _members(module: Instance) -> Iterator[tuple[str, Value]]:
    for slot, content in list(module.slots.items()):
        if slot == "modules" and isinstance(content, Items):
            for index, item in enumerate(content.items):
                yield str(index), item
        elif slot == "modules" and isinstance(content, Mapped):
            for key, item in content.slots.items():
                yield str(key), item
        elif isinstance(content, Value) and isinstance(slot, str):
            yield slot, content
    for name in ("encoder_layer", "decoder_layer", "norm"):
        if name in module.arguments:
            yield name, module.arguments[name]


def submodules(module: Value) -> Iterator[Instance]:
    """A module and all modules within it, each once."""
    seen: set[int] = set()
    waiting = [module]
    while waiting:
        found = waiting.pop(0)
        if not isinstance(found, Instance) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [child for _, child in children(found)]


def set_trainable(machine: Machine, target: Value, wanted: Value) -> None:
    """What `target.requires_grad = wanted` and `target.requires_grad_(wanted)` do.

    For a weight (or all weights of a loop over `parameters()`) the modules it belongs to are marked; the mark
    is the slot `TRAINABLE`.
    """
    for owner in owners_of(target) or ():
        for module in submodules(owner):
            machine.write(module, TRAINABLE, wanted)


def is_trainable(module: Instance) -> bool | None:
    """Whether a module's own weights are trained; None when that depends."""
    mark = module.slots.get(TRAINABLE)
    if mark is None:
        return True
    found = constant(mark)
    return bool(found) if isinstance(found, bool) else None


def defines(instance: Instance, name: str) -> bool:
    """Whether the program's own class defines a method."""
    return isinstance(instance.cls, Class) and any(
        isinstance(ancestor, Class) and name in ancestor.slots for ancestor in instance.cls.ancestors
    )
