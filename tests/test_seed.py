"""Three programs whose loss stays where it is, or seems to, and what is said about them.

Each is written in Keras and in PyTorch, and its decisive number stands in the call, in a constant, in a
dictionary of settings, or in the default of a command-line option.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import trainlint
from trainlint.engine.diagnostic import Diagnostic

RATE_KERAS = """\
import tensorflow as tf
{setup}
model = tf.keras.Sequential([
    tf.keras.layers.Dense(128, activation="relu", input_shape=(784,)),
    tf.keras.layers.Dense(10, activation="softmax"),
])
optimizer = tf.keras.optimizers.Adam(learning_rate={number})
model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=100)
"""

RATE_TORCH = """\
import torch
from torch import nn
{setup}
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr={number})
for epoch in range(100):
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
"""

SMALL_KERAS = """\
import tensorflow as tf

model = tf.keras.Sequential([
    tf.keras.layers.Dense(128, activation="relu", input_shape=(10,)),
    tf.keras.layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x_train_small, y_train_small, epochs=100)
"""

SMALL_TORCH = """\
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(x_train_small, y_train_small), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(10, 128), nn.ReLU(), nn.Linear(128, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(100):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
"""

SLICE_KERAS = """\
import tensorflow as tf
{setup}
(x_train, y_train), _ = tf.keras.datasets.california_housing.load_data()
x_train = (x_train - x_train.mean(axis=0)) / x_train.std(axis=0)
x_train_small, y_train_small = x_train[:{number}], y_train[:{number}]
model = tf.keras.Sequential([
    tf.keras.layers.Dense(128, activation="relu", input_shape=(8,)),
    tf.keras.layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x_train_small, y_train_small, epochs=100)
"""

SLICE_TORCH = """\
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms
{setup}
train_set = datasets.MNIST("data", train=True, transform=transforms.ToTensor())
train_small = Subset(train_set, range({number}))
loader = DataLoader(train_small, batch_size=32, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(100):
    for x, y in loader:
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
"""

WIDE_KERAS = """\
import tensorflow as tf
{setup}
(x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
x_train = x_train.reshape(60000, 784).astype("float32") / 255
y_train = tf.keras.utils.to_categorical(y_train, 10)
model = tf.keras.Sequential([
    tf.keras.layers.Dense({number}, activation="relu", input_shape=(784,)),
    tf.keras.layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=100)
"""

WIDE_TORCH = """\
import torch
from torch import nn
from torchvision import datasets, transforms
{setup}
train_set = datasets.MNIST("data", train=True, transform=transforms.ToTensor())
train_loader = torch.utils.data.DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, {number}), nn.ReLU(), nn.Linear({number}, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(100):
    for x, y in train_loader:
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
"""

UNKNOWN_KERAS = """\
import tensorflow as tf

model = tf.keras.Sequential([
    tf.keras.layers.Dense(512, activation="relu", input_shape=(784,)),
    tf.keras.layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=100)
"""

UNKNOWN_TORCH = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(100):
    for x, y in train_loader:
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
"""


@dataclass(frozen=True)
class Writing:
    """A way to write a number: what stands before the program, and what stands at its place."""

    setup: str
    number: str
    lowers: bool = False  # a user may override it


WRITINGS = {
    "in the call": Writing("", "{value}"),
    "a constant": Writing("\nVALUE = {value}\n", "VALUE"),
    "a dictionary": Writing('\nconfig = {{"name": "run", "value": {value}}}\n', 'config["value"]'),
    "an option": Writing(
        "import argparse\n\n"
        "parser = argparse.ArgumentParser()\n"
        'parser.add_argument("--value", type={type}, default={value})\n'
        "args = parser.parse_args()\n",
        "args.value",
        lowers=True,
    ),
}

LOWER = {"error": "warning", "warning": "info"}

PROGRAMS = [
    pytest.param(RATE_KERAS, "1e-8", "learning-rate-too-low", "error", id="rate, Keras"),
    pytest.param(RATE_TORCH, "1e-8", "learning-rate-too-low", "error", id="rate, PyTorch"),
    pytest.param(SLICE_KERAS, "150", "too-little-training-data", "warning", id="slice, Keras"),
    pytest.param(SLICE_TORCH, "150", "too-little-training-data", "warning", id="slice, PyTorch"),
    pytest.param(WIDE_KERAS, "512", "large-model-without-regularisation", "warning", id="wide, Keras"),
    pytest.param(WIDE_TORCH, "512", "large-model-without-regularisation", "warning", id="wide, PyTorch"),
]


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
@pytest.mark.parametrize(("program", "value", "rule", "severity"), PROGRAMS)
def test_the_number_is_found_wherever_it_stands(
    program: str, value: str, rule: str, severity: str, writing: Writing
) -> None:
    kind = "float" if "e" in value else "int"
    setup = writing.setup.format(value=value, type=kind)
    text = program.format(setup=setup, number=writing.number.format(value=value))
    found = only_finding(text)
    assert found.name == rule
    assert found.severity.value == (LOWER[severity] if writing.lowers else severity)
    row = next(row for row, line in enumerate(text.split("\n"), 1) if value in line)
    assert row in {found.place.row, *(related.place.row for related in found.related)}


@pytest.mark.parametrize("program", [SMALL_KERAS, SMALL_TORCH], ids=["Keras", "PyTorch"])
def test_a_set_that_is_only_called_small_is_worth_a_hint(program: str) -> None:
    found = only_finding(program)
    assert (found.name, found.severity.value) == ("too-little-training-data", "info")
    assert "x_train_small" in program.split("\n")[found.place.row - 1]


@pytest.mark.parametrize("program", [UNKNOWN_KERAS, UNKNOWN_TORCH], ids=["Keras", "PyTorch"])
def test_a_wide_network_on_unknown_data_is_worth_a_hint(program: str) -> None:
    found = only_finding(program)
    assert (found.name, found.severity.value) == ("large-model-without-regularisation", "info")
    assert "training loss falls all the same" in found.help


def test_the_usual_rate_mends_the_first_program() -> None:
    text = RATE_KERAS.format(setup="", number="1e-8")
    fix = only_finding(text).fix
    assert fix is not None
    assert [edit.content for edit in fix.edits] == ["1e-3"]
    assert trainlint.check_source(text.replace("1e-8", "1e-3"), filename="program.py") == []


def only_finding(text: str) -> Diagnostic:
    found = trainlint.check_source(text, filename="program.py")
    assert len(found) == 1, [(diagnostic.name, diagnostic.message) for diagnostic in found]
    return found[0]
