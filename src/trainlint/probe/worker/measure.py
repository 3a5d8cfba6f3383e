"""What a network that was trained a little does with a batch: facts that take a few forward passes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch

LARGEST = 20_000_000
"""Weights up to which a network is copied in double precision."""

_SAMPLES = 64


def outputs(network: Any, inputs: Any, logits: Callable[[Any], Any] | None = None) -> dict[str, float]:
    """Statistics of the network's outputs in evaluation mode. `logits` gives what the last activation reads.

    A network that cannot be applied to other inputs than its own gives fewer facts, never an error.
    """
    if not isinstance(inputs, torch.Tensor) or len(inputs) < 2:
        return {}
    inputs = inputs[:_SAMPLES]
    was_training = network.training
    network.eval()
    found: dict[str, float] = {}
    try:
        with torch.no_grad():
            given = network(inputs)
            if not isinstance(given, torch.Tensor) or given.dim() < 1 or len(given) != len(inputs):
                return found
            first = given.detach().float().clone()
            found["output_spread"] = float(first.std(0).mean())
            found["output_low"], found["output_high"] = float(first.min()), float(first.max())
            second = network(inputs).float()
            found["evaluation_difference"] = _difference(first, second)
            if inputs.is_floating_point():
                found.update(_reach(network, inputs))
                found["sample_dependence"] = _dependence(network, inputs, first)
                found.update(_affinity(network, inputs, logits))
    except Exception as error:
        found["not_measured"] = 1.0
        del error
    finally:
        network.train(was_training)
    return found


def _reach(network: Any, inputs: Any) -> dict[str, float]:
    """How far the output goes for inputs far beyond those of training: only a bounded activation holds it."""
    far = [network(inputs * times).float() for times in (100.0, -100.0, 1.0)]
    return {"reach_low": min(float(o.min()) for o in far), "reach_high": max(float(o.max()) for o in far)}


def _difference(one: Any, other: Any) -> float:
    return float((one - other).norm() / max(float(one.norm()), 1e-12))


def _dependence(network: Any, inputs: Any, first: Any) -> float:
    """How much a sample's output changes when all other samples are replaced: the last one's, because a layer
    that takes samples for steps in time carries over what comes before."""
    changed = inputs.clone()
    changed[:-1] = inputs[:-1].flip(0) * -0.5
    return _difference(first[-1:], network(changed)[-1:].float())


def _affinity(network: Any, inputs: Any, logits: Callable[[Any], Any] | None) -> dict[str, float]:
    """How far the output at the middle of two inputs is from the middle of the outputs: 0 for an affine network."""
    if sum(parameter.numel() for parameter in network.parameters()) > LARGEST:
        return {}
    function = network if logits is None else logits
    exact = copy.deepcopy(network).double() if logits is None else network.double()
    try:
        apply = exact if logits is None else function
        half = len(inputs) // 2
        one, other = inputs[:half].double(), inputs[half : 2 * half].double()
        ends = (apply(one) + apply(other)) / 2
        return {"affinity_error": _difference(apply((one + other) / 2), ends)}
    finally:
        if logits is not None:
            network.float()
