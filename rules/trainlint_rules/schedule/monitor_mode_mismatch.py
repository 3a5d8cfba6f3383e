"""A callback that waits for the wrong direction."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Monitor, Rule, TrainingPlan, add_argument, context

MODES = ("min", "max")


class MonitorModeMismatch(Rule):
    """What is watched gets better one way, and the callback takes the other for better.

    ## What it does
    Compares the `mode` of early stopping, checkpoints and `ReduceLROnPlateau` with the name of what they
    watch: accuracy, F1, AUC, IoU and other scores rise, losses and errors fall. For PyTorch's
    `ReduceLROnPlateau` it looks at what is passed to `step()`; its mode is `min` when none is given, and so
    is Lightning's. A best value that is kept by hand, `if loss > best_loss: best_loss = loss`, is looked at in
    the same way.

    ## Why is this bad?
    Training stops after `patience` epochs in which everything got better, the learning rate drops all the
    time, and the checkpoint called best is the worst one.

    ## When it stays silent
    Names that tell no direction, or two; a number that is negated (`neg_loss`, `-accuracy`, `1 - f1`);
    `mode="auto"` in Keras 3, which asks the metric. Keras 2 goes by the name and knows accuracies and AUC
    only: where the project says that it is 2.11 to 2.15, other scores under `auto` get a warning.

    By hand: a number under a name without "best", which may be the largest on purpose; several networks
    against each other, reinforcement learning, tests.

    ## Fix safety
    Safe: the other mode is the one that fits the name. Nothing is offered for a best value that is kept by
    hand, since what it starts from has to change, too.

    ## Sources
    Documentation of `keras.callbacks.EarlyStopping`, `torch.optim.lr_scheduler.ReduceLROnPlateau` and
    Lightning's `EarlyStopping`. Which names rise and which fall is a judgement.
    """

    name = "monitor-mode-mismatch"
    code = "TL137"
    family = "schedule"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "error"
    message = "`{monitor}` waits for a {way} `{watched}`, so it acts while training improves"
    help = 'set `mode="{better}"`'

    good = [
        Example(
            "a score that rises",
            """
            from tensorflow import keras

            model = keras.Sequential([keras.layers.Dense(10, activation="softmax", input_shape=(20,))])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=5)
            model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[stop])
            """,
        ),
        Example(
            "a loss, with the mode that is the default",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
            for epoch in range(50):
                for x, y in loader:
                    optimizer.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimizer.step()
                scheduler.step(val_loss(model))
            """,
        ),
        Example(
            "an accuracy with its sign changed",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
            for epoch in range(50):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                accuracy = measure(model)
                scheduler.step(-accuracy)
            """,
        ),
    ]
    bad = [
        Example(
            "stops while the accuracy rises",
            """
            from tensorflow import keras

            model = keras.Sequential([keras.layers.Dense(10, activation="softmax", input_shape=(20,))])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="min", patience=5)
            model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[stop])
            """,
            at='"min"',
            fixed="""
            from tensorflow import keras

            model = keras.Sequential([keras.layers.Dense(10, activation="softmax", input_shape=(20,))])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=5)
            model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[stop])
            """,
        ),
        Example(
            "keeps the worst, with other names",
            """
            import keras as k
            from keras.callbacks import ModelCheckpoint as Keep

            net = k.Sequential([k.layers.Dense(1, input_shape=(20,))])
            net.compile("adam", "mse")
            WAY = "max"
            keep = Keep("best.keras", "val_loss", save_best_only=True, mode=WAY)
            net.fit(x, y, epochs=50, validation_data=(xv, yv), callbacks=[keep])
            """,
            at="WAY",
        ),
        Example(
            "the default of PyTorch is for losses",
            """
            import torch
            from torch import nn
            from torch.optim.lr_scheduler import ReduceLROnPlateau

            def measure(net, batches):
                return 0.9

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scheduler = ReduceLROnPlateau(optimizer, patience=3)
            for epoch in range(50):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                val_accuracy = measure(model, valid)
                scheduler.step(val_accuracy)
            """,
            at="ReduceLROnPlateau(optimizer, patience=3)",
        ),
        Example(
            "a best value, kept by hand",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            best_loss = 0
            for epoch in range(50):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                val_loss = measure(model)
                if val_loss > best_loss:
                    best_loss = val_loss
                    torch.save(model.state_dict(), "best.pt")
            """,
            at="val_loss > best_loss",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for monitor in plan.monitors:
            better = monitor.better
            if better == "max" and context.KERAS_2_11 in plan.context and falls_by_name(monitor):
                self.report(
                    monitor.origin,
                    severity="warning",
                    certainty=monitor.watched.certainty,
                    because=(monitor.watched,),
                    message="`{monitor}` takes a falling `{watched}` for better: Keras 2 goes by the name",
                    fix=add_argument(monitor.origin, 'mode="max"', "safe"),
                    monitor=monitor.name,
                    watched=monitor.watched.value,
                    better=better,
                )
            if better is None or monitor.mode.value not in MODES or monitor.mode.value == better:
                continue
            if monitor.framework == BY_HAND:
                self.say_by_hand(plan, monitor, better)
                continue
            self.report(
                monitor.mode.origin if monitor.mode.is_written else monitor.origin,
                certainty=monitor.mode.certainty,
                because=(monitor.watched, monitor.mode),
                fix=flipped(monitor, better),
                monitor=monitor.name,
                way="falling" if monitor.mode.value == "min" else "rising",
                watched=monitor.watched.value,
                better=better,
            )

    def say_by_hand(self, plan: TrainingPlan, monitor: Monitor, better: str) -> None:
        if not plan.runs or plan.context & QUIET:
            return
        self.report(
            monitor.origin,
            certainty=monitor.watched.certainty,
            message="`{monitor}` takes a {way} `{watched}` for better, so it keeps the worst network",
            help="compare with `{sign}` and start from {start}",
            monitor=monitor.name,
            watched=monitor.watched.value,
            way="falling" if better == "max" else "rising",
            sign=">" if better == "max" else "<",
            start="minus infinity" if better == "max" else "infinity",
        )


BY_HAND = "by hand"

QUIET = {context.REINFORCEMENT_LEARNING, context.GAN, context.META_LEARNING, context.TEST}

RISING = ("acc", "auc", "fmeasure")
"""What Keras 2 takes for rising under `auto` (keras/callbacks.py, 2.15); all other names fall."""


def falls_by_name(monitor: Monitor) -> bool:
    """Whether the mode is left to Keras 2, and it does not know the name."""
    name = str(monitor.watched.value)
    return (
        monitor.framework == "keras"
        and monitor.mode.value == "auto"
        and not any(word in name for word in RISING)
    )


def flipped(monitor: Monitor, better: str) -> Fix | None:
    """The other mode, where one is written."""
    origin = monitor.mode.origin
    site = origin.source_edit_site if origin is not None else None
    if site is None:
        return None
    content = site.text.replace(str(monitor.mode.value), better)
    return Fix(
        applicability="safe",
        message=f"Write `{content}` instead of `{site.text}`",
        edits=(Edit(place=site.place, content=content),),
    )
