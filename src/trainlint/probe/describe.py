"""From a plan to the description of one training run, which the worker builds and trains: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainlint.plan.network import Layer, Network
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.plan.setting import Setting
from trainlint.probe.describe_loop import USUAL_LOOP, accumulated, loop_of
from trainlint.probe.known_data import statistics_of
from trainlint.values.origin import Origin

Description = dict[str, Any]

USUAL_BATCH = 32
LARGEST_BATCH = 256
"""A larger batch changes a step's noise, not what is judged here, and takes longer."""

GUESSED_SIDE, GUESSED_LENGTH, GUESSED_FEATURES = 32, 40, 32
"""Sizes of an axis of images, sequences and tables where the program does not say them."""

MOST_WEIGHTS = 50_000_000
"""Weights beyond which a run does not come to enough steps in its time."""

_CLASSES_FIRST = frozenset({"cross_entropy", "nll"})
_BINARY = frozenset({"binary_cross_entropy"})
_INDEX = frozenset({"cross_entropy", "nll", "sparse_categorical_cross_entropy"})
_ONE_HOT = frozenset({"categorical_cross_entropy"})


class NotDescribable(Exception):
    """Why a run cannot be trained on made-up data."""


@dataclass(frozen=True)
class Run:
    """A training run of a program as data, with what was assumed where the program says nothing."""

    description: Description
    assumptions: tuple[str, ...]


def describe(plan: TrainingPlan, run: TrainingRun) -> Run:
    """What the worker needs to train as this run would.

    Raises:
        NotDescribable: a part of the run is not known, or is none that can be made up.
    """
    network, objective, optimizer = _parts(plan, run)
    assumptions: list[str] = []
    return Run(
        {
            "network": _network(network, plan.network_of(run), objective.prediction),
            "data": _data(network, run, assumptions),
            "target": _target(objective, run, assumptions),
            "loss": _loss(objective),
            "optimizer": _optimizer(optimizer, assumptions),
            "batch": _batch(run, optimizer, assumptions),
            "loop": loop_of(plan, run, optimizer, assumptions),
        },
        tuple(assumptions),
    )


def describe_alone(network: Network) -> Run:
    """What the worker needs to train a network that the program does not train, as far as is known.

    Raises:
        NotDescribable: it is not known in full, or its data cannot be made up.
    """
    _require_buildable(network)
    assumptions = ["the squared error and SGD train it, as nothing does here"]
    data = _data(network, TrainingRun(framework=network.framework), assumptions)
    return Run(
        {
            "network": _network(network, network, None),
            "data": data,
            "target": {"kind": "number", "class_axis": 0, "certain": False},
            "loss": {"kind": "mse", "title": "MSELoss", "framework": "torch", "settings": {}},
            "optimizer": {"name": "SGD", "framework": "torch", "learning_rate": 1e-3, "settings": {}},
            "batch": USUAL_BATCH,
            "loop": dict(USUAL_LOOP),
        },
        tuple(assumptions),
    )


def _network(network: Network, module: Network | None, output: int | None) -> dict[str, Any]:
    """The layers of a network; `module` says how it keeps them."""
    kept = _kept(module)
    layers = [_layer(layer, kept) for layer in network.layers]
    for entry in layers:
        entry["batch"] = network.layers[0].output_shape[0] if network.layers[0].output_shape else None
    output = _output(network) if output is None else output
    return {"framework": network.framework, "layers": layers, "output": output}


def _parts(plan: TrainingPlan, run: TrainingRun) -> tuple[Network, Objective, Optimizer]:
    optimizer, objective = plan.optimizer_of(run), plan.objective_of(run)
    if optimizer is None:
        raise NotDescribable("which optimizer trains is not known")
    if objective is None:
        raise NotDescribable("which loss is minimised is not known")
    network = objective.network or plan.network_of(run)
    if network is None:
        raise NotDescribable("which network is trained is not known")
    _require_buildable(network)
    if optimizer.optimises_inputs:
        raise NotDescribable("the optimizer changes an input, not weights")
    return network, objective, optimizer


def _require_buildable(network: Network) -> None:
    if not network.complete:
        reason = f": {network.reasons[0]}" if network.reasons else ""
        raise NotDescribable(f"the network is not known in full{reason}")
    if network.pretrained:
        raise NotDescribable("the network starts from trained weights, which made-up data say nothing about")
    if len(list(network.of_kind("input"))) != 1:
        raise NotDescribable("the network has more than one input")
    weights = network.parameters
    if weights is not None and weights > MOST_WEIGHTS:
        raise NotDescribable(f"the network has {weights:,} weights, too many for a short run")


