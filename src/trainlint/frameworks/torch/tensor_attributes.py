"""Attributes of tensors: what reading and assigning them means."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import LeftUnused
from trainlint.frameworks.torch import operations, tensor_shapes
from trainlint.frameworks.torch.parameters import owners_of, set_trainable
from trainlint.frameworks.torch.sizes import (
    shape_value,
)
from trainlint.frameworks.torch.tensor_methods import detached, rank, tensor_of
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

# -- attributes -------------------------------------------------------------------------------------------


def _shape(call: Call) -> Value:
    return shape_value(tensor_of(call).shape, call.origin)


def _data(call: Call) -> Value:
    """`.data` of a parameter is still its weights; of anything else it is cut from the graph."""
    tensor = tensor_of(call)
    return tensor if tensor.is_parameter else detached(call)


def _dtype(call: Call) -> Value:
    dtype = tensor_of(call).dtype
    return Reference(f"torch.{dtype}") if dtype else Unknown("type of a tensor")


def _swapped(call: Call) -> Value:
    return operations.MOVED["t"].result(call, tensor_of(call), {})


def _swapped_last(call: Call) -> Value:
    swapped = operations.MOVED["t"].result(call, tensor_of(call), {})
    return swapped.changed(shape=tensor_shapes.last_two_swapped({}, tensor_of(call).shape))


def _needs_gradient(call: Call) -> Value:
    return Known(True) if tensor_of(call).is_parameter else Unknown("whether a tensor needs gradients")


def _gradient(call: Call) -> Value:
    tensor = tensor_of(call)
    of: dict[str, Value] = {"of": Items(owners_of(tensor) or (), "tuple")}
    return call.tensor(
        "gradient", (), tensor.shape, settings=of, dtype=tensor.dtype, library="torch", data=None
    )


ATTRIBUTES: dict[str, Handler] = {
    "shape": _shape,
    "ndim": rank,
    "dtype": _dtype,
    "data": _data,
    "T": _swapped,
    "mT": _swapped_last,
    "H": _swapped,
    "grad": _gradient,
    "requires_grad": _needs_gradient,
    "device": lambda call: Unknown("a device"),
    "grad_fn": lambda call: Unknown("a node of the graph"),
    "is_cuda": lambda call: Unknown("where a tensor is"),
    "is_leaf": lambda call: Unknown("whether a tensor is a leaf"),
}


def _set_requires_grad(call: Call) -> Value:
    wanted = call.argument(0)
    if wanted is not None:
        set_trainable(call.machine, tensor_of(call), wanted)
    return Known(None)


def _set_gradient(call: Call) -> Value:
    """`p.grad = None` clears the gradients of the modules that the weight belongs to."""
    owners = owners_of(tensor_of(call))
    if isinstance(call.argument(0), Known) and owners:
        call.machine.happen("zero_grad", call.site, networks=owners)
    return Known(None)


def cleared_in_place(call: Call) -> Value:
    """`p.grad.zero_()`: the same, whatever views of the gradient lie between."""
    tensor: Tensor | None = tensor_of(call)
    while tensor is not None and tensor.operation is not None:
        of = tensor.operation.settings.get("of")
        if tensor.operation.kind == "gradient" and isinstance(of, Items) and of.items:
            call.machine.happen("zero_grad", call.site, networks=of.items)
        tensor = tensor.operation.inputs[0] if tensor.operation.inputs else None
    return operations.ELEMENTWISE_METHODS["zero_"].result(call, tensor_of(call), {})


REQUIRES_GRAD_MISSPELT = ("require_grad", "require_grads", "requires_grads", "required_grad", "requiers_grad")


def set_to_no_effect(call: Call) -> Value:
    """`parameter.require_grad = False`, `module.requires_grad = False`: an attribute like any other."""
    value = call.argument(0)
    if isinstance(constant(value), bool) and not call.site.text.startswith("self."):
        receiver = call.receiver or Unknown("a module")
        call.machine.note(LeftUnused(receiver, call.name, "assigned", call.site))
    if isinstance(call.receiver, Instance) and value is not None:
        call.machine.write(call.receiver, call.name, value)
    return Known(None)


MODULE_ASSIGNMENTS: dict[str, Handler] = dict.fromkeys(
    ("requires_grad", *REQUIRES_GRAD_MISSPELT), set_to_no_effect
)
"""What assigning to an attribute of a module does."""

ASSIGNMENTS: dict[str, Handler] = {
    **dict.fromkeys(REQUIRES_GRAD_MISSPELT, set_to_no_effect),
    "requires_grad": _set_requires_grad,
    "grad": _set_gradient,
}
"""What assigning to an attribute of a tensor does; the value is the first argument."""
