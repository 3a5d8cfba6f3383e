"""Questions about the way through a network: what follows what, looking through what changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from trainlint.plan.kinds import (
    ACTIVATIONS,
    AFFINE,
    EITHER,
    FEATURE_KEEPING,
    NORMALISATIONS,
    POOLING,
    RANGE_KEEPING,
    RECURRENT,
    TRANSPARENT,
    UNKNOWN,
    WEIGHTED,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.plan.network import Layer, Network

Chain = tuple["Layer", ...]

GATING = frozenset({"multiply", "mul"})
PASSING = TRANSPARENT | POOLING | {"concatenate"}


def endings(network: Network, last: Layer) -> tuple[Layer, ...]:
    """The layers, one of which gives its values to `last`: through what leaves values as they are, and to
    every side of a branch that is not decided."""
    found: dict[int, Layer] = {}
    waiting, seen = [last], set[int]()
    while waiting:
        layer = waiting.pop()
        if layer.index in seen:
            continue
        seen.add(layer.index)
        looks_through = layer.kind == EITHER or (layer.kind in TRANSPARENT and len(layer.inputs) == 1)
        if looks_through and layer.inputs:
            waiting.extend(network.layers[source] for source in reversed(layer.inputs))
        else:
            found[layer.index] = layer
    return tuple(found.values())


def undecided(network: Network) -> frozenset[int]:
    """Layers whose output goes on by a choice only that cannot be told."""
    if not any(layer.kind == EITHER for layer in network.layers):
        return frozenset()
    found: set[int] = set()
    for layer in reversed(network.layers):
        readers = network.users[layer.index]
        if readers and all(r in found or network.layers[r].kind == EITHER for r in readers):
            found.add(layer.index)
    return frozenset(found)


def features(network: Network, layer: Layer) -> int | None:
    """How many values `layer` gives for each place of its output: the units of the layer with weights that it
    passes on, or the size of its last axis."""
    current: Layer | None = layer
    while current is not None:
        if current.kind in AFFINE | {"embedding"}:
            return current.units
        if current.kind == "glu":
            return None  # half of what it reads, along an axis that is not looked at
        if current.kind not in ACTIVATIONS | FEATURE_KEEPING | NORMALISATIONS:
            break
        current = network.before(current)
    return layer.units


def softmax_size(network: Network, layer: Layer) -> int | None:
    """Over how many values a softmax goes: the size of its axis."""
    axis = layer.number("axis")
    if "axis" not in layer.settings and network.framework == "keras":
        axis = -1  # keras.activations.softmax: axis=-1
    shape = layer.output_shape
    if axis is None:
        return None
    if shape is None or not -len(shape) <= axis < len(shape):
        return features(network, layer) if axis == -1 else None
    size = shape[int(axis)]
    return size if isinstance(size, int) else None


def meeting_input(network: Network) -> Iterator[Layer]:
    """The layers that first do something with the values that come in: moving them around does not count."""
    seen = set[int]()
    waiting = [reader for layer in network.of_kind("input") for reader in network.users[layer.index]]
    while waiting:
        index = waiting.pop(0)
        if index in seen:
            continue
        seen.add(index)
        layer = network.layers[index]
        if layer.kind in RANGE_KEEPING:
            waiting.extend(network.users[index])
        else:
            yield layer


def hidden(network: Network) -> frozenset[int]:
    """Layers whose output still meets a layer with weights, or one that could not be followed."""
    found: set[int] = set()
    weighted = WEIGHTED | {UNKNOWN}
    for layer in reversed(network.layers):
        readers = [network.layers[index] for index in network.users[layer.index]]
        if any(r.index in found or r.kind in weighted or is_product(r) for r in readers):
            found.add(layer.index)
    return frozenset(found)


def is_product(layer: Layer) -> bool:
    """Whether a layer is a product with a weight that the program has made itself: `x @ self.weight`."""
    return layer.kind == "matmul" and layer.parameters != 0


def saturating_chains(network: Network, kinds: Collection[str]) -> list[Chain]:
    """Runs of hidden activations of these kinds, each fed by a layer with weights.

    A normalisation, a residual sum, another activation or an operation that could not be followed ends a run;
    so does a gate, an activation that is multiplied with something. Of runs with the same start the longest
    is given.
    """
    if not any(layer.kind in kinds for layer in network.layers):
        return []
    inner = network.hidden
    runs: dict[int, Chain] = {}  # the run that is going on behind each layer
    armed: set[int] = set()  # layers behind which a layer with weights has come since the last activation
    longest: dict[int, Chain] = {}
    for layer in network.layers:
        run: Chain = max((runs[source] for source in layer.inputs), key=len, default=())
        has_weights = any(source in armed for source in layer.inputs)
        if layer.kind in kinds:
            gates = any(network.layers[reader].kind in GATING for reader in network.users[layer.index])
            counts = has_weights and layer.index in inner and not gates
            runs[layer.index] = (*run, layer) if counts else ()
            if counts and len(runs[layer.index]) > len(longest.get(runs[layer.index][0].index, ())):
                longest[runs[layer.index][0].index] = runs[layer.index]
        elif layer.kind in AFFINE:
            runs[layer.index] = run
            armed.add(layer.index)
        else:
            passes_on = layer.kind in PASSING or (layer.kind == "add" and len(layer.inputs) == 1)
            runs[layer.index] = run if passes_on else ()
            if has_weights and layer.kind not in ACTIVATIONS:
                armed.add(layer.index)
    return list(longest.values())


def linear_chains(network: Network) -> list[Chain]:
    """Runs of two or more affine layers with nothing nonlinear between them, which act as one.

    A value that something else reads as well ends a run, and so does every normalisation but batch
    normalisation, which is affine once its statistics are fixed.
    """
    runs: dict[int, Chain] = {}
    extended: set[int] = set()
    between = TRANSPARENT | {"batch_norm"}
    for layer in network.layers:
        if layer.kind not in AFFINE:
            continue
        source = network.before(layer)
        while source is not None and source.kind in between:
            source = network.before(source) if len(network.users[source.index]) == 1 else None
        feeds_on = source is not None and source.index in runs and len(network.users[source.index]) == 1
        if source is not None and feeds_on:
            runs[layer.index] = (*runs[source.index], layer)
            extended.add(source.index)
        else:
            runs[layer.index] = (layer,)
    return [run for index, run in runs.items() if len(run) > 1 and index not in extended]


def is_normalised(network: Network) -> bool | None:
    """Whether a normalisation stands between any two layers with weights; None when that cannot be seen."""
    certain = network.complete
    for layer in network.of_kind(*(WEIGHTED - {"embedding", "embedding_bag"})):
        waiting, seen = list(layer.inputs), set[int]()
        while waiting:
            index = waiting.pop()
            if index in seen:
                continue
            seen.add(index)
            source = network.layers[index]
            if source.kind in AFFINE | RECURRENT:
                return False
            if source.kind == UNKNOWN:
                certain = False
            elif source.kind not in NORMALISATIONS | WEIGHTED:
                waiting.extend(source.inputs)
    return True if certain else None
