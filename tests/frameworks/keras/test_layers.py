"""Shapes and numbers of weights, compared with what Keras makes of the same layer."""

from __future__ import annotations

import math
from typing import Any

import keras
import pytest

from tests.frameworks.pretend import PretendMachine
from trainlint.frameworks.keras.graph import operations_of
from trainlint.frameworks.keras.layer_signatures import ALIASES, LAYERS
from trainlint.values.tensor import BATCH, Symbol, Tensor

CONFIGURATIONS: list[tuple[str, tuple[int | None, ...]]] = [
    ("Dense(10)", (4,)),
    ("Dense(10, use_bias=False)", (4,)),
    ("Dense(7, activation='relu')", (5, 4)),
    ("EinsumDense('abc,cd->abd', output_shape=(8, 16), bias_axes='d')", (8, 12)),
    ("Flatten()", (4, 5, 6)),
    ("Flatten()", (4,)),
    ("Reshape((20,))", (4, 5)),
    ("Reshape((-1, 2))", (4, 5)),
    ("Reshape((2, 5, -1))", (4, 5)),
    ("Permute((2, 1))", (4, 5)),
    ("Permute((3, 1, 2))", (4, 5, 6)),
    ("RepeatVector(3)", (4,)),
    ("Dropout(0.5)", (4, 5)),
    ("SpatialDropout1D(0.2)", (4, 5)),
    ("SpatialDropout2D(0.2)", (4, 5, 3)),
    ("GaussianDropout(0.2)", (4,)),
    ("GaussianNoise(0.2)", (4,)),
    ("AlphaDropout(0.2)", (4,)),
    ("ActivityRegularization(l1=0.1)", (4,)),
    ("Identity()", (4,)),
    ("Masking()", (4, 5)),
    ("BatchNormalization()", (4, 5)),
    ("BatchNormalization(scale=False)", (4, 5)),
    ("BatchNormalization(axis=1)", (4, 5, 6)),
    ("BatchNormalization(center=False, scale=False)", (4, 5)),
    ("LayerNormalization()", (4, 5)),
    ("LayerNormalization(axis=(1, 2))", (4, 5)),
    ("LayerNormalization(center=False)", (4, 5)),
    ("GroupNormalization(groups=2)", (4, 6)),
    ("RMSNormalization()", (4, 6)),
    ("UnitNormalization()", (4, 6)),
    ("Embedding(100, 8)", (12,)),
    ("Embedding(100, 8)", (12, 3)),
    ("Conv1D(6, 3)", (20, 4)),
    ("Conv1D(6, 3, strides=2, padding='same')", (21, 4)),
    ("Conv1D(6, 3, padding='causal', dilation_rate=2)", (21, 4)),
    ("Conv1D(6, 3, dilation_rate=2)", (21, 4)),
    ("Conv2D(8, 3)", (28, 28, 1)),
    ("Conv2D(8, (3, 5), activation='relu')", (28, 30, 3)),
    ("Conv2D(8, 3, strides=2)", (28, 31, 3)),
    ("Conv2D(8, 3, strides=(2, 1), padding='same')", (28, 31, 3)),
    ("Conv2D(8, 3, use_bias=False, dilation_rate=2)", (28, 31, 3)),
    ("Conv2D(8, 3, groups=2)", (28, 31, 4)),
    ("Conv2D(8, 1)", (None, None, 4)),
    ("Conv2D(8, 3, data_format='channels_first')", (3, 28, 31)),
    ("Conv3D(4, 3)", (9, 10, 11, 2)),
    ("Conv1DTranspose(4, 3, strides=2)", (9, 2)),
    ("Conv2DTranspose(4, 3)", (9, 10, 2)),
    ("Conv2DTranspose(4, 3, strides=2, padding='same')", (9, 10, 2)),
    ("Conv2DTranspose(4, 2, strides=3)", (9, 10, 2)),
    ("Conv2DTranspose(4, 4, strides=2, padding='same', use_bias=False)", (9, 10, 2)),
    ("Conv3DTranspose(4, 3, strides=2)", (4, 5, 6, 2)),
    ("DepthwiseConv1D(3)", (20, 4)),
    ("DepthwiseConv2D(3)", (20, 21, 4)),
    ("DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding='same')", (20, 21, 4)),
    ("SeparableConv1D(8, 3)", (20, 4)),
    ("SeparableConv2D(8, 3, padding='same')", (20, 21, 4)),
    ("SeparableConv2D(8, 3, depth_multiplier=2, use_bias=False)", (20, 21, 4)),
    ("MaxPooling1D()", (21, 4)),
    ("MaxPooling1D(3, strides=1, padding='same')", (21, 4)),
    ("MaxPooling2D()", (21, 20, 4)),
    ("MaxPooling2D((3, 2), strides=2)", (21, 20, 4)),
    ("MaxPooling2D(2, padding='same')", (21, 21, 4)),
    ("MaxPooling3D()", (8, 9, 10, 4)),
    ("AveragePooling1D(2)", (21, 4)),
    ("AveragePooling2D(2)", (21, 20, 4)),
    ("AveragePooling2D(3, data_format='channels_first')", (4, 21, 20)),
    ("AveragePooling3D(2)", (8, 9, 10, 4)),
    ("GlobalAveragePooling1D()", (21, 4)),
    ("GlobalAveragePooling2D()", (21, 20, 4)),
    ("GlobalAveragePooling2D(keepdims=True)", (21, 20, 4)),
    ("GlobalAveragePooling3D()", (5, 6, 7, 4)),
    ("GlobalMaxPooling1D()", (21, 4)),
    ("GlobalMaxPooling2D(data_format='channels_first')", (4, 21, 20)),
    ("AdaptiveAveragePooling2D((2, 3))", (21, 20, 4)),
    ("AdaptiveMaxPooling1D(5)", (21, 4)),
    ("ZeroPadding1D(2)", (21, 4)),
    ("ZeroPadding1D((1, 2))", (21, 4)),
    ("ZeroPadding2D()", (21, 20, 4)),
    ("ZeroPadding2D((1, 2))", (21, 20, 4)),
    ("ZeroPadding2D(((1, 2), (3, 4)))", (21, 20, 4)),
    ("ZeroPadding3D(1)", (5, 6, 7, 4)),
    ("Cropping1D((1, 2))", (21, 4)),
    ("Cropping2D(((1, 2), (3, 4)))", (21, 20, 4)),
    ("Cropping3D(1)", (5, 6, 7, 4)),
    ("UpSampling1D(3)", (21, 4)),
    ("UpSampling2D((2, 3))", (21, 20, 4)),
    ("UpSampling3D(2)", (5, 6, 7, 4)),
    ("SimpleRNN(8)", (12, 5)),
    ("SimpleRNN(8, return_sequences=True, use_bias=False)", (12, 5)),
    ("LSTM(8)", (12, 5)),
    ("LSTM(8, return_sequences=True)", (None, 5)),
    ("LSTM(8, use_bias=False)", (12, 5)),
    ("GRU(8)", (12, 5)),
    ("GRU(8, reset_after=False)", (12, 5)),
    ("Bidirectional(LSTM(8))", (12, 5)),
    ("Bidirectional(GRU(8, return_sequences=True), merge_mode='sum')", (12, 5)),
    ("ConvLSTM1D(4, 3)", (6, 12, 2)),
    ("ConvLSTM2D(4, 3, return_sequences=True, padding='same')", (6, 12, 13, 2)),
    ("TimeDistributed(Dense(4, activation='relu'))", (6, 5)),
    ("TimeDistributed(Conv2D(4, 3))", (6, 12, 13, 2)),
    ("ReLU()", (4,)),
    ("ReLU(max_value=6)", (4,)),
    ("LeakyReLU(0.1)", (4,)),
    ("PReLU()", (4, 5, 6)),
    ("PReLU(shared_axes=[1, 2])", (4, 5, 6)),
    ("ELU()", (4,)),
    ("Softmax()", (4,)),
    ("Activation('tanh')", (4,)),
    ("Activation('linear')", (4,)),
    ("Rescaling(1 / 255)", (4, 5, 3)),
    ("Normalization(mean=0.0, variance=1.0)", (4,)),
    ("Resizing(8, 9)", (4, 5, 3)),
    ("CenterCrop(3, 4)", (8, 9, 3)),
    ("RandomCrop(3, 4)", (8, 9, 3)),
    ("RandomFlip()", (8, 9, 3)),
    ("RandomRotation(0.1)", (8, 9, 3)),
    ("RandomZoom(0.1)", (8, 9, 3)),
    ("CategoryEncoding(num_tokens=5)", (3,)),
]

