"""Trains a network that was described, on made-up data. No code of the user runs."""

from __future__ import annotations

import math
import time
from typing import Any

import torch

from trainlint.probe.worker import data, measure
from trainlint.probe.worker.hooks import recorded
from trainlint.probe.worker.network import Misfit, Network, build
from trainlint.probe.worker.objective import loss_of
from trainlint.probe.worker.optimizing import clipper, optimizer_of
from trainlint.probe.worker.recorder import Recorder, Stop
from trainlint.probe.worker.settings import CannotBuild
from trainlint.probe.worker.stream import Stream

FEWEST = 5
"""Steps that are taken whatever time they take: facts about loss and gradients need no more."""

SLOW = 0.1
"""Seconds for one step from which on the batch and the number of steps are made smaller."""

SHRUNK_BATCH, SHRUNK_STEPS = 8, 20


class _TooSlow(BaseException):
    pass


def run(
    description: dict[str, Any], seed: int, steps: int, deadline: float, stream: Stream
) -> dict[str, Any]:
    """Trains once. Gives `statistics`, `losses`, `layers`, and `notes` about what was made smaller; or `cannot`,
    the thing that cannot be built; or `misfit`, the layer at which the program would fail."""
    batch = int(description["batch"])
    notes: list[str] = []
    for attempt in range(2):
        try:
            report = _attempt(description, seed, steps, batch, deadline, stream, impatient=attempt == 0)
            return {**report, "notes": notes}
        except _TooSlow:
            batch, steps = min(batch, SHRUNK_BATCH), min(steps, SHRUNK_STEPS)
            notes.append(f"batches of {batch} and {steps} steps, because a step takes more than {SLOW:g} s")
        except CannotBuild as reason:
            return {"cannot": str(reason)}
        except Misfit as reason:
            return {"misfit": str(reason), "line": reason.line}
    raise AssertionError("a run that is made smaller is not made smaller again")


def _attempt(
    description: dict[str, Any],
    seed: int,
    steps: int,
    batch: int,
    deadline: float,
    stream: Stream,
    *,
    impatient: bool,
) -> dict[str, Any]:
    torch.manual_seed(seed)
    given, target = description["data"], description["target"]
    output, network = _network(description, given, seed)
    inputs, goals = data.samples(given, target, output, seed, batch)
    parameters = list(network.parameters())
    if not parameters:
        raise CannotBuild("a network without weights")
    begin = time.process_time()  # not the clock: a busy machine must not change what is trained

    def watch(recorder: Recorder) -> None:
        stream.progress(
            step=recorder.step, of=recorder.steps, loss=recorder.losses[-1] if recorder.losses else None
        )
        spent = time.process_time() - begin
        if impatient and recorder.step == 2 and spent / 2 > SLOW and batch > SHRUNK_BATCH:
            raise _TooSlow
        if recorder.step >= FEWEST and time.perf_counter() > deadline:
            raise Stop

    recorder = Recorder(steps, watch)
    loss = loss_of(description["loss"], recorder)
    optimizer = optimizer_of(description["optimizer"], parameters)
    with recorded(recorder) as hooks:
        hooks.root = network
        failure = _train(description, network, optimizer, loss, (inputs, goals), batch, seed, recorder)
        hooks.settle()
    statistics = recorder.statistics()
    statistics.update(hooks.missed())
    if failure:
        statistics["failure"] = failure
    else:
        statistics.update(_afterwards(network, inputs, goals, target))
    penalty = network.penalty()
    if penalty is not None and statistics.get("loss_start"):
        statistics["penalty_share"] = recorder.facts.get("penalty_start", 0.0) / max(
            statistics["loss_start"], 1e-12
        )
    return {"statistics": statistics, "losses": recorder.losses[:steps], "layers": recorder.layers()}


def _network(
    description: dict[str, Any], given: dict[str, Any], seed: int
) -> tuple[tuple[int, ...], Network]:
    """The network, and the shape of what it gives for one sample."""
    shape = (2, *given["shape"])
    torch.manual_seed(seed)
    trial = torch.zeros(shape, dtype=torch.long) if given["kind"] == "tokens" else torch.randn(shape)
    network = build(description["network"], trial, bool(given["certain"]))
    with torch.no_grad():
        network.eval()
        output = network(trial)
        network.train()
    if not isinstance(output, torch.Tensor) or output.dim() < 1:
        raise CannotBuild("a network whose output is no tensor")
    torch.manual_seed(seed)
    return tuple(output.shape[1:]), network


def _train(
    description: dict[str, Any],
    network: Network,
    optimizer: Any,
    loss: Any,
    samples: tuple[Any, Any],
    batch: int,
    seed: int,
    recorder: Recorder,
) -> str:
    """Takes the steps; what failed, if anything did."""
    inputs, goals = samples
    loop = description["loop"]
    parameters = list(network.parameters())
    clip = clipper(description["optimizer"], loop)
    order = torch.Generator().manual_seed(seed)
    batch = min(batch, len(inputs))
    try:
        while True:
            places = torch.randperm(len(inputs), generator=order)
            for start in range(0, len(inputs) - batch + 1, batch):
                chosen = places[start : start + batch]
                if loop["clears"]:
                    optimizer.zero_grad()
                with torch.set_grad_enabled(not loop["without_gradients"]):
                    total = loss(network(inputs[chosen]), goals[chosen])
                penalty = network.penalty()
                if penalty is not None:
                    total = total + penalty
                    recorder.facts.setdefault("penalty_start", float(penalty.detach()))
                if loop["severed"]:
                    total = total.detach().requires_grad_()
                if loop["goes_backward"]:
                    total.backward()
                if loop["gradient_scale"] != 1:
                    _scale(parameters, loop["gradient_scale"])
                if clip is not None and parameters[0].grad is not None:
                    clip(parameters)
                if loop["steps"]:
                    optimizer.step()
    except Stop:
        return ""
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        return f"{type(error).__name__}: {str(error).split(chr(10))[0][:200]}"


def _scale(parameters: list[Any], factor: float) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.mul_(factor)


def _afterwards(network: Network, inputs: Any, goals: Any, target: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = measure.outputs(network, inputs, network.before_last_activation)
    found["weighted_layers"] = network.weighted_layers
    if inputs.is_floating_point():
        found["input_largest"] = float(inputs.abs().max())
        found["input_spread"] = float(inputs.std())
    found["target_classes"] = target.get("classes")
    if target["kind"] in ("index", "one_hot", "binary"):
        found["accuracy"] = _accuracy(network, inputs[:512], goals[:512], target)
    return found


def _accuracy(network: Network, inputs: Any, goals: Any, target: dict[str, Any]) -> float | None:
    network.eval()
    with torch.no_grad():
        output = network(inputs).float()
    network.train()
    if target["kind"] == "binary":
        middle = 0.5 if float(output.min()) >= 0 and float(output.max()) <= 1 else 0.0
        return (
            float(((output > middle).float() == goals).float().mean())
            if output.shape == goals.shape
            else None
        )
    axis = target.get("class_axis", 0) + 1
    if axis >= output.dim():
        return None
    labels = goals.argmax(axis) if target["kind"] == "one_hot" else goals
    guesses = output.argmax(axis)
    labels = labels.reshape(guesses.shape) if labels.numel() == guesses.numel() else labels
    found = float((guesses == labels).float().mean()) if guesses.shape == labels.shape else math.nan
    return None if math.isnan(found) else found
