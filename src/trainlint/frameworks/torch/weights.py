"""`layer.weight` and `layer.bias`: the weights of a layer as tensors that know whose they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.torch import convolutions, dense, normalisation
from trainlint.frameworks.torch.parameters import parameter
from trainlint.frameworks.torch.sizes import Bound, dimension, dimensions, each, is_none, whole
from trainlint.values.tensor import Shape, Tensor, quotient
from trainlint.values.value import Instance, Known, Unknown, Value, constant

_Shape = Callable[[Bound], Shape | None]


def _linear(arguments: Bound) -> Shape | None:
    return dimension(arguments.get("out_features")), dimension(arguments.get("in_features"))


def _table(arguments: Bound) -> Shape | None:
    return dimension(arguments.get("num_embeddings")), dimension(arguments.get("embedding_dim"))


def _kernel(axes: int, *, transposed: bool) -> _Shape:
    """(out, in / groups, kernel); a transposed convolution has (in, out / groups, kernel)."""

    def shape(arguments: Bound) -> Shape | None:
        ends = [dimension(arguments.get(name)) for name in ("out_channels", "in_channels")]
        first, second = reversed(ends) if transposed else ends
        kernel = each(arguments.get("kernel_size"), axes)
        return (first, quotient(second, whole(arguments, "groups")), *kernel)

    return shape


def _norm(arguments: Bound) -> Shape | None:
    for name in ("num_features", "num_channels", "normalized_shape"):
        if name in arguments:
            return dimensions(arguments[name])
    return None


def _shapes() -> Mapping[str, _Shape]:
    shapes: dict[str, _Shape] = {"Linear": _linear, "Embedding": _table, "EmbeddingBag": _table}
    for axes in (1, 2, 3):
        shapes[f"Conv{axes}d"] = _kernel(axes, transposed=False)
        shapes[f"ConvTranspose{axes}d"] = _kernel(axes, transposed=True)
    return shapes | dict.fromkeys((name for name in normalisation.LAYERS if "Norm" in name), _norm)


_SHAPES = _shapes()


def has_weights(module: Instance) -> bool:
    """Whether a module is a layer of the library whose weights have a known place."""
    names = (name.removeprefix("torch.nn.") for name in module.library_names)
    return any(name.removeprefix("Lazy") in _SHAPES for name in names)


def _weight(call: Call) -> Value:
    layer = call.receiver
    if not isinstance(layer, Instance):
        return Unknown("a weight")
    name = next((n.removeprefix("torch.nn.") for n in layer.library_names if n.startswith("torch.nn.")), "")
    rule = _SHAPES.get(name)
    shape = rule(layer.arguments) if rule is not None else None
    return _named("weight", parameter((layer,), call).changed(shape=shape, dtype="float32"))


def _named(name: str, tensor: Tensor) -> Tensor:
    if tensor.operation is not None:
        tensor.operation.settings["name"] = Known(name)
    return tensor


def _bias(call: Call) -> Value:
    layer = call.receiver
    if not isinstance(layer, Instance):
        return Unknown("a bias")
    bias = layer.arguments.get("bias", Known(True))
    if constant(bias) is False or is_none({"bias": bias}, "bias"):
        return Known(None)
    names = ("out_features", "out_channels", "num_features", "num_channels")
    shape = next(((dimension(layer.arguments[name]),) for name in names if name in layer.arguments), None)
    return _named("bias", parameter((layer,), call).changed(shape=shape, dtype="float32"))


ATTRIBUTES: dict[str, dict[str, Handler]] = {
    f"torch.nn.{name}": {"weight": _weight, "bias": _bias}
    for table in (convolutions.LAYERS, dense.LAYERS, normalisation.LAYERS)
    for name, meaning in table.items()
    if meaning.kind not in ("identity", "dropout", "local_response_norm")
}
