"""A sigmoid in front of a loss that applies sigmoid itself."""

from __future__ import annotations

from trainlint.api import Example, Rule, TrainingPlan, unsafe, without


class SigmoidBeforeBceWithLogits(Rule):
    """`BCEWithLogitsLoss` gets probabilities where it wants scores.

    ## What it does
    Follows the output of the network to `BCEWithLogitsLoss`, `binary_cross_entropy_with_logits`, torchvision's
    `sigmoid_focal_loss` or TensorFlow's `sigmoid_cross_entropy_with_logits` and looks for a sigmoid on the way.

    ## Why is this bad?
    The loss applies sigmoid to its input. The second sigmoid sees numbers between 0 and 1 and gives numbers
    between 0.5 and 0.73: the loss stays above 0.31 on positive samples and above 0.69 on negative ones,
    however long the network trains.

    ## When it stays silent
    The way from the network to the loss cannot be followed. A sigmoid inside the network, as in a gate; one
    that only inference goes through.

    ## Fix safety
    Unsafe: code that reads the output as a probability gets a score; what was above 0.5 is then above 0.

    ## Sources
    The input of the loss: documentation of `torch.nn.BCEWithLogitsLoss`. The levels: -ln(sigmoid(1)) = 0.313
    and -ln(1 - sigmoid(0)) = 0.693. The focal loss: `torchvision/ops/focal_loss.py`.
    """

    name = "sigmoid-before-bce-with-logits"
    code = "TL202"
    family = "objective"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "error"
    message = "`{loss}` applies a second sigmoid: the loss stays above 0.31"
    help = "give the loss the scores from before the sigmoid, or use the loss that takes probabilities"
    silences = ("output-activation-loss-mismatch",)

    good = [
        Example(
            "the loss gets scores, predictions get a sigmoid",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 1))
            criterion = nn.BCEWithLogitsLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                scores = model(x)
                criterion(scores, y).backward()
                optimizer.step()
                accuracy = (torch.sigmoid(scores) > 0.5).eq(y).float().mean()
            """,
        ),
        Example(
            "the loss that takes probabilities",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 1), nn.Sigmoid())
            criterion = nn.BCELoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "a gate inside the network",
            """
            import torch
            from torch import nn

            class Gated(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.gate = nn.Linear(20, 20)
                    self.out = nn.Linear(20, 1)

                def forward(self, x):
                    return self.out(x * torch.sigmoid(self.gate(x)))

            model = Gated()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "logits in TensorFlow",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([tf.keras.layers.Input((20,)), tf.keras.layers.Dense(1)])
            optimizer = tf.keras.optimizers.Adam()
            for x, y in batches:
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=model(x)))
                weights = model.trainable_variables
                optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
            """,
        ),
    ]
    bad = [
        Example(
            "a sigmoid ends the network",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())
            criterion = nn.BCEWithLogitsLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
            at="nn.Sigmoid()",
        ),
        Example(
            "in the call of the loss, seen through a squeeze",
            """
            import torch
            from torch.nn import Linear
            from torch.nn.functional import binary_cross_entropy_with_logits as bce

            model = Linear(20, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                bce(torch.sigmoid(model(x)).squeeze(1), y).backward()
                optimizer.step()
            """,
            at="torch.sigmoid(model(x))",
        ),
        Example(
            "TensorFlow's own function",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([
                tf.keras.layers.Dense(32, activation="relu", input_shape=(20,)),
                tf.keras.layers.Dense(1, activation="sigmoid"),
            ])
            optimizer = tf.keras.optimizers.Adam()
            for x, y in batches:
                with tf.GradientTape() as tape:
                    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=model(x))
                    loss = tf.reduce_mean(losses)
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            """,
            at='"sigmoid"',
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            if objective.loss not in LOSSES or objective.takes_logits.value is not True:
                continue
            if "from_logits" in objective.settings:  # Keras: another rule looks at the switch
                continue
            if found := objective.ends_in({"sigmoid"}):
                layer, certainty = found
                self.report(
                    layer.origin,
                    subject=objective,
                    certainty=certainty,
                    message=FOCAL if objective.loss != "binary_cross_entropy" else None,
                    because=(objective.loss_origin,),
                    fix=unsafe(f"Leave `{layer.title}` out", REASON, without(layer.origin)),
                    loss=objective.title,
                )


LOSSES = frozenset({"binary_cross_entropy", "binary_focal_cross_entropy"})
FOCAL = "`{loss}` applies a second sigmoid: the loss never comes near 0"
REASON = "whoever reads this output gets scores, no probabilities"
