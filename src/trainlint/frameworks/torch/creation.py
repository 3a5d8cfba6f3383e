"""Tensors made from sizes, numbers and arrays, and what else of torch a program calls in passing."""

from __future__ import annotations

import math
from typing import Any

from trainlint.frameworks import hand_made_weights
from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.facts import ShuffledAlone
from trainlint.frameworks.passing_on import seed
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.initialising import fills
from trainlint.frameworks.torch.meaning import bound
from trainlint.frameworks.torch.sizes import dimensions, flag, variadic_sizes
from trainlint.frameworks.torch.tensor_methods import dtype_name
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import DataFacts, Operation, Shape, Tensor
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
    number,
)

_OPTIONS = (
    "out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, generator=None"
)

_FILLED = {
    # name: kind, low, high, type, random
    "zeros": ("constant", 0.0, 0.0, "float32", False),
    "ones": ("constant", 1.0, 1.0, "float32", False),
    "empty": ("constant", None, None, "float32", False),
    "rand": ("random", 0.0, 1.0, "float32", True),
    "randn": ("random", None, None, "float32", True),
}


def _made(call: Call, kind: str, shape: Shape | None, *, random: bool = False, **fields: Any) -> Tensor:
    """A tensor out of nothing; what a random generator makes counts as data of so many samples."""
    first = shape[0] if shape else None
    samples = Known(first, call.origin) if isinstance(first, int) else None
    data = DataFacts(name=call.title, samples=samples, random=random, origin=call.origin)
    if (device := call.arguments.keyword.get("device")) is not None:
        fields["settings"] = {**fields.get("settings", {}), "device": device}
    return call.tensor(kind, (), shape, library="torch", data=data, **fields)


def _filled(name: str) -> Handler:
    kind, low, high, dtype, random = _FILLED[name]
    signature = Signature(f"size, *, {_OPTIONS}")

    def handler(call: Call) -> Value:
        arguments = bound(call, signature)
        shape = variadic_sizes(arguments, "size")
        scale = "standardised" if name == "randn" else None
        found = dtype_name(arguments.get("dtype")) or dtype
        wanted = {"requires_grad": arguments["requires_grad"]} if flag(arguments, "requires_grad") else {}
        return _made(
            call, kind, shape, random=random, low=low, high=high, dtype=found, scale=scale, settings=wanted
        )

    return handler


def _like(name: str) -> Handler:
    kind, low, high, _, random = _FILLED[name.removesuffix("_like")]

    def handler(call: Call) -> Value:
        other = as_tensor(call.argument(0, "input"))
        if other is None:
            return call.unknown()
        return _made(call, kind, other.shape, random=random, low=low, high=high, dtype=other.dtype)

    return handler


def _randint(call: Call) -> Value:
    """torch.randint(low=0, high, size): whole numbers, most often made-up labels."""
    positional = list(call.arguments.positional)
    sizes = call.arguments.keyword.get("size")
    if sizes is None and positional and not isinstance(constant(positional[-1]), int):
        sizes = positional.pop()
    low, high = call.arguments.keyword.get("low"), call.arguments.keyword.get("high")
    if positional:
        high = positional[-1]
        low = positional[0] if len(positional) > 1 else low
    shape = variadic_sizes({"size": sizes}, "size") if sizes is not None else None
    most, least = integer(high), integer(low) if low is not None else 0
    made = _made(
        call,
        "random",
        shape,
        random=True,
        dtype=dtype_name(call.arguments.keyword.get("dtype")) or "int64",
        low=None if least is None else float(least),
        high=None if most is None else float(most - 1),
    )
    assert made.data is not None
    classes = most - least if most is not None and least is not None else None
    return made.changed(
        data=DataFacts(
            name=made.data.name,
            samples=made.data.samples,
            random=True,
            encoding="index",
            labels=True,
            classes=classes,
            origin=made.data.origin,
        )
    )


