"""torch.nn.Module: what every module can do, and applying one that the program defines."""

from __future__ import annotations

from functools import partial

from trainlint.frameworks.call import Arguments, Call, Handler, as_tensor
from trainlint.frameworks.facts import NetworkApplied
from trainlint.frameworks.python.objects import unnamed
from trainlint.frameworks.torch.alike import Alike, kind_of
from trainlint.frameworks.torch.initialising import INITIAL
from trainlint.frameworks.torch.parameters import (
    children,
    defines,
    parameters_of,
    set_trainable,
    submodules,
)
from trainlint.frameworks.torch.placing import placed
from trainlint.values.tensor import Tensor, join_tensors
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Reference,
    Unknown,
    Value,
    constant,
)

LOADED = "parameters.loaded"
"""The slot of a module that holds what `load_state_dict` got. No attribute can have this name."""

MOVED = "parameters.moved"
"""The slot of a module that was moved to another device. No attribute can have this name."""

STATE = "torch.nn.Module.state_dict"


def applied(apply: Handler, *, container: bool = False) -> Handler:
    """Calling a module: its `forward`, and the note that a network was applied.

    A class of the program that defines `forward` goes its own way; otherwise `apply` is the library's. A
    single layer of the library is a network only when it stands alone and has weights.
    """

    def handler(call: Call) -> Value:
        module = call.receiver
        if not isinstance(module, Instance):
            return call.unknown()
        arguments = Arguments(
            tuple(_placeholder(value) for value in call.arguments.positional),
            {name: _placeholder(value) for name, value in call.arguments.keyword.items()},
            call.arguments.complete,
        )
        own = defines(module, "forward")
        with call.machine.within_network() as depth:
            if own:
                forward = call.machine.attribute(module, "forward", call.site)
                output = call.machine.call(forward, arguments, call.site)
            else:
                output = apply(Call(call.name, arguments, call.site, call.machine, module))
        if not (own or container or (depth == 0 and _has_weights(output))):
            return output
        inputs = tuple(tensor for value in arguments for tensor in _tensors(value))
        call.machine.note(NetworkApplied(module, inputs, output, "torch", depth, call.site))
        if depth == 0:
            call.machine.happen("forward", call.site, networks=(module,), inputs=inputs, output=output)
        return output

    return handler


def _has_weights(output: Value) -> bool:
    return isinstance(output, Tensor) and output.operation is not None and output.operation.parameters != 0


def _tensors(value: Value) -> tuple[Tensor, ...]:
    """The tensors of an argument: one, or those of a list or dictionary."""
    if isinstance(value, Items | Mapped):
        items = value.items if isinstance(value, Items) else tuple(value.slots.values())
        return tuple(tensor for item in items for tensor in _tensors(item))
    return (value,) if isinstance(value, Tensor) else ()


def _placeholder(value: Value) -> Value:
    """An argument as a tensor where it stands for one: what is unknown, and one of several tensors."""
    if isinstance(value, Unknown):
        return as_tensor(value) or value
    if isinstance(value, OneOf) and all(isinstance(option, Tensor | Unknown) for option in value.options):
        options = [tensor for option in value.options if (tensor := as_tensor(option)) is not None]
        return join_tensors(options)
    return value


def _without_forward(call: Call) -> Value:
    return call.unknown(f"{getattr(call.receiver, 'title', call.title)} has no forward here")


def _parameters(call: Call) -> Value:
    return parameters_of((call.receiver,) if call.receiver else (), call)


def _named_parameters(call: Call) -> Value:
    return parameters_of((call.receiver,) if call.receiver else (), call, named=True)


def _children(call: Call) -> Value:
    module = call.receiver
    return Items([child for _, child in children(module)] if isinstance(module, Instance) else [])


def _named_children(call: Call) -> Value:
    module = call.receiver
    pairs = children(module) if isinstance(module, Instance) else ()
    return Items([Items([Known(name), child], "tuple") for name, child in pairs])


def _modules(call: Call) -> Value:
    return Items(list(submodules(call.receiver)) if call.receiver else [])


def _named_modules(call: Call) -> Value:
    named: list[tuple[str, Value]] = []
    waiting: list[tuple[str, Value]] = [("", call.receiver)] if call.receiver else []
    seen: set[int] = set()
    while waiting:
        name, module = waiting.pop(0)
        if not isinstance(module, Instance) or id(module) in seen:
            continue
        seen.add(id(module))
        named.append((name, module))
        waiting += [(f"{name}.{child}" if name else child, value) for child, value in children(module)]
    return Items([Items([Known(name), module], "tuple") for name, module in named])


