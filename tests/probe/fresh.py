"""Models that had no part in choosing the numbers of probe/claims.py: convolutions, recurrent layers, attention,
residual sums, an autoencoder. `python -m tests.probe.calibration --fresh` reports them apart."""

from __future__ import annotations

from tests.probe.cases import Case, keras_stack, torch_adam, torch_sgd
from tests.probe.programs import LOOP, in_keras, in_torch

CIFAR = """
from torchvision import datasets, transforms
data = datasets.CIFAR10("data", train=True, transform=transforms.ToTensor())
"""

WORDS = "x = torch.randint(0, 2000, (5000, 40))\ny = torch.randint(0, 5, (5000,))"
SIGNALS = "x = torch.randn(4000, 30, 8)\ny = torch.randint(0, 3, (4000,))"
TABLE = "x = torch.randn(3000, 20)\ny = torch.randn(3000, 1)"
WIDE = "x = torch.randn(3000, 100)\ny = torch.randint(0, 7, (3000,))"

CONV = (
    "nn.Conv2d(3, 16, 3, padding=1), nn.{act}(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.{act}(), "
    "nn.MaxPool2d(2), nn.Conv2d(32, 32, 3, padding=1), nn.{act}(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)"
)

READER = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(2000, 24)
        self.rnn = nn.GRU(24, 32, batch_first={first})
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        output, _ = self.rnn(self.words(x))
        return {last}

