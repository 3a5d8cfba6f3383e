"""Layers that read sequences: recurrent ones, attention, transformers."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from trainlint.probe.worker import initial
from trainlint.probe.worker.layers.applied import Maker, Tensors
from trainlint.probe.worker.settings import CannotBuild, Given


class Recurrent(nn.Module):
    """The output of each step, or of the last one where only that is wanted. `states` keeps the hidden states for
    a layer that reads them."""

    def __init__(self, inner: nn.Module, last_only: bool, both: bool) -> None:
        super().__init__()
        self.inner = inner
        self.last_only = last_only
        self.both = both
        self.states: Any = None

    def forward(self, tensor: Any) -> Any:
        output, self.states = self.inner(tensor)
        if not self.last_only:
            return output
        if not self.both:
            return output[:, -1]
        half = output.shape[-1] // 2  # keras.layers.Bidirectional: the last state of either direction
        return torch.cat([output[:, -1, :half], output[:, 0, half:]], -1)


def recurrent(name: str) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        both = bool(given.get("bidirectional", default=False))
        inputs = tensors[0].shape[-1]
        if not keras and isinstance(given.get("input_units"), int):
            inputs = given.get("input_units")
        options: dict[str, Any] = {"bidirectional": both}
        if keras:
            usual = (
                given.get("activation", default="tanh"),
                given.get("recurrent_activation", default="sigmoid"),
            )
            if name == "RNN" and usual[0] in ("tanh", "relu"):
                options["nonlinearity"] = usual[0]
            elif usual != ("tanh", "sigmoid"):
                raise CannotBuild(f"{given.name} with activations {usual[0]} and {usual[1]}")
            if given.get("recurrent_dropout", default=0) or given.get("stateful", default=False):
                raise CannotBuild(f"{given.name} with recurrent dropout or kept states")
        else:
            options["num_layers"] = int(given.get("layers", default=1))
            options["dropout"] = float(given.get("rate", default=0.0))
            if name == "RNN":
                options["nonlinearity"] = given.get("nonlinearity", default="tanh")
            if given.get("proj_size", default=0):
                raise CannotBuild(f"{given.name} projects its output")
        first = True if keras else bool(given.get("batch_first", default=False))
        made = getattr(nn, name)(
            inputs,
            given.whole("units"),
            batch_first=first,
            bias=bool(given.get("bias", default=True)),
            **options,
        )
        if keras:
            initial.as_keras(made, recurrent=True)
        return Recurrent(made, keras and not given.get("return_sequences", default=False), both)

    return make


def attention(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    if keras:
        raise CannotBuild(f"{given.name} of Keras")
    first = bool(given.get("batch_first", default=False))
    made = nn.MultiheadAttention(tensors[0].shape[-1], given.whole("heads"), batch_first=first)

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = made

        def forward(self, query: Any, *others: Any) -> Any:
            key, value = (*others, query, query)[:2] if len(others) != 1 else (others[0], others[0])
            return self.inner(query, key, value, need_weights=False)[0]

    return Attention()


def transformer_encoder(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    block = nn.TransformerEncoderLayer(
        tensors[0].shape[-1],
        given.whole("heads"),
        int(given.get("hidden_units", default=2048)),
        float(given.get("rate", default=0.1)),
        batch_first=bool(given.get("batch_first", default=False)),
    )
    return nn.TransformerEncoder(block, int(given.get("layers", default=1)), enable_nested_tensor=False)
