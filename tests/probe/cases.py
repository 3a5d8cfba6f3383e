"""Faults with a healthy twin each, in both frameworks: what the numbers of probe/claims.py are held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.probe.programs import DIGITS, LOOP, in_keras, in_torch


@dataclass(frozen=True)
class Case:
    """A program with a fault, and one without. `claim` is the rule that finds it, or the symptom that shows it.
    Not `separable`: a short run cannot tell. Not `reported`: no rule says it of this program. `mode`: trained on
    made-up data, or run itself."""

    name: str
    claim: str
    faulty: str
    healthy: str
    separable: bool = True
    reported: bool = True
    mode: Literal["synthetic", "script"] = "synthetic"


def torch_adam(rate: str) -> str:
    return f"torch.optim.Adam(model.parameters(), lr={rate})"


def torch_sgd(rate: str, more: str = "") -> str:
    return f"torch.optim.SGD(model.parameters(), lr={rate}{more})"


def torch_stack(depth: int, kind: str, width: int = 64) -> str:
    layers = [f"nn.Linear({width}, {width}), nn.{kind}()" for _ in range(depth)]
    return ", ".join([*layers, f"nn.Linear({width}, 10)"])


def keras_stack(depth: int, kind: str) -> str:
    return ", ".join(
        [*[f"layers.Dense(64, activation='{kind}')"] * depth, "layers.Dense(10, activation='softmax')"]
    )


CANCER = """
data = load_breast_cancer()
x = torch.tensor(StandardScaler().fit_transform(data.data), dtype=torch.float32)
y = torch.tensor(data.target, dtype=torch.float32)[:, None]
"""

DIABETES = """
data = load_diabetes()
x = torch.tensor(data.data, dtype=torch.float32)
y = torch.tensor(data.target, dtype=torch.float32)[:, None]
y = (y - y.mean()) / y.std()
"""

PIXELS = DIGITS.replace("data.data / 16", "data.data * 255 / 16")

ADDING = """
torch.manual_seed(0)
x = torch.rand(2000, 40, 2)
y = (x[:, :, 0] * x[:, :, 1]).sum(1, keepdim=True)
"""

ADDER = """
class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(2, 64, nonlinearity='{bend}', batch_first=True)
        self.head = nn.Linear(64, 1)

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.head(output[:, -1])

model = Adder()
"""

SORTED = f"{DIGITS}order = y.argsort()\nx, y = x[order], y[order]\n"

SEQUENCES = """
x = torch.randn(2000, 20, 6)
y = torch.randint(0, 4, (2000,))
"""

RNN = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(6, 32{first})
        self.head = nn.Linear(32, 4)

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.head(output[:, -1])

model = Reader()
"""

PARTS = """
class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = {kept}
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.head(x)

model = Stack()
"""

DROPPING = """
class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(64, 64)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(nn.functional.dropout(torch.relu(self.first(x)), 0.3{training}))

model = Dropping()
"""

EVALUATION = """
model.eval()
with torch.no_grad():
    model(x)
model.train()
"""

_BINARY = "nn.Linear(30, 32), nn.ReLU(), nn.Linear(32, 1)"
_REGRESSION = "nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1)"


def _cancer(layers: str, loss: str, data: str = CANCER, **more: str) -> str:
    program = in_torch(layers, loss=loss, data=data, **more)  # type: ignore[arg-type]
    return f"from sklearn.preprocessing import StandardScaler\n{program}"


def _adder(bend: str, rate: str, after: str = "", clip: str = "") -> str:
    """A recurrent network that adds up products over 40 steps."""
    loop = LOOP.replace("loss.backward()", f"loss.backward()\n{clip}") if clip else LOOP
    return in_torch(model=ADDER.format(bend=bend), after=after, data=ADDING, loss="nn.MSELoss()", optimizer=torch_sgd(rate), loop=loop)


_CLIP = "nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
_SHALLOW = "nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10)"
_IMAGES = DIGITS.replace("data.data / 16", "data.images[:, None] / 16")
_SEVERED = "optimizer.zero_grad()\nloss = criterion(model(inputs), targets).detach()\nloss.requires_grad_(True)\nloss.backward()\noptimizer.step()"
_AGAIN_A_TENSOR = "optimizer.zero_grad()\nloss = criterion(model(inputs), targets)\nloss = torch.tensor(loss.item(), requires_grad=True)\nloss.backward()\noptimizer.step()"
_FROZEN = "for layer in model[:-1]:\n    for parameter in layer.parameters():\n        parameter.requires_grad_(False)"


