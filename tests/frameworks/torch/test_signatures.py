"""Parameters and defaults of optimizers, schedules, losses and layers are those of the installed torch."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch import activations, attention, convolutions, dense, normalisation, pooling
from trainlint.frameworks.torch.data import LOADER_SIGNATURE
from trainlint.frameworks.torch.losses import LOSSES
from trainlint.frameworks.torch.optimizers import SIGNATURES as OPTIMIZERS
from trainlint.frameworks.torch.schedulers import SCHEDULES

_NOT_COMPARED = {"out", "_stacklevel"}


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """Names and defaults, positional ones in order, as the installed torch has them."""
    found = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    return [(p.name, "required" if p.default is p.empty else p.default) for p in found]


def tabled(signature: Signature) -> list[tuple[str, Any]]:
    names = [*signature.names, *(name for name in signature.defaults if name not in signature.names)]
    return [
        (name, ast.literal_eval(signature.defaults[name]) if name in signature.defaults else "required")
        for name in names
    ]


def _comparable(default: Any) -> Any:
    return getattr(default, "__name__", default) if callable(default) else default


def assert_same(signature: Signature, function: Callable[..., Any]) -> None:
    wanted = {name: _comparable(default) for name, default in parameters(function)}
    assert dict(tabled(signature)) == wanted
    positional = [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.kind is not p.KEYWORD_ONLY and p.name != "self"
    ]
    assert list(signature.names) == positional


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_optimizer(name: str) -> None:
    assert_same(OPTIMIZERS[name], getattr(torch.optim, name).__init__)


def test_every_optimizer_of_torch_is_known() -> None:
    classes = {
        name
        for name in dir(torch.optim)
        if isinstance(getattr(torch.optim, name), type)
        and issubclass(getattr(torch.optim, name), torch.optim.Optimizer)
    }
    assert classes - {"Optimizer"} == set(OPTIMIZERS)


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_schedule(name: str) -> None:
    assert_same(SCHEDULES[name], getattr(torch.optim.lr_scheduler, name).__init__)


def test_every_schedule_of_torch_is_known() -> None:
    module = torch.optim.lr_scheduler
    classes = {
        name
        for name in dir(module)
        if isinstance(getattr(module, name), type) and issubclass(getattr(module, name), module.LRScheduler)
    }
    assert classes - {"_LRScheduler"} == set(SCHEDULES)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_loss(loss: Any) -> None:
    assert_same(Signature(loss.settings), getattr(torch.nn, loss.name).__init__)
    if loss.function:
        assert_same(Signature(loss.function_text), getattr(torch.nn.functional, loss.function))


def test_loader() -> None:
    assert_same(LOADER_SIGNATURE, DataLoader.__init__)


_LAYERS = {
    name: meaning.signature
    for table in (activations.LAYERS, convolutions.LAYERS, dense.LAYERS, normalisation.LAYERS, pooling.LAYERS)
    for name, meaning in table.items()
} | {name: meaning.signature for name, (meaning, _) in attention.CLASSES.items()}


@pytest.mark.parametrize("name", sorted(_LAYERS))
def test_layer(name: str) -> None:
    constructor = getattr(torch.nn, name).__init__
    kinds = {p.kind for p in inspect.signature(constructor).parameters.values()}
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        assert _LAYERS[name].text == ""  # takes anything and ignores it, or takes nothing
    else:
        signature = _LAYERS[name]
        wanted = {k: _comparable(v) for k, v in parameters(constructor) if k not in _IGNORED.get(name, ())}
        assert dict(tabled(signature)) == wanted


_IGNORED = {"Hardtanh": {"min_value", "max_value"}}
