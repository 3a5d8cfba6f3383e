"""A network from its description: each layer is made when the first batch reaches it."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from trainlint.probe.worker import initial
from trainlint.probe.worker.layers.makers import MAKERS
from trainlint.probe.worker.layers.sequence import Recurrent
from trainlint.probe.worker.settings import CannotBuild, Given

WEIGHTED = (
    "linear",
    "conv",
    "depthwise",
    "separable",
    "embedding",
    "rnn",
    "lstm",
    "gru",
    "attention",
    "transformer",
)

_STATES = {"hidden state": 0, "cell state": 1}
"""What a program takes from a recurrent layer beside its output, by its title in a plan."""


class Misfit(Exception):
    """A layer that cannot read what the one before it gives: the program would fail there."""

    def __init__(self, entry: dict[str, Any], title: str, error: Exception) -> None:
        said = str(error).split("\n")[0][:200]
        super().__init__(f"`{title}`: {said}")
        self.line = entry.get("line")


class Network(nn.Module):
    """The layers of a description, wired as there. `kept` layers are those that PyTorch knows as parts; others are
    in a plain list of the program and are not trained."""

    def __init__(self, description: dict[str, Any], certain: bool) -> None:
        super().__init__()
        self.entries = description["layers"]
        self.output = description["output"]
        self.keras = description["framework"] == "keras"
        self.certain = certain
        """Whether the size of the input is the program's own, so that a layer that does not fit is its fault."""
        self.channel_axis = -1 if self.keras else 1
        self.made: dict[int, Any] = {}
        self.parts = nn.ModuleList()
        self.hidden: list[Any] = []
        """Layers that are no parts of the network, as PyTorch sees it."""
        self.logits: Any = None

    def forward(self, tensor: Any) -> Any:
        found: dict[int, Any] = {}
        for entry in self.entries:
            index = entry["index"]
            if entry["kind"] == "input":
                found[index] = tensor
                continue
            inputs = [found[source] for source in entry["inputs"]]
            if index not in self.made:
                self._make(entry, inputs)
            found[index] = self._passed(entry, inputs)
        return found[self.output]

    def before_last_activation(self, tensor: Any) -> Any:
        """What the last activation is applied to."""
        names = {entry["index"]: entry for entry in self.entries}
        last, whole = names[self.output], self.output
        if last["kind"] in ("softmax", "log_softmax", "sigmoid") and len(last["inputs"]) == 1:
            self.output = last["inputs"][0]
        try:
            return self.forward(tensor)
        finally:
            self.output = whole

    @property
    def weighted_layers(self) -> int:
        return sum(1 for entry in self.entries if entry["kind"].startswith(WEIGHTED))

    def penalty(self) -> Any:
        """The sum of the regularisers of Keras' layers: l1 |w| + l2 w^2 (keras.regularizers.L1L2)."""
        total: Any = None
        for entry in self.entries:
            kernel = entry.get("penalty")
            if not kernel:
                continue
            for parameter in self.made[entry["index"]].parameters():
                if parameter.dim() > 1:
                    part = (
                        kernel.get("l1", 0.0) * parameter.abs().sum()
                        + kernel.get("l2", 0.0) * parameter.square().sum()
                    )
                    total = part if total is None else total + part
        return total

    def _make(self, entry: dict[str, Any], inputs: list[Any]) -> None:
        title = f"{entry['title']} (line {entry['line']})" if entry.get("line") else entry["title"]
        kind = entry["kind"]
        if kind not in MAKERS:
            raise CannotBuild(f"`{title}`")
        unknown = entry.get("unknown", ())
        values = {**entry["settings"], "output_shape": entry.get("output_shape"), "input_shape": entry.get("input_shape"),
                  "batch": entry.get("batch")}  # fmt: skip
        given = Given(title, values, unknown)
        if kind == "select" and entry["title"] in _STATES:
            self.made[entry["index"]] = self._state(entry, title)
            return
        try:
            made = MAKERS[kind](given, inputs, self.keras)
        except ValueError as error:  # PyTorch refuses the arguments themselves, whatever the input
            raise Misfit(entry, title, error) from error
        except (TypeError, RuntimeError, IndexError) as error:
            raise self._misfit(entry, title, error) from error
        if isinstance(made, nn.Module):
            if kind.startswith(WEIGHTED):
                initial.as_chosen(made, given)
            if entry.get("trainable") is False:
                made.requires_grad_(False)
            made.probe_label = f"{entry['index']} {title}"  # type: ignore[assignment]
            if entry.get("kept") in ("list", "dict", "made in place"):
                self.hidden.append(made)
            else:
                self.parts.append(made)
            for part in made.modules():
                part.probe_label = made.probe_label
        self.made[entry["index"]] = made

    def _passed(self, entry: dict[str, Any], inputs: list[Any]) -> Any:
        try:
            return self.made[entry["index"]](*inputs)
        except (RuntimeError, ValueError, IndexError) as error:
            title = f"{entry['title']} (line {entry['line']})" if entry.get("line") else entry["title"]
            raise self._misfit(entry, title, error) from error

    def _state(self, entry: dict[str, Any], title: str) -> Any:
        source = self.made[entry["inputs"][0]]
        if not isinstance(source, Recurrent):
            raise CannotBuild(f"`{title}`")
        place = _STATES[entry["title"]]

        def read(tensor: Any) -> Any:
            states = source.states
            return states if isinstance(states, torch.Tensor) else states[place]

        return read

    def _misfit(self, entry: dict[str, Any], title: str, error: Exception) -> Exception:
        misfit = Misfit(entry, title, error)
        return misfit if self.certain else CannotBuild(str(misfit))


def build(description: dict[str, Any], batch: Any, certain: bool) -> Network:
    """The network with all its layers made.

    Raises:
        CannotBuild: it has a layer that cannot be made here.
        Misfit: a layer does not fit the one before.
    """
    network = Network(description, certain)
    network.train()
    with torch.no_grad():
        network(batch[:2] if len(batch) > 1 else batch)
        for part in network.modules():  # the first batch leaves no trace
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.reset_running_stats()
    return network
