"""What a loss is fed with: facts about one call that take no training to judge."""

from __future__ import annotations

from typing import Any

import torch

from trainlint.probe.worker.recorder import entropy

LOSSES = (
    "cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss",
)  # fmt: skip
"""Functions of torch.nn.functional that compare a prediction with a target."""

CLASSES_LAST = ("categorical", "sparse_categorical")
"""Losses of Keras, whose class axis is the last one."""

_SUM_ERROR = 1e-3


TAKES_LOGITS = {
    "cross_entropy": True,
    "binary_cross_entropy_with_logits": True,
    "binary_cross_entropy": False,
}
"""Whether a loss of PyTorch applies the softmax or the sigmoid itself."""


def facts(name: str, prediction: Any, target: Any, takes_logits: bool | None = None) -> dict[str, Any]:
    """Facts about one call of a loss; those that do not apply are None."""
    values = prediction.detach().float()
    takes_logits = TAKES_LOGITS.get(name) if takes_logits is None else takes_logits
    found: dict[str, Any] = {"loss_kind": name, "takes_logits": takes_logits}
    if not values.numel():
        return found
    found.update(prediction_low=float(values.min()), prediction_high=float(values.max()))
    axis = -1 if name in CLASSES_LAST else 1
    if values.dim() > 1 and values.shape[axis] > 1:
        rows = values.sum(axis)
        in_unit = bool((values >= 0).all()) and bool((values <= 1 + _SUM_ERROR).all())
        found["probabilities"] = in_unit and bool(((rows - 1).abs() < _SUM_ERROR).all())
        found["rows_unequal"] = float((rows - 1).abs().median()) if in_unit else None
        found["log_rows_unequal"] = float((values.clamp(max=50).exp().sum(axis) - 1).abs().median())
        found["scores"] = values.shape[axis]
    found["within_unit"] = bool((values >= 0).all()) and bool((values <= 1).all())
    found["outside_unit"] = not found["within_unit"]
    if isinstance(target, torch.Tensor):
        _about_target(name, values, target.detach(), found)
    return found


def _about_target(name: str, values: Any, target: Any, found: dict[str, Any]) -> None:
    classes = name in ("cross_entropy", "nll_loss", *CLASSES_LAST)
    if not classes:
        if target.numel():
            found.update(target_low=float(target.min()), target_high=float(target.max()))
        found["broadcast"] = values.shape != target.shape
        if found["broadcast"]:
            found["broadcast_shapes"] = f"{tuple(values.shape)} with {tuple(target.shape)}"
    whole = not target.is_floating_point() or bool((target == target.round()).all())
    if whole and (not classes or target.dim() < values.dim()) and target.numel() <= 100_000:
        labels, counts = target.reshape(-1).unique(return_counts=True)
        if len(labels) <= 1000 and float(labels.min() if len(labels) else 0) >= 0:
            found["labels"] = dict(zip((int(label) for label in labels), counts.tolist()))
            found["label_entropy"] = entropy(counts.tolist()) if target.numel() > 1 else None