def _output(network: Network) -> int:
    if len(network.outputs) != 1:
        raise NotDescribable("the network has more than one output")
    return network.outputs[0]


def _kept(network: Network | None) -> Mapping[tuple[str, int | None], str]:
    """How the module keeps its layers, by title and line: the graph of a loss does not say it."""
    layers = network.layers if network is not None else ()
    return {(layer.title, _line(layer.origin)): layer.kept for layer in layers if layer.kept is not None}


def _layer(layer: Layer, kept: Mapping[tuple[str, int | None], str]) -> dict[str, Any]:
    values, unknown = _plain(layer.settings)
    if layer.optional:
        raise NotDescribable(f"whether `{layer.title}` is there depends on a condition")
    entry: dict[str, Any] = {
        "index": layer.index,
        "kind": layer.kind,
        "title": layer.title,
        "line": _line(layer.origin),
        "settings": values,
        "unknown": unknown,
        "inputs": list(layer.inputs),
        "input_shape": list(layer.input_shape) if layer.input_shape is not None else None,
        "output_shape": list(layer.output_shape) if layer.output_shape is not None else None,
        "trainable": layer.trainable,
        "kept": layer.kept or kept.get((layer.title, _line(layer.origin))),
    }
    if "units" in unknown and layer.units is not None:
        values["units"] = layer.units
        unknown.remove("units")
    penalty = {name: values.get(f"kernel_regularizer.{name}") for name in ("l1", "l2")}
    if any(isinstance(value, int | float) for value in penalty.values()):
        entry["penalty"] = {
            name: float(value) for name, value in penalty.items() if isinstance(value, int | float)
        }
    elif isinstance(values.get("kernel_regularizer"), str):
        raise NotDescribable(f"the strength of the regulariser of `{layer.title}` is not known")
    if layer.kind == "dropout" and "training" in values:
        # A function that is told nothing drops always; one that is told `self.training` does while it trains.
        values["always_on"] = values["training"] is True and layer.settings["training"].is_library_default
    return entry


def _plain(settings: Mapping[str, Setting[object]]) -> tuple[dict[str, Any], list[str]]:
    """Settings that are known and that JSON has a form for; names of the others."""
    values: dict[str, Any] = {}
    unknown: list[str] = []
    for name, setting in settings.items():
        if not setting.known:
            unknown.append(name)
        elif _is_plain(setting.value):
            values[name] = setting.value
    return values, unknown


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(entry) for entry in value)
    return value is None or isinstance(value, bool | int | float | str)


def _line(origin: Origin | None) -> int | None:
    if origin is None:
        return None
    return next((step.site.place.row for step in origin.chain() if step.site is not None), None)


def _data(network: Network, run: TrainingRun, assumptions: list[str]) -> dict[str, Any]:
    source = next(network.of_kind("input"))
    shape = run.data.shape if run.data.shape is not None else source.output_shape
    if source.output_shape is not None and (shape is None or len(shape) != len(source.output_shape)):
        shape = source.output_shape
    readers = [network.layers[reader] for reader in network.users[source.index]]
    tokens = next(
        (layer for layer in _through(network, readers) if layer.kind in ("embedding", "embedding_bag")), None
    )
    if shape is None:
        sizes, certain = _guessed_shape(network, readers, assumptions), False
    else:
        certain = all(isinstance(size, int) for size in shape[1:])
        sizes = [
            size if isinstance(size, int) else _guessed_size(len(shape), axis, assumptions)
            for axis, size in enumerate(shape[1:])
        ]
    data: dict[str, Any] = {"shape": sizes, "certain": certain, "kind": "numbers"}
    if tokens is not None:
        vocabulary = tokens.number("input_units") or tokens.number("input_dim")
        if vocabulary is None:
            raise NotDescribable("the size of the vocabulary is not known")
        return {**data, "kind": "tokens", "vocabulary": int(vocabulary)}
    mean, spread, low, high = statistics_of(run.data)
    if mean is None:
        assumptions.append("inputs are standardised")
    return {**data, "mean": mean, "spread": spread, "low": low, "high": high}


def _through(network: Network, layers: list[Layer]) -> list[Layer]:
    """Layers, and those behind them that only move values about."""
    found = list(layers)
    for layer in layers:
        if layer.kind in ("flatten", "reshape", "permute", "cast", "identity", "contiguous", "squeeze"):
            found += _through(network, [network.layers[reader] for reader in network.users[layer.index]])
    return found