MERGING: list[tuple[str, list[tuple[int, ...]]]] = [
    ("Add()", [(4, 5), (4, 5)]),
    ("Add()", [(4, 5), (1, 5), (4, 1)]),
    ("Subtract()", [(4,), (4,)]),
    ("Multiply()", [(4, 5), (1, 5)]),
    ("Average()", [(4,), (4,)]),
    ("Maximum()", [(4,), (4,)]),
    ("Minimum()", [(4,), (4,)]),
    ("Concatenate()", [(4, 5), (4, 7)]),
    ("Concatenate(axis=1)", [(4, 5), (3, 5)]),
    ("Dot(axes=1)", [(4,), (4,)]),
    ("Dot(axes=(2, 1))", [(4, 5), (5, 6)]),
    ("Attention()", [(4, 5), (6, 5)]),
    ("Attention(use_scale=True)", [(4, 5), (6, 5), (6, 5)]),
    ("AdditiveAttention()", [(4, 5), (6, 5)]),
]


def ours(text: str, machine: PretendMachine) -> Any:
    """A layer of our tables, from the text that makes one in Keras."""
    names = {
        name: lambda *positional, _name=name, **keyword: machine.of(
            f"keras.layers.{_name}", *positional, **keyword
        )
        for name in [*LAYERS, *ALIASES]
    }
    return eval(text, names)


