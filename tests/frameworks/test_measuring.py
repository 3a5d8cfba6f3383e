"""Where predictions meet labels: comparisons, TorchMetrics, scikit-learn, metrics of Keras in a loop."""

from __future__ import annotations

import pytest

from trainlint import plan_of
from trainlint.plan.objective import Metric

TRAINED = """
import torch
import torchmetrics
from sklearn import metrics
from torch import nn
from torchmetrics.functional import classification as measures

model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())
for x, y in loader:
    optimizer.zero_grad()
    scores = model(x)
    criterion(scores, y).backward()
    optimizer.step()
    {code}
"""


def measured(code: str) -> list[Metric]:
    plan = plan_of(TRAINED.format(code=code))
    return [metric for objective in plan.objectives for metric in objective.metrics]


def steps(metric: Metric) -> list[str]:
    return [step.kind for step in metric.steps or ()]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("scores == y", []),
        ("scores.argmax(1).eq(y)", ["argmax"]),
        ("torch.eq(torch.max(scores.data, 1)[1], y)", ["detach", "argmax"]),
        ("y == scores.softmax(-1).cpu().numpy().argmax(axis=1)", ["softmax", "detach", "argmax"]),
        ("(scores[:, 0] > 0.5) == y", ["select", "compare"]),
        ("torch.sigmoid(scores).round().int() == y", ["sigmoid", "round", "truncate"]),
    ],
)
def test_the_way_from_the_scores_to_a_comparison_is_kept(code: str, names: list[str]) -> None:
    (metric,) = measured(code)
    assert (metric.name, steps(metric)) == ("==", names)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("torchmetrics.Accuracy('multiclass', num_classes=10)(scores, y)", "Accuracy"),
        ("torchmetrics.classification.MulticlassF1Score(10).update(scores, y)", "MulticlassF1Score"),
        ("torchmetrics.MetricCollection({'a': torchmetrics.Recall('binary')})(scores, y)", "Recall"),
        ("measures.multiclass_accuracy(scores, y, 10)", "MulticlassAccuracy"),
        ("metrics.accuracy_score(y, scores.argmax(1))", "accuracy_score"),
        ("metrics.f1_score(scores.argmax(1).cpu(), y)", "f1_score"),
    ],
)
def test_metrics_of_libraries_know_what_they_measure(code: str, name: str) -> None:
    assert [metric.name for metric in measured(code)] == [name]


def test_what_a_metric_of_torchmetrics_is_told_is_known() -> None:
    (metric,) = measured("torchmetrics.Accuracy('multiclass', 0.4, 7).to('cuda')(scores, y)")
    told = {name: metric.settings[name].value for name in ("task", "threshold", "num_classes")}
    assert told == {"task": "multiclass", "threshold": 0.4, "num_classes": 7}


@pytest.mark.parametrize(
    "code",
    ["x == y", "scores == scores.max()", "scores == 0", "judge(scores) == y", "y.argmax(1) == x", "scores > y"],
)
def test_what_is_no_prediction_against_labels_is_no_metric(code: str) -> None:
    assert measured(code) == []


def test_labels_are_those_of_the_loss_or_others_or_not_known() -> None:
    found = [measured(f"scores == {other}")[0].labels for other in ("y", "truth", "torch.load('y.pt')(x)")]
    assert found == ["of the loss", "others", "unknown"]


def test_metrics_of_keras_in_a_loop_are_metrics_of_its_loss() -> None:
    plan = plan_of(
        """
import keras
import tensorflow as tf

model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(10)])
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
share, average = keras.metrics.SparseCategoricalAccuracy(), keras.metrics.Mean()
optimizer = keras.optimizers.Adam()
for x, y in batches:
    with tf.GradientTape() as tape:
        scores = model(x, training=True)
        loss = loss_of(y, scores)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    average.update_state(loss)
    share.update_state(y, scores)
    share.reset_state()
"""
    )
    (objective,) = plan.objectives
    assert [metric.name for metric in objective.metrics] == ["SparseCategoricalAccuracy"]
    assert objective.metrics[0].labels == "of the loss"