def _randperm(call: Call) -> Value:
    count = integer(call.argument(0, "n"))
    drawn = _made(call, "random", (count,), random=True, dtype="int64", low=0.0)
    call.machine.note(ShuffledAlone(drawn, call.argument(-1, "generator"), call.site))
    return drawn


def _full(call: Call) -> Value:
    sizes, value = call.argument(0, "size"), number(call.argument(1, "fill_value"))
    shape = variadic_sizes({"size": sizes}, "size") if sizes is not None else None
    return _made(call, "constant", shape, low=value, high=value)


def _arange(call: Call) -> Value:
    numbers = [number(value) for value in call.arguments.positional]
    if not numbers or None in numbers or len(numbers) > 3:
        return _made(call, "range", (None,))
    known = [found for found in numbers if found is not None]
    start, end, step = (0.0, known[0], 1.0) if len(known) == 1 else (*known, 1.0)[:3]
    count = max(0, math.ceil((end - start) / step)) if step else None
    whole = all(isinstance(constant(value), int) for value in call.arguments.positional)
    dtype = dtype_name(call.arguments.keyword.get("dtype")) or ("int64" if whole else "float32")
    return _made(call, "range", (count,), low=min(start, end), high=max(start, end), dtype=dtype)


def _linspace(call: Call) -> Value:
    start, end = number(call.argument(0, "start")), number(call.argument(1, "end"))
    ends = [found for found in (start, end) if found is not None]
    low, high = (min(ends), max(ends)) if len(ends) == 2 else (None, None)
    return _made(call, "range", (integer(call.argument(2, "steps")),), low=low, high=high, dtype="float32")


def _eye(call: Call) -> Value:
    rows = integer(call.argument(0, "n"))
    columns = call.argument(1, "m")
    return _made(
        call, "constant", (rows, integer(columns) if columns else rows), low=0.0, high=1.0, dtype="float32"
    )


def from_data(call: Call) -> Value:
    """torch.tensor, torch.from_numpy, torch.as_tensor, torch.FloatTensor(array): the values stay."""
    value = call.argument(0, "data", "ndarray", "obj", "a")
    dtype = dtype_name(call.argument(1, "dtype")) or _LEGACY.get(call.title)
    if isinstance(value, Tensor):
        kind = "cast" if value.operation is None or value.library != "torch" else "detach"
        if kind == "detach" and call.title in ("as_tensor", "asarray"):
            kind = "cast"  # of a tensor they give the tensor itself
        return call.tensor(
            kind,
            (value,),
            value.shape,
            dtype=dtype or value.dtype,
            low=value.low,
            high=value.high,
            scale=value.scale,
            library="torch",
        )
    if isinstance(value, Unknown):
        tensor = as_tensor(value)
        assert tensor is not None
        if call.title in NEW and tensor.operation is not None:
            tensor.operation.settings[NEW_LEAF] = Known(call.title, call.origin)
        return tensor.changed(library="torch", dtype=dtype)
    shape, low, high, found = _literal(value)
    return _made(call, "constant", shape, low=low, high=high, dtype=dtype or found)


NEW = frozenset({"tensor", "from_numpy", "scalar_tensor"})
"""Functions that give a tensor which knows nothing of what its values were computed with."""

NEW_LEAF = "new_leaf"
"""The setting of an operation that says which of these made it."""

_LEGACY = {
    "FloatTensor": "float32", "LongTensor": "int64", "IntTensor": "int32", "DoubleTensor": "float64",
    "ByteTensor": "uint8", "BoolTensor": "bool", "HalfTensor": "float16",
}  # fmt: skip


