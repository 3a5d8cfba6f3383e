"""A schedule that is stepped at the wrong time."""

from __future__ import annotations

from trainlint.api import (
    Event,
    Example,
    Fix,
    Rule,
    TrainingPlan,
    loop_around,
    moved_behind,
    run_together,
    see_the_same,
    unsafe,
)

MESSAGES = {
    "before the optimizer": (
        "`{schedule}` steps before the optimizer, so its first learning rate is skipped",
        "step the schedule after the optimizer",
    ),
    "counts batches": (
        "`{schedule}` counts batches and steps once an epoch, so the rate hardly gets going",
        "move its step into the loop over batches",
    ),
    "counts epochs": (
        "`{schedule}` counts epochs and steps with each batch, so it is through in the first",
        "move its step out of the loop over batches",
    ),
}
"""Message and help by what is wrong."""


class SchedulerStepMisplaced(Rule):
    """The learning-rate schedule is stepped in the wrong place.

    ## What it does
    Looks at the loops around the steps of a schedule and of its optimizer: a schedule that is stepped before
    the optimizer; one that is as long as all batches (`OneCycleLR` with `steps_per_epoch`, a
    `num_training_steps` far above the number of epochs) and is stepped once an epoch; one that is as long as
    the epochs (`CosineAnnealingLR`, `MultiStepLR`, `StepLR`) and is stepped with each batch.

    ## Why is this bad?
    Before the optimizer, the first rate of the schedule is never used. Once an epoch, a warm-up of hundreds of
    steps never ends. With each batch, the rate has fallen to nothing before the first epoch is over. In each
    case the network trains with rates that nobody chose.

    ## When it stays silent
    Numbers that fit both; several schedules for one optimizer; schedules stepped by a trainer, or before the
    loop to catch up after a restart; the number of epochs is not known.

    ## Fix safety
    Unsafe: the run gets other learning rates. Offered where both steps stand in one function.

    ## Sources
    Documentation of `torch.optim` (how to adjust learning rate): since PyTorch 1.1 the schedule is stepped
    after the optimizer; documentation of `OneCycleLR`: stepped after every batch.
    """

    name = "scheduler-step-misplaced"
    code = "TL132"
    family = "schedule"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "warning"
    message = "`{schedule}` is stepped in the wrong place"

    good = [
        Example(
            "once an epoch, after the optimizer",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=90)
            for epoch in range(90):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                scheduler.step()
            """,
        ),
        Example(
            "one cycle, with each batch",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.OneCycleLR(
                optimizer, max_lr=0.1, epochs=10, steps_per_epoch=len(loader)
            )
            for epoch in range(10):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                    scheduler.step()
            """,
        ),
        Example(
            "caught up after a restart",
            """
            import torch
            from torch import nn
            from settings import first_epoch

            model = nn.Linear(10, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
            for _ in range(first_epoch):
                scheduler.step()
            for epoch in range(first_epoch, 90):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                scheduler.step()
            """,
        ),
    ]
    bad = [
        Example(
            "at the start of the epoch",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
            for epoch in range(90):
                scheduler.step()
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
            """,
            at="scheduler.step()",
            fixed="""
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
            for epoch in range(90):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                scheduler.step()
            """,
        ),
        Example(
            "one cycle, stepped once an epoch, with other names",
            """
            from torch.nn import Linear
            from torch.nn.functional import mse_loss
            from torch.optim import SGD
            from torch.optim.lr_scheduler import OneCycleLR as Cycle

            def learn(net, batches, sgd):
                for x, y in batches:
                    sgd.zero_grad()
                    mse_loss(net(x), y).backward()
                    sgd.step()

            net = Linear(10, 1)
            sgd = SGD(net.parameters(), lr=0.1)
            cycle = Cycle(sgd, max_lr=0.1, epochs=10, steps_per_epoch=len(batches))
            for epoch in range(10):
                learn(net, batches, sgd)
                cycle.step()
            """,
            at="cycle.step()",
        ),
        Example(
            "a schedule of epochs, stepped with each batch",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader

            model = nn.Linear(10, 1)
            loader = DataLoader(make_dataset(), batch_size=32, shuffle=True)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[30, 60])
            for epoch in range(90):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                    scheduler.step()
            """,
            at="scheduler.step()",
            fixed="""
            import torch
            from torch import nn
            from torch.utils.data import DataLoader

            model = nn.Linear(10, 1)
            loader = DataLoader(make_dataset(), batch_size=32, shuffle=True)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[30, 60])
            for epoch in range(90):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                scheduler.step()
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for misplaced in plan.misplaced_schedule_steps():
            message, advice = MESSAGES[misplaced.fault]
            self.report(
                misplaced.event.origin,
                subject=misplaced.optimizer,
                message=message,
                help=advice,
                because=(misplaced.schedule.origin,),
                fix=moved(plan, misplaced.fault, misplaced.event),
                schedule=misplaced.schedule.name,
            )


def moved(plan: TrainingPlan, fault: str, event: Event) -> Fix | None:
    """The step of the schedule behind that of the optimizer, or behind the loop over batches."""
    steps = [
        other.origin
        for tree in plan.events
        for other in tree.walk()
        if other.kind == "step" and other.optimizer == event.optimizer
    ]
    if len(steps) != 1 or not see_the_same(steps[0], event.origin):
        return None
    if fault == "counts epochs":
        place = loop_around(event.origin)
    elif fault == "counts batches" or run_together(event.origin, steps[0]):
        place = steps[0]
    else:
        place = loop_around(steps[0])
    return unsafe(
        "Step the schedule after " + ("the batches" if fault == "counts epochs" else "the optimizer"),
        "the run gets other learning rates",
        *moved_behind(event.origin, place),
    )
