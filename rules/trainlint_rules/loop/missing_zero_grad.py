"""Gradients that are never cleared."""

from __future__ import annotations

import re

from trainlint.api import (
    Certainty,
    Event,
    Example,
    Fix,
    Rule,
    TrainingPlan,
    context,
    line_before,
    run_together,
    safe,
    see_the_same,
    unsafe,
)


class MissingZeroGrad(Rule):
    """Gradients add up from one step to the next.

    ## What it does
    Follows the training loop, two turns of every loop, and looks for a step of an optimizer on gradients
    that an earlier step has used and nothing has cleared since.

    ## Why is this bad?
    PyTorch *adds* to `.grad`. Without clearing, every step applies the gradients of all earlier batches once
    more: steps grow and point backwards in time, the loss swings or explodes while the code looks right.

    ## When it stays silent
    Gradients are cleared by the optimizer, the network, or a helper; several batches are accumulated on
    purpose (`if (i + 1) % n == 0`), also when the clearing has a test of its own; the optimizer was handed
    to code that cannot be followed between the two steps. Meta-learning. When only one of several ways
    through the loop fails to clear, it is a hint.

    ## Fix safety
    Safe where the backward pass and the step stand in one block: one more `zero_grad()` right before the pass
    can only clear what was used. Unsafe where they stand apart, since the gradients between may be added up
    on purpose.

    ## Sources
    Documentation of `torch.optim.Optimizer.zero_grad`; dslinter W5517; Zhang et al. 2022, smell
    "gradients not cleared before backward propagation".
    """

    name = "missing-zero-grad"
    code = "TL601"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "{optimizer} steps on gradients that are never cleared, so they pile up"
    help = "call `zero_grad()` on the optimizer before each backward pass"

    good = [
        Example(
            "cleared before the backward pass",
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
            "four batches for one step",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for i, (x, y) in enumerate(loader):
                loss = nn.functional.mse_loss(model(x), y) / 4
                loss.backward()
                if (i + 1) % 4 == 0:
                    optimizer.step()
                    optimizer.zero_grad()
            """,
        ),
        Example(
            "cleared through the network, in a helper",
            """
            import torch
            from torch import nn

            def step(model, optimizer, loss):
                model.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                step(model, optimizer, nn.functional.mse_loss(model(x), y))
            """,
        ),
        Example(
            "one step only",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            loss = nn.functional.mse_loss(model(torch.ones(4, 10)), torch.ones(4, 1))
            loss.backward()
            optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "never cleared",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in loader:
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimizer.step()
            """,
            at="optimizer.step()",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in loader:
                    loss = nn.functional.mse_loss(model(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
            """,
        ),
        Example(
            "cleared once an epoch, in a function with other names",
            """
            from torch import nn
            from torch.optim import SGD as Descent

            def fit(net, batches, epochs=10):
                descent = Descent(net.parameters(), lr=0.01)
                for _ in range(epochs):
                    descent.zero_grad()
                    for x, y in batches:
                        nn.functional.mse_loss(net(x), y).backward()
                        descent.step()

            fit(nn.Linear(10, 1), make_batches())
            """,
            at="descent.step()",
            fixed="""
            from torch import nn
            from torch.optim import SGD as Descent

            def fit(net, batches, epochs=10):
                descent = Descent(net.parameters(), lr=0.01)
                for _ in range(epochs):
                    descent.zero_grad()
                    for x, y in batches:
                        descent.zero_grad()
                        nn.functional.mse_loss(net(x), y).backward()
                        descent.step()

            fit(nn.Linear(10, 1), make_batches())
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & {context.META_LEARNING, context.INFERENCE_ONLY}:
            return
        for uncleared in plan.uncleared_steps():
            optimizer = plan.optimizers[uncleared.optimizer]
            self.report(
                uncleared.step.origin,
                subject=optimizer,
                certainty=uncleared.certainty,
                because=(uncleared.backward.origin,),
                fix=clearing(uncleared.step, uncleared.backward)
                if uncleared.certainty is Certainty.EXACT
                else None,
                optimizer=f"`{optimizer.name}`" if optimizer.name else "the optimizer",
            )


def clearing(step: Event, backward: Event) -> Fix | None:
    """`zero_grad()` before the backward pass, where the optimizer has the same name there."""
    text = step.origin.site.text if step.origin is not None and step.origin.site is not None else ""
    found = re.fullmatch(r"([\w.]+)\.step\(\s*([\w.]*)\s*\)", text)
    if found is None or not see_the_same(step.origin, backward.origin):
        return None
    code = f"{found[2] if step.scaler is not None else found[1]}.zero_grad()"
    edit, message = line_before(backward.origin, code), f"Add `{code}`"
    if run_together(step.origin, backward.origin):
        return safe(message, edit)
    return unsafe(message, "the two calls stand apart: gradients may be added up on purpose", edit)
