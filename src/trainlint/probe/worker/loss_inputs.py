"""What a loss is fed with: facts about one call that take no training to judge."""

from __future__ import annotations

import math
from typing import Any

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


def facts(
    library: Any, name: str, prediction: Any, target: Any, takes_logits: bool | None = None
) -> dict[str, Any]:
    """Facts about one call of a loss; those that do not apply are None. `library` is that of the arrays, of which
    `prediction` holds numbers of floating point: torch or numpy."""
    takes_logits = TAKES_LOGITS.get(name) if takes_logits is None else takes_logits
    found: dict[str, Any] = {"loss_kind": name, "takes_logits": takes_logits}
    if 0 in prediction.shape:
        return found
    found.update(prediction_low=float(prediction.min()), prediction_high=float(prediction.max()))
    axis = -1 if name in CLASSES_LAST else 1
    if prediction.ndim > 1 and prediction.shape[axis] > 1:
        rows = prediction.sum(axis)
        in_unit = bool((prediction >= 0).all()) and bool((prediction <= 1 + _SUM_ERROR).all())
        found["probabilities"] = in_unit and bool((abs(rows - 1) < _SUM_ERROR).all())
        found["rows_unequal"] = float(library.median(abs(rows - 1))) if in_unit else None
        exponential = library.exp(prediction.clip(max=50)).sum(axis)
        found["log_rows_unequal"] = float(library.median(abs(exponential - 1)))
        found["scores"] = prediction.shape[axis]
    found["within_unit"] = bool((prediction >= 0).all()) and bool((prediction <= 1).all())
    found["outside_unit"] = not found["within_unit"]
    if target is not None:
        _about_target(library, name, prediction, target, found)
    return found


def _about_target(library: Any, name: str, prediction: Any, target: Any, found: dict[str, Any]) -> None:
    classes = name in ("cross_entropy", "nll_loss", *CLASSES_LAST)
    empty = 0 in target.shape
    if not classes:
        if not empty:
            found.update(target_low=float(target.min()), target_high=float(target.max()))
        found["broadcast"] = prediction.shape != target.shape
        if found["broadcast"]:
            found["broadcast_shapes"] = f"{tuple(prediction.shape)} with {tuple(target.shape)}"
    whole = "float" not in str(target.dtype) or bool((target == target.round()).all())
    if whole and (not classes or target.ndim < prediction.ndim) and math.prod(target.shape) <= 100_000:
        labels, counts = library.unique(target.reshape(-1), return_counts=True)
        if len(labels) <= 1000 and (empty or float(labels.min()) >= 0):
            found["labels"] = dict(zip((int(label) for label in labels), counts.tolist()))
            found["label_entropy"] = entropy(counts.tolist()) if math.prod(target.shape) > 1 else None
