"""A training loop that computes and changes nothing."""

from __future__ import annotations

import re

from trainlint.api import (
    Edit,
    Event,
    Example,
    Fix,
    IncompleteStep,
    Rule,
    TrainingPlan,
    Unused,
    context,
    line_after,
    line_before,
    line_of,
    moved_behind,
    run_together,
    see_the_same,
    unsafe,
)


class TrainingStepIncomplete(Rule):
    """The training loop lacks a backward pass or a step.

    ## What it does
    Follows the training loop, two turns of every loop and every way through its branches, and looks for a
    step of an optimizer that never finds gradients, for an optimizer that is never stepped although its
    gradients are computed and cleared, for a step that comes once after the loop over batches although each
    batch clears the gradients of the one before, and for `optimizer.step` without parentheses. In Keras: a
    `train_step` that computes gradients and does not apply them.

    ## Why is this bad?
    Nothing fails and nothing is learned: the loss is computed, printed, and stays where it began. With a
    step after the loop all batches but the last are computed for nothing.

    ## When it stays silent
    The loss or the optimizer goes to code that cannot be followed (`accelerator.backward(loss)`, an engine, a
    trainer); a closure computes the gradients; the gradients of a whole epoch are added up on purpose (they
    are cleared once an epoch as well); an optimizer over pixels or a latent vector; the program only reads
    gradients. Meta-learning.

    ## Fix safety
    Parentheses after `optimizer.step` are safe: the name alone does nothing. A missing `step()` or
    `backward()` and a step that moves are unsafe: weights that stood still start to change. Nothing is
    offered where the names of loss and optimizer are not the same at both places.

    ## Sources
    Documentation of `torch.optim` (taking an optimization step) and of `tf.GradientTape`; NeuraLint f022;
    Humbatova et al. 2020, missing API call.
    """

    name = "training-step-incomplete"
    code = "TL603"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "error"
    message = "{step} has no gradients to apply, so the weights never change"
    help = "call `backward()` on the loss between clearing the gradients and the step"
    silences = ("missing-zero-grad",)

    good = [
        Example(
            "forward, backward, step",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "the gradients of a whole epoch make one step",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for epoch in range(100):
                optimizer.zero_grad()
                for x, y in loader:
                    nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "somebody else goes backward",
            """
            import torch
            from accelerate import Accelerator
            from torch import nn

            accelerator = Accelerator()
            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                loss = nn.functional.mse_loss(model(x), y)
                accelerator.backward(loss)
                optimizer.step()
            """,
        ),
        Example(
            "a loop of one's own in TensorFlow",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            optimizer = tf.keras.optimizers.Adam()
            for x, y in batches:
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.square(model(x) - y))
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            """,
        ),
    ]
    bad = [
        Example(
            "no backward pass",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in loader:
                    optimizer.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    optimizer.step()
                    print(loss.item())
            """,
            at="optimizer.step()",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in loader:
                    optimizer.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimizer.step()
                    print(loss.item())
            """,
        ),
        Example(
            "no step, in a function with other names",
            """
            import torch.nn.functional as fn
            from torch.nn import Linear
            from torch.optim import SGD as Descent

            def fit(net, batches):
                descent = Descent(net.parameters(), lr=0.01)
                for x, y in batches:
                    descent.zero_grad()
                    loss = fn.mse_loss(net(x), y)
                    loss.backward()

            fit(Linear(10, 1), make_batches())
            """,
            at="loss.backward()",
            fixed="""
            import torch.nn.functional as fn
            from torch.nn import Linear
            from torch.optim import SGD as Descent

            def fit(net, batches):
                descent = Descent(net.parameters(), lr=0.01)
                for x, y in batches:
                    descent.zero_grad()
                    loss = fn.mse_loss(net(x), y)
                    loss.backward()
                    descent.step()

            fit(Linear(10, 1), make_batches())
            """,
        ),
        Example(
            "the step slipped out of the loop",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            loader = DataLoader(make_dataset(), batch_size=32, shuffle=True)
            for epoch in range(10):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="optimizer.step()",
            severity="warning",
            fixed="""
            import torch
            from torch import nn
            from torch.utils.data import DataLoader

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            loader = DataLoader(make_dataset(), batch_size=32, shuffle=True)
            for epoch in range(10):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
            """,
        ),
        Example(
            "the parentheses are missing",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step
            """,
            at="optimizer.step",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "a `train_step` that does not apply its gradients",
            """
            import tensorflow as tf
            from tensorflow import keras

            class Net(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.out = keras.layers.Dense(1)

                def call(self, x):
                    return self.out(x)

                def train_step(self, data):
                    x, y = data
                    with tf.GradientTape() as tape:
                        loss = self.compute_loss(y=y, y_pred=self(x, training=True))
                    gradients = tape.gradient(loss, self.trainable_variables)
                    return {"loss": loss}

            net = Net()
            net.compile(optimizer="adam", loss="mse")
            net.fit(x, y, epochs=20)
            """,
            at="tape.gradient(loss, self.trainable_variables)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if context.META_LEARNING in plan.context:
            return
        named = [unused for unused in plan.unused if unused.form == "named" and unused.of == "optimizer"]
        uncalled = [unused for unused in named if unused.method == "step"]
        for unused in uncalled:
            self._report_uncalled(plan, unused)
        for step in plan.incomplete_steps():
            if not any(unused.index is not None and plan.optimizers[unused.index] is step.optimizer
                       for unused in uncalled):  # fmt: skip
                self._report_incomplete(plan, step)

    def _report_uncalled(self, plan: TrainingPlan, unused: Unused) -> None:
        self.report(
            unused.origin,
            subject=plan.optimizers[unused.index] if unused.index is not None else None,
            message="`{text}.step` without parentheses does nothing, so the weights never change",
            help="write `{text}.step()`",
            certainty=unused.certainty,
            fix=called(unused),
            text=unused.text,
        )

    def _report_incomplete(self, plan: TrainingPlan, step: IncompleteStep) -> None:
        known = step.optimizer is not None and step.optimizer.name
        name = f"`{step.optimizer.name}`" if step.optimizer is not None and known else "the optimizer"
        if step.fault == "never stepped":
            message = "gradients are computed and {step} never steps, so the weights never change"
            advice = "step the optimizer after the backward pass of each batch"
        elif step.fault == "steps after the loop":
            message = "{step} steps once after the loop, so only the last batch of each epoch counts"
            advice = "move the step into the loop over batches"
        else:
            message, advice = self.message, self.help
        self.report(
            step.event.origin,
            subject=step.optimizer,
            severity="warning" if step.fault == "steps after the loop" else None,
            certainty=step.certainty,
            message=message,
            help=advice,
            fix=completed(plan, step),
            step=name,
        )


STARTS_TO_LEARN = "the weights start to change"


def completed(plan: TrainingPlan, step: IncompleteStep) -> Fix | None:
    """The call that is missing, or the step at another place, where the names for it are known."""
    beside = [event for tree in plan.events for event in tree.walk() if event.origin is not None]
    near = [event for event in beside if see_the_same(event.origin, step.event.origin)]
    together = [event for event in near if run_together(event.origin, step.event.origin)]
    if step.fault == "never stepped":
        optimizer = _receiver(together, "zero_grad")
        code = f"{optimizer}.step()"
        edit = line_after(step.event.origin, code) if optimizer else None
        return unsafe(f"Add `{code}`", STARTS_TO_LEARN, edit)
    passes = [event for event in near if event.kind == "backward"]
    if step.fault == "steps after the loop":
        edits = moved_behind(step.event.origin, passes[0].origin) if len(passes) == 1 else ()
        return unsafe("Step in the loop over batches", STARTS_TO_LEARN, *edits)
    later = [event for event in passes if event in together]
    if len(later) == 1:
        edits = moved_behind(step.event.origin, later[0].origin)
        return unsafe("Step after the backward pass", STARTS_TO_LEARN, *edits)
    lines = {line_of(event.origin) for event in together if event.kind == "loss"}
    names = {found[1] for line in lines if line and (found := re.match(r"(\w+) = ", line))}
    code = f"{names.pop() if len(names) == len(lines) == 1 else ''}.backward()"
    edit = line_before(step.event.origin, code) if code[0] != "." and not passes else None
    return unsafe(f"Add `{code}`", STARTS_TO_LEARN, edit)


def _receiver(events: list[Event], method: str) -> str | None:
    """What a method is called of, where all its calls name the same."""
    texts = {event.origin.site.text for event in events if event.origin is not None and event.origin.site}
    found = {match[1] for text in texts if (match := re.match(rf"([\w.]+)\.{method}\(", text))}
    return found.pop() if len(found) == 1 else None


def called(unused: Unused) -> Fix | None:
    """The same statement with parentheses."""
    site = unused.origin.site if unused.origin is not None else None
    if site is None:
        return None
    content = f"{site.text}()"
    return Fix(
        applicability="safe", message=f"Write `{content}`", edits=(Edit(place=site.place, content=content),)
    )
