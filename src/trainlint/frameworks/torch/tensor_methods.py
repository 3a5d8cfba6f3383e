"""Functions and methods of tensors that need more than a row of a table."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch import operations, spectral
from trainlint.frameworks.torch.activations import SHORT as ACTIVATIONS
from trainlint.frameworks.torch.combining import JOINING, SEVERAL, first_tensor, piece
from trainlint.frameworks.torch.counting import COUNTING, INDICES
from trainlint.frameworks.torch.functional import FUNCTIONS as FUNCTIONAL
from trainlint.frameworks.torch.initialising import METHODS as FILLING
from trainlint.frameworks.torch.initialising import fills_itself
from trainlint.frameworks.torch.meaning import bound, function_of
from trainlint.frameworks.torch.pairs import OF_TWO, OPERATORS, PAIRS, operator
from trainlint.frameworks.torch.parameters import set_trainable
from trainlint.frameworks.torch.placing import placed
from trainlint.frameworks.torch.products import LINALG, LISTS, PRODUCTS
from trainlint.frameworks.torch.sizes import (
    axis_of,
    dimension,
    shape_value,
    size_value,
    variadic,
)
from trainlint.values.tensor import Operation, Tensor, element_count
from trainlint.values.value import Known, OneOf, Reference, Unknown, Value


def as_method(handler: Handler) -> Handler:
    """A function's handler for the method: the tensor becomes the first argument."""

    def method(call: Call) -> Value:
        assert call.receiver is not None
        given = call.arguments
        arguments = Arguments((call.receiver, *given.positional), given.keyword, given.complete)
        return handler(Call(call.name, arguments, call.site, call.machine))

    return method


# -- methods only -----------------------------------------------------------------------------------------


def tensor_of(call: Call) -> Tensor:
    assert isinstance(call.receiver, Tensor)
    return call.receiver


def dtype_name(value: Value | None) -> str | None:
    """`torch.float32` as `float32`."""
    if isinstance(value, Reference) and value.name.startswith("torch."):
        short = value.name.removeprefix("torch.")
        return operations.CASTS.get(short, short)
    return None


def _to(call: Call) -> Value:
    """`x.to(device)`, `x.to(torch.float32)`, `x.to(other)`: the same values, maybe of another type."""
    tensor = tensor_of(call)
    if _is_made_here(tensor, call):
        return _no_parameter(call)
    placed(tensor, call.argument(0, "device", "other") or Known(None))
    dtype = tensor.dtype
    for value in call.arguments:
        name = dtype_name(value)
        if name is not None and name.startswith(("float", "int", "uint", "bool", "bfloat", "complex")):
            dtype = name
        elif isinstance(value, Tensor):
            dtype = value.dtype
        elif isinstance(value, OneOf):
            dtype = None
    return tensor if dtype == tensor.dtype else _cast(call, dtype)


def _is_made_here(tensor: Tensor, call: Call) -> bool:
    """Whether a method is called on `nn.Parameter(…)` as it is made."""
    made = tensor.operation.origin if tensor.is_parameter and tensor.operation is not None else None
    constructor = made.site if made is not None else None
    function = getattr(getattr(call.site, "node", None), "func", None)
    return constructor is not None and getattr(function, "value", None) is getattr(constructor, "node", call)


def _no_parameter(call: Call) -> Tensor:
    """`nn.Parameter(…).to(device)`: on another device that is a tensor computed from a parameter."""
    moved = Operation("moved_parameter", call.title, origin=call.origin)
    return tensor_of(call).changed(is_parameter=False, operation=moved, origin=call.origin)


def _on_device(call: Call) -> Value:
    if _is_made_here(tensor_of(call), call):
        return _no_parameter(call)
    placed(tensor_of(call), Known(call.title, call.origin))
    return tensor_of(call)


def _cast(call: Call, dtype: str | None) -> Tensor:
    tensor = tensor_of(call)
    return call.tensor(
        "cast",
        (tensor,),
        tensor.shape,
        dtype=dtype,
        low=tensor.low,
        high=tensor.high,
        scale=tensor.scale,
        library="torch",
    )


