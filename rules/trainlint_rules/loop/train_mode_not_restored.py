"""Training that goes on in evaluation mode."""

from __future__ import annotations

import re

from trainlint.api import (
    Certainty,
    Event,
    Example,
    Fix,
    Rule,
    TrainingPlan,
    WrongMode,
    context,
    line_before,
    loop_around,
    safe,
)


class TrainModeNotRestored(Rule):
    """A network is trained after `eval()`, without `train()` in between.

    ## What it does
    Follows `train()` and `eval()` through two turns of every loop and looks for a forward pass of training in
    evaluation mode: a validation at the end of an epoch that leaves the network as it is, or an `eval()`
    before the loop. Only networks with a layer that depends on the mode.

    ## Why is this bad?
    From the second epoch on dropout is off and batch normalisation keeps the statistics of the first epoch:
    the network trains without the regularisation that was asked for, and with stale statistics. Nothing
    fails; it overfits, or the loss levels off.

    ## When it stays silent
    A network without dropout and batch normalisation; modes that a trainer
    switches (Lightning, transformers); `eval()` of a part of the network only (frozen batch normalisation);
    a pretrained network that is tuned in evaluation mode from the start. Of a network from elsewhere, whose
    layers are not known, it is a hint.

    ## Fix safety
    Safe: `train()` before the loop that trains changes nothing but the mode that was left behind.

    ## Sources
    Documentation of `torch.nn.Module.train` and `eval`; Zhang et al. 2022, smell "training/evaluation mode
    improper toggling".
    """

    name = "train-mode-not-restored"
    code = "TL606"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "warning"
    message = "{when} `{network}` trains in evaluation mode, with {layer} off"
    help = "call `train()` at the start of each epoch"

    good = [
        Example(
            "each epoch starts with `train()`",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                model.train()
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                model.eval()
                with torch.no_grad():
                    for x, y in test_loader:
                        print(nn.functional.l1_loss(model(x), y))
            """,
        ),
        Example(
            "the helper that measures switches back",
            """
            import torch
            from torch import nn

            def measure(model, batches):
                model.eval()
                with torch.no_grad():
                    for x, y in batches:
                        print(nn.functional.l1_loss(model(x), y))
                model.train()

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                measure(model, test_loader)
            """,
        ),
        Example(
            "batch normalisation of the backbone is frozen on purpose",
            """
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.backbone = nn.Sequential(nn.Linear(10, 64), nn.BatchNorm1d(64), nn.ReLU())
                    self.head = nn.Linear(64, 1)

                def forward(self, x):
                    return self.head(self.backbone(x))

            model = Net()
            optimizer = torch.optim.Adam(model.parameters())
            model.train()
            model.backbone.eval()
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "measured after each epoch",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                model.eval()
                with torch.no_grad():
                    for x, y in test_loader:
                        print(nn.functional.l1_loss(model(x), y))
            """,
            at="model.eval()",
            fixed="""
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                model.train()
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                model.eval()
                with torch.no_grad():
                    for x, y in test_loader:
                        print(nn.functional.l1_loss(model(x), y))
            """,
        ),
        Example(
            "`train()` once before the loop, the rest in a helper",
            """
            import torch.nn.functional as fn
            from torch import no_grad
            from torch.nn import BatchNorm1d, Linear, Module
            from torch.optim import Adam

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.first, self.norm, self.out = Linear(10, 64), BatchNorm1d(64), Linear(64, 1)

                def forward(self, x):
                    return self.out(fn.relu(self.norm(self.first(x))))

            def validate(net, batches):
                net.eval()
                with no_grad():
                    for x, y in batches:
                        print(fn.l1_loss(net(x), y).item())

            net = Net()
            adam = Adam(net.parameters())
            net.train()
            for epoch in range(10):
                for x, y in train_batches:
                    adam.zero_grad()
                    fn.mse_loss(net(x), y).backward()
                    adam.step()
                validate(net, test_batches)
            """,
            at="net.eval()",
            fixed="""
            import torch.nn.functional as fn
            from torch import no_grad
            from torch.nn import BatchNorm1d, Linear, Module
            from torch.optim import Adam

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.first, self.norm, self.out = Linear(10, 64), BatchNorm1d(64), Linear(64, 1)

                def forward(self, x):
                    return self.out(fn.relu(self.norm(self.first(x))))

            def validate(net, batches):
                net.eval()
                with no_grad():
                    for x, y in batches:
                        print(fn.l1_loss(net(x), y).item())

            net = Net()
            adam = Adam(net.parameters())
            net.train()
            for epoch in range(10):
                net.train()
                for x, y in train_batches:
                    adam.zero_grad()
                    fn.mse_loss(net(x), y).backward()
                    adam.step()
                validate(net, test_batches)
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if context.INFERENCE_ONLY in plan.context:
            return
        for wrong in plan.trained_in_evaluation():
            network, layer = plan.network_at(wrong.network), plan.mode_dependent(wrong.network)
            if (network is not None and network.framework != "torch") or wrong.left_by is None:
                continue
            if wrong.always and context.FINE_TUNING in plan.context:
                continue
            self.report(
                wrong.left_by.origin,
                subject=network,
                certainty=Certainty.EXACT if network is not None else Certainty.POSSIBLE,
                because=(wrong.forward.origin, layer.origin if layer is not None else None),
                fix=restored(plan, wrong),
                when="all the time" if wrong.always else "after the first validation",
                network=network.name if network is not None else called(wrong.forward),
                layer=f"`{layer.title}`" if layer is not None else "its dropout or normalisation",
            )


def called(forward: Event) -> str:
    """What is called in a forward pass, as it is written."""
    site = forward.origin.site if forward.origin is not None else None
    return site.text.partition("(")[0] if site is not None else "the network"


def restored(plan: TrainingPlan, wrong: WrongMode) -> Fix | None:
    """`train()` before the loop of training, or right before the network runs where that loop evaluates, too."""
    forward = wrong.forward.origin
    text = forward.site.text if forward is not None and forward.site is not None else ""
    found = re.match(r"([\w.]+)\(", text)
    code = f"{found[1] if found is not None else ''}.train()"
    around = [loop for loop in plan.loops() if any(event is wrong.forward for event in loop.walk())]
    apart = around and not any(event is wrong.left_by for event in around[-1].walk())
    place = (loop_around(forward) if apart else None) or forward
    return safe(f"Add `{code}`", line_before(place, code) if found is not None else None)
