"""Weights that are filled by hand: torch.nn.init, and `weight.data.normal_()`.

A module remembers what last filled its weights in the slot `INITIAL`, and its bias in `INITIAL_BIAS`, as objects
of the function with its arguments.
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.hand_made_weights import filled
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.parameters import owners_of, submodules
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Reference, Value, constant

INITIAL = "parameters.initial"
"""The slot of a module that holds what last filled its weights. No attribute can have this name."""

INITIAL_BIAS = "parameters.initial bias"
"""The same for its bias."""

PREFIX = "torch.nn.init."

_SIGNATURES = {
    # torch/nn/init.py; the tensor is the first argument, or the receiver of a method of the same name.
    "uniform_": "a=0.0, b=1.0, generator=None",
    "normal_": "mean=0.0, std=1.0, generator=None",
    "trunc_normal_": "mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None",
    "constant_": "val",
    "fill_": "val",
    "zero_": "",
    "zeros_": "",
    "ones_": "",
}
_NAMES = {"fill_": "constant_", "zero_": "zeros_"}

_SLOTS: dict[object, tuple[str, ...]] = {"bias": (INITIAL_BIAS,), "weight": (INITIAL,)}
"""What a parameter of this name is; all parameters of a module are both."""

METHODS = ("fill_", "zero_", "normal_", "uniform_")
"""Methods of tensors that fill."""


def fills(inner: Handler) -> Handler:
    """A function of torch.nn.init: the tensor is its first argument."""

    def handler(call: Call) -> Value:
        title = call.title if call.title.endswith("_") else f"{call.title}_"
        tensor = as_tensor(call.argument(0, "tensor"))
        if tensor is not None:
            text = _SIGNATURES.get(title, "")
            given = call.bind(Signature(", ".join(filter(None, ("tensor", text)))))
            given.pop("tensor", None)
            remember(call, tensor, title, given)
        return inner(call)

    return handler


def fills_itself(inner: Handler) -> Handler:
    """A method of tensors: `weight.data.fill_(0)`."""

    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Tensor):
            given = call.bind(Signature(_SIGNATURES[call.title]))
            remember(call, call.receiver, _NAMES.get(call.title, call.title), given)
        return inner(call)

    return handler


def remember(call: Call, tensor: Tensor, title: str, given: dict[str, Value]) -> None:
    """Marks the modules whose weights a tensor stands for."""
    name = constant(tensor.operation.settings.get("name")) if tensor.operation is not None else None
    made = Instance(Reference(PREFIX + title), given, call.origin)
    filled(tensor, made)
    for owner in owners_of(tensor) or ():
        for module in (owner,) if name else submodules(owner):
            if isinstance(module, Instance):
                for slot in _SLOTS.get(name, (INITIAL, INITIAL_BIAS)):
                    call.machine.write(module, slot, made)
                for weight in module.slots.values() if not name else ():
                    filled(weight, made)
