"""Dropout that goes on while the network is evaluated."""

from __future__ import annotations

import re

from trainlint.api import Certainty, Example, Fix, Layer, Rule, TrainingPlan, add_argument, context

ON_PURPOSE = re.compile(r"mc|monte|bayes|uncertain|ensemble|always", re.IGNORECASE)
"""Names of networks that sample with dropout on."""

ATTENTION = "F.scaled_dot_product_attention"

SURE = (Certainty.EXACT, Certainty.DEFAULT)


class FunctionalDropoutAlwaysOn(Rule):
    """`eval()` does not switch this dropout off.

    ## What it does
    Looks for `F.dropout` without `training=` in the forward pass of a network, for
    `F.scaled_dot_product_attention` with a `dropout_p` that is the same in training and evaluation, and for a
    dropout module that is constructed in the place where it is applied.

    ## Why is this bad?
    The function drops unless it is told not to: `training` is True by default, and attention has no such
    argument at all, it drops with the rate that it gets. A module that is made in `forward` is not
    part of the network, so `eval()` does not reach it. Validation scores are too low and differ from call to
    call, and so do predictions.

    ## When it stays silent
    `training=` is given, whatever it is; the rate of attention is 0 on one of its ways or not known; the call
    stands under `if self.training`. A program that trains and never evaluates. Networks whose name says that
    they sample (Monte Carlo dropout). Functions of the program outside of a network.

    ## Fix safety
    Safe where the call mentions `self`: while training nothing changes.

    ## Sources
    Documentation of `torch.nn.functional.dropout` (`training`, default True) and of
    `torch.nn.functional.scaled_dot_product_attention`, whose text asks for `dropout_p=0.0` in evaluation.
    TheDeepChecker (mode switch).
    """

    name = "functional-dropout-always-on"
    code = "TL405"
    family = "regularisation"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "`{layer}` {why}, so it drops values in evaluation too"
    help = "{advice}"

    good = [
        Example(
            "told whether it trains",
            """
            import torch.nn.functional as F
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.one, self.two = nn.Linear(20, 64), nn.Linear(64, 2)

                def forward(self, x):
                    x = F.dropout(F.relu(self.one(x)), 0.5, self.training)
                    return self.two(F.dropout(x, p=0.2, training=self.training))
            """,
        ),
        Example(
            "sampled on purpose",
            """
            import torch.nn.functional as F
            from torch import nn

            class MCNet(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.one, self.two = nn.Linear(20, 64), nn.Linear(64, 2)

                def forward(self, x):
                    return self.two(F.dropout(F.relu(self.one(x))))
            """,
        ),
    ]
    bad = [
        Example(
            "the default of the function",
            """
            from torch import nn
            from torch.nn import functional as fn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.one, self.two = nn.Linear(20, 64), nn.Linear(64, 2)

                def forward(self, x):
                    return self.two(fn.dropout(fn.relu(self.one(x)), p=0.5))
            """,
            at="fn.dropout(fn.relu(self.one(x)), p=0.5)",
            fixed="""
            from torch import nn
            from torch.nn import functional as fn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.one, self.two = nn.Linear(20, 64), nn.Linear(64, 2)

                def forward(self, x):
                    return self.two(fn.dropout(fn.relu(self.one(x)), p=0.5, training=self.training))
            """,
        ),
        Example(
            "made where it is used",
            """
            from torch.nn import Dropout, Linear, Module

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.one, self.two = Linear(20, 64), Linear(64, 2)

                def forward(self, x):
                    return self.two(Dropout(0.5)(self.one(x).relu()))
            """,
            at="Dropout(0.5)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if not may_be_evaluated(plan):
            return
        for network in plan.networks:
            if ON_PURPOSE.search(network.name):
                continue
            for layer in network.of_kind("dropout", "attention"):
                if layer.number("rate") == 0 or layer.training_only or network.framework != "torch":
                    continue
                if always_drops(layer):
                    self.say(
                        layer,
                        "has a fixed rate",
                        "write `dropout_p=p if self.training else 0.0`",
                        None,
                    )
                elif is_untold(layer):
                    self.say(
                        layer, "is not told when it trains", "pass `training=self.training`", the_fix(layer)
                    )
                elif layer.kind == "dropout" and layer.kept == "made in place":
                    self.say(layer, "is made in the forward pass", "make it in `__init__`", None)

    def say(self, layer: Layer, why: str, advice: str, fix: Fix | None) -> None:
        self.report(layer.origin, subject=layer, fix=fix, layer=layer.title, why=why, advice=advice)


def may_be_evaluated(plan: TrainingPlan) -> bool:
    """Whether the program evaluates, or leaves both training and evaluation to others."""
    if context.INFERENCE_ONLY in plan.context:
        return True
    return any(event.kind in ("eval_mode", "evaluate") for tree in plan.events for event in tree.walk())


def is_untold(layer: Layer) -> bool:
    """Whether a function drops because nobody told it otherwise."""
    training = layer.settings.get("training")
    return training is not None and training.value is True and training.is_library_default


def always_drops(layer: Layer) -> bool:
    """Whether this is the function of attention, with a rate that nothing takes back for evaluation."""
    rate = layer.settings.get("rate")
    if layer.title != ATTENTION or rate is None:
        return False
    return rate.violates(lambda p: isinstance(p, int | float) and p > 0) in SURE


def the_fix(layer: Layer) -> Fix | None:
    site = layer.origin.site if layer.origin is not None else None
    if site is None or "self." not in site.text:
        return None
    return add_argument(layer.origin, "training=self.training", "safe")