def _type(call: Call) -> Value:
    given = call.argument(0, "dtype")
    return Unknown("type of a tensor") if given is None else _cast(call, dtype_name(given))


def _itself(call: Call) -> Value:
    return tensor_of(call)


def detached(call: Call) -> Value:
    return operations.MOVED["detach"].result(call, tensor_of(call), {})


def _numpy(call: Call) -> Value:
    return operations.MOVED["detach"].result(call, tensor_of(call), {}).changed(library="numpy")


def _item(call: Call) -> Value:
    return Unknown("a number out of a tensor", call.origin)


def _backward(call: Call) -> Value:
    call.machine.happen("backward", call.site, loss=call.receiver)
    return Known(None)


def _requires_grad(call: Call) -> Value:
    wanted = call.argument(0, "requires_grad") or Known(True, call.origin)
    set_trainable(call.machine, tensor_of(call), wanted)
    return tensor_of(call)


def _size(call: Call) -> Value:
    tensor, axis = tensor_of(call), call.argument(0, "dim")
    if axis is None:
        return shape_value(tensor.shape, call.origin)
    at = None if tensor.shape is None else axis_of(len(tensor.shape), dimension(axis))
    return size_value(None if tensor.shape is None or at is None else tensor.shape[at], call.origin)


def rank(call: Call) -> Value:
    rank = tensor_of(call).rank
    return Unknown("rank of a tensor") if rank is None else Known(rank, call.origin)


def _count(call: Call) -> Value:
    return size_value(element_count(tensor_of(call).shape), call.origin)


def _length(call: Call) -> Value:
    shape = tensor_of(call).shape
    return size_value(shape[0] if shape else None, call.origin)


def _view_as(call: Call) -> Value:
    other = as_tensor(call.argument(0, "other"))
    tensor = tensor_of(call)
    return piece(call, tensor, other.shape if other is not None else None)


def _view(call: Call) -> Value:
    dtype = dtype_name(call.argument(0, "dtype"))
    if dtype is not None:
        return _cast(call, dtype).changed(low=None, high=None)
    return as_method(function_of(operations.METHODS["view"]))(call)


def _changed_in_place(call: Call) -> Value:
    """`x.copy_(y)`, `x.normal_()`: other values in the same place."""
    return tensor_of(call).changed(low=None, high=None, scale=None)


def _of_another_shape(call: Call) -> Value:
    """`x.resize_as_(y)`: other values, in a shape that is not followed."""
    return tensor_of(call).changed(shape=None, low=None, high=None, scale=None)


def _new(kind: str) -> Handler:
    """x.new_zeros(2, 3)."""

    def handler(call: Call) -> Value:
        sizes = variadic(bound(call, Signature("size")), "size")
        shape = None if sizes is None else tuple(dimension(value) for value in sizes)
        return call.tensor(kind, (), shape, dtype=tensor_of(call).dtype, library="torch", data=None)

    return handler


def _new_tensor(call: Call) -> Value:
    """x.new_tensor(values), x.new(sizes): what is given is not looked at."""
    return call.tensor("constant", (), None, dtype=tensor_of(call).dtype, library="torch", data=None)


def _is_of(kinds: tuple[str, ...]) -> Handler:
    """Whether the type of a tensor is one of some kinds, where the type is known."""

    def handler(call: Call) -> Value:
        tensor = first_tensor(call)
        dtype = tensor.dtype if tensor is not None else None
        return Unknown("type of a tensor") if dtype is None else Known(dtype.startswith(kinds), call.origin)

    return handler


_TYPE_QUESTIONS = {"is_floating_point": ("float", "bfloat"), "is_complex": ("complex",)}