def theirs(text: str) -> Any:
    return eval(text, {name: getattr(keras.layers, name) for name in [*LAYERS, *ALIASES]})


def input_of(shape: tuple[int | None, ...]) -> Tensor:
    return Tensor(shape=(BATCH, *shape), library="keras")


def sizes(tensor: Tensor) -> tuple[int | None, ...]:
    assert tensor.shape is not None
    return tuple(None if isinstance(size, Symbol) else size for size in tensor.shape)


def weights(output: Tensor) -> int | None:
    counts = [made.operation.parameters for made in operations_of([output]) if made.operation]
    return None if None in counts else sum(count for count in counts if count is not None)


def trainable(layer: Any) -> int:
    return sum(math.prod(weight.shape) for weight in layer.trainable_weights)


@pytest.mark.parametrize(("text", "shape"), CONFIGURATIONS)
def test_shape_and_weights_are_those_of_keras(text: str, shape: tuple[int | None, ...]) -> None:
    machine = PretendMachine()
    output = machine.apply(ours(text, machine), input_of(shape))
    layer = theirs(text)
    expected = layer(keras.Input(shape))
    assert sizes(output) == tuple(expected.shape)
    assert weights(output) == trainable(layer)


@pytest.mark.parametrize(("text", "shapes"), MERGING)
def test_merged_shapes_are_those_of_keras(text: str, shapes: list[tuple[int, ...]]) -> None:
    machine = PretendMachine()
    output = machine.apply(ours(text, machine), [input_of(shape) for shape in shapes])
    layer = theirs(text)
    expected = layer([keras.Input(shape) for shape in shapes])
    assert sizes(output) == tuple(expected.shape)
    assert weights(output) == trainable(layer)


@pytest.mark.parametrize(
    "arguments",
    [{"num_heads": 2, "key_dim": 8}, {"num_heads": 3, "key_dim": 4, "value_dim": 5, "use_bias": False}],
)
def test_multi_head_attention_projects_query_key_and_value(arguments: dict[str, Any]) -> None:
    machine = PretendMachine()
    output = machine.apply(
        machine.of("keras.layers.MultiHeadAttention", **arguments), input_of((6, 16)), input_of((7, 12))
    )
    layer = keras.layers.MultiHeadAttention(**arguments)
    expected = layer(keras.Input((6, 16)), keras.Input((7, 12)))
    assert sizes(output) == tuple(expected.shape)
    assert weights(output) == trainable(layer)


@pytest.mark.parametrize("name", LAYERS)
def test_defaults_are_those_of_keras(name: str) -> None:
    import inspect

    machine = PretendMachine()
    bound = LAYERS[name].bind((), {}, True, name)
    for parameter in inspect.signature(getattr(keras.layers, name)).parameters.values():
        if parameter.default is inspect.Parameter.empty:
            continue
        from tests.frameworks.keras.defaults import python_of

        assert python_of(bound[parameter.name]) == parameter.default, parameter.name
    assert machine.facts == []


def test_an_activation_is_a_layer_of_its_own() -> None:
    machine = PretendMachine()
    output = machine.apply(machine.of("keras.layers.Dense", 10, activation="softmax"), input_of((4,)))
    assert output.operation.kind == "softmax"
    assert output.operation.parameters == 0
    assert (output.low, output.high) == (0.0, 1.0)
    dense = output.operation.inputs[0].operation
    assert dense.kind == "linear"
    assert dense.settings["units"].value == 10


def test_a_linear_activation_adds_nothing() -> None:
    machine = PretendMachine()
    output = machine.apply(machine.of("keras.layers.Dense", 10, activation="linear"), input_of((4,)))
    assert output.operation.kind == "linear"


def test_an_activation_may_be_a_layer() -> None:
    machine = PretendMachine()
    leaky = machine.of("keras.layers.LeakyReLU", 0.1)
    output = machine.apply(machine.of("keras.layers.Dense", 10, activation=leaky), input_of((4,)))
    assert output.operation.kind == "leaky_relu"


def test_units_are_known_where_the_input_is_not() -> None:
    machine = PretendMachine()
    output = machine.apply(machine.of("keras.layers.Dense", 10), Tensor(library="keras"))
    assert output.operation.settings["units"].value == 10
    assert output.operation.parameters is None


def test_rescaling_changes_bounds() -> None:
    machine = PretendMachine()
    image = Tensor(shape=(BATCH, 8, 8, 3), low=0, high=255, library="keras")
    output = machine.apply(machine.of("keras.layers.Rescaling", 1 / 127.5, offset=-1), image)
    assert (output.low, output.high) == (-1.0, 1.0)
