"""Constructing layers and calling them on tensors."""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.keras import (
    attention,
    dense,
    hub,
    images,
    merging,
    recurrent,
    reshaping,
    windows,
    wrappers,
)
from trainlint.frameworks.keras.activations import (
    activated,
    activation_operation,
    activation_word,
)
from trainlint.frameworks.keras.applied import (
    Applied,
    LayerMeaning,
    not_followed,
    result,
    settings_of,
    tensors_in,
)
from trainlint.frameworks.keras.layer_signatures import ALIASES
from trainlint.frameworks.keras.layer_signatures import LAYERS as SIGNATURES
from trainlint.frameworks.library import merged
from trainlint.frameworks.signatures import Signature
from trainlint.values.tensor import Tensor, product
from trainlint.values.value import Instance, Items, Known, Reference, Value, constant, integer

MEANINGS: dict[str, LayerMeaning] = merged(
    dense.LAYERS,
    windows.LAYERS,
    reshaping.LAYERS,
    merging.LAYERS,
    recurrent.LAYERS,
    attention.LAYERS,
    images.LAYERS,
    hub.LAYERS,
)
"""What the layers do, by class name, where it is a shape, a number of weights and bounds."""

OLD_ARGUMENTS = {
    "nb_filter": "filters",
    "output_dim": "units",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "border_mode": "padding",
    "subsample": "strides",
    "bias": "use_bias",
    "p": "rate",
    "keep_prob": "keep_prob",
    "alpha": "negative_slope",
}
"""Arguments of older releases of Keras and their present names, where the class has the present one."""

ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "ThresholdedReLU": "threshold",
    "Softmax": "softmax",
}

_FUSED_ELSEWHERE = frozenset({"SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
"""Layers whose `activation` works inside their cells."""

_NO_SIGNATURE = Signature("")


def construct(call: Call) -> Value:
    """A layer object with its arguments."""
    title = ALIASES.get(call.title, call.title)
    signature = SIGNATURES.get(title, _NO_SIGNATURE)
    arguments = call.bind(signature)
    for old, new in OLD_ARGUMENTS.items():
        if old in arguments and new in signature.names and old not in signature.names:
            arguments[new] = arguments.pop(old)
    return Instance(Reference(f"keras.layers.{title}"), arguments, call.origin)


MERGES = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "average": "Average",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "concatenate": "Concatenate",
    "dot": "Dot",
}
"""Functions of keras.layers that make a merging layer and apply it."""


def merge(call: Call) -> Value:
    """`concatenate([a, b], axis=-1)`: the layer and its application in one."""
    title = MERGES[call.title]
    positional, keyword = call.arguments.positional, dict(call.arguments.keyword)
    given = positional[0] if positional else keyword.pop("inputs", None)
    arguments = SIGNATURES[title].bind(positional[1:], keyword, call.arguments.complete, title)
    layer = Instance(Reference(f"keras.layers.{title}"), arguments, call.origin)
    inputs = tensors_in(given)
    return apply_layer(call, layer, inputs) if inputs else call.unknown()


def apply(call: Call) -> Value:
    """A layer of the library on a tensor, or on a list of tensors."""
    layer = call.receiver
    assert isinstance(layer, Instance)
    given = call.argument(0, "inputs", "x", "query")
    inputs = tensors_in(given)
    if not inputs:
        return call.unknown()
    title = layer.title
    if title == "MultiHeadAttention":
        others = [call.argument(1, "value"), call.argument(2, "key")]
        inputs += tuple(tensor for value in others for tensor in tensors_in(value))
    return apply_layer(call, layer, inputs)


def apply_layer(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    """The output of a layer of the library."""
    title = layer.title
    wrapper = wrappers.WRAPPERS.get(title)
    if wrapper is not None:
        return wrapper(call, layer, inputs)
    if title in ACTIVATION_LAYERS:
        return _activation_layer(layer, inputs[0])
    if title == "Activation":
        return _named_activation(call, layer, inputs[0])
    meaning = MEANINGS.get(title)
    if meaning is None:
        return not_followed(call, f"the layer {title} is not followed", *inputs, layer=layer)
    applied = Applied(layer, inputs, call)
    output: Value = result(applied, meaning)
    if title not in _FUSED_ELSEWHERE:
        output = activated(call, output, layer.arguments.get("activation"))
    if title in recurrent.RECURRENT and applied.flag("return_state"):
        return recurrent.with_states(applied, output)
    return output


def _activation_layer(layer: Instance, tensor: Tensor) -> Tensor:
    kind = ACTIVATION_LAYERS[layer.title]
    parameters: int | None = 0
    if kind == "prelu":
        parameters = _prelu_parameters(layer, tensor)
    if kind == "relu":
        largest, slope = layer.arguments.get("max_value"), layer.arguments.get("negative_slope")
        if constant(largest) == 6:
            kind = "relu6"
        if isinstance(slope, Known) and slope.value:
            kind = "leaky_relu"
    return activation_operation(
        kind, layer.title, tensor, layer.origin, settings_of(layer), layer, parameters
    )


def _prelu_parameters(layer: Instance, tensor: Tensor) -> int | None:
    if tensor.shape is None:
        return None
    shape = list(tensor.shape[1:])
    shared = layer.arguments.get("shared_axes")
    axes = [integer(item) for item in shared.items] if isinstance(shared, Items) else [integer(shared)]
    for axis in axes:
        if axis is not None and 1 <= axis <= len(shape):
            shape[axis - 1] = 1
    found = product(shape)
    return found if isinstance(found, int) else None


def _named_activation(call: Call, layer: Instance, tensor: Tensor) -> Value:
    activation = layer.arguments.get("activation")
    word = activation_word(activation)
    if word == "" or activation is None:
        settings = settings_of(layer)
        return activation_operation("linear_activation", "Activation", tensor, layer.origin, settings, layer)
    if word is not None:
        origin = activation.origin if activation.origin is not None else layer.origin
        return activation_operation(word, "Activation", tensor, origin, settings_of(layer), layer)
    return activated(call, tensor, activation)


FUNCTIONS = {
    f"keras.layers.{name}": construct
    for name in [*SIGNATURES, *ALIASES, "ThresholdedReLU", "CuDNNLSTM", "CuDNNGRU", "Wrapper", "Highway"]
    if name not in ("InputLayer", "Pipeline")
} | {f"{home}{name}": merge for home in ("keras.layers.", "keras.layers.merge.") for name in MERGES}