def _same_module(call: Call) -> Value:
    return call.receiver or Unknown("module")


def _train(call: Call) -> Value:
    mode = call.argument(0, "mode")
    wanted = True if mode is None else constant(mode)
    if isinstance(wanted, bool):
        call.machine.happen("train_mode" if wanted else "eval_mode", call.site, networks=(call.receiver,))
    else:
        call.machine.happen("escape", call.site, networks=(call.receiver,))
    return _same_module(call)


def _eval(call: Call) -> Value:
    call.machine.happen("eval_mode", call.site, networks=(call.receiver,))
    return _same_module(call)


def _zero_grad(call: Call) -> Value:
    call.machine.happen("zero_grad", call.site, networks=(call.receiver,))
    return Known(None)


def _apply(call: Call) -> Value:
    function = call.argument(0, "fn")
    if function is None or call.receiver is None:
        return _same_module(call)
    alike = Alike()
    for module in submodules(call.receiver):
        given = Arguments((module,))
        run = partial(call.machine.call, function, given, call.site)
        alike.call(call.machine, module, kind_of(module), run)
        if isinstance(function, Unknown | Reference):
            call.machine.write(module, INITIAL, Unknown("weights filled by code that is not followed"))
    return _same_module(call)


def _moved(call: Call) -> Value:
    """`model.to(device)`, `model.cuda()`: where its weights and buffers go, and nothing else of it."""
    given = call.argument(0, "device")
    is_type = isinstance(given, Reference) and given.name.startswith("torch.")
    if isinstance(call.receiver, Instance) and not is_type and constant(given) != "cpu":
        call.machine.write(call.receiver, MOVED, Known(True, call.origin))
    return _same_module(call)


def _requires_grad(call: Call) -> Value:
    wanted = call.argument(0, "requires_grad") or Known(True, call.origin)
    if call.receiver is not None:
        set_trainable(call.machine, call.receiver, wanted)
    return _same_module(call)


def _register(*names: str) -> Handler:
    """`register_buffer("mask", tensor)`, `add_module("fc", module)`: an attribute by its name."""

    def handler(call: Call) -> Value:
        name, value = call.argument(0, "name"), call.argument(1, *names)
        found = constant(name)
        if isinstance(call.receiver, Instance) and value is not None:
            call.machine.write(call.receiver, found if isinstance(found, str) else unnamed(value), value)
        return Known(None)

    return handler


def _buffer(call: Call) -> Value:
    tensor = call.argument(1, "tensor")
    if isinstance(tensor, Tensor):
        placed(tensor, Known("buffer", call.origin))
    return _register("tensor")(call)


def _get_submodule(call: Call) -> Value:
    name = constant(call.argument(0, "target"))
    found: Value | None = call.receiver
    for part in name.split(".") if isinstance(name, str) and name else ():
        inside = dict(children(found)) if isinstance(found, Instance) else {}
        found = inside.get(part)
    return found or Unknown("submodule")


def _state_dict(call: Call) -> Value:
    return Instance(Reference(STATE), {"module": call.receiver or Known(None)}, call.origin)


def _load_state_dict(call: Call) -> Value:
    state = call.argument(0, "state_dict")
    if isinstance(call.receiver, Instance) and state is not None:
        call.machine.write(call.receiver, LOADED, state)
    return Unknown("missing and unexpected keys", call.origin)


def _init(call: Call) -> Value:
    return Known(None)


def _training(call: Call) -> Value:
    return Known(True)


METHODS: dict[str, Handler] = {
    "__init__": _init,
    "forward": _without_forward,
    "parameters": _parameters,
    "named_parameters": _named_parameters,
    "children": _children,
    "named_children": _named_children,
    "modules": _modules,
    "named_modules": _named_modules,
    **dict.fromkeys(
        "cpu half float double bfloat16 type share_memory to_empty compile".split(), _same_module
    ),
    **dict.fromkeys(("to", "cuda", "xpu"), _moved),
    "train": _train,
    "eval": _eval,
    "zero_grad": _zero_grad,
    "apply": _apply,
    "requires_grad_": _requires_grad,
    "register_buffer": _buffer,
    "register_parameter": _register("param"),
    "add_module": _register("module"),
    "register_module": _register("module"),
    "get_submodule": _get_submodule,
    "state_dict": _state_dict,
    "load_state_dict": _load_state_dict,
}
"""Methods of torch.nn.Module."""

ATTRIBUTES: dict[str, Handler] = {"training": _training}

CALLS: dict[str, Handler] = {"torch.nn.Module": applied(_without_forward, container=True)}
