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
    loop_around,
    see_the_same,
    unsafe,
)


class TrainingUnderNoGrad(Rule):
    """The forward pass of training runs without gradients.

    ## What it does
    Looks for a backward pass from a loss that was computed within `torch.no_grad()` or `inference_mode()`,
    as a context or a decorator, or after `torch.set_grad_enabled(False)` that nothing has taken back.

    ## Why is this bad?
    Within such a context PyTorch records nothing, so the loss knows no weights: `backward()` raises an error,
    or, where the loss is made to require gradients by hand, leaves every weight without any, and nothing is
    learned.

    ## When it stays silent
    Only a part of the way to the loss runs without gradients: a frozen feature extractor, a teacher, a
    target network. The backward pass itself, or the step, may stand in such a context. `enable_grad()`
    within; a mode that is not decided (`set_grad_enabled(phase == "train")`); functions that are only called
    by code elsewhere.

    ## Fix safety
    Unsafe: weights that stood still start to change. `enable_grad()` stands in the place of the context that
    switches gradients off; `set_grad_enabled(True)` comes before the loop that trains. Nothing is offered for
    a context under a name of the program's own.

    ## Sources
    Documentation of `torch.no_grad`, `torch.inference_mode` and `torch.set_grad_enabled`.
    """

    name = "training-under-no-grad"
    code = "TL605"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch",)
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
    ]

    def check(self, plan: TrainingPlan) -> None:
        if context.META_LEARNING in plan.context:
            return
        seen: set[int] = set()
        for event, cause in plan.cut_backwards():
            if id(cause.site) not in seen:
                seen.add(id(cause.site))
                self.report(cause, because=(event.origin,), fix=switched_on(cause, event))


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
