"""einops: axes by name, `rearrange(x, "b (h w) c -> b c h w", h=7)`, on the tensors of any library."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.library import Library
from trainlint.values.tensor import Dimension, Shape, Tensor, product, quotient
from trainlint.values.value import Instance, Items, Known, Reference, Value, constant, integer

_GROUP = re.compile(r"\(([^()]*)\)|(\S+)")
_MODULE = "torch.nn.Module"
_REST = ["rest"]
"""Axes behind an ellipsis that stands alone; in parentheses they become one."""

_BARE = {"...": _REST}
_KINDS = {"rearrange": "reshape", "repeat": "repeat", "reduce": "mean"}


def _axes(side: str) -> list[list[str]]:
    """The axes of one side of a pattern: `b (h w) 1` as [[b], [h, w], [1]]."""
    found = _GROUP.finditer(side.replace("…", "..."))
    return [group.group(1).split() if group.group(1) is not None else _BARE.get(group.group(2), [group.group(2)])
            for group in found]  # fmt: skip


def _sizes(
    left: list[list[str]], shape: Shape, lengths: Mapping[str, Dimension]
) -> dict[str, Dimension] | None:
    """The size of each named axis; None when the pattern does not fit the shape."""
    sizes: dict[str, Dimension] = dict(lengths)
    for names, size in zip(left, shape, strict=True):
        unknown = [name for name in names if name not in sizes and not name.isdigit()]
        rest = product(_size(name, sizes) for name in names if name not in unknown)
        if len(unknown) == 1:
            sizes[unknown[0]] = quotient(size, rest)
        else:
            sizes |= dict.fromkeys(unknown)
    return sizes


def rearranged(pattern: str, shape: Shape | None, lengths: Mapping[str, Dimension]) -> Shape | None:
    """The shape that a pattern makes of another; axes behind an ellipsis stay together in their place."""
    before, arrow, after = pattern.partition("->")
    left, right = _axes(before), _axes(after)
    if shape is None or not arrow:
        return None
    rest: Shape = ()
    if _REST in left:
        at = left.index(_REST)
        count = len(shape) - (len(left) - 1)
        if count < 0:
            return None
        rest, shape = shape[at : at + count], (*shape[:at], *shape[at + count :])
        left = left[:at] + left[at + 1 :]
    if len(left) != len(shape):
        return None
    sizes = _sizes(left, shape, lengths)
    if sizes is None:
        return None
    made: list[Dimension] = []
    for names in right:
        if names is _REST:
            made += rest
        elif "..." in names:
            made.append(product([*rest, *(_size(name, sizes) for name in names if name != "...")]))
        else:
            made.append(product(_size(name, sizes) for name in names))
    return tuple(made)


def _size(name: str, sizes: Mapping[str, Dimension]) -> Dimension:
    return int(name) if name.isdigit() else sizes.get(name)


def _lengths(keyword: Mapping[str, Value]) -> dict[str, Dimension]:
    return {name: integer(value) for name, value in keyword.items() if integer(value) is not None}


def _applied(
    call: Call, word: str, value: Value | None, pattern: Value | None, told: Mapping[str, Value]
) -> Value:
    """One of einops' operations on a tensor, or on a list of tensors as on one with a new first axis."""
    tensor = _stacked(value, call) if isinstance(value, Items) else as_tensor(value)
    text = constant(pattern)
    if tensor is None:
        return call.unknown()
    shape = rearranged(text, tensor.shape, _lengths(told)) if isinstance(text, str) else None
    kept = word != "reduce"
    return call.tensor(
        _KINDS[word], (tensor,), shape, title=word, dtype=tensor.dtype, low=tensor.low if kept else None,
        high=tensor.high if kept else None, scale=tensor.scale if kept else None, library=tensor.library,
    )  # fmt: skip