TORCH = [
    Case("Adam 1e-8", "learning-rate-too-low", in_torch(optimizer=torch_adam("1e-8")), in_torch()),
    Case("SGD 1e-8", "learning-rate-too-low", in_torch(optimizer=torch_sgd("1e-8")), in_torch(optimizer=torch_sgd("0.1"))),
    Case("SGD 10", "learning-rate-too-high", in_torch(optimizer=torch_sgd("10")), in_torch(optimizer=torch_sgd("0.1"))),
    Case("Adam 10", "learning-rate-too-high", in_torch(optimizer=torch_adam("10")), in_torch(optimizer=torch_adam("3e-4"))),
    *(
        Case(f"sigmoid x{depth}", "saturating-activation-stack", in_torch(torch_stack(depth, "Sigmoid")), in_torch(torch_stack(depth, "ReLU")))
        for depth in (6, 8, 12)
    ),
    Case("softmax before CrossEntropyLoss", "softmax-before-cross-entropy", in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), nn.Softmax(dim=1)"), in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)")),
    Case("sigmoid before BCEWithLogitsLoss", "sigmoid-before-bce-with-logits", _cancer(f"{_BINARY}, nn.Sigmoid()", "nn.BCEWithLogitsLoss()"), _cancer(_BINARY, "nn.BCEWithLogitsLoss()")),
    Case("logits into BCELoss", "logits-into-probability-loss", _cancer(_BINARY, "nn.BCELoss()"), _cancer(f"{_BINARY}, nn.Sigmoid()", "nn.BCELoss()")),
    Case("NLLLoss of probabilities", "log-probability-loss-misused", in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), nn.Softmax(dim=1)", loss="nn.NLLLoss()"), in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), nn.LogSoftmax(dim=1)", loss="nn.NLLLoss()")),
    Case("softmax over the batch", "softmax-over-wrong-axis", in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), nn.LogSoftmax(dim=0)", loss="nn.NLLLoss()"), in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), nn.LogSoftmax(dim=-1)", loss="nn.NLLLoss()")),
    Case("softmax over one unit", "single-unit-categorical-output", _cancer(f"{_BINARY}, nn.Softmax(dim=1)", "nn.BCELoss()"), _cancer(f"{_BINARY}, nn.Sigmoid()", "nn.BCELoss()")),
    Case("missing zero_grad, Adam", "missing-zero-grad", in_torch(loop=LOOP.replace("optimizer.zero_grad()\n", "")), in_torch()),
    Case("missing zero_grad, SGD", "missing-zero-grad", in_torch(optimizer=torch_sgd("0.1"), loop=LOOP.replace("optimizer.zero_grad()\n", "")), in_torch(optimizer=torch_sgd("0.05", ", momentum=0.9"))),
    Case("missing step", "training-step-incomplete", in_torch(loop=LOOP.replace("optimizer.step()\n", "")), in_torch()),
    Case("no_grad around the forward pass", "training-under-no-grad", in_torch(loop="optimizer.zero_grad()\nwith torch.no_grad():\n    loss = criterion(model(inputs), targets)\nloss.backward()\noptimizer.step()"), in_torch()),
    Case("weights of zero", "constant-weight-initialisation", in_torch(after="for layer in model:\n    if isinstance(layer, nn.Linear):\n        nn.init.zeros_(layer.weight)\n        nn.init.zeros_(layer.bias)"), in_torch(after="for layer in model:\n    if isinstance(layer, nn.Linear):\n        nn.init.kaiming_normal_(layer.weight)")),
    Case("weights of one constant", "constant-weight-initialisation", in_torch(after="for layer in model:\n    if isinstance(layer, nn.Linear):\n        nn.init.constant_(layer.weight, 0.01)\n        nn.init.zeros_(layer.bias)"), in_torch()),
    Case("weights with a spread of 5", "initial-weight-scale", in_torch(after="for layer in model:\n    if isinstance(layer, nn.Linear):\n        nn.init.normal_(layer.weight, std=5.0)"), in_torch(after="for layer in model:\n    if isinstance(layer, nn.Linear):\n        nn.init.normal_(layer.weight, std=0.1)")),
    Case("weight decay 10", "regularisation-too-strong", in_torch(optimizer=torch_sgd("0.05", ", weight_decay=10")), in_torch(optimizer=torch_sgd("0.05", ", weight_decay=1e-4"))),
    Case("pixels with SGD", "input-not-scaled", in_torch(optimizer=torch_sgd("0.1"), data=PIXELS), in_torch(optimizer=torch_sgd("0.1"))),
    Case("ReLU on a regression's output", "bounded-output-for-regression", in_torch(f"{_REGRESSION}, nn.ReLU()", loss="nn.MSELoss()", data=DIABETES), in_torch(_REGRESSION, loss="nn.MSELoss()", data=DIABETES)),
    Case("shapes that broadcast", "loss-broadcasts-shapes", in_torch(_REGRESSION, loss="nn.MSELoss()", data=DIABETES.replace("[:, None]", "")), in_torch(_REGRESSION, loss="nn.MSELoss()", data=DIABETES)),
    Case("nothing bends", "missing-nonlinearity", in_torch("nn.Linear(64, 128), nn.Linear(128, 64), nn.Linear(64, 10)"), in_torch()),
    Case("layers in a plain list", "parameters-not-registered", in_torch(model=PARTS.format(kept="[nn.Linear(64, 64), nn.Linear(64, 64)]")), in_torch(model=PARTS.format(kept="nn.ModuleList([nn.Linear(64, 64), nn.Linear(64, 64)])"))),
    Case("an LSTM that reads the batch as time", "rnn-batch-axis-mismatch", in_torch(model=RNN.format(first=""), data=SEQUENCES), in_torch(model=RNN.format(first=", batch_first=True"), data=SEQUENCES)),
    Case("layers that do not fit", "layer-shape-mismatch", in_torch("nn.Linear(64, 128), nn.ReLU(), nn.Linear(64, 10)"), in_torch("nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)")),
    Case("dropout that never ends", "functional-dropout-always-on", in_torch(model=DROPPING.format(training=""), after=EVALUATION), in_torch(model=DROPPING.format(training=", training=self.training"), after=EVALUATION)),
    Case("more labels than outputs", "output-units-differ-from-classes", in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 9)"), in_torch("nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)")),
    Case("Adam 1, convolutions", "learning-rate-too-high", in_torch(_SHALLOW, torch_adam("1"), data=_IMAGES), in_torch(_SHALLOW, data=_IMAGES)),
    Case("summed loss, SGD 0.1", "learning-rate-too-high", in_torch(optimizer=torch_sgd("0.1"), loss="nn.CrossEntropyLoss(reduction='sum')", batch=128), in_torch(optimizer=torch_sgd("0.1"), batch=128), reported=False),
    Case("frozen layers", "frozen-weights", in_torch(after=_FROZEN), in_torch(), reported=False),
    Case("biases of -5", "dead-units", in_torch(after="nn.init.constant_(model[0].bias, -5.0)"), in_torch(), reported=False),
    Case("detached loss", "non-differentiable-loss", in_torch(loop=_SEVERED), in_torch()),
    Case("detached loss, run", "non-differentiable-loss", in_torch(loop=_AGAIN_A_TENSOR), in_torch(), mode="script"),
    Case("layers that the optimizer does not hold", "optimizer-misses-parameters", in_torch(optimizer="torch.optim.Adam(model[-1].parameters(), lr=1e-3)"), in_torch(), mode="script"),
    Case("sorted labels", "training-data-not-shuffled", in_torch(data=SORTED).replace("shuffle=True", "shuffle=False"), in_torch(data=SORTED), mode="script"),
    Case("inputs of thousands with Adam", "input-not-scaled", _cancer(_BINARY, "nn.BCEWithLogitsLoss()", CANCER + "x = x * 1e4\n"), _cancer(_BINARY, "nn.BCEWithLogitsLoss()"), reported=False, mode="script"),
    Case("exploding RNN", "exploding-gradients", _adder("relu", "0.01", "nn.init.orthogonal_(model.rnn.weight_hh_l0, 1.6)"), _adder("relu", "0.01", clip=_CLIP), reported=False, mode="script"),
    Case("tanh RNN with weights of 3", "exploding-gradients", _adder("tanh", "0.1", "nn.init.orthogonal_(model.rnn.weight_hh_l0, 3.0)"), _adder("tanh", "0.1", clip=_CLIP), reported=False, mode="script"),
    Case("dead ReLU, SGD 3", "learning-rate-too-high", in_torch(torch_stack(3, "ReLU"), torch_sgd("3")), in_torch(torch_stack(3, "ReLU"), torch_sgd("0.1")), separable=False),
    Case("sigmoid x4", "saturating-activation-stack", in_torch(torch_stack(4, "Sigmoid")), in_torch(torch_stack(4, "ReLU")), separable=False),
    Case("sigmoid x2", "saturating-activation-stack", in_torch(torch_stack(2, "Sigmoid")), in_torch(torch_stack(2, "ReLU")), separable=False),
]  # fmt: skip

