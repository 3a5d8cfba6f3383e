"""A loss that compares every prediction with every target."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Objective, Rule, TrainingPlan

BROADCASTING = frozenset({"mse", "mae", "smooth_l1", "huber"})
"""Losses of PyTorch that stretch their arguments to a common shape."""

RAISING = frozenset({"binary_cross_entropy"})
"""Losses of PyTorch that want equal shapes."""


class LossBroadcastsShapes(Rule):
    """Prediction and target differ by an axis of size 1, so the loss takes all pairs.

    ## What it does
    Looks for a squared, absolute or Huber error, by PyTorch's functions or written out, between a prediction
    of shape (N, 1) and a target of shape (N,), or the other way round.

    ## Why is this bad?
    Broadcasting stretches both to (N, N): each of the N predictions is compared with the targets of all
    samples. The best answer to that is the mean of the targets for every input; the loss falls to their
    variance and stays, and the network learns nothing of its input. PyTorch warns once, in a line that is
    easily lost; `BCELoss` and `BCEWithLogitsLoss` raise.

    ## When it stays silent
    One of the shapes is not known. Losses of Keras, which bring both to the same rank themselves.

    ## Fix safety
    Unsafe: the loss compares other numbers afterwards, and its values change.

    ## Sources
    Broadcasting, and the warning: documentation and source of `torch.nn.functional.mse_loss`, checked with
    PyTorch 2.15. Keras' `squeeze_or_expand_to_same_rank`: `keras/src/losses/loss.py`.
    """

    name = "loss-broadcasts-shapes"
    code = "TL216"
    family = "objective"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "{loss} of {prediction} and {target} compares all pairs: the network learns the mean"
    help = "give both the same shape: {way}"

    good = [
        Example(
            "the same shape",
            """
            import torch
            from torch import nn

            x, y = torch.rand(20000, 8), torch.zeros(20000)
            model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
            criterion = nn.MSELoss()
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(2000):
                optimizer.zero_grad()
                criterion(model(x).squeeze(1), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "Keras brings them to the same rank",
            """
            import keras
            import numpy as np

            x, y = np.ones((20000, 8)), np.zeros(20000)
            model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=10)
            """,
        ),
    ]
    bad = [
        Example(
            "a column of predictions, a row of targets",
            """
            import torch
            import torch.nn as layers

            class Net(layers.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = layers.Linear(8, 32)
                    self.out = layers.Linear(32, 1)

                def forward(self, x):
                    return self.out(torch.relu(self.hidden(x)))

            x, y = torch.rand(20000, 8), torch.zeros(20000)
            net = Net()
            criterion = layers.MSELoss()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(2000):
                prediction = net(x)
                loss = criterion(prediction, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            """,
            at="criterion(prediction, y)",
            fixed="""
            import torch
            import torch.nn as layers

            class Net(layers.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = layers.Linear(8, 32)
                    self.out = layers.Linear(32, 1)

                def forward(self, x):
                    return self.out(torch.relu(self.hidden(x)))

            x, y = torch.rand(20000, 8), torch.zeros(20000)
            net = Net()
            criterion = layers.MSELoss()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(2000):
                prediction = net(x)
                loss = criterion(prediction.squeeze(-1), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            """,
        ),
        Example(
            "a column of targets",
            """
            import torch
            from torch.nn.functional import l1_loss as distance
            from torch.utils.data import DataLoader, TensorDataset

            data = TensorDataset(torch.rand(20000, 8), torch.zeros(20000, 1))
            model = torch.nn.Linear(8, 1)
            optimizer = torch.optim.Adam(model.parameters())

            def step(x, y):
                optimizer.zero_grad()
                distance(model(x)[:, 0], y).backward()
                optimizer.step()

            for epoch in range(10):
                for x, y in DataLoader(data, batch_size=32, shuffle=True):
                    step(x, y)
            """,
            at="distance(model(x)[:, 0], y)",
        ),
        Example(
            "a binary loss raises",
            """
            import torch
            from torch import nn

            x, y = torch.rand(20000, 8), torch.zeros(20000)
            model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(2000):
                optimizer.zero_grad()
                nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
            """,
            at="nn.functional.binary_cross_entropy_with_logits(model(x), y)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            if objective.compiled or objective.loss not in BROADCASTING | RAISING:
                continue
            method = reshaping(objective)
            if method is None or (objective.framework == "keras" and objective.loss in RAISING):
                continue
            self.report(
                objective.origin,
                subject=objective,
                certainty=objective.certainty,
                because=(objective.target.origin,),
                message=RAISES if objective.loss in RAISING else None,
                fix=appended(objective, method),
                loss=objective.title if " " in objective.title else f"`{objective.title}`",
                prediction=spoken(objective.prediction_shape),
                target=spoken(objective.target.shape),
                way=f"`prediction.{method}`",
            )


RAISES = "{loss} raises: {prediction} is not {target}"


def reshaping(objective: Objective) -> str | None:
    """The method that gives the prediction the target's shape, where one is the other with a last axis of 1."""
    prediction, target = objective.prediction_shape, objective.target.shape
    if prediction is None or target is None or not target or not prediction:
        return None
    if prediction == (*target, 1) and target[-1] != 1:
        return "squeeze(-1)"
    if target == (*prediction, 1) and prediction[-1] != 1:
        return "unsqueeze(-1)"
    return None


def appended(objective: Objective, method: str) -> Fix | None:
    """A fix that calls a method of the prediction where the loss gets it."""
    site = objective.given.site if objective.given else None
    if site is None:
        return None
    is_plain = all(letter.isalnum() or letter in "_.()[], :" for letter in site.text) and " " not in site.text
    content = f"{site.text}.{method}" if is_plain else f"({site.text}).{method}"
    return Fix(
        applicability="unsafe",
        message=f"Give the prediction the target's shape with `.{method}`",
        edits=(Edit(place=site.place, content=content),),
        reason="the loss compares each prediction with its own target only",
    )


def spoken(shape: tuple[int | str | None, ...] | None) -> str:
    """A shape as Python writes it, with N for a size that is not a number."""
    sizes = ["N" if not isinstance(size, int) else str(size) for size in shape or ()]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
