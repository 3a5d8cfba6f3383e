"""What the names of TorchMetrics mean: metrics of classes, as objects and as functions."""

from __future__ import annotations

import re

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import Compared
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import itself
from trainlint.frameworks.signatures import Signature
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value

METRIC = "torchmetrics.Metric"

_TASK = "task, threshold=0.5, num_classes=None, num_labels=None"
_CURVE = "task, thresholds=None, num_classes=None, num_labels=None"

_OF_ANY_TASK = {
    **dict.fromkeys(
        ("Accuracy", "Precision", "Recall", "F1Score", "Specificity", "HammingDistance", "StatScores",
         "JaccardIndex", "ConfusionMatrix", "MatthewsCorrCoef"),
        _TASK,
    ),
    "FBetaScore": "task, beta=1.0, threshold=0.5, num_classes=None, num_labels=None",
    **dict.fromkeys(("AUROC", "AveragePrecision", "ROC", "PrecisionRecallCurve"), _CURVE),
}  # fmt: skip
"""Metrics of classes and how their arguments begin (TorchMetrics 1.9, torchmetrics/classification)."""

_OF_ONE_TASK = {
    "Binary": "threshold=0.5",
    "Multiclass": "num_classes=None",
    "Multilabel": "num_labels=None, threshold=0.5",
}
"""What the classes of one task each begin with: `MulticlassAccuracy`."""

SIGNATURES = _OF_ANY_TASK | {
    f"{task}{name}": text for task, text in _OF_ONE_TASK.items() for name in _OF_ANY_TASK
}


def _told(name: str, call: Call, before: str = "") -> dict[str, Value]:
    """What a metric is told of the task; `before`: the arguments that come before that."""
    told = call.bind(Signature(before + SIGNATURES[name]))
    task = next((task for task in _OF_ONE_TASK if name.startswith(task)), None)
    return told if task is None else told | {"task": Known(task.lower())}


def _constructor(name: str) -> Handler:
    def handler(call: Call) -> Value:
        return Instance(Reference(f"torchmetrics.{name}"), _told(name, call), call.origin)

    return handler


def _function(name: str) -> Handler:
    def handler(call: Call) -> Value:
        told = _told(name, call, "preds, target, ")
        prediction, target = told.pop("preds", None), told.pop("target", None)
        if prediction is not None and target is not None:
            call.machine.note(Compared(name, "torchmetrics", (prediction, target), call.origin, told))
        return Unknown("the value of a metric", call.origin)

    return handler


def fallback(call: Call) -> Value:
    """A metric that is in no table: an object with the arguments that were passed."""
    if call.title[:1].isupper():
        positional = {f"*{index}": value for index, value in enumerate(call.arguments.positional)}
        return Instance(Reference(call.name), positional | call.arguments.keyword, call.origin)
    return Unknown("the value of a metric", call.origin)


def _measure(call: Call) -> Value:
    """`metric(preds, target)`, `metric.update(preds, target)`; a collection passes on what it is given."""
    prediction, target = call.argument(0, "preds"), call.argument(1, "target")
    if isinstance(call.receiver, Instance) and prediction is not None and target is not None:
        for metric in _members(call.receiver):
            call.machine.note(
                Compared(metric.title, "torchmetrics", (prediction, target), call.origin, metric.arguments)
            )
    return Unknown("the value of a metric", call.origin)


def _members(metric: Instance) -> list[Instance]:
    held = metric.arguments.get("*0", metric.arguments.get("metrics"))
    if metric.title != "MetricCollection" or not isinstance(held, Items | Mapped):
        return [metric]
    items = held.items if isinstance(held, Items) else tuple(held.slots.values())
    return [item for item in items if isinstance(item, Instance)]


def _no_value(call: Call) -> Value:
    return Known(None)


def bases(name: str) -> tuple[str, ...]:
    return (METRIC,) if name.rpartition(".")[2][:1].isupper() and name != METRIC else ()


def _snake_case(name: str) -> str:
    return {"AUROC": "auroc", "ROC": "roc"}.get(name) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


LIBRARY = Library(
    functions={f"torchmetrics.{name}": _constructor(name) for name in SIGNATURES}
    | {f"torchmetrics.functional.{_snake_case(name)}": _function(name) for name in SIGNATURES},
    methods={
        METRIC: {
            **dict.fromkeys(("update", "forward"), _measure),
            **dict.fromkeys(("to", "cuda", "cpu", "clone"), itself),
            "reset": _no_value,
            "compute": lambda call: Unknown("the value of a metric", call.origin),
        }
    },
    calls={METRIC: _measure},
    bases=bases,
    fallback=fallback,
)