SOFT = "layers.Dense(64, activation='relu'), layers.Dense(10, activation='softmax')"
K_DIABETES = "data = load_diabetes()\nx, y = data.data, data.target\ny = (y - y.mean()) / y.std()"
K_CANCER = "data = load_breast_cancer()\nx, y = StandardScaler().fit_transform(data.data), data.target"
K_PIXELS = "data = load_digits()\nx, y = data.data * 255 / 16, data.target"


def _keras_cancer(layers: str, data: str = K_CANCER) -> str:
    program = in_keras(layers, loss="'binary_crossentropy'", data=data, features="(30,)")
    return f"from sklearn.preprocessing import StandardScaler\n{program}"


def _k_sorted(shuffle: bool) -> str:
    program = in_keras(SOFT, data="data = load_digits()\norder = data.target.argsort()\nx, y = data.data[order] / 16, data.target[order]")
    return program.replace("batch_size=32)", f"batch_size=32, shuffle={shuffle})")


def _k_adder(recurrent: str, optimizer: str) -> str:
    return in_keras(
        f"layers.SimpleRNN(64, activation='relu'{recurrent}), layers.Dense(1)", optimizer, "'mse'",
        data="x = np.random.default_rng(0).random((2000, 40, 2))\ny = (x[:, :, 0] * x[:, :, 1]).sum(1)", features="(40, 2)",
    )


