"""Whether what is put together fits together, and whether a map has as many values as it is reshaped into."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trainlint.plan.misfit import Misfit
from trainlint.values.origin import Certainty

if TYPE_CHECKING:
    from trainlint.plan.network import Layer, Network, Shape

RESHAPES = frozenset("view reshape unflatten view_as reshape_as".split())
"""What keeps every value, by its name in small letters; `view_as_complex` halves their number."""

SUMS = frozenset({"add", "subtract", "multiply"})


def reshaped(network: Network, layer: Layer) -> Misfit | None:
    """A reshape into another number of values a sample.

    Where the batch is worked out, as by `x.view(-1, 400)`, each sample of a feature map must fill whole rows: else
    the batch becomes another, or none. A vector may also be a part of a row, as a window of a series is.
    """
    given, made = layer.input_shape, layer.output_shape
    if layer.kind != "reshape" or layer.title.lower() not in RESHAPES or not given or not made:
        return None
    values, row = product(given[1:]), product(made[1:])
    if values is None or row is None or row <= 0 or values == row:
        return None
    keeps_batch = layer.title == "Reshape" or (given[0] is not None and given[0] == made[0])
    splits_maps = len(given) == 4 and len(made) == 2 and values % row
    splits_vectors = len(given) == 2 and len(made) > 2 and values % row and row % values
    if not keeps_batch and not splits_maps and not splits_vectors:
        return None
    certainty = Certainty.POSSIBLE if layer.optional else Certainty.EXACT
    return Misfit("reshape", layer, row, values, certainty=certainty)


def product(sizes: Shape) -> int | None:
    """The product of sizes that are all known."""
    known = [size for size in sizes if isinstance(size, int)]
    return math.prod(known) if len(known) == len(sizes) else None


def joined(network: Network, layer: Layer) -> Misfit | None:
    """Maps put side by side that differ on another axis than the one they are joined on."""
    if layer.kind != "concatenate":
        return None
    shapes = _shapes(network, layer)
    axis = layer.number("axis")
    if len(shapes) < 2 or axis is None:
        return None
    if len({len(shape) for shape in shapes}) > 1 or not -len(shapes[0]) <= axis < len(shapes[0]):
        return None
    along = int(axis) % len(shapes[0])
    for place in range(1, len(shapes[0])):  # the batch is the same for all
        sizes = [shape[place] for shape in shapes if isinstance(shape[place], int)]
        if place != along and len(set(sizes)) > 1:
            return _differing("join", layer, sizes)
    return None


def summed(network: Network, layer: Layer) -> Misfit | None:
    """Maps added or multiplied that differ on an axis, where neither can be repeated."""
    shapes = _shapes(network, layer) if layer.kind in SUMS else []
    if len(shapes) < 2:
        return None
    for place in range(1, min(len(shape) for shape in shapes) + 1):
        sizes = [shape[-place] for shape in shapes if isinstance(shape[-place], int) and shape[-place] != 1]
        if len(set(sizes)) > 1 and all(place < len(shape) for shape in shapes):
            return _differing("sum", layer, sizes)
    return None


def _shapes(network: Network, layer: Layer) -> list[Shape]:
    """The shapes of all inputs, or none where one is not known."""
    shapes = [network.layers[source].output_shape for source in layer.inputs]
    known = [shape for shape in shapes if shape]
    return known if len(known) == len(shapes) else []


def _differing(kind: str, layer: Layer, sizes: list[int | str | None]) -> Misfit:
    numbers = [size for size in sizes if isinstance(size, int)]
    other = next(size for size in numbers if size != numbers[0])
    certainty = Certainty.POSSIBLE if layer.optional else Certainty.EXACT
    return Misfit(kind, layer, numbers[0], other, certainty=certainty)
