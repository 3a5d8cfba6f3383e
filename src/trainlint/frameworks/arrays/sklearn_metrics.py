"""scikit-learn: functions that measure classes that were predicted."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import Compared
from trainlint.values.value import Unknown, Value

OF_CLASSES = (
    "accuracy_score balanced_accuracy_score classification_report cohen_kappa_score confusion_matrix f1_score "
    "fbeta_score hamming_loss jaccard_score matthews_corrcoef multilabel_confusion_matrix "
    "precision_recall_fscore_support precision_score recall_score zero_one_loss"
).split()
"""Functions of `(y_true, y_pred)` that take classes, never scores (sklearn/metrics/_classification.py)."""


def _measured(call: Call) -> Value:
    truth, prediction = call.argument(0, "y_true"), call.argument(1, "y_pred")
    if truth is not None and prediction is not None:
        call.machine.note(Compared(call.title, "sklearn", (prediction, truth), call.origin))
    return Unknown("the value of a metric", call.origin)


FUNCTIONS: dict[str, Handler] = {f"sklearn.metrics.{name}": _measured for name in OF_CLASSES}