_K_BINARY = "layers.Dense(32, activation='relu'), layers.Dense(1, activation='sigmoid')"
_K_DEEP = "layers.Dense(128, activation='relu'), layers.Dense(64, activation='relu'), layers.Dense(64, activation='relu'), layers.Dense(10, activation='softmax')"
_K_FROZEN = "for layer in model.layers[:-1]:\n    layer.trainable = False\nmodel.compile"


KERAS = [
    Case("Adam 1e-8", "learning-rate-too-low", in_keras(SOFT, "keras.optimizers.Adam(1e-8)"), in_keras(SOFT)),
    Case("SGD 1e-8", "learning-rate-too-low", in_keras(SOFT, "keras.optimizers.SGD(1e-8)"), in_keras(SOFT, "keras.optimizers.SGD(0.1)")),
    Case("SGD 10", "learning-rate-too-high", in_keras(SOFT, "keras.optimizers.SGD(10.0)"), in_keras(SOFT, "keras.optimizers.SGD(0.05, momentum=0.9)")),
    Case("Adam 10", "learning-rate-too-high", in_keras(SOFT, "keras.optimizers.Adam(10.0)"), in_keras(SOFT, "keras.optimizers.Adam(3e-4)")),
    *(
        Case(f"sigmoid x{depth}", "saturating-activation-stack", in_keras(keras_stack(depth, "sigmoid")), in_keras(keras_stack(depth, "relu")))
        for depth in (6, 8, 12)
    ),
    Case("softmax and from_logits", "from-logits-with-activation", in_keras(SOFT, loss="keras.losses.SparseCategoricalCrossentropy(from_logits=True)"), in_keras(SOFT, loss="keras.losses.SparseCategoricalCrossentropy()")),
    Case("logits into a loss of probabilities", "logits-into-probability-loss", in_keras("layers.Dense(64, activation='relu'), layers.Dense(10)"), in_keras("layers.Dense(64, activation='relu'), layers.Dense(10)", loss="keras.losses.SparseCategoricalCrossentropy(from_logits=True)")),
    Case("softmax over one unit", "single-unit-categorical-output", _keras_cancer("layers.Dense(32, activation='relu'), layers.Dense(1, activation='softmax')"), _keras_cancer("layers.Dense(32, activation='relu'), layers.Dense(1, activation='sigmoid')")),
    Case("weights of zero", "constant-weight-initialisation", in_keras("layers.Dense(64, activation='relu', kernel_initializer='zeros'), layers.Dense(10, activation='softmax')"), in_keras("layers.Dense(64, activation='relu', kernel_initializer='he_normal'), layers.Dense(10, activation='softmax')")),
    Case("weights of one constant", "constant-weight-initialisation", in_keras("layers.Dense(64, activation='relu', kernel_initializer=keras.initializers.Constant(0.01)), layers.Dense(10, activation='softmax', kernel_initializer=keras.initializers.Constant(0.01))"), in_keras(SOFT)),
    Case("weights with a spread of 5", "initial-weight-scale", in_keras("layers.Dense(64, activation='relu', kernel_initializer=keras.initializers.RandomNormal(stddev=5.0)), layers.Dense(64, activation='relu'), layers.Dense(10, activation='softmax')"), in_keras("layers.Dense(64, activation='relu', kernel_initializer=keras.initializers.RandomNormal(stddev=0.1)), layers.Dense(64, activation='relu'), layers.Dense(10, activation='softmax')")),
    Case("L2 of 10", "regularisation-too-strong", in_keras("layers.Dense(64, activation='relu', kernel_regularizer=regularizers.L2(10.0)), layers.Dense(10, activation='softmax', kernel_regularizer=regularizers.L2(10.0))"), in_keras("layers.Dense(64, activation='relu', kernel_regularizer=regularizers.L2(1e-4)), layers.Dense(10, activation='softmax')")),
    Case("pixels with SGD", "input-not-scaled", in_keras(SOFT, "keras.optimizers.SGD(0.1)", data=K_PIXELS), in_keras(SOFT, "keras.optimizers.SGD(0.1)")),
    Case("ReLU on a regression's output", "bounded-output-for-regression", in_keras("layers.Dense(32, activation='relu'), layers.Dense(1, activation='relu')", loss="'mse'", data=K_DIABETES, features="(10,)"), in_keras("layers.Dense(32, activation='relu'), layers.Dense(1)", loss="'mse'", data=K_DIABETES, features="(10,)")),
    Case("nothing bends", "missing-nonlinearity", in_keras("layers.Dense(128), layers.Dense(64), layers.Dense(10, activation='softmax')"), in_keras("layers.Dense(128, activation='tanh'), layers.Dense(64, activation='tanh'), layers.Dense(10, activation='softmax')")),
    Case("labels as numbers for one-hot labels", "label-encoding-mismatch", in_keras(SOFT, loss="'categorical_crossentropy'"), in_keras(SOFT)),
    Case("more labels than outputs", "output-units-differ-from-classes", in_keras("layers.Dense(64, activation='relu'), layers.Dense(9, activation='softmax')"), in_keras(SOFT)),
    Case("sigmoids with a categorical loss", "output-activation-loss-mismatch", in_keras("layers.Dense(64, activation='relu'), layers.Dense(10, activation='sigmoid')"), in_keras(SOFT)),
    Case("summed loss, SGD 0.1", "learning-rate-too-high", in_keras(SOFT, "keras.optimizers.SGD(0.1)", "keras.losses.SparseCategoricalCrossentropy(reduction='sum')", batch=128), in_keras(SOFT, "keras.optimizers.SGD(0.1)", "keras.losses.SparseCategoricalCrossentropy()", batch=128), reported=False),
    Case("frozen layers", "frozen-weights", in_keras(SOFT).replace("model.compile", _K_FROZEN), in_keras(SOFT), reported=False),
    Case("frozen layers, run", "frozen-weights", in_keras(SOFT).replace("model.compile", _K_FROZEN), in_keras(SOFT), reported=False, mode="script"),
    Case("biases of -5", "dead-units", in_keras("layers.Dense(64, activation='relu', bias_initializer=keras.initializers.Constant(-5.0)), layers.Dense(10, activation='softmax')"), in_keras(SOFT), reported=False),
    Case("exploding RNN", "exploding-gradients", _k_adder(", recurrent_initializer=keras.initializers.Orthogonal(1.6)", "keras.optimizers.SGD(0.01)"), _k_adder("", "keras.optimizers.SGD(0.01, clipnorm=1.0)"), reported=False, mode="script"),
    Case("sorted labels", "training-data-not-shuffled", _k_sorted(False), _k_sorted(True), mode="script"),
    Case("inputs of thousands with Adam", "input-not-scaled", _keras_cancer(_K_BINARY, f"{K_CANCER}\nx = x * 1e4"), _keras_cancer(_K_BINARY), separable=False, reported=False, mode="script"),
    Case("dead ReLU, SGD 3", "learning-rate-too-high", in_keras(_K_DEEP, "keras.optimizers.SGD(3.0)"), in_keras(_K_DEEP, "keras.optimizers.SGD(0.1)"), mode="script"),
    Case("sigmoid x4", "saturating-activation-stack", in_keras(keras_stack(4, "sigmoid")), in_keras(keras_stack(4, "relu")), separable=False),
    Case("sigmoid x2", "saturating-activation-stack", in_keras(keras_stack(2, "sigmoid")), in_keras(keras_stack(2, "relu")), separable=False),
]  # fmt: skip

CASES = [*(("torch", case) for case in TORCH), *(("keras", case) for case in KERAS)]
