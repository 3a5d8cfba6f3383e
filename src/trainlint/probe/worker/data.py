"""Synthetic data that can be learnt, of the shape and scale that a program's data have."""

from __future__ import annotations

import math
from typing import Any

import torch

from trainlint.probe.worker.settings import CannotBuild

LARGEST = 16_000_000
"""Numbers that the samples may hold in all."""


def samples(
    data: dict[str, Any], target: dict[str, Any], output: tuple[int, ...], seed: int, batch: int
) -> tuple[Any, Any]:
    """Inputs and targets. `output` is the shape of what the network gives for one sample."""
    shape = tuple(data["shape"])
    count = max(min(2048, LARGEST // max(math.prod(shape), 1)), 2 * batch, 64)
    generator = torch.Generator().manual_seed(1234 + seed)
    labels = torch.randint(_classes(target, output), (count,), generator=generator)
    if data["kind"] == "tokens":
        inputs = _tokens(data["vocabulary"], labels, shape, generator)
    elif target["kind"] == "number":
        inputs = torch.randn(count, *shape, generator=generator)
    else:
        inputs = _clusters(labels, shape, generator)
    if target["kind"] == "number":
        goals = _teacher(inputs.float(), _places(target, output), generator)
        goals = _scaled(goals, target)
    else:
        goals = _encoded(labels, target, output)
    return (inputs if data["kind"] == "tokens" else _in_range(inputs, data)), goals


def _classes(target: dict[str, Any], output: tuple[int, ...]) -> int:
    if target["kind"] in ("number", "binary"):
        return 2
    found = target.get("classes") or target.get("scores") or 2
    return max(int(found), 1)


def _clusters(labels: Any, shape: tuple[int, ...], generator: Any) -> Any:
    """Two clusters for each class, so that no straight line parts them; each feature has a spread of 1."""
    classes = int(labels.max()) + 1
    centres = torch.randn(classes, 2, *shape, generator=generator)
    which = torch.randint(2, labels.shape, generator=generator)
    noise = torch.randn(len(labels), *shape, generator=generator)
    return math.sqrt(0.8) * centres[labels, which] + math.sqrt(0.2) * noise


def _tokens(vocabulary: int, labels: Any, shape: tuple[int, ...], generator: Any) -> Any:
    """Each class has words of its own."""
    classes = int(labels.max()) + 1
    frequencies = torch.rand(classes, vocabulary, generator=generator) ** 4 + 1e-6
    drawn = [
        torch.multinomial(frequencies[label], math.prod(shape), True, generator=generator) for label in labels
    ]
    return torch.stack(drawn).reshape(len(labels), *shape)


def _teacher(inputs: Any, shape: tuple[int, ...], generator: Any) -> Any:
    """What a small random network with a bend makes of the inputs, standardised."""
    flat = inputs.reshape(len(inputs), -1)
    flat = (flat - flat.mean(0)) / flat.std(0).clamp(min=1e-6)
    first = torch.randn(flat.shape[1], 16, generator=generator) / math.sqrt(flat.shape[1])
    goals = torch.tanh(flat @ first) @ torch.randn(16, math.prod(shape), generator=generator)
    goals = (goals - goals.mean(0)) / goals.std(0).clamp(min=1e-6)
    return goals.reshape(len(inputs), *shape)


def _scaled(goals: Any, target: dict[str, Any]) -> Any:
    low, high = target.get("low"), target.get("high")
    if low is None or high is None or not high > low:
        return goals
    return (goals * (high - low) / 4 + (low + high) / 2).clamp(low, high)


def _places(target: dict[str, Any], output: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of one target: the program's own where it is known, else that of the output."""
    shape = target.get("shape")
    return tuple(shape) if shape is not None and all(isinstance(size, int) for size in shape) else output


def _encoded(labels: Any, target: dict[str, Any], output: tuple[int, ...]) -> Any:
    kind, axis = target["kind"], target.get("class_axis", 0)
    if kind == "binary":
        shape = _places(target, output)
        return labels.float().reshape(-1, *(1 for _ in shape)).expand(-1, *shape).clone()
    places = output[:axis] + output[axis + 1 :] if len(output) > 1 else ()
    classes = int(target.get("classes") or target.get("scores") or 2)
    spread = labels.reshape(-1, *(1 for _ in places)).expand(-1, *places).clone()
    if kind == "index":
        column = target.get("shape") == [1] and not places
        return spread.reshape(-1, 1) if column else spread
    if kind == "one_hot":
        return torch.nn.functional.one_hot(spread, classes).movedim(-1, axis + 1 if places else -1).float()
    raise CannotBuild(f"targets of the kind {kind}")


def _in_range(inputs: Any, data: dict[str, Any]) -> Any:
    low, high = data.get("low"), data.get("high")
    mean, spread = data.get("mean"), data.get("spread")
    if mean is None or spread is None:
        return inputs
    moved = inputs * spread + mean
    return moved if low is None or high is None else moved.clamp(low, high)
