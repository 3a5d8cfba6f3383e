"""A loss for log-probabilities that gets something else."""

from __future__ import annotations

from trainlint.api import (
    Certainty,
    Example,
    Fix,
    Layer,
    Objective,
    Rule,
    TrainingPlan,
    add_argument,
    called_instead,
    kinds,
    replace_value,
    unsafe,
)

WANT_LOGARITHMS = frozenset({"nll", "kl_divergence"})

TWINS = {"softmax": "log_softmax", "Softmax": "LogSoftmax"}
"""How a softmax is written, and what gives its logarithm."""


class LogProbabilityLossMisused(Rule):
    """`NLLLoss`, `KLDivLoss` or `PoissonNLLLoss` gets values of the wrong scale.

    ## What it does
    Looks at what meets a loss that wants logarithms: probabilities (softmax) or raw scores in `NLLLoss` or
    `KLDivLoss`; an exponential in `PoissonNLLLoss(log_input=True)`, raw scores with `log_input=False`. Gives
    a hint about `KLDivLoss` with `reduction="mean"`.

    ## Why is this bad?
    `NLLLoss` is minus the value at the true class. With probabilities it falls to -1 and its gradient is
    large where the network is right and small where it is wrong; with raw scores it falls without end, as
    the scores grow. `KLDivLoss` compares its target with the exponential of its input. `reduction="mean"`
    divides by the number of values instead of samples, so the loss is too small by the number of classes.

    It is an error for the input, a hint for the reduction.

    ## When it stays silent
    The way to the loss cannot be followed; a logarithm on the way.

    ## Fix safety
    Unsafe: whoever else reads the output of the softmax gets logarithms as well; where the loss is changed instead,
    to cross entropy or another mean, the size of the loss and of its gradient changes.

    ## Sources
    Inputs and `reduction`: documentation of `torch.nn.NLLLoss`, `KLDivLoss` and `PoissonNLLLoss`; PyTorch
    itself warns about `reduction="mean"`. A loss below zero: AutoTrainer.
    """

    name = "log-probability-loss-misused"
    code = "TL205"
    family = "objective"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "`{loss}` wants logarithms and gets probabilities: it falls below 0 and misleads"
    help = "use `log_softmax` in place of `softmax`"

    good = [
        Example(
            "logarithms",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 10), nn.LogSoftmax(dim=1))
            criterion = nn.NLLLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "soft targets are probabilities",
            """
            import torch
            import torch.nn.functional as F
            from torch import nn

            student, teacher = nn.Linear(20, 10), nn.Linear(20, 10)
            optimizer = torch.optim.Adam(student.parameters())
            for x, y in loader:
                with torch.no_grad():
                    soft = F.softmax(teacher(x) / 4, dim=1)
                optimizer.zero_grad()
                F.kl_div(F.log_softmax(student(x) / 4, dim=1), soft, reduction="batchmean").backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "probabilities",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 10), nn.Softmax(dim=1))
            criterion = nn.NLLLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
            at="nn.Softmax(dim=1)",
            fixed="""
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 10), nn.LogSoftmax(dim=1))
            criterion = nn.NLLLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "raw scores",
            """
            import torch
            from torch.nn import Linear, Module
            from torch.nn.functional import nll_loss as negative_log

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = Linear(20, 32)
                    self.out = Linear(32, 10)

                def forward(self, x):
                    return self.out(torch.relu(self.hidden(x)))

            def step(net, optimizer, x, y):
                optimizer.zero_grad()
                negative_log(net(x), y).backward()
                optimizer.step()

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                step(net, optimizer, x, y)
            """,
            at="Linear(32, 10)",
        ),
        Example(
            "a mean over classes as well",
            """
            import torch
            import torch.nn.functional as F
            from torch import nn

            model = nn.Linear(20, 10)
            criterion = nn.KLDivLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, soft in loader:
                optimizer.zero_grad()
                criterion(F.log_softmax(model(x), dim=1), soft).backward()
                optimizer.step()
            """,
            at="nn.KLDivLoss()",
            severity="info",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            if objective.framework != "torch":
                continue
            if objective.loss in WANT_LOGARITHMS:
                self.judge_logarithms(objective)
            elif objective.loss == "poisson":
                self.judge_counts(objective)

    def judge_logarithms(self, objective: Objective) -> None:
        if found := objective.ends_in({"softmax"}):
            layer = found[0]
            self.tell(objective, *found, fix=in_logarithms(layer))
        elif found := objective.ends_in(kinds.AFFINE):
            self.tell(objective, *found, message=RAW, help=ADD_LOG_SOFTMAX, fix=taking_scores(objective))
        elif objective.loss == "kl_divergence" and averages(objective):
            self.report(
                objective.loss_origin,
                subject=objective,
                severity="info",
                certainty=objective.certainty,
                message="`{loss}` divides by classes as well: the loss is too small by their number",
                help='say `reduction="batchmean"`, which is the mathematical mean',
                fix=averaged(objective),
                loss=objective.title,
            )

    def judge_counts(self, objective: Objective) -> None:
        takes_logarithms = objective.settings.get("log_input")
        if takes_logarithms is None:
            return
        if takes_logarithms.value is True and (found := objective.ends_in({"exponential"})):
            fix = add_argument(objective.loss_origin, "log_input=False", "unsafe", RATES)
            if takes_logarithms.is_written:
                fix = replace_value(takes_logarithms, "False", RATES)
            self.tell(objective, *found, message=TWICE, help=NO_EXPONENTIAL, fix=fix)
        elif takes_logarithms.value is False and (found := objective.ends_in(kinds.AFFINE)):
            fix = replace_value(takes_logarithms, "True", RATES)
            self.tell(objective, *found, message=NEGATIVE, help=LOGARITHMS, fix=fix)

    def tell(
        self,
        objective: Objective,
        layer: Layer,
        certainty: Certainty,
        *,
        message: str | None = None,
        help: str | None = None,  # noqa: A002 - the word that users read
        fix: Fix | None = None,
    ) -> None:
        self.report(
            layer.origin,
            subject=objective,
            certainty=certainty,
            message=message,
            help=help,
            because=(objective.loss_origin,),
            fix=fix,
            loss=objective.title,
            layer=layer.title,
        )


RAW = "`{loss}` wants logarithms and gets raw scores of `{layer}`: it falls without end"
ADD_LOG_SOFTMAX = "put `log_softmax` in front of it, or use `CrossEntropyLoss`, which takes scores"
TWICE = "`{loss}` applies a second exponential: its values overflow"
NO_EXPONENTIAL = "leave the exponential out, or `log_input=False`"
LOGARITHMS = "leave `log_input` at True, or end in softplus"
NEGATIVE = "`{loss}` takes the logarithm of raw scores: NaN below 0"


RATES = "what the network gives is read in another way"


def taking_scores(objective: Objective) -> Fix | None:
    """`cross_entropy` in place of `nll_loss`: it takes the logarithm of the softmax itself."""
    reason = "the network gives scores: who reads them as log-probabilities is mistaken still"
    return unsafe("Use cross entropy", reason, called_instead(objective.loss_origin, OF_SCORES))


OF_SCORES = {"NLLLoss": "CrossEntropyLoss", "nll_loss": "cross_entropy"}


def averaged(objective: Objective) -> Fix | None:
    """A fix that divides by the samples only."""
    reduction = objective.settings["reduction"]
    reason = "the loss, and with it the gradient, is larger by the number of classes"
    if reduction.is_written:
        return replace_value(reduction, '"batchmean"', reason)
    return add_argument(objective.loss_origin, 'reduction="batchmean"', "unsafe", reason)


def averages(objective: Objective) -> bool:
    reduction = objective.settings.get("reduction")
    return reduction is not None and reduction.value == "mean"


def in_logarithms(layer: Layer) -> Fix | None:
    """A fix that writes the softmax's logarithm."""
    reason = "other readers of this output get logarithms as well"
    return unsafe("Take the logarithm", reason, called_instead(layer.origin, TWINS))
