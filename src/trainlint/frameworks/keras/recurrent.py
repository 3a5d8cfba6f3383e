"""Recurrent layers."""

from __future__ import annotations

from collections.abc import Callable

from trainlint.frameworks.keras.applied import Applied, Bounds, LayerMeaning
from trainlint.frameworks.keras.windows import total, whole, windowed
from trainlint.values.tensor import Dimension, Operation, Shape, Tensor, product
from trainlint.values.value import Items, Value

RECURRENT = frozenset("SimpleRNN LSTM GRU CuDNNLSTM CuDNNGRU ConvLSTM1D ConvLSTM2D ConvLSTM3D RNN".split())


def _shape(applied: Applied) -> Shape | None:
    if applied.shape is None or len(applied.shape) != 3:
        return None
    batch, time, _ = applied.shape
    units = applied.integer("units")
    if applied.layer.title.startswith("CuDNN") and applied.value("return_sequences") is None:
        return (batch, units)
    sequences = applied.flag("return_sequences")
    if sequences is None:
        return None
    return (batch, time, units) if sequences else (batch, units)


def _parameters(gates: int) -> Callable[[Applied], int | None]:
    def parameters(applied: Applied) -> int | None:
        units, used = applied.integer("units"), applied.flag("use_bias")
        if not applied.shape or units is None:
            return None
        biases = 1 if used is None or used else 0
        if gates == 3 and applied.flag("reset_after") is not False:
            biases *= 2  # one bias for the input and one for the state
        weights = product((applied.shape[-1], units))
        return total(*[weights, units * units, biases * units] * gates)

    return parameters


def _convolved_shape(axes: int) -> Callable[[Applied], Shape | None]:
    def shape(applied: Applied) -> Shape | None:
        if applied.shape is None or len(applied.shape) != axes + 3:
            return None
        batch, time, *rest = applied.shape
        sizes = rest[1:] if applied.channels_first else rest[:-1]
        columns = [applied.sizes(name, axes) for name in ("kernel_size", "strides", "dilation_rate")]
        padding = applied.constant("padding")
        spatial: tuple[Dimension, ...] = tuple(
            windowed(size, kernel, stride, padding, dilation)
            for size, kernel, stride, dilation in zip(sizes, *columns, strict=True)
        )
        filters = applied.integer("filters")
        frame = (filters, *spatial) if applied.channels_first else (*spatial, filters)
        sequences = applied.flag("return_sequences")
        if sequences is None:
            return None
        return (batch, time, *frame) if sequences else (batch, *frame)

    return shape


def _convolved_parameters(axes: int) -> Callable[[Applied], int | None]:
    def parameters(applied: Applied) -> int | None:
        filters, used = applied.integer("filters"), applied.flag("use_bias")
        if applied.shape is None or len(applied.shape) != axes + 3 or filters is None or used is None:
            return None
        channels = whole(applied.shape[2] if applied.channels_first else applied.shape[-1])
        if channels is None:
            return None
        kernel = product((*applied.sizes("kernel_size", axes), channels + filters, filters, 4))
        return total(kernel, 4 * filters if used else 0)

    return parameters


def _bounded(applied: Applied) -> Bounds:
    return Bounds(-1.0, 1.0) if applied.constant("activation") in ("tanh", None) else Bounds()


def with_states(applied: Applied, output: Value) -> Value:
    """`return_state=True`: the output and the last states, as a tuple."""
    number = 2 if applied.layer.title in ("LSTM", "CuDNNLSTM") else 1
    units = applied.integer("units")
    batch = applied.shape[0] if applied.shape else None
    states = [
        Tensor(
            shape=(batch, units),
            library="keras",
            operation=Operation("identity", "state", (output,) if isinstance(output, Tensor) else ()),
        )
        for _ in range(number)
    ]
    return Items([output, *states], "list")


LAYERS: dict[str, LayerMeaning] = {
    "SimpleRNN": LayerMeaning("rnn", _shape, _parameters(1), _bounded),
    "LSTM": LayerMeaning("lstm", _shape, _parameters(4), _bounded),
    "GRU": LayerMeaning("gru", _shape, _parameters(3), _bounded),
    "CuDNNLSTM": LayerMeaning("lstm", _shape, _parameters(4), _bounded),
    "CuDNNGRU": LayerMeaning("gru", _shape, _parameters(3), _bounded),
} | {
    f"ConvLSTM{axes}D": LayerMeaning("lstm", _convolved_shape(axes), _convolved_parameters(axes))
    for axes in (1, 2, 3)
}
