"""Freezing that does nothing."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Rule, TrainingPlan, Unused


class RequiresGradMisspelt(Rule):
    """`requires_grad` is misspelt, or set where it means nothing.

    ## What it does
    Looks for `p.require_grad = False` and similar names on parameters, for `requires_grad` assigned to a
    module (`model.fc.requires_grad = False`), for `p.requires_grad == False` as a statement, and for
    `requires_grad_` without a call.

    ## Why is this bad?
    Python lets any attribute be set, so nothing fails and nothing is frozen: the layers that were meant to
    stay as they are train along, and a pretrained backbone is spoilt by the gradients of a fresh head.

    ## When it stays silent
    The right name on a parameter or tensor; `requires_grad_(False)` on a module; an attribute that a class of
    the program keeps for itself (`self.requires_grad = …`).

    ## Fix safety
    Safe: the statement has no effect as it stands, and only one can be meant.

    ## Sources
    Documentation of `torch.nn.Module.requires_grad_`; TorchFix TOR002.
    """

    name = "requires-grad-misspelt"
    code = "TL615"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "`{statement}` freezes nothing, so these weights train along"
    help = "write `{wanted}`"
    silences = ("learning-rate-too-low",)

    good = [
        Example(
            "frozen by the right name",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            for weight in model[0].parameters():
                weight.requires_grad = False
            model[2].requires_grad_(True)
            optimizer = torch.optim.Adam(p for p in model.parameters() if p.requires_grad)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "an attribute of one's own",
            """
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self, requires_grad=True):
                    super().__init__()
                    self.requires_grad = False
                    self.out = nn.Linear(10, 1)

                def forward(self, x):
                    return self.out(x)

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(net(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "a letter is missing",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            for weight in model[0].parameters():
                weight.require_grad = False
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="weight.require_grad",
            fixed="""
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            for weight in model[0].parameters():
                weight.requires_grad = False
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "set on a module, in a function with other names",
            """
            from torch import optim
            from torch.nn import Linear, ReLU, Sequential as Chain
            from torch.nn.functional import mse_loss

            def freeze(part):
                part.requires_grad = False

            net = Chain(Linear(10, 64), ReLU(), Linear(64, 1))
            freeze(net[0])
            adam = optim.Adam(net.parameters())
            for x, y in batches:
                adam.zero_grad()
                mse_loss(net(x), y).backward()
                adam.step()
            """,
            at="part.requires_grad",
        ),
        Example(
            "compared instead of set",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            for weight in model[0].parameters():
                weight.requires_grad == False
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="weight.requires_grad == False",
        ),
        Example(
            "named and not called",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            for weight in model[0].parameters():
                weight.requires_grad_
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="weight.requires_grad_",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for unused in plan.unused:
            if not is_freezing(unused):
                continue
            assigns = unused.form == "assigned"
            self.report(
                unused.origin,
                certainty=unused.certainty,
                fix=renamed(unused),
                statement=f"{unused.text}.{unused.method}" + (" = …" if assigns else ""),
                wanted=(
                    f"{unused.text}.requires_grad = False"
                    if unused.of == "weights"
                    else f"{unused.text}.requires_grad_(False)"
                ),
            )


def is_freezing(unused: Unused) -> bool:
    """Whether a statement can only have been meant to freeze or to thaw."""
    if unused.of not in ("weights", "network"):
        return False
    if unused.form == "assigned":
        return True
    return unused.method == {"compared": "requires_grad", "named": "requires_grad_"}.get(unused.form)


def renamed(unused: Unused) -> Fix | None:
    """The right name where only the name is wrong."""
    site = unused.origin.site if unused.origin is not None else None
    if site is None or unused.form != "assigned" or unused.of != "weights":
        return None
    content = f"{unused.text}.requires_grad"
    return Fix(
        applicability="safe", message=f"Write `{content}`", edits=(Edit(place=site.place, content=content),)
    )
