"""A backward pass with nothing to go back through."""

from __future__ import annotations

import re

from trainlint.api import (
    Event,
    Example,
    Fix,
    Origin,
    Rule,
    TrainingPlan,
    called_instead,
    context,
    line_before,
    line_of,
    line_taken_out,
    loop_around,
    see_the_same,
    unsafe,
)


class TrainingUnderNoGrad(Rule):
    """The forward pass of training runs without gradients.

    ## What it does
    PyTorch: looks for a backward pass from a loss that was computed within `torch.no_grad()` or
    `inference_mode()`, as a context or a decorator, or after `torch.set_grad_enabled(False)` that nothing has
    taken back. TensorFlow: for a `tape.gradient(…)` of a loss whose network ran before or after the tape
    recorded, or within `tape.stop_recording()`.

    ## Why is this bad?
    Within such a context PyTorch records nothing, so the loss knows no weights: `backward()` raises an error,
    or, where the loss is made to require gradients by hand, leaves every weight without any, and nothing is
    learned. A tape gives None for every weight then, and `apply_gradients` raises that there are no gradients.

    ## When it stays silent
    Only a part of the way to the loss runs without gradients: a frozen feature extractor, a teacher, a
    target network. The backward pass itself, or the step, may stand in such a context. `enable_grad()`
    within; a mode that is not decided (`set_grad_enabled(phase == "train")`); functions that are only called
    by code elsewhere. What runs off the tape is only a part of the way to the loss: features, targets, what is
    logged.

    ## Fix safety
    Unsafe: weights that stood still start to change. `enable_grad()` stands in the place of the context that
    switches gradients off; `set_grad_enabled(True)` comes before the loop that trains; a forward pass on the line
    before the tape moves into its block. Nothing is offered for a context under a name of the program's own.

    ## Sources
    Documentation of `torch.no_grad`, `torch.inference_mode`, `torch.set_grad_enabled`, and of
    `tf.GradientTape`.
    """

    name = "training-under-no-grad"
    code = "TL605"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "error"
    message = "the loss is computed without gradients, so `backward()` reaches no weights"
    help = "take the forward pass and the loss of training out of it"
    silences = ("training-step-incomplete",)

    good = [
        Example(
            "a frozen backbone, a trained head",
            """
            import torch
            from torch import nn

            backbone, head = nn.Linear(10, 64), nn.Linear(64, 1)
            optimizer = torch.optim.Adam(head.parameters())
            for x, y in loader:
                with torch.no_grad():
                    features = backbone(x)
                optimizer.zero_grad()
                nn.functional.mse_loss(head(features), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "gradients are off while measuring only",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                torch.set_grad_enabled(True)
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                torch.set_grad_enabled(False)
                for x, y in test_loader:
                    print(nn.functional.mse_loss(model(x), y))
            """,
        ),
        Example(
            "a teacher",
            """
            import torch
            from torch import nn

            teacher, student = nn.Linear(10, 5), nn.Linear(10, 5)
            optimizer = torch.optim.Adam(student.parameters())
            for x, _ in loader:
                with torch.inference_mode():
                    wanted = teacher(x)
                optimizer.zero_grad()
                nn.functional.mse_loss(student(x), wanted).backward()
                optimizer.step()
            """,
        ),
        Example(
            "features from before the tape",
            """
            import tensorflow as tf
            from tensorflow import keras

            backbone = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(64)])
            head = keras.Sequential([keras.layers.Input((64,)), keras.layers.Dense(1)])
            distance, optimizer = keras.losses.MeanSquaredError(), keras.optimizers.Adam()
            for x, y in batches:
                features = backbone(x)
                with tf.GradientTape() as tape:
                    loss = distance(y, head(features))
                gradients = tape.gradient(loss, head.trainable_variables)
                optimizer.apply_gradients(zip(gradients, head.trainable_variables))
            """,
        ),
    ]
    bad = [
        Example(
            "the forward pass is inside",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                with torch.no_grad():
                    prediction = model(x)
                    loss = nn.functional.mse_loss(prediction, y)
                loss.backward()
                optimizer.step()
            """,
            at="torch.no_grad()",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                with torch.enable_grad():
                    prediction = model(x)
                    loss = nn.functional.mse_loss(prediction, y)
                loss.backward()
                optimizer.step()
            """,
        ),
        Example(
            "only the network is inside",
            """
            from torch import inference_mode as quick, nn, optim

            net = nn.Linear(10, 1)
            criterion = nn.MSELoss()
            adam = optim.Adam(net.parameters())
            for x, y in batches:
                adam.zero_grad()
                with quick():
                    out = net(x)
                criterion(out, y).backward()
                adam.step()
            """,
            at="quick()",
        ),
        Example(
            "a decorator that belongs to the function below",
            """
            import torch
            from torch import nn

            @torch.no_grad()
            def train_epoch(model, loader, optimizer):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()

            model = nn.Linear(10, 1)
            train_epoch(model, make_loader(), torch.optim.Adam(model.parameters()))
            """,
            at="torch.no_grad()",
            fixed="""
            import torch
            from torch import nn

            @torch.enable_grad()
            def train_epoch(model, loader, optimizer):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()

            model = nn.Linear(10, 1)
            train_epoch(model, make_loader(), torch.optim.Adam(model.parameters()))
            """,
        ),
        Example(
            "switched off for the first validation and never on again",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                torch.set_grad_enabled(False)
                for x, y in test_loader:
                    print(nn.functional.mse_loss(model(x), y))
            """,
            at="torch.set_grad_enabled(False)",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                torch.set_grad_enabled(True)
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                torch.set_grad_enabled(False)
                for x, y in test_loader:
                    print(nn.functional.mse_loss(model(x), y))
            """,
        ),
        Example(
            "before the tape of TensorFlow",
            """
            import tensorflow as tf
            from tensorflow import keras as k

            model = k.Sequential([k.layers.Input((20,)), k.layers.Dense(64, "relu"), k.layers.Dense(1)])
            distance, optimizer = k.losses.MeanSquaredError(), k.optimizers.Adam()
            for x, y in batches:
                predicted = model(x, training=True)
                with tf.GradientTape() as tape:
                    loss = distance(y, predicted)
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            """,
            at="model(x, training=True)",
            fixed="""
            import tensorflow as tf
            from tensorflow import keras as k

            model = k.Sequential([k.layers.Input((20,)), k.layers.Dense(64, "relu"), k.layers.Dense(1)])
            distance, optimizer = k.losses.MeanSquaredError(), k.optimizers.Adam()
            for x, y in batches:
                with tf.GradientTape() as tape:
                    predicted = model(x, training=True)
                    loss = distance(y, predicted)
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if context.META_LEARNING in plan.context:
            return
        seen: set[int] = set()
        for event, cause in plan.cut_backwards():
            if id(cause.site) not in seen:
                seen.add(id(cause.site))
                if event.gradients == "added":
                    self.report(cause, because=(event.origin,), fix=switched_on(cause, event))
                else:
                    self.tell_of_tape(cause, event, plan)

    def tell_of_tape(self, cause: Origin, event: Event, plan: TrainingPlan) -> None:
        self.report(
            cause,
            message="the tape does not record `{code}`, so there are no gradients",
            help="take the forward pass and the loss of training into the block of the tape",
            because=(event.origin,),
            fix=into_the_tape(cause, plan),
            code=cause.site.text if cause.site is not None else "the network",
        )


def into_the_tape(cause: Origin, plan: TrainingPlan) -> Fix | None:
    """The forward pass put before the loss, where that stands in the block of the tape on the next lines."""
    losses = [event.origin for tree in plan.events for event in tree.walk() if event.kind == "loss"]
    code = line_of(cause)
    after = [loss for loss in losses if heads_the_block_below(cause, loss)]
    if code is None or not after:
        return None
    return unsafe(
        "Run it in the block of the tape",
        "the weights start to change",
        line_taken_out(cause),
        line_before(after[0], code),
    )


def heads_the_block_below(one: Origin, other: Origin | None) -> bool:
    """Whether one statement stands right above a block, and another is the first one in it."""
    first = one.site.place if one.site is not None else None
    second = other.site.place if other is not None and other.site is not None else None
    return (
        first is not None and second is not None and second.row == first.row + 2 and see_the_same(one, other)
    )


def switched_on(cause: Origin, event: Event) -> Fix | None:
    """Gradients where they are needed: the context that gives them, or switched on again before the loop."""
    text = cause.site.text if cause.site is not None else ""
    found = re.fullmatch(r"([\w.]*set_grad_enabled)\(False\)", text)
    if found is not None:
        code = f"{found[1]}(True)"
        place = loop_around(event.origin) or event.origin
        edit = line_before(place, code) if see_the_same(cause, place) else None
        return unsafe(f"Add `{code}`", "the weights start to change", edit)
    edit = called_instead(cause, {"no_grad": "enable_grad", "inference_mode": "enable_grad"})
    return unsafe("Compute gradients here", "the weights start to change", edit)
