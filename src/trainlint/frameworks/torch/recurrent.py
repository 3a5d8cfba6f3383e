"""RNN, LSTM and GRU of torch.nn, and their cells: several outputs, weights by layer and direction."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.layers import class_tables
from trainlint.frameworks.torch.meaning import Meaning
from trainlint.frameworks.torch.sizes import Bound, flag, whole
from trainlint.values.tensor import Dimension, Shape, Tensor
from trainlint.values.value import Instance, Items, Known, Value

_GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
"""Matrices for each layer and direction."""

_SETTINGS = {
    "units": "hidden_size",
    "input_units": "input_size",
    "layers": "num_layers",
    "rate": "dropout",
    "bias": "bias",
    "bidirectional": "bidirectional",
    "batch_first": "batch_first",
    "nonlinearity": "nonlinearity",
}

_OPTIONS = (
    "num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, proj_size=0, device=None, "
    "dtype=None"
)

_LAYER_TEXT = {
    "RNN": "input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, "
    "dropout=0.0, "
    "bidirectional=False, device=None, dtype=None",
    "GRU": f"input_size, hidden_size, {_OPTIONS.replace('proj_size=0, ', '')}",
    "LSTM": f"input_size, hidden_size, {_OPTIONS}",
}

_CELL_TEXT = {
    "RNN": "input_size, hidden_size, bias=True, nonlinearity='tanh', device=None, dtype=None",
    "GRU": "input_size, hidden_size, bias=True, device=None, dtype=None",
    "LSTM": "input_size, hidden_size, bias=True, device=None, dtype=None",
}


def layer_parameters(gates: int, arguments: Bound) -> int | None:
    """Gates x hidden x (input + recurrent), two biases and a projection, for each layer and direction."""
    inputs, hidden, layers = (whole(arguments, name) for name in ("input_size", "hidden_size", "num_layers"))
    bias, both = flag(arguments, "bias"), flag(arguments, "bidirectional")
    projected = whole(arguments, "proj_size") if "proj_size" in arguments else 0
    if (
        inputs is None
        or hidden is None
        or layers is None
        or bias is None
        or both is None
        or projected is None
    ):
        return None
    directions, given_back = 1 + both, projected or hidden
    total = 0
    for layer in range(layers):
        width = inputs if layer == 0 else given_back * directions
        total += directions * gates * hidden * (width + given_back)
        total += directions * 2 * gates * hidden * bias
        total += directions * projected * hidden
    return total


def cell_parameters(gates: int, arguments: Bound) -> int | None:
    inputs, hidden, bias = (
        whole(arguments, "input_size"),
        whole(arguments, "hidden_size"),
        flag(arguments, "bias"),
    )
    if inputs is None or hidden is None or bias is None:
        return None
    return gates * hidden * (inputs + hidden + 2 * bias)


def _output_shape(arguments: Bound, shape: Shape | None) -> Shape | None:
    width, both = _width(arguments), flag(arguments, "bidirectional")
    if both is None or width is None:
        width = None
    elif both:
        width *= 2
    return (None, None, width) if shape is None else (*shape[:-1], width) if shape else None


def _width(arguments: Bound) -> int | None:
    """Size of the hidden state that is given back."""
    projected = whole(arguments, "proj_size") if "proj_size" in arguments else 0
    return None if projected is None else projected or whole(arguments, "hidden_size")


def _state_shape(arguments: Bound, shape: Shape | None, width: int | None) -> Shape | None:
    """(layers x directions, batch, width); without the batch axis when there is none."""
    layers, both, first = (
        whole(arguments, "num_layers"),
        flag(arguments, "bidirectional"),
        flag(arguments, "batch_first"),
    )
    count: Dimension = None if layers is None or both is None else layers * (1 + both)
    if shape is None:
        return (count, None, width)
    if len(shape) == 2:
        return (count, width)
    if len(shape) != 3 or first is None:
        return None
    return (count, shape[0] if first else shape[1], width)


def _layer(meaning: Meaning, kind: str) -> Handler:
    def handler(call: Call) -> Value:
        layer, value = call.receiver, call.argument(0, "input", "x")
        if not isinstance(layer, Instance) or value is None or as_tensor(value) is None:
            return call.unknown()
        output = meaning.result(call, value, layer.arguments, layer=layer, title=layer.title)
        given = as_tensor(value)
        shape = given.shape if given is not None else None
        width, cell = _width(layer.arguments), whole(layer.arguments, "hidden_size")
        hidden = _state(call, output, _state_shape(layer.arguments, shape, width), "hidden state")
        if kind != "lstm":
            return Items([output, hidden], "tuple", origin=call.origin)
        memory = _state(call, output, _state_shape(layer.arguments, shape, cell), "cell state", bounded=False)
        return Items([output, Items([hidden, memory], "tuple")], "tuple", origin=call.origin)

    return handler


def _state(call: Call, output: Tensor, shape: Shape | None, title: str, *, bounded: bool = True) -> Tensor:
    """A state beside the output, which the graph shows as taken from it."""
    return call.tensor(
        "select",
        (output,),
        shape,
        title=title,
        dtype=output.dtype,
        low=output.low if bounded else None,
        high=output.high if bounded else None,
        library="torch",
        data=None,
    )


def _cell(meaning: Meaning, kind: str) -> Handler:
    def handler(call: Call) -> Value:
        layer, value = call.receiver, call.argument(0, "input", "x")
        if not isinstance(layer, Instance) or value is None or as_tensor(value) is None:
            return call.unknown()
        hidden = meaning.result(call, value, layer.arguments, layer=layer, title=layer.title)
        if kind != "lstm":
            return hidden
        return Items([hidden, _state(call, hidden, hidden.shape, "cell state", bounded=False)], "tuple")

    return handler


def _cell_shape(arguments: Bound, shape: Shape | None) -> Shape | None:
    return None if not shape else (*shape[:-1], whole(arguments, "hidden_size"))


def _bounds(arguments: Bound, tensor: Tensor) -> tuple[float | None, float | None]:
    """Gated by tanh: between -1 and 1; a ReLU network is not bounded above, a projection not at all."""
    nonlinearity = arguments.get("nonlinearity")
    name = getattr(nonlinearity, "value", "tanh") if nonlinearity is not None else "tanh"
    if name == "relu":
        return 0.0, None
    if name != "tanh" or ("proj_size" in arguments and whole(arguments, "proj_size") != 0):
        return None, None
    return -1.0, 1.0


def _classes() -> Mapping[str, tuple[Meaning, Handler]]:
    classes: dict[str, tuple[Meaning, Handler]] = {}
    for name, gates in _GATES.items():
        kind = name.lower()
        layer = Meaning(
            Signature(_LAYER_TEXT[name]),
            kind,
            _output_shape,
            _bounds,
            _SETTINGS,
            lambda arguments, shape, gates=gates: layer_parameters(gates, arguments),  # type: ignore[misc]
            carries_data=False,
        )
        cell = Meaning(
            Signature(_CELL_TEXT[name]),
            kind,
            _cell_shape,
            _bounds,
            {
                key: value
                for key, value in _SETTINGS.items()
                if key in ("units", "input_units", "bias", "nonlinearity")
            },
            lambda arguments, shape, gates=gates: cell_parameters(gates, arguments),  # type: ignore[misc]
            carries_data=False,
        )
        classes[name] = (layer, _layer(layer, kind))
        classes[f"{name}Cell"] = (cell, _cell(cell, kind))
    return classes


CLASSES = _classes()
"""By class name in torch.nn: what it means, and how it is applied."""

FUNCTIONS, METHODS, CALLS = class_tables(CLASSES)


def _same_values(call: Call, tensor: Tensor) -> Tensor:
    """The tensor in another form: an operation of its own, since axes mean nothing to a packed sequence."""
    return call.tensor(
        "identity",
        (tensor,),
        tensor.shape,
        dtype=tensor.dtype,
        low=tensor.low,
        high=tensor.high,
        scale=tensor.scale,
        library="torch",
    )


def _unpacked(call: Call) -> Value:
    """torch.nn.utils.rnn.pack_padded_sequence: treated as the padded tensor itself."""
    tensor = as_tensor(call.argument(0, "input", "sequence"))
    return call.unknown() if tensor is None else _same_values(call, tensor)


def _padded_again(call: Call) -> Value:
    """torch.nn.utils.rnn.pad_packed_sequence: the tensor and the lengths."""
    tensor = as_tensor(call.argument(0, "sequence"))
    if tensor is None:
        return call.unknown()
    lengths = call.tensor(
        "select", (tensor,), (None,), title="lengths", dtype="int64", library="torch", data=None
    )
    return Items([_same_values(call, tensor), lengths], "tuple")


def _padded(call: Call) -> Value:
    """torch.nn.utils.rnn.pad_sequence: sequences side by side, whatever their lengths; steps first by default."""
    sequences = call.argument(0, "sequences")
    inputs = list(sequences.items[:1]) if isinstance(sequences, Items) else [sequences]
    first = call.argument(1, "batch_first") or Known(False, call.origin)
    settings = {"batch_first": first}
    given = [value for value in inputs if value is not None]
    return call.tensor("stack", given, None, settings=settings, library="torch", data=None)


SEQUENCES: dict[str, Handler] = {
    "torch.nn.utils.rnn.pad_sequence": _padded,
    "torch.nn.utils.rnn.pack_padded_sequence": _unpacked,
    "torch.nn.utils.rnn.pad_packed_sequence": _padded_again,
}
