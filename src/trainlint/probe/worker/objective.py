"""Losses: PyTorch's own, and those of Keras as Keras 3 computes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from trainlint.probe.worker import loss_inputs
from trainlint.probe.worker.recorder import Recorder
from trainlint.probe.worker.settings import CannotBuild, Given

EPSILON = 1e-7
"""keras.config.epsilon(): probabilities are clipped to [EPSILON, 1 - EPSILON]."""

Loss = Callable[[Any, Any], Any]


def loss_of(description: dict[str, Any], recorder: Recorder) -> Loss:
    """The loss as a function of prediction and target.

    Raises:
        CannotBuild: it is none that is known here.
    """
    given = Given(description["title"], description["settings"], description.get("unknown", ()))
    kind = description["kind"]
    if description["framework"] != "keras":
        return _torch(kind, given, description)
    loss = _keras(kind, given, description)
    if given.get("reduction") == "sum":
        loss = _summed(loss)
    return _recorded(kind, loss, recorder, bool(given.get("from_logits", default=False)))


def _torch(kind: str, given: Given, description: dict[str, Any]) -> Loss:
    reduction = given.get("reduction", default="mean")
    options: dict[str, Any] = {"reduction": "mean" if reduction == "none" else reduction}
    if kind == "cross_entropy":
        options["label_smoothing"] = float(given.get("label_smoothing", default=0.0))
        return lambda prediction, target: functional.cross_entropy(prediction, target, **options)
    if kind == "nll":
        return lambda prediction, target: functional.nll_loss(prediction, target, **options)
    if kind == "binary_cross_entropy":
        if description.get("takes_logits") is None:
            raise CannotBuild(f"whether {given.name} takes logits is not known")
        name = "binary_cross_entropy_with_logits" if description["takes_logits"] else "binary_cross_entropy"
        return lambda prediction, target: getattr(functional, name)(prediction, target, **options)
    plain = {"mse": "mse_loss", "mae": "l1_loss", "smooth_l1": "smooth_l1_loss", "huber": "huber_loss"}
    if kind in plain:
        return lambda prediction, target: getattr(functional, plain[kind])(prediction, target, **options)
    raise CannotBuild(f"the loss `{given.name}`")


def _keras(kind: str, given: Given, description: dict[str, Any]) -> Loss:
    logits = given.get("from_logits", default=False)
    if kind in ("categorical_cross_entropy", "sparse_categorical_cross_entropy"):
        sparse = kind.startswith("sparse")
        smoothing = float(given.get("label_smoothing", default=0.0))

        def cross_entropy(prediction: Any, target: Any) -> Any:
            if sparse:
                target = target.reshape(prediction.shape[:-1])
                if int(target.max()) >= prediction.shape[-1] or int(target.min()) < 0:
                    raise IndexError(f"label {int(target.max())} with {prediction.shape[-1]} outputs")
                target = functional.one_hot(target.long(), prediction.shape[-1]).float()
            elif target.shape != prediction.shape:
                raise ValueError(f"shapes {tuple(target.shape)} and {tuple(prediction.shape)} differ")
            if smoothing:
                target = target * (1 - smoothing) + smoothing / prediction.shape[-1]
            return -(target * _log_probabilities(prediction, bool(logits))).sum(-1).mean()

        return cross_entropy
    if kind == "binary_cross_entropy":

        def binary(prediction: Any, target: Any) -> Any:
            target = _fitted(target, prediction)
            if logits:
                return functional.binary_cross_entropy_with_logits(prediction, target)
            clipped = prediction.clamp(EPSILON, 1 - EPSILON)
            return -(target * clipped.log() + (1 - target) * (1 - clipped).log()).mean()

        return binary
    plain: dict[str, Loss] = {
        "mse": lambda prediction, target: (prediction - target).square().mean(),
        "mae": lambda prediction, target: (prediction - target).abs().mean(),
        "huber": lambda prediction, target: functional.huber_loss(prediction, target),
        "log_cosh": lambda prediction, target: torch.log(torch.cosh(prediction - target)).mean(),
    }
    if kind in plain:
        return lambda prediction, target: plain[kind](prediction, _fitted(target, prediction))
    raise CannotBuild(f"the loss `{given.name}`")


def _summed(mean: Loss) -> Loss:
    """keras.losses.Loss(reduction="sum"): the last axis is reduced as ever, all others are added up."""
    return lambda prediction, target: mean(prediction, target) * math.prod(prediction.shape[:-1])


def _log_probabilities(prediction: Any, logits: bool) -> Any:
    if logits:
        return functional.log_softmax(prediction, -1)
    # keras/src/backend/torch/nn.py: rows are made to sum to 1, then clipped.
    rows = prediction / prediction.sum(-1, keepdim=True)
    return rows.clamp(EPSILON, 1 - EPSILON).log()


def _fitted(target: Any, prediction: Any) -> Any:
    """keras.losses.squeeze_or_expand_to_same_rank: a last axis of size 1 is added or taken away."""
    if target.dim() == prediction.dim() - 1 and prediction.shape[-1] == 1:
        return target.unsqueeze(-1)
    if target.dim() == prediction.dim() + 1 and target.shape[-1] == 1:
        return target.squeeze(-1)
    return target


def _recorded(kind: str, loss: Loss, recorder: Recorder, takes_logits: bool) -> Loss:
    name = kind.replace("_cross_entropy", "") if kind.endswith("categorical_cross_entropy") else kind

    logits = takes_logits if kind.endswith("cross_entropy") else None

    def told(prediction: Any, target: Any) -> Any:
        if prediction.requires_grad and (len(recorder.loss_calls) < 20 or recorder.looks):
            goal = _fitted(target, prediction).detach()
            recorder.loss_calls.append(
                loss_inputs.facts(torch, name, prediction.detach().float(), goal, logits)
            )
        return loss(prediction, target)

    return told
