"""Networks and losses of Keras, built from modules of PyTorch, give what Keras gives for the same weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import torch

from trainlint.engine.check import plan_of
from trainlint.probe.describe import describe
from trainlint.probe.worker.network import build
from trainlint.probe.worker.objective import loss_of
from trainlint.probe.worker.recorder import Recorder

MODELS = {
    "dense": ("(12,)", "layers.Dense(8, activation='relu'), layers.Dense(3, activation='softmax')"),
    "convolutions": (
        "(11, 12, 3)",
        ("layers.Conv2D(4, 3, strides=2, padding='same', activation='relu'), layers.MaxPooling2D(2, padding='same'), "
         "layers.Conv2D(5, (2, 3), dilation_rate=1), layers.Flatten(), layers.Dense(3)"),
    ),
    "depthwise": ("(8, 8, 4)", "layers.DepthwiseConv2D(3), layers.SeparableConv2D(6, 3, padding='same'), layers.GlobalAveragePooling2D(), layers.Dense(3)"),
    "transposed": ("(5, 5, 2)", "layers.Conv2DTranspose(3, 3, strides=2, padding='same'), layers.GlobalMaxPooling2D(), layers.Dense(3)"),
    "one axis": ("(20, 4)", "layers.Conv1D(6, 3, padding='same', activation='tanh'), layers.AveragePooling1D(2), layers.GlobalAveragePooling1D(), layers.Dense(3)"),
    "normalised": ("(6,)", "layers.Dense(8), layers.LayerNormalization(), layers.LeakyReLU(), layers.BatchNormalization(), layers.Dense(3, activation='sigmoid')"),
    "LSTM": ("(7, 5)", "layers.LSTM(6, return_sequences=True), layers.LSTM(4), layers.Dense(3)"),
    "GRU": ("(7, 5)", "layers.GRU(6), layers.Dense(3)"),
    "simple": ("(7, 5)", "layers.SimpleRNN(6, activation='relu'), layers.Dense(3)"),
    "both ways": ("(7, 5)", "layers.Bidirectional(layers.LSTM(4)), layers.Dense(3)"),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_a_network_gives_what_keras_gives(name: str) -> None:
    shape, layers = MODELS[name]
    program = (
        "import keras\nimport numpy as np\nfrom keras import layers\n"
        f"model = keras.Sequential([keras.Input({shape}), {layers}])\n"
        "model.compile(optimizer='adam', loss='mse')\nx, y = np.zeros((64, *%s)), np.zeros((64, 3))\nmodel.fit(x, y)\n"
        % shape
    )
    plan = plan_of(program)
    described = describe(plan, plan.runs[0]).description
    made: dict[str, Any] = {}
    exec(program.partition("model.compile")[0], made)
    inputs = np.random.default_rng(0).normal(size=(4, *eval(shape))).astype("float32")
    network = build(described["network"], torch.as_tensor(inputs), certain=True).eval()
    _give_weights(made["model"], network)
    with torch.no_grad():
        ours = network(torch.as_tensor(inputs)).numpy()
    theirs = made["model"](inputs, training=False).detach().numpy()
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


def _give_weights(model: Any, network: Any) -> None:
    """Copies the weights of a model of Keras, layer by layer."""
    parts = [part for part in network.parts if any(True for _ in part.parameters())]
    layers = [layer for layer in model.layers if layer.weights]
    for layer, part in zip(layers, parts, strict=True):
        values = [weight.value.detach().numpy() for weight in layer.weights]
        title = type(layer).__name__
        if title == "Bidirectional":
            cells = [("", layer.forward_layer), ("_reverse", layer.backward_layer)]
            for ending, cell in cells:
                _recurrent(
                    part, type(cell).__name__, [w.value.detach().numpy() for w in cell.weights], ending
                )
        elif title in ("LSTM", "GRU", "SimpleRNN"):
            _recurrent(part, title, values, "")
        elif title == "SeparableConv2D":
            depth, point, bias = values
            found = list(part.parameters())
            _set(found[0], depth.transpose(2, 3, 0, 1))
            _set(found[1], point.transpose(3, 2, 0, 1))
            _set(found[2], bias)
        else:
            found = list(part.parameters())
            for parameter, value in zip(found, values, strict=False):
                _set(parameter, _turned(title, value))


def _turned(title: str, value: Any) -> Any:
    if title == "DepthwiseConv2D" and value.ndim == 4:
        return value.transpose(2, 3, 0, 1)
    if title == "Conv2DTranspose" and value.ndim == 4:
        return value.transpose(3, 2, 0, 1)
    return {
        2: lambda: value.T,
        3: lambda: value.transpose(2, 1, 0),
        4: lambda: value.transpose(3, 2, 0, 1),
    }.get(value.ndim, lambda: value)()


def _recurrent(part: Any, title: str, values: list[Any], ending: str) -> None:
    kernel, recurrent, bias = values
    order = (
        [1, 0, 2] if title == "GRU" else None
    )  # update, reset, candidate; PyTorch has the reset gate first

    def turned(matrix: Any) -> Any:
        if order is None:
            return matrix
        gates = np.split(matrix, 3)
        return np.concatenate([gates[place] for place in order])

    inner = part.inner
    _set(getattr(inner, f"weight_ih_l0{ending}"), turned(kernel.T))
    _set(getattr(inner, f"weight_hh_l0{ending}"), turned(recurrent.T))
    first, second = (bias[0], bias[1]) if bias.ndim == 2 else (bias, np.zeros_like(bias))
    _set(getattr(inner, f"bias_ih_l0{ending}"), turned(first))
    _set(getattr(inner, f"bias_hh_l0{ending}"), turned(second))


def _set(parameter: Any, value: Any) -> None:
    assert tuple(parameter.shape) == value.shape
    with torch.no_grad():
        parameter.copy_(torch.as_tensor(np.ascontiguousarray(value)))


LOSSES = [
    ("categorical_cross_entropy", keras.losses.CategoricalCrossentropy, "rows", "one_hot"),
    ("sparse_categorical_cross_entropy", keras.losses.SparseCategoricalCrossentropy, "rows", "index"),
    ("binary_cross_entropy", keras.losses.BinaryCrossentropy, "unit", "binary"),
    ("mse", keras.losses.MeanSquaredError, "any", "number"),
    ("mae", keras.losses.MeanAbsoluteError, "any", "number"),
]


@pytest.mark.parametrize(("kind", "theirs", "prediction", "target"), LOSSES, ids=[loss[0] for loss in LOSSES])
@pytest.mark.parametrize("logits", [False, True])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum"])
def test_a_loss_gives_what_keras_gives(
    kind: str, theirs: Any, prediction: str, target: str, logits: bool, reduction: str
) -> None:
    if logits and "cross_entropy" not in kind:
        return
    torch.manual_seed(0)
    scores = torch.randn(16, 5)
    given = (
        scores
        if logits or prediction == "any"
        else scores.softmax(1) * 0.9
        if prediction == "rows"
        else scores.sigmoid()
    )
    labels = torch.randint(5, (16,))
    wanted = {
        "one_hot": torch.nn.functional.one_hot(labels, 5).float(), "index": labels,
        "binary": (torch.rand(16, 5) > 0.5).float(), "number": torch.randn(16, 5),
    }[target]  # fmt: skip
    settings: dict[str, Any] = {"reduction": reduction}
    if "cross_entropy" in kind:
        settings["from_logits"] = logits
    ours = loss_of({"kind": kind, "title": kind, "framework": "keras", "settings": settings}, Recorder(1))
    expected = float(theirs(**settings)(wanted.numpy(), given.numpy()))
    assert float(ours(given, wanted)) == pytest.approx(expected, rel=1e-4)