def _guessed_size(axes: int, axis: int, assumptions: list[str]) -> int:
    size = {2: GUESSED_FEATURES, 3: GUESSED_LENGTH}.get(axes, GUESSED_SIDE)
    assumptions.append(f"axis {axis + 1} of the input has size {size}")
    return size


def _guessed_shape(network: Network, readers: list[Layer], assumptions: list[str]) -> list[int]:
    """The shape of one sample by the layer that reads it."""
    first = next(
        (layer for layer in _through(network, readers) if layer.kind not in ("cast", "identity")), None
    )
    wanted = int(first.number("input_units") or 0) if first is not None else 0
    if first is not None and first.kind == "linear" and wanted:
        shape = [wanted]
    elif first is not None and first.kind == "embedding":
        shape = [GUESSED_LENGTH]
    elif first is not None and first.kind in ("rnn", "lstm", "gru") and wanted:
        shape = [GUESSED_LENGTH, wanted]
    elif first is not None and first.kind == "conv2d" and wanted and network.framework == "torch":
        shape = [wanted, GUESSED_SIDE, GUESSED_SIDE]
    elif first is not None and first.kind == "conv1d" and wanted and network.framework == "torch":
        shape = [wanted, GUESSED_LENGTH]
    elif first is not None and first.kind == "linear":
        shape = [GUESSED_FEATURES]
    else:
        raise NotDescribable("the shape of the data is not known")
    assumptions.append(f"one sample has the shape {tuple(shape)}")
    return shape


def _batch(run: TrainingRun, optimizer: Optimizer, assumptions: list[str]) -> int:
    """The samples of one step: batches whose gradients are added up are one."""
    batch = run.batch_size.value
    if not isinstance(batch, int) or batch <= 0:
        assumptions.append(f"batches of {USUAL_BATCH}")
        batch = USUAL_BATCH
    wanted = batch * accumulated(run, optimizer)
    if wanted > LARGEST_BATCH:
        assumptions.append(f"batches of {LARGEST_BATCH} instead of {wanted}")
    return max(min(wanted, LARGEST_BATCH), 2)


def _loss(objective: Objective) -> dict[str, Any]:
    values, unknown = _plain(objective.settings)
    if values.get("reduction") == "none":
        values["reduction"] = "mean"
    return {
        "kind": objective.loss,
        "title": objective.title,
        "framework": objective.framework,
        "takes_logits": objective.takes_logits.value,
        "settings": values,
        "unknown": [name for name in unknown if name in ("reduction", "from_logits", "label_smoothing")],
    }


def _target(objective: Objective, run: TrainingRun, assumptions: list[str]) -> dict[str, Any]:
    target, loss = objective.target, objective.loss
    shape = list(target.shape[1:]) if target.shape is not None else None
    scores = objective.scores
    classes = target.classes or run.data.classes
    known = target.encoding if target.encoding in ("index", "one_hot") else None
    if loss in _BINARY:
        kind = known if known == "one_hot" and (scores or 1) > 1 else "binary"
    elif loss in _INDEX:
        kind = known or "index"
    elif loss in _ONE_HOT:
        kind = known or "one_hot"
    elif known and classes and classes > 1:
        kind = known
    else:
        kind = "number"
    found: dict[str, Any] = {
        "kind": kind,
        "classes": classes if kind in ("index", "one_hot") else None,
        "scores": scores,
        "shape": shape if shape is not None and all(isinstance(size, int) for size in shape) else None,
        "class_axis": 0 if loss in _CLASSES_FIRST else max(len(objective.prediction_shape or (0, 0)) - 2, 0),
        "certain": target.encoding is not None,
    }
    if kind == "number":
        if target.low is not None and target.high is not None and target.high > target.low:
            found.update(low=target.low, high=target.high, bounded=True)
        elif target.scale == "standardised":
            found["bounded"] = True
        else:
            assumptions.append("targets are standardised")
    return found


def _optimizer(optimizer: Optimizer, assumptions: list[str]) -> dict[str, Any]:
    values, unknown = _plain(optimizer.settings)
    rates = {setting.value for setting in optimizer.peak_rates}
    if None in rates or not rates:
        rates = {optimizer.learning_rate.value}
    known = [rate for rate in rates if isinstance(rate, int | float)]
    if not known:
        raise NotDescribable("the learning rate is not known")
    if len(known) > 1:
        assumptions.append("all weights train with the highest rate of the groups")
    if optimizer.schedule is not None:
        assumptions.append(f"the rate is the highest of `{optimizer.schedule.name}`")
    return {
        "name": optimizer.name,
        "framework": optimizer.framework,
        "learning_rate": max(known),
        "settings": values,
        "unknown": unknown,
    }
