"""Layers that no optimizer changes."""

from __future__ import annotations

import re

from trainlint.api import Edit, Example, Fix, Origin, Rule, TrainingPlan, context, moved_behind, unsafe


class OptimizerMissesParameters(Rule):
    """A part of the network is in no optimizer.

    ## What it does
    Compares the layers that a backward pass reaches with those whose parameters the optimizers were given,
    as they were when each optimizer was made.

    ## Why is this bad?
    Layers that no optimizer holds keep their random weights. A layer that replaces another after the
    optimizer was made (`model.fc = nn.Linear(512, 10)`) never learns, while the optimizer goes on changing
    the one that is gone.

    ## When it stays silent
    The left-out layers are frozen, pretrained, or cut off by `detach()`; another optimizer holds them;
    parameters were added later (`add_param_group`) or cannot be followed; networks of which no optimizer
    holds anything, such as a teacher.

    ## Fix safety
    Unsafe: more weights are trained. The optimizer gets the parameters of the whole network, or is made after
    the layer that came too late for it, where the two statements follow each other.

    ## Sources
    Documentation of `torch.optim` (constructing it): an optimizer changes the parameters that it is given.
    """

    name = "optimizer-misses-parameters"
    code = "TL110"
    family = "optimizer"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "warning"
    message = "{layers} of `{network}` {be} in no optimizer and {they} random weights"
    help = "give the optimizer `parameters()` of the whole network, or freeze what is meant to stay"
    silences = ("learning-rate-too-low",)

    good = [
        Example(
            "the whole network",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "the rest is frozen",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            model[0].requires_grad_(False)
            optimizer = torch.optim.Adam(model[2].parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "an optimizer for each part",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            first = torch.optim.Adam(model[0].parameters())
            second = torch.optim.SGD(model[2].parameters(), lr=0.1)
            for x, y in loader:
                first.zero_grad()
                second.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                first.step()
                second.step()
            """,
        ),
    ]
    bad = [
        Example(
            "only one layer",
            """
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.first = nn.Linear(10, 64)
                    self.out = nn.Linear(64, 1)

                def forward(self, x):
                    return self.out(torch.relu(self.first(x)))

            model = Net()
            optimizer = torch.optim.Adam(model.out.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="torch.optim.Adam(model.out.parameters())",
            fixed="""
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.first = nn.Linear(10, 64)
                    self.out = nn.Linear(64, 1)

                def forward(self, x):
                    return self.out(torch.relu(self.first(x)))

            model = Net()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "a layer is replaced too late, with other names",
            """
            from torch.nn import Linear, Module
            from torch.nn.functional import mse_loss, relu
            from torch.optim import SGD as Descent

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.first, self.out = Linear(10, 64), Linear(64, 1)

                def forward(self, x):
                    return self.out(relu(self.first(x)))

            def learn(net, batches, descent):
                for x, y in batches:
                    descent.zero_grad()
                    mse_loss(net(x), y).backward()
                    descent.step()

            net = Net()
            descent = Descent(net.parameters(), lr=0.1)
            net.out = Linear(64, 5)
            learn(net, make_batches(), descent)
            """,
            at="Descent(net.parameters(), lr=0.1)",
            severity="error",
            fixed="""
            from torch.nn import Linear, Module
            from torch.nn.functional import mse_loss, relu
            from torch.optim import SGD as Descent

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.first, self.out = Linear(10, 64), Linear(64, 1)

                def forward(self, x):
                    return self.out(relu(self.first(x)))

            def learn(net, batches, descent):
                for x, y in batches:
                    descent.zero_grad()
                    mse_loss(net(x), y).backward()
                    descent.step()

            net = Net()
            net.out = Linear(64, 5)
            descent = Descent(net.parameters(), lr=0.1)
            learn(net, make_batches(), descent)
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if context.META_LEARNING in plan.context:
            return
        for left_out in plan.left_out:
            if context.FINE_TUNING in plan.context and not left_out.replaced:
                continue
            several = left_out.count > 1
            self.report(
                left_out.origin,
                subject=plan.optimizers[left_out.optimizer],
                severity="error" if left_out.replaced else None,
                certainty=left_out.certainty,
                because=(left_out.layer_origin,),
                fix=later(left_out.origin, left_out.layer_origin)
                if left_out.replaced
                else widened(left_out.origin),
                network=left_out.network,
                layers=f"{left_out.count} layers" if several else f"a `{left_out.layers[0]}`",
                be="are" if several else "is",
                they="keep their" if several else "keeps its",
            )


def later(made: Origin | None, replaced: Origin | None) -> Fix | None:
    """The optimizer made after the layer that came too late for it."""
    edits = moved_behind(made, replaced)
    return unsafe("Make the optimizer after the layer", "more weights are trained", *edits)


def widened(made: Origin | None) -> Fix | None:
    """`net.parameters()` instead of `net.head.parameters()`."""
    site = made.site if made is not None else None
    text = site.text if site is not None else ""
    parts = re.findall(r"(?<![\w.])((?:self\.)?\w+)((?:\.\w+|\[-?\w+\])+)\.parameters\(\)", text)
    if site is None or len(parts) != 1 or text.count(".parameters()") != 1 or parts[0][0] == "self":
        return None
    content = text.replace(f"{parts[0][0]}{parts[0][1]}.parameters()", f"{parts[0][0]}.parameters()")
    edit = Edit(place=site.place, content=content)
    return unsafe(f"Give it `{parts[0][0]}.parameters()`", "more weights are trained", edit)