def _literal(value: Value | None) -> tuple[Shape | None, float | None, float | None, str | None]:
    """Shape, bounds and type of nested lists of numbers."""
    found = number(value)
    if found is not None:
        return (), float(found), float(found), "int64" if isinstance(constant(value), int) else "float32"
    if isinstance(constant(value), bool):
        return (), 0.0, 1.0, "bool"
    if not isinstance(value, Items) or not value.is_certain:
        return None, None, None, None
    parts = [_literal(item) for item in value.items]
    shapes = {part[0] for part in parts}
    if len(shapes) > 1 or None in shapes:
        return (len(parts), *(() if not parts else (None,) * 0)) if not shapes else None, None, None, None
    lows, highs = [part[1] for part in parts], [part[2] for part in parts]
    inner = shapes.pop() if shapes else ()
    types = {part[3] for part in parts}
    return (
        (len(parts), *(inner or ())),
        None if None in lows or not lows else min(low for low in lows if low is not None),
        None if None in highs or not highs else max(high for high in highs if high is not None),
        "float32" if "float32" in types else next(iter(types), "float32"),
    )


def _legacy(call: Call) -> Value:
    """`torch.FloatTensor(3, 4)` makes room, `torch.FloatTensor(array)` takes values."""
    if call.arguments.positional and all(
        isinstance(constant(value), int) for value in call.arguments.positional
    ):
        shape = tuple(integer(value) for value in call.arguments.positional)
        return _made(call, "constant", shape, dtype=_LEGACY.get(call.title))
    return from_data(call)


def _full_like(call: Call) -> Value:
    other, value = as_tensor(call.argument(0, "input")), number(call.argument(1, "fill_value"))
    if other is None:
        return call.unknown()
    return _made(call, "constant", other.shape, low=value, high=value, dtype=other.dtype)


def _random_like(call: Call) -> Value:
    """torch.randint_like and torch.normal(mean, std): the shape of the tensor that is given."""
    other = next((value for value in call.arguments if isinstance(value, Tensor)), None)
    size = call.argument(2, "size")
    shape = dimensions(size) if size is not None else other.shape if other is not None else None
    return _made(call, "random", shape, random=True)


def _sparse(call: Call) -> Value:
    """torch.sparse_coo_tensor(indices, values, size): as a full tensor."""
    position = 2 if call.title in ("sparse_coo_tensor", "FloatTensor") else 3
    size = call.argument(position, "size")
    return _made(call, "constant", dimensions(size), dtype="float32")


def _parameter(call: Call) -> Value:
    """torch.nn.Parameter(tensor): a weight of whichever module it becomes an attribute of."""
    given = as_tensor(call.argument(0, "data"))
    shape = given.shape if given is not None else None
    sizes = [size for size in shape or () if isinstance(size, int)]
    count = math.prod(sizes) if shape is not None and len(sizes) == len(shape) else None
    operation = Operation(
        "parameter",
        "Parameter",
        settings=hand_made_weights.of_torch(given),
        parameters=count,
        origin=call.origin,
    )
    return Tensor(
        shape=shape,
        dtype=given.dtype if given is not None else None,
        low=given.low if given is not None else None,
        high=given.high if given is not None else None,
        library="torch",
        operation=operation,
        is_parameter=True,
        origin=call.origin,
    )


# -- in passing -------------------------------------------------------------------------------------------


def _unknown_truth(call: Call) -> Value:
    return Unknown("depends on the machine", call.origin)


def _world_size(call: Call) -> Value:
    """The number of processes: one, unless a launcher starts more."""
    return Known(1, Origin(Made.MACHINE, call.site, "one process"))


def _device(call: Call) -> Value:
    return Instance(
        Reference("torch.device"),
        {"type": call.argument(0, "device", "type") or Unknown("device")},
        call.origin,
    )


def _nothing(call: Call) -> Value:
    return Known(None)


def _variable(call: Call) -> Value:
    """`Variable(x)` is x; up to PyTorch 0.3 `volatile=True` said that nothing computed from it has gradients."""
    if constant(call.argument(2, "volatile") or Known(False)) is not False:
        call.machine.happen("volatile", call.site)
    return _same(call)


def _same(call: Call) -> Value:
    return call.argument(0, "model", "module", "tensor", "obj") or Unknown("argument")


def _load(call: Call) -> Value:
    return Unknown("loaded from a file", call.origin)


def _initialise(call: Call) -> Value:
    """torch.nn.init.*: gives the tensor back."""
    return call.argument(0, "tensor") or Unknown("tensor")


