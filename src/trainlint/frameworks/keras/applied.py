"""A layer of Keras meeting its input: what its tables are asked, and the tensor that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trainlint.frameworks.call import Call, as_tensor
from trainlint.values.tensor import Dimension, Operation, Shape, Tensor
from trainlint.values.value import Instance, Items, Mapped, Value, constant, integer


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value of a tensor as far as they are known, and the state they cannot express."""

    low: float | None = None
    high: float | None = None
    scale: str | None = None


UNBOUNDED = Bounds()


@dataclass
class Applied:
    """One application of a layer. Arguments are asked for by the names of the layer's constructor."""

    layer: Instance
    inputs: tuple[Tensor, ...]
    call: Call

    @property
    def shape(self) -> Shape | None:
        """Shape of the first input."""
        return self.inputs[0].shape if self.inputs else None

    @property
    def bounds(self) -> Bounds:
        """Bounds of the first input."""
        if not self.inputs:
            return UNBOUNDED
        return Bounds(self.inputs[0].low, self.inputs[0].high, self.inputs[0].scale)

    def value(self, name: str) -> Value | None:
        return self.layer.arguments.get(name)

    def integer(self, name: str) -> int | None:
        return integer(self.value(name))

    def constant(self, name: str) -> Any:
        return constant(self.value(name))

    def flag(self, name: str) -> bool | None:
        """A switch; None when it is not known."""
        found = self.constant(name)
        return found if isinstance(found, bool) else None

    def sizes(self, name: str, axes: int) -> tuple[int | None, ...]:
        """One size for each axis, of an argument that may be one number or one for each axis."""
        value = self.value(name)
        if isinstance(value, Items) and value.is_certain and len(value.items) == axes:
            return tuple(integer(item) for item in value.items)
        return (integer(value),) * axes

    @property
    def channels_first(self) -> bool:
        return bool(self.constant("data_format") == "channels_first")

    @property
    def channels(self) -> Dimension:
        """Size of the channel axis of the input."""
        if not self.shape:
            return None
        return self.shape[1] if self.channels_first and len(self.shape) > 1 else self.shape[-1]

    @property
    def spatial(self) -> Shape | None:
        """Sizes between batch and channels."""
        if self.shape is None or len(self.shape) < 3:
            return None
        return self.shape[2:] if self.channels_first else self.shape[1:-1]

    def with_spatial(self, spatial: Shape, channels: Dimension) -> Shape:
        """A shape with the input's batch axis, and channels where this layer keeps them."""
        assert self.shape is not None
        batch = self.shape[:1]
        return (*batch, channels, *spatial) if self.channels_first else (*batch, *spatial, channels)


def same_shape(applied: Applied) -> Shape | None:
    return applied.shape


def no_parameters(applied: Applied) -> int | None:
    return 0


def no_bounds(applied: Applied) -> Bounds:
    return UNBOUNDED


def same_bounds(applied: Applied) -> Bounds:
    return applied.bounds


@dataclass(frozen=True)
class LayerMeaning:
    """What a layer does. `parameters` counts the weights that training changes: the moving averages of a
    batch normalisation are none."""

    kind: str
    shape: Callable[[Applied], Shape | None] = same_shape
    parameters: Callable[[Applied], int | None] = no_parameters
    bounds: Callable[[Applied], Bounds] = no_bounds


SETTINGS = {
    "units": "units",
    "filters": "units",
    "output_dim": "units",
    "use_bias": "bias",
} | {
    name: name
    for name in (
        "rate axis kernel_size pool_size strides padding dilation_rate groups momentum epsilon "
        "kernel_regularizer bias_regularizer activity_regularizer recurrent_regularizer "
        "embeddings_regularizer "
        "kernel_initializer bias_initializer recurrent_initializer embeddings_initializer "
        "depthwise_initializer "
        "depthwise_regularizer dropout recurrent_dropout unit_forget_bias return_sequences return_state stateful "
        "mask_zero input_dim depth_multiplier scale offset negative_slope stddev num_heads key_dim trainable "
        "activation recurrent_activation synchronized data_format factor"
    ).split()
}
"""Common names of settings, by the name of the constructor's argument."""


def settings_of(layer: Instance) -> dict[str, Value]:
    """The settings of a layer by their common names."""
    return {SETTINGS[name]: value for name, value in layer.arguments.items() if name in SETTINGS}


def result(applied: Applied, meaning: LayerMeaning) -> Tensor:
    """The tensor that a layer gives, without its activation."""
    bounds = meaning.bounds(applied)
    first = applied.inputs[0] if applied.inputs else Tensor()
    origin = applied.layer.origin or applied.call.origin
    parameters = meaning.parameters(applied)
    return Tensor(
        shape=meaning.shape(applied),
        dtype="float32",
        low=bounds.low,
        high=bounds.high,
        scale=bounds.scale,
        library="keras",
        data=first.data,
        operation=Operation(
            meaning.kind,
            applied.layer.title,
            applied.inputs,
            applied.layer,
            settings_of(applied.layer),
            parameters,
            origin,
        ),
        origin=origin,
    )


def tensors_in(value: Value | None) -> tuple[Tensor, ...]:
    """The tensors of an argument: one, a list, or a dictionary of them."""
    if isinstance(value, Items):
        return tuple(tensor for item in value.items for tensor in tensors_in(item))
    if isinstance(value, Mapped):
        return tuple(tensor for item in value.slots.values() for tensor in tensors_in(item))
    found = as_tensor(value)
    return () if found is None else (found,)


def not_followed(call: Call, reason: str, *inputs: Tensor, layer: Value | None = None) -> Tensor:
    """A tensor made in a way that is not known."""
    origin = (layer.origin if layer is not None else None) or call.origin
    operation = Operation("unknown", call.title, inputs, layer, parameters=None, origin=origin, reason=reason)
    return Tensor(library="keras", operation=operation, origin=origin)
