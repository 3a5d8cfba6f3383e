"""What watches a number from epoch to epoch, and which way it takes for better."""

from __future__ import annotations

import re
from typing import Literal

from trainlint.plan.part import Part
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin

_SCORES = frozenset(
    "acc accuracy auc auroc f1 fscore fmeasure iou miou jaccard dice map r2 bleu rouge psnr ssim precision recall "
    "specificity sensitivity kappa mcc ndcg mrr".split()
)
_ERRORS = frozenset(
    "loss error err mse mae rmse mape msle perplexity ppl wer cer fid nll bpd logloss crossentropy".split()
)
_NEGATED = frozenset("neg negative minus inverse inv".split())


class Monitor(Part):
    """What acts when `watched` gets better, or no better: a callback, a schedule, or an `if` of the program
    that keeps the best value (its framework is "by hand"). `mode` is min, max or auto."""

    name: str
    framework: str
    watched: Setting[str] = Setting()
    mode: Setting[str] = Setting()
    origin: Origin | None = None

    @property
    def better(self) -> Literal["min", "max"] | None:
        """Which way is better for what is watched, by its name; None when the name does not tell."""
        name = self.watched.value
        return direction(name) if isinstance(name, str) else None


def direction(name: str) -> Literal["min", "max"] | None:
    if "-" in name or "(" in name:
        return None  # arithmetic
    words = set(re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))
    if words & _NEGATED or (words & _SCORES and words & _ERRORS):
        return None
    return "max" if words & _SCORES else "min" if words & _ERRORS else None