_INITIALISERS = (
    "uniform_ normal_ constant_ ones_ zeros_ eye_ dirac_ xavier_uniform_ xavier_normal_ kaiming_uniform_ "
    "kaiming_normal_ trunc_normal_ orthogonal_ sparse_ xavier_uniform xavier_normal kaiming_uniform "
    "kaiming_normal "
    "uniform normal constant orthogonal"
).split()


def _wrapper(call: Call) -> Value:
    """DataParallel and its like behave as the module, and are it here; `.module` is the module again."""
    module = call.argument(0, "module", "model")
    if isinstance(module, Instance) and "module" not in module.slots:
        call.machine.write(module, "module", module)
    return module or Unknown("module")


FUNCTIONS: dict[str, Handler] = {
    **{f"torch.{name}": _filled(name) for name in _FILLED},
    **{f"torch.{name}_like": _like(f"{name}_like") for name in _FILLED},
    "torch.randint": _randint,
    "torch.randperm": _randperm,
    "torch.full": _full,
    "torch.full_like": _full_like,
    **dict.fromkeys(("torch.randint_like", "torch.normal"), _random_like),
    **dict.fromkeys(("torch.sparse_coo_tensor", "torch.sparse_csr_tensor", "torch.sparse.FloatTensor"), _sparse),
    "torch.arange": _arange,
    "torch.range": _arange,
    "torch.linspace": _linspace,
    "torch.eye": _eye,
    **{f"torch.{name}": from_data for name in ("tensor", "from_numpy", "as_tensor", "asarray", "scalar_tensor")},
    **{f"torch.{name}": _legacy for name in (*_LEGACY, "Tensor")},
    **{f"torch.cuda.{name}": _legacy for name in _LEGACY},
    "torch.autograd.Variable": _variable,
    "torch.nn.Parameter": _parameter,
    "torch.nn.parameter.Parameter": _parameter,
    "torch.device": _device,
    "torch.distributed.get_world_size": _world_size,
    **dict.fromkeys(
        ("torch.cuda.is_available", "torch.cuda.device_count", "torch.backends.mps.is_available",
         "torch.cuda.current_device", "torch.cuda.is_bf16_supported", "torch.cuda.get_device_name",
         "torch.distributed.get_rank", "torch.distributed.is_initialized", "torch.distributed.is_available",
         "torch.is_grad_enabled", "torch.get_num_threads"),
        _unknown_truth,
    ),
    **dict.fromkeys(
        ("torch.manual_seed", "torch.seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all"), seed
    ),
    **dict.fromkeys(
        ("torch.save",
         "torch.set_num_threads", "torch.set_default_dtype", "torch.set_default_device",
         "torch.set_printoptions",
         "torch.use_deterministic_algorithms", "torch.cuda.empty_cache", "torch.cuda.synchronize",
         "torch.cuda.set_device", "torch.set_float32_matmul_precision", "torch.autograd.set_detect_anomaly",
         "torch.distributed.init_process_group", "torch.distributed.destroy_process_group",
         "torch.distributed.barrier", "torch.cuda.reset_peak_memory_stats"),
        _nothing,
    ),
    **dict.fromkeys(("torch.jit.script", "torch.jit.trace", "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
                     "torch.nn.utils.spectral_norm", "torch.nn.utils.weight_norm",
                     "torch.nn.utils.parametrizations.spectral_norm",
                     "torch.nn.utils.parametrizations.weight_norm", "torch.compile"), _same),
    "torch.load": _load,
    "torch.hub.load": _load,
    "torch.hub.load_state_dict_from_url": _load,
    **{f"torch.nn.init.{name}": fills(_initialise) for name in _INITIALISERS},
    **dict.fromkeys(("torch.nn.DataParallel", "torch.nn.parallel.DataParallel",
                     "torch.nn.parallel.DistributedDataParallel"), _wrapper),
}  # fmt: skip
"""By canonical name."""