def _stacked(items: Items, call: Call) -> Tensor | None:
    tensors = [tensor for item in items.items if (tensor := as_tensor(item)) is not None]
    if not tensors or not items.is_certain:
        return None
    shape = None if tensors[0].shape is None else (len(tensors), *tensors[0].shape)
    return call.tensor("stack", tensors, shape, dtype=tensors[0].dtype, library=tensors[0].library)


def _function(word: str) -> Handler:
    def handler(call: Call) -> Value:
        return _applied(
            call, word, call.argument(0, "tensor"), call.argument(1, "pattern"), call.arguments.keyword
        )

    return handler


def _layer(call: Call) -> Value:
    """`einops.layers.torch.Rearrange(pattern, **lengths)`."""
    told = {"pattern": call.argument(0, "pattern") or Known(None), **call.arguments.keyword}
    return Instance(Reference(call.name), told, call.origin)


def _call_of_layer(word: str) -> Handler:
    def handler(call: Call) -> Value:
        told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
        return _applied(call, word, call.argument(0, "input", "x"), told.get("pattern"), told)

    return handler


def _product(call: Call) -> Value:
    """`einops.einsum(a, b, "b i, b j -> b i j")`: the pattern comes last."""
    text = constant(call.arguments.positional[-1]) if call.arguments.positional else None
    tensors = [tensor for value in call.arguments.positional[:-1] if (tensor := as_tensor(value)) is not None]
    if not tensors or not isinstance(text, str):
        return call.unknown()
    before, _, after = text.partition("->")
    sizes: dict[str, Dimension] = {}
    for term, tensor in zip(before.split(","), tensors, strict=False):
        names = term.split()
        if tensor.shape is not None and len(names) == len(tensor.shape):
            sizes |= {n: s for n, s in zip(names, tensor.shape, strict=True) if sizes.get(n) is None}
    shape = None if "..." in text else tuple(sizes.get(name) for name in after.split())
    return call.tensor(
        "einsum", tensors, shape, dtype=tensors[0].dtype, library=tensors[0].library, data=None
    )


def _pack(call: Call) -> Value:
    """`pack([a, b], "b * d")`: tensors side by side, and the shapes to take them apart again."""
    given = call.argument(0, "tensors")
    tensors = [
        t for item in (given.items if isinstance(given, Items) else ()) if (t := as_tensor(item)) is not None
    ]
    if not tensors:
        return call.unknown()
    packed = call.tensor("concatenate", tensors, None, dtype=tensors[0].dtype, library=tensors[0].library)
    shapes = Instance(Reference("einops.PackedShapes"), {"count": Known(len(tensors))}, call.origin)
    return Items([packed, shapes], "tuple")


def _unpack(call: Call) -> Value:
    tensor, shapes = as_tensor(call.argument(0, "tensor")), call.argument(1, "packed_shapes")
    if tensor is None:
        return call.unknown()
    if isinstance(shapes, Instance):
        count = integer(shapes.arguments.get("count"))
    else:
        count = len(shapes.items) if isinstance(shapes, Items) and shapes.is_certain else None
    pieces: list[Value] = [
        call.tensor("select", (tensor,), None, dtype=tensor.dtype, library=tensor.library)
        for _ in range(count or 1)
    ]
    return Items(pieces, complete=count is not None)


_LAYERS = {
    f"einops.layers.{library}.{word.title()}": word
    for library in ("torch", "keras", "tensorflow")
    for word in ("rearrange", "reduce")
}

LIBRARY = Library(
    functions={
        **{f"einops.{word}": _function(word) for word in _KINDS},
        "einops.einsum": _product,
        "einops.pack": _pack,
        "einops.unpack": _unpack,
        **dict.fromkeys(_LAYERS, _layer),
    },
    calls={name: _call_of_layer(word) for name, word in _LAYERS.items()},
    bases=lambda name: (
        ((_MODULE,) if ".torch." in name else ("keras.layers.Layer",)) if name in _LAYERS else ()
    ),
)
