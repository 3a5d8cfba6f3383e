"""What weights start as: Keras' defaults in Keras' layers, PyTorch's own elsewhere, and what a program chose."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from trainlint.probe.worker.settings import CannotBuild, Given


def as_keras(module: nn.Module, recurrent: bool = False) -> None:
    """Glorot uniform matrices and zero biases (keras.layers.Dense); recurrent matrices orthogonal."""
    for name, parameter in module.named_parameters():
        if "weight_hh" in name:
            nn.init.orthogonal_(parameter)
        elif parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
        elif recurrent or "bias" in name:
            nn.init.zeros_(parameter)


def as_chosen(module: nn.Module, given: Given) -> None:
    """The initializers that a program names, by the words of either library."""
    for word, part in (
        ("kernel_initializer", "weight"),
        ("embeddings_initializer", "weight"),
        ("recurrent_initializer", "recurrent"),
        ("bias_initializer", "bias"),
    ):
        chosen = given.get(word)
        if not isinstance(chosen, str):
            continue
        for name, parameter in module.named_parameters():
            is_recurrent = "weight_hh" in name
            if part == ("bias" if "bias" in name else "recurrent" if is_recurrent else "weight"):
                _fill(parameter, chosen, word, given)
    if given.get("unit_forget_bias"):  # keras.layers.LSTM: whatever fills the other biases
        _open_forget_gate(module)


def _open_forget_gate(module: nn.Module) -> None:
    for name, parameter in module.named_parameters():
        if "bias_ih" in name:
            units = len(parameter) // 4  # PyTorch has the forget gate second, as Keras has
            nn.init.ones_(parameter.data[units : 2 * units])


def _fill(parameter: Any, chosen: str, word: str, given: Given) -> None:
    name = chosen.rpartition(".")[2].replace("_", "").lower()

    def number(*names: str, default: float) -> float:
        return float(given.get(*(f"{word}.{each}" for each in names), default=default))

    flat = parameter.dim() < 2
    with torch.no_grad():
        if name in ("zeros", "zero"):
            nn.init.zeros_(parameter)
        elif name in ("ones", "one"):
            nn.init.ones_(parameter)
        elif name == "constant":
            nn.init.constant_(parameter, number("value", "val", default=0.0))
        elif name in ("randomnormal", "normal", "truncatednormal", "truncnormal"):
            # keras.initializers.RandomNormal: stddev 0.05; torch.nn.init.normal_: std 1.
            spread = number("stddev", "std", default=0.05 if not chosen.endswith("_") else 1.0)
            nn.init.trunc_normal_(
                parameter, number("mean", default=0.0), spread, -2 * spread, 2 * spread
            ) if ("trunc" in name) else nn.init.normal_(parameter, number("mean", default=0.0), spread)
        elif name in ("randomuniform", "uniform"):
            limit = 0.05 if not chosen.endswith("_") else 1.0
            low = number("minval", "a", default=-limit if limit < 1 else 0.0)
            nn.init.uniform_(parameter, low, number("maxval", "b", default=limit))
        elif flat:
            return  # only matrices can be filled so: a program that does it leaves the biases out
        elif name in ("glorotuniform", "xavieruniform"):
            nn.init.xavier_uniform_(parameter)
        elif name in ("glorotnormal", "xaviernormal"):
            nn.init.xavier_normal_(parameter)
        elif name in ("heuniform", "kaiminguniform"):
            nn.init.kaiming_uniform_(parameter, nonlinearity="relu")
        elif name in ("henormal", "kaimingnormal"):
            nn.init.kaiming_normal_(parameter, nonlinearity="relu")
        elif name in ("lecununiform", "lecunnormal"):
            spread = 1 / math.sqrt(nn.init._calculate_correct_fan(parameter, "fan_in"))
            if name == "lecunnormal":
                nn.init.normal_(parameter, 0.0, spread)
            else:
                nn.init.uniform_(parameter, -math.sqrt(3) * spread, math.sqrt(3) * spread)
        elif name == "orthogonal":
            nn.init.orthogonal_(parameter, number("gain", default=1.0))
        else:
            raise CannotBuild(f"`{word}` of {given.name} is `{chosen}`")
