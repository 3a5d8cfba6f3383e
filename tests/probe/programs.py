"""Small programs, faulty and healthy: what is trained differs in one place."""

from __future__ import annotations

from textwrap import dedent

HIDDEN = "nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)"

LOOP = """
optimizer.zero_grad()
loss = criterion(model(inputs), targets)
loss.backward()
optimizer.step()
"""

DIGITS = """
data = load_digits()
x = torch.tensor(data.data / 16, dtype=torch.float32)
y = torch.tensor(data.target)
"""


def in_torch(
    layers: str = HIDDEN,
    optimizer: str = "torch.optim.Adam(model.parameters(), lr=1e-3)",
    loss: str = "nn.CrossEntropyLoss()",
    *,
    data: str = DIGITS,
    after: str = "",
    loop: str = LOOP,
    batch: int = 32,
    model: str = "",
) -> str:
    """A program of PyTorch. `after` stands behind the making of the model, `model` replaces that."""
    made = model or f"model = nn.Sequential({layers})"
    head = """
    import torch
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    """
    body = "\n".join(f"        {line}" for line in loop.strip().split("\n"))
    return "\n".join(
        (
            dedent(head).strip(),
            dedent(data).strip(),
            f"loader = DataLoader(TensorDataset(x, y), batch_size={batch}, shuffle=True)",
            made,
            after,
            f"criterion = {loss}",
            f"optimizer = {optimizer}",
            "for epoch in range(100):",
            "    for inputs, targets in loader:",
            body,
            "",
        )
    )


def in_keras(
    layers: str,
    optimizer: str = "keras.optimizers.Adam(1e-3)",
    loss: str = "'sparse_categorical_crossentropy'",
    *,
    data: str = "data = load_digits()\nx, y = data.data / 16, data.target",
    features: str = "(64,)",
    batch: int = 32,
) -> str:
    """A program of Keras."""
    head = """
    import keras
    import numpy as np
    from keras import layers, regularizers
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
    """
    return "\n".join(
        (
            dedent(head).strip(),
            dedent(data).strip(),
            f"model = keras.Sequential([keras.Input({features}), {layers}])",
            f"model.compile(optimizer={optimizer}, loss={loss})",
            f"model.fit(x, y, epochs=100, batch_size={batch})",
            "",
        )
    )
