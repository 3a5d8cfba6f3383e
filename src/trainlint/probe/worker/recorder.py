"""What a training run shows about itself, step by step, whatever code trains.

The recorder is told of steps, backward passes, losses and activations (by hooks.py for PyTorch, by keras_hooks.py
for Keras) and knows no framework itself: weights, gradients and activations reach it as numbers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

Number = float
Statistics = dict[str, Any]


class Stop(BaseException):
    """Ends the training after the last step. No Exception: `except Exception` of a program must not hold it."""


class Recorder:
    """Statistics of one run of `steps` steps. `overhead` is the time, in seconds, that recording itself took."""

    def __init__(self, steps: int, on_step: Callable[[Recorder], None] | None = None) -> None:
        self.steps = steps
        self.on_step = on_step
        self.step = 0
        self.backward_passes = 0
        self.losses: list[float] = []
        self.rows: list[dict[int, Row]] = []  # for each step, what happened to each parameter
        self.parameters: dict[int, Parameter] = {}
        self.rates: list[float] = []
        self.after_a_step = 0  # backward passes that directly follow a step
        self.stale = 0  # of those, the ones that began with the gradients of the step before
        self.loss_calls: list[dict[str, Any]] = []
        self.activations: dict[str, Activation] = {}
        self.modes: dict[str, list[int]] = {}  # forward passes of layers that depend on the mode: [all, odd]
        self.facts: Statistics = {}
        self.overhead = 0.0
        self.start = time.perf_counter()
        self._processor_start = time.process_time()  # a busy machine does not stretch it

    @property
    def looks(self) -> bool:
        """Whether activations and weights are looked at in this step; weights of small networks always are."""
        return self.step % 5 == 0

    @property
    def settled(self) -> bool:
        """Whether the run is in its second half, in which units that never fire count as dead."""
        return self.step * 2 >= self.steps

    def stepped(self, rates: list[float], row: dict[int, Row]) -> None:
        """An optimizer has taken a step."""
        self.rates += rates[:1]
        if row:
            self.rows.append(row)
        self.step += 1
        if self.on_step:
            self.on_step(self)
        if self.step >= self.steps:
            raise Stop

    def went_backward(self, loss: float) -> None:
        """A backward pass begins."""
        if not self.losses and not self.step:
            # What a program does before its first batch is not training.
            self.start, self._processor_start = time.perf_counter(), time.process_time()
        self.losses.append(loss)
        self.backward_passes += 1
        if self.step == 0:
            if self.on_step:
                self.on_step(self)
            if self.backward_passes > self.steps:
                raise Stop  # no optimizer ever steps

    def statistics(self) -> Statistics:
        """All that was seen, by the names that judgements use; what was not seen is not there."""
        found: Statistics = {
            "steps": self.step,
            "backward_passes": self.backward_passes,
            "learning_rates": self.rates[:200],
            "overhead": self.overhead,
            "seconds": time.perf_counter() - self.start,
            "processor_seconds": time.process_time() - self._processor_start,
        }
        if len(self.rates) > 1:
            found["rate_rises"] = float(self.rates[-1] > 1.01 * self.rates[0])
        if self.after_a_step:
            found["stale_gradients"] = self.stale / self.after_a_step
        found.update(loss_statistics(self.losses))
        found.update(weight_statistics(self.rows, self.parameters))
        found.update(self._loss_inputs())
        found.update(self._dead_units())
        first = [seen.first_spread for seen in self.activations.values() if seen.first_spread is not None]
        if first:
            found.update(first_spread_low=min(first), first_spread_high=max(first))
        for name, (passes, odd) in self.modes.items():
            found[name] = odd / passes
        return {name: value for name, value in {**found, **self.facts}.items() if value is not None}

    def layers(self) -> list[dict[str, Any]]:
        """For each weight its gradient and update, for each activation its spread: bars of a report."""
        told = []
        for number, parameter in self.parameters.items():
            rows = [row[number] for row in self.rows if number in row]
            if parameter.is_matrix and rows:
                ratios = [row.update / row.size for row in rows if row.size > 0]
                gradient = median([row.gradient for row in rows])
                told.append({"name": parameter.name, "gradient": gradient, "update": median(ratios)})
        for name, seen in self.activations.items():
            told.append({"name": name, "spread": seen.spread, "mean": seen.mean, "dead": seen.dead})
        return told

    def _loss_inputs(self) -> Statistics:
        found: Statistics = {}
        for name in (
            "probabilities",
            "within_unit",
            "outside_unit",
            "rows_unequal",
            "log_rows_unequal",
            "broadcast",
            "takes_logits",
        ):
            said = [call[name] for call in self.loss_calls if call.get(name) is not None]
            if said:
                found[f"loss_{name}"] = sum(said) / len(said)
        for name, choose in (
            ("target_low", min),
            ("target_high", max),
            ("prediction_low", min),
            ("prediction_high", max),
        ):
            said = [call[name] for call in self.loss_calls if call.get(name) is not None]
            if said:
                found[name] = choose(said)
        entropies = [
            call["label_entropy"] for call in self.loss_calls if call.get("label_entropy") is not None
        ]
        counts: dict[int, int] = {}
        for call in self.loss_calls:
            for label, count in call.get("labels", {}).items():
                counts[label] = counts.get(label, 0) + count
        whole = entropy(list(counts.values()))
        if entropies and len(counts) > 1 and whole > 0:
            found["label_entropy"] = sum(entropies) / len(entropies) / whole
        if counts:
            found["labels_seen"] = len(counts)
        for name in ("loss_kind", "broadcast_shapes", "scores"):
            said = [call[name] for call in self.loss_calls if call.get(name) is not None]
            if said:
                found[name] = said[0]
        return found

    def _dead_units(self) -> Statistics:
        known = [seen for seen in self.activations.values() if seen.dead is not None and seen.samples]
        if not known:
            return {}
        worst = max(known, key=lambda seen: seen.dead or 0.0)
        return {"dead_units": worst.dead, "dead_samples": worst.samples}


class Parameter:
    """A weight: its name, its shape, whether it should be trained."""

    def __init__(self, name: str, shape: tuple[int, ...], trainable: bool = True) -> None:
        self.name = name
        self.shape = shape
        self.trainable = trainable
        self.identical: float | None = None  # share of units that equal the first one, at the end of the run

    @property
    def is_matrix(self) -> bool:
        return len(self.shape) > 1


class Row:
    """One parameter in one step: norms of its gradient, of the weights before, of their change, and the share of
    the gradient that is exactly 0. `gradient` is None where there was none."""

    __slots__ = ("gradient", "size", "update", "zero")

    def __init__(self, gradient: float | None, size: float, update: float, zero: float) -> None:
        self.gradient = gradient
        self.size = size
        self.update = update
        self.zero = zero


class Activation:
    """What came out of one layer over the run. `dead` is the share of units that never fired in its second half."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.means: list[float] = []
        self.spreads: list[float] = []
        self.fired: Any = None
        self.samples = 0
        self.first_spread: float | None = None

    @property
    def mean(self) -> float | None:
        return median(self.means)

    @property
    def spread(self) -> float | None:
        return median(self.spreads)

    @property
    def dead(self) -> float | None:
        return None if self.fired is None else 1.0 - float(sum(self.fired)) / len(self.fired)


