"""Mixed precision with the scaler out of order."""

from __future__ import annotations

import re

from trainlint.api import (
    Edit,
    Event,
    Example,
    Fix,
    Rule,
    TrainingPlan,
    line_after,
    line_before,
    run_together,
    safe,
    see_the_same,
)

MESSAGES = {
    "clips scaled": (
        "gradients are clipped while still scaled, so nearly all of every step is cut away",
        "call `scaler.unscale_(optimizer)` before clipping",
    ),
    "steps directly": (
        "the optimizer steps on gradients that are still scaled, 65,536 times too long",
        "step with `scaler.step(optimizer)`",
    ),
    "never updated": (
        "`step` comes again without `update()`, so the second step raises an error",
        "call `scaler.update()` once after the steps of each batch",
    ),
    "never scaled": (
        "`scaler.step` gets gradients of a loss that was not scaled and raises an error",
        "go backward from `scaler.scale(loss)`",
    ),
    "no scaler": (
        "float16 without a gradient scaler: small gradients become 0 and are lost",
        "scale the loss with `torch.amp.GradScaler`, or compute in bfloat16",
    ),
}
"""Message and help by what is wrong."""


class GradScalerMisused(Rule):
    """The gradient scaler of mixed precision is left out or used out of order.

    ## What it does
    Follows `scale`, `unscale_`, clipping, `step` and `update` of a `GradScaler` through the training loop and
    reports gradients that are clipped or applied while they are scaled, a step without `update()`, and a
    backward pass from a loss that was not scaled. Also training under `autocast` in float16 with no scaler.

    ## Why is this bad?
    The scaler multiplies the loss by up to 65,536. Clipping such gradients at 1.0 leaves next to nothing;
    stepping on them overshoots. Without a scaler small gradients underflow in float16 and those weights stop
    learning.

    ## When it stays silent
    bfloat16; a scaler that is switched off; autocast while only measuring; several ways through the loop that
    do not agree, which is a hint; losses or optimizers that go to code that cannot be followed (Accelerate,
    Apex, DeepSpeed); gradients accumulated over several batches.

    ## Fix safety
    Safe: the call that is missing in the order of the documentation, by the names that scaler and optimizer
    have in the calls around it. Nothing is offered for a program without a scaler.

    ## Sources
    PyTorch's "Automatic Mixed Precision examples" (working with unscaled gradients); the initial scale:
    documentation of `torch.amp.GradScaler`.
    """

    name = "grad-scaler-misused"
    code = "TL701"
    family = "precision"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "the gradient scaler is used out of order"

    good = [
        Example(
            "unscaled before clipping",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scaler = torch.amp.GradScaler()
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda"):
                    loss = nn.functional.mse_loss(model(x), y)
                scaler.scale(loss).backward()
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                scaler.step(optimizer)
                scaler.update()
            """,
        ),
        Example(
            "bfloat16 needs no scaler",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda", dtype=torch.bfloat16):
                    loss = nn.functional.mse_loss(model(x), y)
                loss.backward()
                optimizer.step()
            """,
        ),
        Example(
            "with or without, as an option says",
            """
            import torch
            from torch import nn
            from settings import amp

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scaler = torch.amp.GradScaler(enabled=amp)
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda", enabled=amp):
                    loss = nn.functional.mse_loss(model(x), y)
                if amp:
                    scaler.scale(loss).backward()
                    scaler.step(optimizer)
                    scaler.update()
                else:
                    loss.backward()
                    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                    optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "clipped while scaled",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scaler = torch.amp.GradScaler()
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda"):
                    loss = nn.functional.mse_loss(model(x), y)
                scaler.scale(loss).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                scaler.step(optimizer)
                scaler.update()
            """,
            at="nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scaler = torch.amp.GradScaler()
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda"):
                    loss = nn.functional.mse_loss(model(x), y)
                scaler.scale(loss).backward()
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                scaler.step(optimizer)
                scaler.update()
            """,
        ),
        Example(
            "stepped past the scaler, in a function with other names",
            """
            from torch import autocast as mixed, optim
            from torch.cuda.amp import GradScaler as Scaler
            from torch.nn import Linear
            from torch.nn.functional import mse_loss

            def learn(net, batches, adam, scale):
                for x, y in batches:
                    adam.zero_grad()
                    with mixed("cuda"):
                        loss = mse_loss(net(x), y)
                    scale.scale(loss).backward()
                    adam.step()
                    scale.update()

            net = Linear(10, 1)
            learn(net, make_batches(), optim.Adam(net.parameters()), Scaler())
            """,
            at="adam.step()",
            fixed="""
            from torch import autocast as mixed, optim
            from torch.cuda.amp import GradScaler as Scaler
            from torch.nn import Linear
            from torch.nn.functional import mse_loss

            def learn(net, batches, adam, scale):
                for x, y in batches:
                    adam.zero_grad()
                    with mixed("cuda"):
                        loss = mse_loss(net(x), y)
                    scale.scale(loss).backward()
                    scale.step(adam)
                    scale.update()

            net = Linear(10, 1)
            learn(net, make_batches(), optim.Adam(net.parameters()), Scaler())
            """,
        ),
        Example(
            "never updated",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scaler = torch.amp.GradScaler()
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda"):
                    loss = nn.functional.mse_loss(model(x), y)
                scaler.scale(loss).backward()
                scaler.step(optimizer)
            """,
            at="scaler.step(optimizer)",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            scaler = torch.amp.GradScaler()
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda"):
                    loss = nn.functional.mse_loss(model(x), y)
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
            """,
        ),
        Example(
            "float16 without a scaler",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                with torch.autocast("cuda", dtype=torch.float16):
                    loss = nn.functional.mse_loss(model(x), y)
                loss.backward()
                optimizer.step()
            """,
            at='torch.autocast("cuda", dtype=torch.float16)',
            severity="warning",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for misuse in plan.scaler_misuses():
            message, advice = MESSAGES[misuse.fault]
            self.report(
                misuse.event.origin,
                severity="warning" if misuse.fault == "no scaler" else None,
                certainty=misuse.certainty,
                message=message,
                help=advice,
                fix=in_order(plan, misuse.fault, misuse.event),
            )


def in_order(plan: TrainingPlan, fault: str, event: Event) -> Fix | None:
    """The call of the scaler that is missing, by the names that its other calls have."""
    origin = event.origin
    site = origin.site if origin is not None else None
    events = [other for tree in plan.events for other in tree.walk() if see_the_same(other.origin, origin)]
    used = {
        found.groups() for other in events if (found := _matched(other, r"([\w.]+)\.step\(\s*([\w.]+)\s*\)"))
    }
    scales = {found[1] for other in events if (found := _matched(other, r"([\w.]+)\.scale\(.*"))}
    if fault == "clips scaled" and len(used) == 1:
        scaler, optimizer = used.pop()
        code = f"{scaler}.unscale_({optimizer})"
        return safe(f"Add `{code}`", line_before(origin, code))
    if fault == "never updated" and len(used) == 1:
        code = f"{used.pop()[0]}.update()"
        return safe(f"Add `{code}`", line_after(origin, code))
    if fault == "steps directly" and len(scales) == 1 and (own := _matched(event, r"([\w.]+)\.step\(\)")):
        scaler = scales.pop()
        edits = [Edit(place=site.place, content=f"{scaler}.step({own[1]})") if site is not None else None]
        if not any(other.kind == "scaler_update" for other in events):
            edits.append(line_after(origin, f"{scaler}.update()"))
        return safe(f"Step by `{scaler}`", *edits)
    passes = [other for other in events if other.kind == "backward" and run_together(other.origin, origin)]
    if fault == "never scaled" and len(used) == 1 and len(passes) == 1:
        loss, start = _matched(passes[0], r"([\w.]+)\.backward\(\)"), passes[0].origin
        if loss is not None and start is not None and start.site is not None:
            content = f"{used.pop()[0]}.scale({loss[1]}).backward()"
            return safe(f"Write `{content}`", Edit(place=start.site.place, content=content))
    return None


def _matched(event: Event, pattern: str) -> re.Match[str] | None:
    site = event.origin.site if event.origin is not None else None
    return re.fullmatch(pattern, site.text) if site is not None else None
