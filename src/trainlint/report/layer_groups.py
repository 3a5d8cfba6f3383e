"""Layers of a large network drawn as one: a convolution with the normalisation and activation after it."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.plan.kinds import ACTIVATIONS, NORMALISATIONS, TRANSPARENT
from trainlint.plan.network import Layer, Network

MOST_NODES = 120
"""Layers of a network that are drawn one by one; Mermaid refuses charts of more than 500 edges."""

_JOINING = (ACTIVATIONS | NORMALISATIONS | TRANSPARENT) - {"unknown"}


def groups(network: Network) -> Mapping[int, tuple[Layer, ...]]:
    """The layers by the index of the first of their group, in order; each alone in a small network."""
    found: dict[int, list[Layer]] = {}
    head: dict[int, int] = {}
    large = len(network.layers) > MOST_NODES
    for layer in network.layers:
        source = layer.inputs[0] if len(layer.inputs) == 1 else None
        joins = (
            large
            and source is not None
            and layer.kind in _JOINING
            and network.users[source] == (layer.index,)
            and network.layers[source].kind != "input"
        )
        head[layer.index] = head[source] if joins and source is not None else layer.index
        found.setdefault(head[layer.index], []).append(layer)
    return {index: tuple(layers) for index, layers in found.items()}
