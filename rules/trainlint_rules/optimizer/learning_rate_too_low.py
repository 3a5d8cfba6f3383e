"""A learning rate at which the loss does not move."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.api import Example, Optimizer, Rule, Setting, TrainingPlan, context, replace_value
from trainlint_rules.optimizer.learning_rate_bounds import (
    Bounds,
    bounds_of,
    gain_of,
    graded,
    is_set_by_callback,
)

STILL, SLOW = 1e-4, 1e-3
"""Rate times number of updates: about as far as a weight moves in all (typical weights are 0.02 to 0.2).
Measured with Adam: the loss changes by 0.1 % at 3e-4 and by 1 % at 3e-3."""

FEWEST_UPDATES = 100
"""With fewer the number of updates is at fault, not the rate (judgement)."""


class LearningRateTooLow(Rule):
    """The learning rate is so small that the loss stands still.

    ## What it does
    Compares the highest rate that an optimizer reaches, schedule included, with bounds for its class, and
    the rate times the number of updates with the way that a weight has to go. For SGD the rate counts as
    `rate / (1 - momentum)`.

    ## Why is this bad?
    Adam and its kin move a weight by about the learning rate in each step. Weights are of the order of 0.1,
    so at 1e-8 thousands of epochs change nothing that shows: the loss curve is flat and looks like a model
    that cannot learn. Measured with Adam at 1e-8: the loss changed by 0.001 % in 300 steps; at 1e-3 by 99
    %.

    It is an error below the rate at which nothing moves, a warning below the rate at which training is
    unlikely to get anywhere. In tests and searches it is a hint.

    ## When it stays silent
    The rate is not known, is the library's default, or is one of several that a search tries. A schedule
    whose peak cannot be worked out, a callback that sets the rate; the start of a warm-up never counts. Groups of parameters of which one
    has a healthy rate. Classes that are not in the table, Adafactor with relative steps, maximal update
    parametrisation, an optimizer over an image or another input. With several networks against each other
    and in reinforcement learning only rates at which nothing moves at all are reported.

    ## Fix safety
    Unsafe: it writes the usual rate, which changes what is trained.

    ## Sources
    The bounds stand with their sources in `learning_rate_bounds.py`: measured runs, library defaults read
    from the source of Keras and PyTorch, UMLAUT (1e-7), DeepDiagnosis (1e-5).
    """

    name = "learning-rate-too-low"
    code = "TL101"
    family = "optimizer"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "`{optimizer}` with learning rate {rate} {effect}"
    help = "`{optimizer}` trains with rates of {band}{default}"

    good = [
        Example(
            "the rate is the library's default",
            """
            from tensorflow import keras

            model = keras.Sequential([keras.layers.Dense(1, input_shape=(10,))])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=100)
            """,
        ),
        Example(
            "a schedule sets the rate",
            """
            import torch

            model = torch.nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters(), lr=1e-8)
            scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-3, total_steps=1000)
            for x, y in loader:
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
                scheduler.step()
            """,
        ),
        Example(
            "a search tries several rates",
            """
            import keras

            for rate in [1e-1, 1e-4, 1e-8]:
                model = keras.Sequential([keras.layers.Dense(1)])
                model.compile(keras.optimizers.Adam(learning_rate=rate), loss="mse")
                model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "the head has a healthy rate",
            """
            from torch import nn
            from torch.optim import AdamW

            backbone, head = nn.Linear(64, 64), nn.Linear(64, 1)
            optimizer = AdamW(
                [
                    {"params": backbone.parameters(), "lr": 1e-8},
                    {"params": head.parameters(), "lr": 1e-3},
                ]
            )
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(head(backbone(x).relu()), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "a class of one's own that is only called Adam",
            """
            import torch

            class Adam:
                def __init__(self, parameters, lr):
                    self.lr = lr * 1e6

            optimizer = Adam(torch.nn.Linear(10, 1).parameters(), lr=1e-8)
            """,
        ),
    ]
    bad = [
        Example(
            "nothing moves",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([
                tf.keras.layers.Dense(64, activation="relu", input_shape=(784,)),
                tf.keras.layers.Dense(10, activation="softmax"),
            ])
            optimizer = tf.keras.optimizers.Adam(learning_rate=1e-8)
            model.compile(optimizer=optimizer, loss="categorical_crossentropy")
            model.fit(x_train, y_train, epochs=100)
            """,
            at="1e-8",
            severity="error",
            fixed="""
            import tensorflow as tf

            model = tf.keras.Sequential([
                tf.keras.layers.Dense(64, activation="relu", input_shape=(784,)),
                tf.keras.layers.Dense(10, activation="softmax"),
            ])
            optimizer = tf.keras.optimizers.Adam(learning_rate=1e-3)
            model.compile(optimizer=optimizer, loss="categorical_crossentropy")
            model.fit(x_train, y_train, epochs=100)
            """,
        ),
        Example(
            "an alias, and a rate that is merely very small",
            """
            from torch import nn
            from torch.optim import Adam as A

            model = nn.Linear(10, 1)
            opt = A(model.parameters(), lr=5e-7)
            for x, y in loader:
                opt.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                opt.step()
            """,
            at="5e-7",
        ),
        Example(
            "the number comes from the command line",
            """
            import argparse
            import torch

            def train(model, loader, lr):
                optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
                for x, y in loader:
                    optimizer.zero_grad()
                    torch.nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()

            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=1e-9)
            args = parser.parse_args()
            train(torch.nn.Linear(10, 1), make_loader(), args.lr)
            """,
            at="lr",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & {context.INFERENCE_ONLY, context.MUP, context.INPUT_OPTIMISATION}:
            return
        for optimizer in plan.optimizers:
            bounds, gain = bounds_of(optimizer), gain_of(optimizer)
            if not bounds or not gain or is_set_by_callback(plan, optimizer):
                continue
            if not optimizer.optimises_inputs:
                self.judge(plan, optimizer, bounds, gain)

    def usual(self, plan: TrainingPlan) -> Iterator[tuple[Setting[float], str]]:
        for optimizer in plan.optimizers:
            bounds = bounds_of(optimizer)
            if bounds is not None:
                yield optimizer.learning_rate, bounds.band

    def judge(self, plan: TrainingPlan, optimizer: Optimizer, bounds: Bounds, gain: float) -> None:
        """Compares the rates of one optimizer with its bounds; momentum multiplies them by `gain`."""
        is_fine_tuned = context.FINE_TUNING in plan.context
        patience = 0.1 if is_fine_tuned else 1.0
        slow = (is_fine_tuned and bounds.fine_tuning_slow) or (bounds.slow or 0) * patience
        updates = plan.updates_of(optimizer) if bounds.budget else None

        def travels_less_than(way: float, rate: float) -> bool:
            return updates is not None and updates >= FEWEST_UPDATES and rate * updates < way * patience

        def stalls(rate: float) -> bool:
            return rate * gain <= (bounds.stalls or 0) or travels_less_than(STILL, rate)

        def is_slow(rate: float) -> bool:
            return stalls(rate) or rate * gain < slow or travels_less_than(SLOW, rate)

        twins = plan.context & {context.GAN, context.REINFORCEMENT_LEARNING}
        verdict = graded(optimizer.peak_rates, error=stalls, warning=stalls if twins else is_slow)
        if verdict is None:
            return
        severity, certainty = verdict
        rate = optimizer.peak_rates[0]
        usual = "5e-5" if is_fine_tuned and bounds.budget else bounds.default.get(optimizer.framework)
        self.report(
            rate.origin,
            subject=optimizer,
            severity="info" if plan.context & {context.SEARCH, context.DEMO} else severity,
            certainty=certainty,
            because=(rate,),
            fix=replace_value(rate, usual, "trains with another learning rate") if usual else None,
            optimizer=optimizer.name,
            rate=rate.spoken,
            effect="does not move the loss" if severity == "error" else "hardly moves the loss",
            band=bounds.band,
            default=f"; {usual} is the usual start" if usual else "",
        )
