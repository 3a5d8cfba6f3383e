"""A loss that no gradient leads back from."""

from __future__ import annotations

from trainlint.api import Example, Rule, TrainingPlan, context


class NonDifferentiableLoss(Rule):
    """Between the weights and the loss stands an operation that passes no gradient on.

    ## What it does
    Follows the loss of a backward pass to the network and looks for `detach`, `.data`, `.numpy()`,
    `torch.tensor(x)`, `stop_gradient`, `argmax`, rounding, a comparison, or Keras' `predict` on every way; and
    for a loss that is itself made by `torch.tensor(…)` or `from_numpy(…)`, from `.item()`, from a metric of
    scikit-learn or NumPy.

    ## Why is this bad?
    The loss is a number that the weights no longer take part in. `backward()` raises, or where
    `requires_grad` was set to silence it, or for rounding, runs and leaves gradients that are missing or
    zero: the optimizer steps and nothing changes.

    ## When it stays silent
    Some way to the weights is not cut: straight-through estimators, rewards and targets that are detached
    on purpose, terms of a sum. A way that cannot be followed. Programs that optimise an input.

    ## Fix safety
    There is no fix: which smooth loss is meant, the program does not say.

    ## Sources
    What passes no gradient: documentation of PyTorch's autograd and of `tf.stop_gradient`; the gradient of
    rounding is zero by its definition in both.
    """

    name = "non-differentiable-loss"
    code = "TL219"
    family = "objective"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "error"
    message = "no gradient passes `{operation}`: the weights behind it are not trained"
    help = "{way}"

    good = [
        Example(
            "detached for the record only",
            """
            import torch
            from torch import nn

            model = nn.Linear(20, 10)
            optimizer = torch.optim.Adam(model.parameters())
            total = 0
            for x, y in loader:
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                total += loss.detach().item()
            """,
        ),
        Example(
            "a straight-through estimator",
            """
            import torch
            from torch import nn

            model = nn.Linear(20, 10)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                scores = model(x)
                rounded = scores + (scores.round() - scores).detach()
                nn.functional.mse_loss(rounded, y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "a target that is detached on purpose",
            """
            import torch
            from torch import nn

            online, target = nn.Linear(20, 10), nn.Linear(20, 10)
            optimizer = torch.optim.Adam(online.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(target(y).detach(), online(x)).backward()
                optimizer.step()
            """,
        ),
        Example(
            "rounded for the metric only, in Keras",
            """
            import keras
            from keras import ops

            def hits(y_true, y_pred):
                return ops.mean(ops.cast(ops.equal(y_true, ops.round(y_pred)), "float32"))

            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1, activation="sigmoid")])
            model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[hits])
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
    ]
    bad = [
        Example(
            "the loss itself is detached",
            """
            import torch
            import torch.nn as layers

            class Net(layers.Module):
                def __init__(self):
                    super().__init__()
                    self.out = layers.Linear(20, 10)

                def forward(self, x):
                    return self.out(x)

            net = Net()
            criterion = layers.CrossEntropyLoss()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                loss = criterion(net(x), y).detach()
                loss.requires_grad_(True)
                loss.backward()
                optimizer.step()
            """,
            at="criterion(net(x), y).detach()",
        ),
        Example(
            "accuracy as a loss, computed in a function",
            """
            import torch
            from torch import nn

            def mistakes(scores, y):
                return (scores.argmax(dim=1) != y).float().mean()

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 10))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                mistakes(model(x), y).backward()
                optimizer.step()
            """,
            at="scores.argmax(dim=1) != y",
        ),
        Example(
            "`predict` gives arrays",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(20,))])
            distance = tf.keras.losses.MeanSquaredError()
            optimizer = tf.keras.optimizers.Adam()
            for x, y in batches:
                with tf.GradientTape() as tape:
                    loss = distance(y, model.predict(x))
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            """,
            at="model.predict(x)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & {context.INPUT_OPTIMISATION, context.META_LEARNING}:
            return
        for loss in plan.severed:
            self.report(
                loss.origin,
                because=(loss.backward,),
                operation=loss.operation,
                way=WAYS.get(loss.kind, "use a loss that changes smoothly with the output of the network"),
            )


WAYS = {
    "detach": "stay with tensors that hold gradients from the network to the loss",
    "new": "go backward from the loss itself: what is made from its numbers has no past",
    "predict": "call the model itself, `model(x)`: it gives tensors that gradients lead through",
}
"""What to do instead, by the kind of operation."""