METHODS_ONLY: dict[str, Handler] = {
    "to": _to,
    "type": _type,
    "type_as": _to,
    **dict.fromkeys(("cpu", "pin_memory", "retain_grad", "share_memory_"), _itself),
    **dict.fromkeys(("cuda", "xpu"), _on_device),
    "detach_": detached,
    "numpy": _numpy,
    "item": _item,
    "tolist": _item,
    "backward": _backward,
    "requires_grad_": _requires_grad,
    "register_hook": lambda call: Unknown("a hook"),
    "size": _size,
    "dim": rank,
    "ndimension": rank,
    "numel": _count,
    "nelement": _count,
    "__len__": _length,
    "view": _view,
    "view_as": _view_as,
    "reshape_as": _view_as,
    "expand_as": _view_as,
    **dict.fromkeys(
        ("copy_", "normal_", "uniform_", "random_", "exponential_", "log_normal_", "cauchy_", "geometric_",
         "fill_diagonal_", "apply_", "map_"),
        _changed_in_place,
    ),
    "resize_": as_method(function_of(operations.METHODS["view"])),
    **dict.fromkeys(("resize_as_", "set_"), _of_another_shape),
    **dict.fromkeys(("new_zeros", "new_ones", "new_empty", "new_full"), _new("constant")),
    **{name: as_method(_is_of(kinds)) for name, kinds in _TYPE_QUESTIONS.items()},
    **dict.fromkeys(("new_tensor", "new"), _new_tensor),
    "storage": lambda call: Unknown("storage"),
    "data_ptr": lambda call: Unknown("address"),
    "is_contiguous": lambda call: Unknown("layout"),
    "stride": lambda call: Unknown("strides"),
}  # fmt: skip


_OF_ONE: dict[str, Handler] = SEVERAL | PRODUCTS | PAIRS | COUNTING
"""By name in torch; the first argument is the tensor."""

_IN_PLACE = (
    "scatter scatter_add scatter_reduce index_add index_copy index_fill index_put masked_scatter put "
    "addcmul addcdiv addmm addmv addr baddbmm lerp atan2 hypot"
).split()
"""Functions that also are methods whose name ends in `_`."""

_FUNCTIONAL_TOO = (
    "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d max_pool1d max_pool2d max_pool3d "
    "avg_pool1d adaptive_avg_pool1d adaptive_max_pool1d dropout alpha_dropout feature_alpha_dropout layer_norm "
    "group_norm batch_norm instance_norm rms_norm embedding pixel_shuffle pixel_unshuffle channel_shuffle "
    "bilinear embedding_bag cosine_similarity pairwise_distance"
).split()
"""Functions of torch.nn.functional that torch itself has, too."""


FUNCTIONS: dict[str, Handler] = {
    **{f"torch.{name}": function_of(meaning) for name, meaning in operations.FUNCTIONS.items()},
    **{
        f"torch.{name}_": function_of(meaning)
        for name, meaning in (operations.ELEMENTWISE | ACTIVATIONS).items()
    },
    **{f"torch.{name}": handler for name, handler in (_OF_ONE | JOINING | OF_TWO | LISTS | INDICES).items()},
    **{f"torch.{name}": FUNCTIONAL[f"torch.nn.functional.{name}"] for name in _FUNCTIONAL_TOO},
    **{f"torch.linalg.{name}": handler for name, handler in LINALG.items()},
    **dict.fromkeys(("torch.sparse.mm", "torch.dsmm"), PRODUCTS["spmm"]),
    **spectral.FUNCTIONS,
    **{
        f"torch.linalg.{name}": function_of(operations.REDUCTIONS["norm"]) for name in ("norm", "vector_norm")
    },
    "torch.special.expit": function_of(ACTIVATIONS["sigmoid"]),
    "torch.numel": lambda call: (
        size_value(element_count(tensor.shape)) if (tensor := first_tensor(call)) else call.unknown()
    ),
    **{f"torch.{name}": _is_of(kinds) for name, kinds in _TYPE_QUESTIONS.items()},
    "torch.is_tensor": lambda call: Known(isinstance(call.argument(0), Tensor)),
}

METHODS: dict[str, Handler] = {
    **{name: as_method(function_of(meaning)) for name, meaning in operations.METHODS.items()},
    **{name: as_method(handler) for name, handler in (_OF_ONE | spectral.METHODS).items()},
    **{f"{name}_": as_method(_OF_ONE[name]) for name in _IN_PLACE},
    **{f"{name}_": as_method(operator(op)) for name, op in OPERATORS.items()},
    **METHODS_ONLY,
}
METHODS |= {name: fills_itself(METHODS[name]) for name in FILLING}