def loss_statistics(losses: list[float]) -> Statistics:
    """Where the loss began, where it ended (a tenth of the run each), how high it rose, how often it was no number."""
    if not losses:
        return {}
    finite = [loss for loss in losses if math.isfinite(loss)]
    found: Statistics = {"non_finite": len(losses) - len(finite), "loss_start": losses[0]}
    count = max(3, len(losses) // 10)
    begin, end = mean(losses[:count]), mean(losses[-count:])
    found.update(loss_first=begin, loss_end=end)
    if finite and begin is not None and end is not None and math.isfinite(begin):
        found["loss_drop"] = (begin - end) / max(abs(begin), 1e-12)
        found["loss_lowest"] = min(finite)
    if end is not None and losses[0] > 0:
        found["loss_end_ratio"] = end / losses[0]
    if finite and losses[0] > 0:
        found["loss_rise"] = max(finite) / losses[0]
    return found


def weight_statistics(rows: list[dict[int, Row]], parameters: dict[int, Parameter]) -> Statistics:
    """How far weights moved, how gradients fade from the last to the first layer, which weights never changed."""
    if not rows:
        return {}
    found: Statistics = {}
    matrices = [number for number, parameter in parameters.items() if parameter.is_matrix]
    ratios = {
        n: median([row[n].update / row[n].size for row in rows if n in row and row[n].size > 0])
        for n in matrices
    }
    found["update_ratio"] = median([ratio for ratio in ratios.values() if ratio is not None])
    gradients: dict[int, float] = {}
    for number in matrices:
        said = [row[number].gradient for row in rows if number in row]
        middle = median([gradient for gradient in said if gradient is not None])
        if middle is not None:
            gradients[number] = middle
    if len(gradients) > 1:
        first, last = gradients[min(gradients)], gradients[max(gradients)]
        if last > 0:
            found["gradient_ratio"] = first / last
        found.update(gradient_first=first, gradient_last=last)
    norms = [math.sqrt(sum((entry.gradient or 0.0) ** 2 for entry in row.values())) for row in rows]
    middle = median([norm for norm in norms if math.isfinite(norm)])
    if middle:
        found["gradient_spike"] = max(norms) / middle if all(map(math.isfinite, norms)) else math.inf
    zero = [
        median([row[n].zero for row in rows if n in row and row[n].gradient is not None]) for n in matrices
    ]
    found["zero_gradients"] = min((share for share in zero if share is not None), default=None)
    missing = [entry.gradient is None for row in rows for entry in row.values()]
    found["no_gradient"] = sum(missing) / len(missing) if missing else None
    changed = {n for row in rows for n, entry in row.items() if entry.update > 0}
    found["unchanged_weights"] = sum(1 for number in parameters if number not in changed)
    found["weights"] = len(parameters)
    grown = []
    for number in matrices:
        sizes = [row[number].size for row in rows if number in row]
        if sizes and sizes[0] > 0:
            grown.append(sizes[-1] / sizes[0])
    if grown:
        found.update(weights_shrunk=min(grown), weights_grown=max(grown))
    identical = [p.identical for p in parameters.values() if p.identical is not None]
    found["identical_units"] = max(identical, default=None)
    return found


def median(values: list[Any]) -> float | None:
    """The middle of the numbers among the values; None without any."""
    numbers = sorted(value for value in values if value is not None and not math.isnan(value))
    return numbers[len(numbers) // 2] if numbers else None


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def entropy(counts: list[int]) -> float:
    """Of a distribution given by counts, in nats."""
    total = sum(counts)
    return -sum(count / total * math.log(count / total) for count in counts if count) if total else 0.0
