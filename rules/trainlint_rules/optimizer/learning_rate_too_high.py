"""A learning rate at which the loss jumps or diverges."""

from __future__ import annotations

from math import inf

from trainlint.api import Example, Optimizer, Rule, TrainingPlan, context, kinds, replace_value, spoken
from trainlint_rules.optimizer.learning_rate_bounds import (
    Bounds,
    bounds_of,
    gain_of,
    graded,
    is_set_by_callback,
)

NORMALISED, WARMED_UP, ADVERSARIAL = 5.0, 3.0, 10.0
"""By how much the bounds grow. The first is measured: with batch normalisation SGD still trains at rates ten
times as high, Adam at three times; the other two are judgement."""

CLIPPED_RECURRENT = 40.0
"""Language models of recurrent layers train with SGD at 20 to 30 and gradients clipped to a norm of 0.25
(the word language model of PyTorch's examples; main.py of salesforce/awd-lstm-lm, Merity et al. 2018)."""

USUAL_BATCH, LARGE_BATCH = 256, 1024
"""From the large one on the bounds grow with the batch (linear scaling, Goyal et al. 2017)."""

FREE_RANGING = frozenset({"OneCycleLR", "CyclicLR"})
"""Schedules that visit very high rates on purpose."""


class LearningRateTooHigh(Rule):
    """The learning rate is so large that the loss jumps or diverges.

    ## What it does
    Compares the highest rate that an optimizer reaches, schedule included, with bounds for its class. For
    SGD the rate counts as `rate / (1 - momentum)`. The bounds are five times as high for a network that is
    normalised throughout, three times with a warm-up.

    ## Why is this bad?
    Each step overshoots: the loss rises, jumps around, or becomes NaN, and ReLU units die on the way. The
    usual cause is a rate that was right for another class: 0.1 is ordinary for SGD and ten times too much
    for Adam. Measured with Adam on a small network: at 0.1 between a quarter and a half of the loss goes
    instead of nearly all, at 0.3 it rises.

    It is an error at the rate at which training fails, a warning above the rate at which it is unlikely to
    work, and a hint in tests and searches. Adam with 0.02 trains the small networks of many tutorials, so
    nothing is said up to 0.03.

    ## When it stays silent
    The rate is not known, is the library's default, or is one of several that a search tries. A schedule
    whose peak cannot be worked out, a callback that sets the rate, and the one-cycle and cyclic schedules, which visit high rates on
    purpose. A network that cannot be followed counts as normalised. Optimizers over an image or another
    input, fits of one or two numbers (but for SGD on a squared error at a rate that fails for certain), maximal
    update parametrisation, classes that are not in the table.
    Large batches raise the bounds of SGD, and so do clipped gradients of recurrent layers.

    ## Fix safety
    Unsafe: it writes the usual rate, which changes what is trained.

    ## Sources
    The bounds stand with their sources in `learning_rate_bounds.py`: measured runs, library defaults read
    from the source of Keras and PyTorch, UMLAUT (0.01), TheDeepChecker.
    """

    name = "learning-rate-too-high"
    code = "TL102"
    family = "optimizer"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "`{optimizer}` with learning rate {rate} {effect}"
    help = "`{optimizer}` trains with rates of {band}{default}{elsewhere}"

    good = [
        Example(
            "0.1 is ordinary for SGD",
            """
            from torch import nn, optim

            model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
            optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "an image is optimised, not a network",
            """
            import torch
            from torchvision.models import vgg19

            features = vgg19(weights="DEFAULT").features.eval()
            image = torch.rand(1, 3, 224, 224, requires_grad=True)
            optimizer = torch.optim.Adam([image], lr=1.0)
            for _ in range(300):
                optimizer.zero_grad()
                features(image).pow(2).mean().backward()
                optimizer.step()
            """,
        ),
        Example(
            "normalised throughout",
            """
            import keras
            from keras import layers as L

            model = keras.Sequential([
                L.Input((64,)),
                L.Dense(64), L.BatchNormalization(), L.ReLU(),
                L.Dense(1),
            ])
            model.compile(keras.optimizers.Adam(0.03), loss="mse")
            model.fit(x_train, y_train, epochs=20)
            """,
        ),
    ]
    bad = [
        Example(
            "the rate of SGD, left behind when the class was changed",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((64,)),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(1),
            ])
            model.compile(keras.optimizers.Adam(learning_rate=0.1), loss="mse")
            model.fit(x_train, y_train, epochs=20)
            """,
            at="0.1",
            fixed="""
            import keras

            model = keras.Sequential([
                keras.layers.Input((64,)),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(1),
            ])
            model.compile(keras.optimizers.Adam(learning_rate=1e-3), loss="mse")
            model.fit(x_train, y_train, epochs=20)
            """,
        ),
        Example(
            "momentum makes it ten times as high",
            """
            import torch.nn as nn
            from torch.optim import SGD as Descent

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = nn.Linear(10, 32)
                    self.out = nn.Linear(32, 1)

                def forward(self, x):
                    return self.out(self.hidden(x).relu())

            net = Net()
            optimizer = Descent(net.parameters(), lr=0.5, momentum=0.9)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(net(x), y).backward()
                optimizer.step()
            """,
            at="0.5",
        ),
        Example(
            "training fails",
            """
            import torch
            from torch import nn

            RATE = 10

            def optimizer_for(model):
                return torch.optim.AdamW(model.parameters(), lr=RATE)

            model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
            optimizer = optimizer_for(model)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="RATE",
            severity="error",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & {context.INFERENCE_ONLY, context.MUP, context.INPUT_OPTIMISATION}:
            return
        for optimizer in plan.optimizers:
            bounds, gain = bounds_of(optimizer), gain_of(optimizer)
            # Tests of optimizers hand them bare variables.
            is_bare = context.TEST in plan.context and not plan.networks_of(optimizer)
            if not bounds or not gain or is_set_by_callback(plan, optimizer):
                continue
            if not optimizer.optimises_inputs and not is_bare:
                self.judge(plan, optimizer, bounds, gain)

    def judge(self, plan: TrainingPlan, optimizer: Optimizer, bounds: Bounds, gain: float) -> None:
        """Compares the rates of one optimizer with its bounds; momentum multiplies them by `gain`."""
        if optimizer.schedule and optimizer.schedule.name in FREE_RANGING:
            return
        is_small = is_toy(plan, optimizer)
        if is_small and not squares(plan, optimizer):
            return
        room = 1.0 if is_small else leeway(plan, optimizer)

        def diverges(rate: float) -> bool:
            return rate * gain >= (bounds.diverges or inf) * room

        def jumps(rate: float) -> bool:
            return diverges(rate) or (not is_small and rate * gain > (bounds.jumps or inf) * room)

        verdict = graded(optimizer.peak_rates, error=diverges, warning=jumps)
        if verdict is None:
            return
        severity, certainty = verdict
        rate = optimizer.peak_rates[0]
        usual = bounds.default.get(optimizer.framework)
        momentum = "" if gain == 1 else f", {spoken(rate.values[0] * gain)} with momentum,"
        ordinary_for_sgd = bounds.budget and rate.value is not None and 0.03 < rate.value <= 1
        self.report(
            rate.origin,
            subject=optimizer,
            severity="info" if plan.context & {context.SEARCH, context.DEMO} else severity,
            certainty=certainty,
            because=(rate,),
            fix=replace_value(rate, usual, "trains with another learning rate") if usual else None,
            optimizer=optimizer.name,
            rate=rate.spoken + momentum,
            effect=EFFECTS[severity],
            band=bounds.band,
            default=f"; {usual} is the usual start" if usual else "",
            elsewhere=f"; {rate.spoken} is a rate for SGD" if ordinary_for_sgd else "",
        )


EFFECTS = {"error": "makes the loss diverge", "warning": "makes the loss jump"}


def is_toy(plan: TrainingPlan, optimizer: Optimizer) -> bool:
    """Whether no more than two numbers are fitted."""
    numbers = [network.trainable_parameters for network in plan.networks_of(optimizer)]
    return bool(numbers) and all(number is not None and number <= 2 for number in numbers)


def squares(plan: TrainingPlan, optimizer: Optimizer) -> bool:
    """Whether it is SGD on a squared error: then a bias alone diverges from a rate of 1 on, since the second
    derivative of the loss in it is 2."""
    losses = {objective.loss for run in plan.runs_of(optimizer) if (objective := plan.objective_of(run))}
    return optimizer.name == "SGD" and losses == {"mse"}


def leeway(plan: TrainingPlan, optimizer: Optimizer) -> float:
    """By how much the bounds grow in this program."""
    room = 1.0
    if all(network.is_normalised is not False for network in plan.networks_of(optimizer)):
        room *= NORMALISED
    if optimizer.schedule is not None and optimizer.schedule.warms_up is not False:
        room *= WARMED_UP
    if plan.steps_beside_others(optimizer):
        room = max(room, ADVERSARIAL)
    if optimizer.name == "SGD" and is_clipped_language_model(plan, optimizer):
        room *= CLIPPED_RECURRENT
    batches = [run.batch_size.value for run in plan.runs_of(optimizer)]
    largest = max((batch for batch in batches if batch is not None), default=0)
    if optimizer.name == "SGD" and largest >= LARGE_BATCH:
        room *= largest / USUAL_BATCH
    return room


def is_clipped_language_model(plan: TrainingPlan, optimizer: Optimizer) -> bool:
    """Whether it trains recurrent layers, and gradients are clipped as far as its loop can be seen."""
    kinds_of = {layer.kind for network in plan.networks_of(optimizer) for layer in network.layers}
    clips = any(event.kind == "clip" for tree in plan.events for event in tree.walk())
    elsewhere = any(run.callbacks is None and not run.epochs.values for run in plan.runs_of(optimizer))
    return bool(kinds_of & kinds.RECURRENT) and (clips or elsewhere)
