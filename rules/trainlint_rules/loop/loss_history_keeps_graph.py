"""Losses that are summed up with everything behind them."""

from __future__ import annotations

from trainlint.api import Edit, Event, Example, Fix, Rule, TrainingPlan, context


class LossHistoryKeepsGraph(Rule):
    """A running sum or a list of losses keeps their graphs.

    ## What it does
    Looks for `total += loss` and `losses.append(loss)` in a training loop, where the loss has been gone
    backward from, nothing goes backward from the sum, and the sum or list lives on from turn to turn.

    ## Why is this bad?
    A loss in PyTorch holds the graph that made it. A sum of losses holds all graphs, so memory grows with
    every batch and is freed at the end of the epoch at best: a leak that ends in "out of memory" in long
    epochs.

    ## When it stays silent
    `loss.item()`, `loss.detach()`, `float(loss)`; a sum that the backward pass starts from; a sum that is set
    to 0 in each turn; losses that another loop goes backward from. Reinforcement learning and meta-learning, where losses of an episode are kept on
    purpose.

    ## Fix safety
    Safe: the value stays the same tensor, without the graph.

    ## Sources
    PyTorch FAQ, "My model reports cuda runtime error(2): out of memory": don't accumulate history across
    your training loop.
    """

    name = "loss-history-keeps-graph"
    code = "TL609"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "warning"
    message = "`{loss}` is kept with its graph, so memory grows with every batch"
    help = "keep `{loss}.item()` or `{loss}.detach()`"

    good = [
        Example(
            "the number only",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                total = 0.0
                for x, y in loader:
                    optimizer.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimizer.step()
                    total += loss.item() * len(x)
                print(total)
            """,
        ),
        Example(
            "the sum is what is trained on",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for episode in range(100):
                optimizer.zero_grad()
                total = 0
                for x, y in tasks(episode):
                    total += nn.functional.mse_loss(model(x), y)
                total.backward()
                optimizer.step()
            """,
        ),
        Example(
            "several losses of one batch",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                loss = 0
                loss += nn.functional.mse_loss(model(x), y)
                loss += 0.1 * nn.functional.l1_loss(model(x), y)
                loss.backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "a running sum",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                total = 0.0
                for x, y in loader:
                    optimizer.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimizer.step()
                    total += loss
                print(total)
            """,
            at="loss",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                total = 0.0
                for x, y in loader:
                    optimizer.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimizer.step()
                    total += loss.detach()
                print(total)
            """,
        ),
        Example(
            "a list, in a function with other names",
            """
            from torch import optim
            from torch.nn import Linear, MSELoss

            def learn(net, batches, adam, criterion=MSELoss()):
                history = []
                for x, y in batches:
                    adam.zero_grad()
                    error = criterion(net(x), y)
                    error.backward()
                    adam.step()
                    history.append(error)
                return history

            net = Linear(10, 1)
            learn(net, make_batches(), optim.Adam(net.parameters()))
            """,
            at="error",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & {context.REINFORCEMENT_LEARNING, context.META_LEARNING}:
            return
        for kept in plan.kept_graphs():
            site = kept.origin.site if kept.origin is not None else None
            if site is not None:
                self.report(kept.origin, fix=detached(kept), loss=called(site.text))


def called(text: str) -> str:
    """What a method call can be written after."""
    return text if text.isidentifier() else f"({text})"


def detached(kept: Event) -> Fix | None:
    """The same value without its graph."""
    site = kept.origin.site if kept.origin is not None else None
    if site is None:
        return None
    content = f"{called(site.text)}.detach()"
    return Fix(
        applicability="safe", message=f"Write `{content}`", edits=(Edit(place=site.place, content=content),)
    )
