"""`x.to(device)` on a line of its own."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Rule, TrainingPlan, Unused

MOVING = frozenset({"to", "cuda", "cpu", "xpu"})
CONVERTING = frozenset("float half double bfloat16 long int bool type detach".split())


class DeviceTransferDiscarded(Rule):
    """A tensor is moved or converted, and the result is thrown away.

    ## What it does
    Looks for statements such as `x.to(device)`, `x.cuda()`, `x.float()` and `x.detach()` on tensors, whose
    result goes nowhere.

    ## Why is this bad?
    Modules move in place, tensors do not: the call gives a new tensor and leaves `x` where it was. The next
    operation with a network on the GPU fails, or the tensor keeps the type and the graph that it was meant
    to lose.

    ## When it stays silent
    Modules (`model.to(device)`), and everything that is not known to be a tensor, such as the batch of a
    loader that cannot be followed; it is a hint when the loop binds another name with it whose result is
    kept (`labels = labels.to(device)`), or the function has another such argument and a network is applied to
    this one. Methods that end in an underscore; the last line of a notebook's
    cell, which shows what it gives.

    ## Fix safety
    Safe: a result that nobody uses can only have been meant for the tensor itself.

    ## Sources
    Documentation of `torch.Tensor.to` and `torch.nn.Module.to`.
    """

    name = "device-transfer-discarded"
    code = "TL711"
    family = "precision"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "`{text}.{method}()` gives a new tensor that nobody keeps, so `{text}` {stays}"
    help = "assign the result: `{text} = {call}`"

    good = [
        Example(
            "assigned",
            """
            import torch
            from torch import nn

            device = torch.device("cuda")
            model = nn.Linear(10, 1)
            model.to(device)
            optimizer = torch.optim.Adam(model.parameters())
            x, y = torch.randn(64, 10), torch.randn(64, 1)
            x = x.to(device)
            y = y.to(device)
            for epoch in range(1000):
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "changed in place",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for _ in range(1000):
                x = torch.randn(64, 10)
                x.requires_grad_()
                x.detach_()
                optimizer.zero_grad()
                model(x).mean().backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "a batch that stays on the CPU",
            """
            import torch
            from torch import nn

            device = torch.device("cuda")
            model = nn.Linear(10, 1).to(device)
            optimizer = torch.optim.Adam(model.parameters())
            for _ in range(1000):
                x, y = torch.randn(64, 10), torch.randn(64, 1)
                x.to(device)
                y = y.to(device)
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="x.to(device)",
            fixed="""
            import torch
            from torch import nn

            device = torch.device("cuda")
            model = nn.Linear(10, 1).to(device)
            optimizer = torch.optim.Adam(model.parameters())
            for _ in range(1000):
                x, y = torch.randn(64, 10), torch.randn(64, 1)
                x = x.to(device)
                y = y.to(device)
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "in a function, of a known data set",
            """
            import torch.nn.functional as fn
            import torchvision
            from torch import nn, optim
            from torch.utils.data import DataLoader
            from torchvision.transforms import ToTensor

            def learn(net, batches, adam):
                for images, labels in batches:
                    images.cuda()
                    labels = labels.cuda()
                    adam.zero_grad()
                    fn.cross_entropy(net(images.flatten(1)), labels).backward()
                    adam.step()

            data = torchvision.datasets.MNIST("data", train=True, transform=ToTensor())
            net = nn.Linear(784, 10).cuda()
            for epoch in range(10):
                learn(net, DataLoader(data, batch_size=64, shuffle=True), optim.Adam(net.parameters()))
            """,
            at="images.cuda()",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for unused in plan.unused:
            wanted = unused.form == "called" and unused.method in MOVING | CONVERTING
            site = unused.origin.site if unused.origin is not None else None
            if not wanted or unused.of != "tensor" or site is None:
                continue
            self.report(
                unused.origin,
                certainty=unused.certainty,
                fix=assigned(unused),
                text=unused.text,
                method=unused.method,
                stays="stays where it is" if unused.method in MOVING else "stays as it is",
                call=site.text,
            )


def assigned(unused: Unused) -> Fix | None:
    """The same statement with the result assigned to the tensor."""
    site = unused.origin.site if unused.origin is not None else None
    if site is None:
        return None
    content = f"{unused.text} = {site.text}"
    return Fix(
        applicability="safe", message=f"Write `{content}`", edits=(Edit(place=site.place, content=content),)
    )