model = Reader()
"""

SIGNAL = """
class Signal(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(8, 24{first})
        self.head = nn.Linear(24, 3)

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.head(output.mean(1))

model = Signal()
"""

RESIDUAL = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(64, 64)
        self.two = nn.Linear(64, 64)

    def forward(self, x):
        return x + self.two(torch.{act}(self.one(x)))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(100, 64)
        self.a, self.b = Block(), Block()
        self.head = nn.Linear(64, 7)

    def forward(self, x):
        return {out}

model = Net()
"""

_OUT = "self.head(self.b(self.a(torch.relu(self.inner(x)))))"
_NORMED = "nn.Linear(100, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 7)"
_TABLE = "nn.Linear(20, 48), nn.Tanh(), nn.Linear(48, 24), nn.Tanh(), nn.Linear(24, 1)"


def on_images(
    layers: str,
    optimizer: str = "torch.optim.Adam(model.parameters(), lr=1e-3)",
    loss: str = "nn.CrossEntropyLoss()",
) -> str:
    return in_torch(layers, optimizer, loss, data=CIFAR).replace("TensorDataset(x, y)", "data")


_RESIDUAL = in_torch(model=RESIDUAL.format(act="relu", out=_OUT), data=WIDE)
_READER = in_torch(model=READER.format(first="True", last="self.head(output[:, -1])"), data=WORDS)
_SIGNAL = in_torch(model=SIGNAL.format(first=", batch_first=True"), data=SIGNALS)
_CONV = on_images(CONV.format(act="ReLU"))
_MSE = "nn.MSELoss()"

TORCH = [
    Case("convolutions, Adam 1e-8", "learning-rate-too-low", on_images(CONV.format(act="ReLU"), torch_adam("1e-8")), _CONV),
    Case("convolutions, SGD 30", "learning-rate-too-high", on_images(CONV.format(act="ReLU"), torch_sgd("30")), on_images(CONV.format(act="ReLU"), torch_sgd("0.01", ", momentum=0.9"))),
    Case("convolutions, softmax", "softmax-before-cross-entropy", on_images(f"{CONV.format(act='GELU')}, nn.Softmax(dim=1)"), on_images(CONV.format(act="GELU"))),
    Case("a GRU, AdamW 1e-9", "learning-rate-too-low", in_torch(model=READER.format(first="True", last="self.head(output[:, -1])"), data=WORDS, optimizer="torch.optim.AdamW(model.parameters(), lr=1e-9)"), _READER),
    Case("a GRU, probabilities into NLLLoss", "log-probability-loss-misused", in_torch(model=READER.format(first="True", last="torch.softmax(self.head(output[:, -1]), dim=1)"), data=WORDS, loss="nn.NLLLoss()"), in_torch(model=READER.format(first="True", last="torch.log_softmax(self.head(output[:, -1]), dim=1)"), data=WORDS, loss="nn.NLLLoss()")),
    Case("an LSTM over the batch", "rnn-batch-axis-mismatch", in_torch(model=SIGNAL.format(first=""), data=SIGNALS), _SIGNAL),
    Case("residual blocks, RMSprop 1e-9", "learning-rate-too-low", in_torch(model=RESIDUAL.format(act="relu", out=_OUT), data=WIDE, optimizer="torch.optim.RMSprop(model.parameters(), lr=1e-9)"), in_torch(model=RESIDUAL.format(act="tanh", out=_OUT), data=WIDE, optimizer="torch.optim.RMSprop(model.parameters(), lr=1e-3)")),
    Case("residual blocks, missing zero_grad", "missing-zero-grad", in_torch(model=RESIDUAL.format(act="relu", out=_OUT), data=WIDE, loop=LOOP.replace("optimizer.zero_grad()\n", "")), _RESIDUAL),
    Case("batch normalisation, Adam 20", "learning-rate-too-high", in_torch(_NORMED, torch_adam("20"), data=WIDE), in_torch(_NORMED, torch_adam("1e-3"), data=WIDE), separable=False),
    Case("batch normalisation, too few outputs", "output-units-differ-from-classes", in_torch(_NORMED.replace("64, 7)", "64, 6)"), data=WIDE), in_torch(_NORMED, data=WIDE)),
    Case("a table, shapes that broadcast", "loss-broadcasts-shapes", in_torch(_TABLE, loss=_MSE, data=TABLE.replace("(3000, 1)", "(3000,)")), in_torch(_TABLE, loss=_MSE, data=TABLE)),
    Case("a table, nothing bends", "missing-nonlinearity", in_torch(_TABLE.replace("nn.Tanh(), ", ""), loss=_MSE, data=TABLE), in_torch(_TABLE, torch_sgd("0.05"), loss=_MSE, data=TABLE)),
    Case("10 sigmoids of 100", "saturating-activation-stack", in_torch(", ".join([*["nn.Linear(100, 100), nn.Sigmoid()"] * 10, "nn.Linear(100, 7)"]), data=WIDE), in_torch(", ".join([*["nn.Linear(100, 100), nn.LayerNorm(100), nn.ReLU()"] * 6, "nn.Linear(100, 7)"]), data=WIDE)),
    Case("ones everywhere", "constant-weight-initialisation", in_torch("nn.Linear(100, 50), nn.Tanh(), nn.Linear(50, 7)", after="for p in model.parameters():\n    nn.init.constant_(p, 0.02)", data=WIDE), in_torch("nn.Linear(100, 50), nn.Tanh(), nn.Linear(50, 7)", after="for p in model.parameters():\n    if p.dim() > 1:\n        nn.init.xavier_normal_(p)", data=WIDE)),
    Case("weight decay 20", "regularisation-too-strong", in_torch(_TABLE, torch_sgd("0.02", ", weight_decay=20"), loss=_MSE, data=TABLE), in_torch(_TABLE, torch_sgd("0.02", ", weight_decay=1e-5"), loss=_MSE, data=TABLE)),
]  # fmt: skip

K_IMAGES = "(x, y), _ = keras.datasets.cifar10.load_data()\nx = x / 255.0"
K_RAW = "(x, y), _ = keras.datasets.cifar10.load_data()"
K_WORDS = (
    "(x, y), _ = keras.datasets.imdb.load_data(num_words=2000)\nx = keras.utils.pad_sequences(x, maxlen=40)"
)
K_CONV = (
    "layers.Conv2D(16, 3, padding='same'{act}), layers.MaxPooling2D(), layers.Conv2D(32, 3{act}), "
    "layers.BatchNormalization(), layers.GlobalAveragePooling2D(), layers.Dense(10, activation='{last}')"
)
K_PLAIN = "layers.Conv2D(8, 3, activation='relu'), layers.MaxPooling2D(4), layers.Flatten(), layers.Dense(32, activation='relu'), layers.Dense(10, activation='softmax')"
K_TEXT = "layers.Embedding(2000, 16), layers.LSTM(24), layers.Dense(1, activation='{last}')"
_SHAPE = "(32, 32, 3)"
_RELU = ", activation='relu'"


def k_images(
    layers: str,
    optimizer: str = "keras.optimizers.Adam(1e-3)",
    loss: str = "'sparse_categorical_crossentropy'",
    data: str = K_IMAGES,
) -> str:
    return in_keras(layers, optimizer, loss, data=data, features=_SHAPE)


def k_text(last: str, optimizer: str = "keras.optimizers.Adam(1e-3)") -> str:
    return in_keras(
        K_TEXT.format(last=last), optimizer, "'binary_crossentropy'", data=K_WORDS, features="(40,)"
    )


_K_CONV = k_images(K_CONV.format(act=_RELU, last="softmax"))

KERAS = [
    Case("convolutions, Adam 1e-9", "learning-rate-too-low", k_images(K_CONV.format(act=_RELU, last="softmax"), "keras.optimizers.Adam(1e-9)"), _K_CONV),
    Case("convolutions, SGD 50", "learning-rate-too-high", k_images(K_PLAIN, "keras.optimizers.SGD(50.0)"), k_images(K_PLAIN, "keras.optimizers.SGD(0.02, momentum=0.9)")),
    Case("convolutions, sigmoids and a categorical loss", "output-activation-loss-mismatch", k_images(K_CONV.format(act=_RELU, last="sigmoid")), _K_CONV),
    Case("convolutions, softmax and from_logits", "from-logits-with-activation", k_images(K_PLAIN, loss="keras.losses.SparseCategoricalCrossentropy(from_logits=True)"), k_images(K_PLAIN)),
    Case("convolutions, raw pixels with SGD", "input-not-scaled", k_images(K_PLAIN, "keras.optimizers.SGD(0.1)", data=K_RAW), k_images(K_PLAIN, "keras.optimizers.SGD(0.1)")),
    Case("an LSTM, softmax over one unit", "single-unit-categorical-output", k_text("softmax"), k_text("sigmoid")),
    Case("an LSTM, RMSprop 1e-9", "learning-rate-too-low", k_text("sigmoid", "keras.optimizers.RMSprop(1e-9)"), k_text("sigmoid", "keras.optimizers.RMSprop(1e-3)")),
    Case("10 sigmoids", "saturating-activation-stack", in_keras(keras_stack(10, "sigmoid"), "keras.optimizers.Nadam(1e-3)"), in_keras(keras_stack(3, "tanh"), "keras.optimizers.Nadam(1e-3)")),
    Case("labels as numbers for one-hot labels", "label-encoding-mismatch", k_images(K_PLAIN, loss="'categorical_crossentropy'"), k_images(K_PLAIN, "keras.optimizers.Adagrad(0.01)")),
]  # fmt: skip

FRESH = [*(("torch", case) for case in TORCH), *(("keras", case) for case in KERAS)]
