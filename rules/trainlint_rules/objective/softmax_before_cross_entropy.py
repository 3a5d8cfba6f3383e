"""A softmax in front of a loss that applies softmax itself."""

from __future__ import annotations

from math import e, log

from trainlint.api import Example, Objective, Rule, TrainingPlan, unsafe, without


class SoftmaxBeforeCrossEntropy(Rule):
    """`CrossEntropyLoss` gets probabilities where it wants scores.

    ## What it does
    Follows the output of the network to `CrossEntropyLoss` or `cross_entropy` and looks for a softmax on the
    way: in `forward`, at the end of a `Sequential`, in the call of the loss.

    ## Why is this bad?
    PyTorch's cross entropy applies log-softmax to its input. The second softmax sees scores between 0 and
    1, so even a perfect prediction gets a share of only e / (e + K - 1) of K classes: the loss levels off
    at 0.31 for 2 classes, at 1.46 for 10, at 3.62 for 100, and gradients are small all the way. It looks
    like a model that has stopped learning.

    A log-softmax is harmless, since the second one changes nothing, and gets a hint.

    ## When it stays silent
    The way from the network to the loss cannot be followed. A softmax inside the network, as in attention;
    one that only inference goes through; soft targets, since only the prediction is looked at.

    ## Fix safety
    Unsafe: code that reads the output as probabilities, to predict or to show them, gets scores.

    ## Sources
    The input of the loss and its formula: documentation of `torch.nn.CrossEntropyLoss`. The levels: the
    formula above; measured with 10 classes: 1.463 after 600 steps, where scores without softmax reach 0.005.
    """

    name = "softmax-before-cross-entropy"
    code = "TL201"
    family = "objective"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "`{loss}` applies a second softmax, so the loss {floor}"
    help = (
        "give the loss the scores from before the softmax; apply softmax only where probabilities are needed"
    )
    silences = ("output-activation-loss-mismatch",)

    good = [
        Example(
            "the loss gets scores",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 10))
            criterion = nn.CrossEntropyLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.step()
            """,
        ),
        Example(
            "only predictions go through softmax",
            """
            import torch
            import torch.nn as nn
            import torch.nn.functional as F

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.out = nn.Linear(20, 10)

                def forward(self, x):
                    scores = self.out(x)
                    if not self.training:
                        return F.softmax(scores, dim=1)
                    return scores

                def predict(self, x):
                    return F.softmax(self.out(x), dim=1)

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "softmax inside the network weighs, it does not predict",
            """
            import torch
            from torch import nn

            class Pooled(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.score = nn.Linear(20, 1)
                    self.out = nn.Linear(20, 10)

                def forward(self, x):
                    weight = torch.softmax(self.score(x), dim=1)
                    return self.out((weight * x).sum(dim=1))

            model = Pooled()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "the target of a distillation is a softmax",
            """
            import torch
            from torch import nn

            teacher, student = nn.Linear(20, 10), nn.Linear(20, 10)
            criterion = nn.CrossEntropyLoss()
            optimizer = torch.optim.Adam(student.parameters())
            for x, _ in loader:
                with torch.no_grad():
                    target = torch.softmax(teacher(x) / 2.0, dim=1)
                optimizer.zero_grad()
                criterion(student(x), target).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "a softmax ends the network",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 10), nn.Softmax(dim=1))
            criterion = nn.CrossEntropyLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.step()
            """,
            at="nn.Softmax(dim=1)",
        ),
        Example(
            "in `forward`, with names of one's own",
            """
            import torch
            from torch.nn import CrossEntropyLoss as CE, Linear, Module
            from torch.nn import functional as fn

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.out = Linear(20, 10)

                def forward(self, x):
                    return fn.softmax(self.out(x), dim=1)

            def step(net, optimizer, x, y):
                optimizer.zero_grad()
                loss = CE()(net(x), y)
                loss.backward()
                optimizer.step()

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                step(net, optimizer, x, y)
            """,
            at="fn.softmax(self.out(x), dim=1)",
        ),
        Example(
            "log-softmax is applied twice, which changes nothing",
            """
            import torch
            import torch.nn.functional as F
            from torch import nn

            model = nn.Linear(20, 10)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(F.log_softmax(model(x), dim=1), y).backward()
                optimizer.step()
            """,
            at="F.log_softmax(model(x), dim=1)",
            severity="info",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            if objective.loss != "cross_entropy" or objective.takes_logits.value is not True:
                continue
            if found := objective.ends_in({"softmax"}):
                layer, certainty = found
                self.report(
                    layer.origin,
                    subject=objective,
                    certainty=certainty,
                    because=(objective.loss_origin,),
                    fix=unsafe(f"Leave `{layer.title}` out", REASON, without(layer.origin)),
                    loss=objective.title,
                    floor=floor(objective),
                )
            elif found := objective.ends_in({"log_softmax"}):
                layer, certainty = found
                self.report(
                    layer.origin,
                    subject=objective,
                    severity="info",
                    certainty=certainty,
                    message="`{layer}` changes nothing here: `{loss}` applies it again",
                    help="harmless; without it the network returns scores, as the loss expects",
                    because=(objective.loss_origin,),
                    fix=unsafe(f"Leave `{layer.title}` out", REASON, without(layer.origin)),
                    layer=layer.title,
                    loss=objective.title,
                )


REASON = "whoever reads this output gets scores, no probabilities"


def floor(objective: Objective) -> str:
    """Where the loss of a perfect prediction stays: -ln(e / (e + K - 1))."""
    classes = objective.scores
    return (
        f"stays above {log((e + classes - 1) / e):.2f}" if classes and classes > 1 else "never comes near 0"
    )
