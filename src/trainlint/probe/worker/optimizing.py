"""Optimizers: PyTorch's own, and those of Keras with Keras' numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch

from trainlint.probe.worker.settings import CannotBuild, Given

_KERAS: dict[str, tuple[str, Callable[[Given], dict[str, Any]]]] = {
    # The class of PyTorch, and its arguments from those of Keras (keras 3, keras.optimizers).
    "SGD": ("SGD", lambda g: {"momentum": g.get("momentum", default=0.0), "nesterov": bool(g.get("nesterov", default=False))}),
    "Adam": ("Adam", lambda g: {**_moments(g), "amsgrad": bool(g.get("amsgrad", default=False))}),
    "AdamW": ("AdamW", lambda g: {**_moments(g), "weight_decay": g.get("weight_decay", default=0.004)}),
    "Nadam": ("NAdam", lambda g: _moments(g)),
    "Adamax": ("Adamax", lambda g: _moments(g)),
    "RMSprop": ("RMSprop", lambda g: {"alpha": g.get("rho", default=0.9), "momentum": g.get("momentum", default=0.0),
                                      "eps": g.get("epsilon", default=1e-7), "centered": bool(g.get("centered", default=False))}),
    "Adagrad": ("Adagrad", lambda g: {"initial_accumulator_value": g.get("initial_accumulator_value", default=0.1),
                                      "eps": g.get("epsilon", default=1e-7)}),
    "Adadelta": ("Adadelta", lambda g: {"rho": g.get("rho", default=0.95), "eps": g.get("epsilon", default=1e-7)}),
}  # fmt: skip


def _moments(given: Given) -> dict[str, Any]:
    betas = given.get("beta_1", default=0.9), given.get("beta_2", default=0.999)
    return {"betas": betas, "eps": given.get("epsilon", default=1e-7)}


def optimizer_of(description: dict[str, Any], parameters: list[Any]) -> Any:
    """The optimizer over these parameters.

    Raises:
        CannotBuild: it is none that PyTorch has.
    """
    given = Given(description["name"], description["settings"], description.get("unknown", ()))
    name, rate = description["name"], float(description["learning_rate"])
    if description["framework"] == "keras":
        if name not in _KERAS:
            raise CannotBuild(f"the optimizer `{name}`")
        if name != "AdamW" and given.get("weight_decay"):
            raise CannotBuild(f"`{name}` of Keras with weight decay")
        name, arguments = _KERAS[name][0], _KERAS[name][1](given)
        return getattr(torch.optim, name)(parameters, lr=rate, **arguments)
    made = getattr(torch.optim, name, None)
    if made is None or name in ("LBFGS", "SparseAdam", "Muon"):
        raise CannotBuild(f"the optimizer `{name}`")
    known = inspect.signature(made.__init__).parameters
    arguments = {
        key: value for key, value in given.values.items() if key in known and key not in ("params", "lr")
    }
    for key in given.unknown & set(known):
        if key not in ("lr", "params"):
            raise CannotBuild(f"`{key}` of {name} is not known")
    arguments = {key: tuple(value) if isinstance(value, list) else value for key, value in arguments.items()}
    return made(parameters, lr=rate, **arguments)


def clipper(description: dict[str, Any], loop: dict[str, Any]) -> Callable[[list[Any]], object] | None:
    """What is done to gradients before a step; None for nothing."""
    norm = torch.nn.utils.clip_grad_norm_
    if loop.get("clips"):
        return lambda parameters: norm(parameters, float(loop["clips"]))
    settings = description["settings"]
    if description["framework"] != "keras":
        return None
    if settings.get("clipnorm"):  # of each weight on its own
        return lambda parameters: [norm([parameter], float(settings["clipnorm"])) for parameter in parameters]
    if settings.get("global_clipnorm"):
        return lambda parameters: norm(parameters, float(settings["global_clipnorm"]))
    if settings.get("clipvalue"):
        return lambda parameters: torch.nn.utils.clip_grad_value_(parameters, float(settings["clipvalue"]))
    return None
