"""Weight decay, L1 and L2 that outweigh the loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from trainlint.api import (
    Certainty,
    Example,
    Layer,
    Network,
    Optimizer,
    Options,
    Rule,
    Setting,
    TrainingPlan,
    context,
    kinds,
    replace_value,
    weakest,
)

DECOUPLED = frozenset(
    "AdamW NAdamW Lion LAMB Lamb Lars LARS Adafactor Muon SGDW AdamWScheduleFree StableAdamW AdaBelief".split()
)
"""Optimizers of PyTorch whose decay shrinks the weights by rate x decay, apart from the gradient."""

STRONG_SHRINK = 1e-2
"""Share of every weight that a decoupled decay takes in each step: judgement."""

RIDGE = 1.0
"""Decay of a linear model from which on the penalty outweighs inputs of unit variance: judgement."""

PENALTIES = {
    # what a regularizer's setting is called: warning, error, what to write instead
    "l1": (0.05, 1.0, "1e-4"),
    "l2": (0.1, 1.0, "1e-4"),
}
"""Factors of Keras' regularizers: judgement, from the measured decay that is added to the gradient. `l2` has no
factor of one half (keras/src/regularizers), so 0.05 of decay is 0.025 of it; usual are 1e-4 to 1e-2."""

PENALISED = ("kernel_regularizer", "activity_regularizer", "recurrent_regularizer", "embeddings_regularizer",
             "depthwise_regularizer")  # fmt: skip

FACTORS = {f"{place}.{name}": name for name in PENALTIES for place in PENALISED}
"""The settings of a layer that hold such a factor, each with the name of the penalty."""


STACK, HALF, PENALTY = 3, 0.5, 1e-2
"""Layers on end with dropout of a half and such a penalty that are too much together: judgement."""


class RegularisationOptions(Options):
    """From where on regularisation counts as too strong."""

    coupled: float = Field(0.05, gt=0, description="decay that is added to the gradient: a warning")
    coupled_error: float = Field(0.3, gt=0, description="decay that is added to the gradient: an error")
    decoupled: float = Field(1.0, gt=0, description="decay apart from the gradient (AdamW, Keras): a warning")


class RegularisationTooStrong(Rule):
    """The penalty on the weights is larger than anything the data say.

    ## What it does
    Looks at `weight_decay` of optimizers and at the factors of `l1` and `l2` regularizers. Decay that is
    added to the gradient (SGD, Adam in PyTorch) is judged apart from decay that shrinks the weights on its
    own (AdamW, Lion, everything in Keras), which may be twenty times as large: the one from 0.05 on, and as an
    error from 0.3, the other from 1.0. L1 penalties count from 0.05 on, L2 from 0.1, both as an error from 1. Three
    layers on end that are
    followed by dropout of a half or more and have an L2 penalty of 0.01 or more, or such a decay in the
    gradient, are too much together.

    ## Why is this bad?
    The optimizer minimises the sum. When the penalty is the larger part, the best it can do is to make all
    weights small: the loss stops at the level of a guess, with weights close to 0.

    ## When it stays silent
    Values in use: 5e-4 with SGD, 0.1 with AdamW, `l2(0.01)`. Linear models of one layer, where a large
    penalty is ridge regression, up to a decay of 1; penalties on biases; optimizers over inputs, or over bare
    variables in tests; a default of the command line or of a settings file that AdamW gets as well, for
    which it is made. Tests and demonstrations get a hint.

    ## Fix safety
    Unsafe: it changes what is minimised.

    ## Sources
    Measured on a small network: Adam with a decay of 0.1 ends at a loss of 1.61, with 0.3 at 2.30, which is
    chance; AdamW with 0.1 ends at 0.006, with 1.0 at 0.025. Loshchilov & Hutter 2019 on decay apart from
    the gradient. TheDeepChecker (overwhelming regularisation). The other bounds are judgement, and so is how
    many regularised layers are a stack.
    """

    name = "regularisation-too-strong"
    code = "TL406"
    family = "regularisation"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "{what} of {value} {effect}"
    help = "{usual}"
    options_model = RegularisationOptions

    good = [
        Example(
            "decay as it is used",
            """
            import torch
            from torch import nn

            net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
            optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
            other = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.1)
            for x, y in loader:
                for one in (optimizer, other):
                    one.zero_grad()
                    nn.functional.cross_entropy(net(x), y).backward()
                    one.step()
            """,
        ),
        Example(
            "ridge regression",
            """
            import keras
            from keras import layers, regularizers

            model = keras.Sequential([
                layers.Input((20,)), layers.Dense(1, kernel_regularizer=regularizers.l2(1.0)),
            ])
            model.compile(optimizer="sgd", loss="mse")
            model.fit(x, y, epochs=100)
            """,
        ),
        Example(
            "a small penalty",
            """
            import keras
            from keras import layers
            from keras.regularizers import l2

            model = keras.Sequential([layers.Input((20,))])
            for units in (64, 32):
                model.add(layers.Dense(units, activation="relu", kernel_regularizer=l2(0.01)))
            model.add(layers.Dense(1))
            model.compile(optimizer=keras.optimizers.Adam(1e-3, weight_decay=0.1), loss="mse")
            model.fit(x, y, epochs=100)
            """,
        ),
    ]
    bad = [
        Example(
            "a decay made for AdamW",
            """
            from torch import nn
            from torch.optim import Adam as Optimizer

            net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
            optimizer = Optimizer(net.parameters(), lr=1e-3, weight_decay=0.1)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
            at="0.1",
            severity="warning",
            fixed="""
            from torch import nn
            from torch.optim import Adam as Optimizer

            net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
            optimizer = Optimizer(net.parameters(), lr=1e-3, weight_decay=1e-4)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "nothing but decay",
            """
            import torch
            from torch import nn

            def make_optimizer(parameters, decay):
                return torch.optim.SGD(parameters, lr=0.01, weight_decay=decay)

            net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
            optimizer = make_optimizer(net.parameters(), 10)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
            at="decay",
        ),
        Example(
            "a penalty larger than the loss",
            """
            import keras
            from keras import layers
            from keras.regularizers import l2 as penalty

            model = keras.Sequential([layers.Input((20,))])
            model.add(layers.Dense(64, activation="relu", kernel_regularizer=penalty(10)))
            model.add(layers.Dense(1))
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=10)
            """,
            at="10",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        self.is_demo = context.DEMO in plan.context
        for optimizer in plan.optimizers:
            # Tests of optimizers hand them bare variables.
            if optimizer.optimises_inputs or (
                context.TEST in plan.context and not plan.networks_of(optimizer)
            ):
                continue
            decays = [optimizer.settings.get("weight_decay"), *(g.weight_decay for g in optimizer.groups)]
            networks = plan.networks_of(optimizer)
            linear = bool(networks) and all(is_linear(network) for network in networks)
            for decay in decays:
                if decay is not None and not (is_decoupled(optimizer) is False and is_shared(plan, decay)):
                    self.check_decay(optimizer, decay, linear)
        for network in plan.networks:
            for layer in network.layers if not is_linear(network) else ():
                for setting, name in FACTORS.items() if layer.settings else ():
                    factor = layer.settings.get(setting)
                    if factor is not None:
                        high, highest, usual = PENALTIES[name]
                        self.grade(
                            factor,
                            layer,
                            bounds=(high, highest),
                            what=f"{name.upper()} penalty",
                            usual=f"1e-4 to 1e-2 are common; {usual} is a mild start",
                            instead=usual,
                        )

        for network in plan.networks:
            self.check_stack(plan, network)

    def check_stack(self, plan: TrainingPlan, network: Network) -> None:
        """Looks for layers on end with both strong dropout and a strong penalty."""
        decays = [
            optimizer.settings.get("weight_decay")
            for optimizer in plan.optimizers
            if network in plan.networks_of(optimizer) and not is_decoupled(optimizer)
        ]
        decay = next((decay for decay in decays if decay is not None and at_least(decay, PENALTY)), None)
        stack: list[Setting[Any]] = []
        for rate, penalty in regularised(network):
            penalty = penalty or decay
            is_strong = rate is not None and penalty is not None
            stack = [*stack, rate] if is_strong and rate is not None else []
            if len(stack) == STACK:
                self.report(
                    stack[0].origin,
                    subject=network,
                    severity="info" if self.is_demo else "warning",
                    certainty=weakest(*(setting.certainty for setting in (*stack, penalty) if setting)),
                    because=(*stack, penalty),
                    what="dropout",
                    value=stack[0].spoken,
                    effect="and a penalty on the weights in three layers on end leave little to learn",
                    usual="take one of the two, or smaller ones: dropout of 0.2, a penalty of 1e-4",
                )
                return

    def check_decay(self, optimizer: Optimizer, decay: Setting[Any], linear: bool) -> None:
        rate = optimizer.learning_rate.value
        if is_decoupled(optimizer):
            error = STRONG_SHRINK / rate if rate else float("inf")
            bounds = self.options.decoupled, max(error, self.options.coupled_error)
            usual, instead = "0.01 to 0.1 are common", "0.01"
        else:
            bounds = self.options.coupled, self.options.coupled_error
            usual, instead = "1e-5 to 1e-3 are common", "1e-4"
            if optimizer.name == "Adam":
                usual += "; AdamW takes 0.01 to 0.1, since its decay stays out of the gradient"
        if linear:
            bounds = max(bounds[0], RIDGE), max(bounds[1], RIDGE)
        self.grade(decay, optimizer, bounds=bounds, what="weight decay", usual=usual, instead=instead)

    def grade(
        self,
        setting: Setting[Any],
        subject: Layer | Optimizer,
        *,
        bounds: tuple[float, float],
        what: str,
        usual: str,
        instead: str,
    ) -> None:
        """Compares a factor with the values for a warning and for an error."""
        wrong = setting.violates(lambda value: is_number(value) and value >= bounds[1])
        high = wrong or setting.violates(lambda value: is_number(value) and value >= bounds[0])
        if high is None:
            return
        value = setting.spoken
        self.report(
            setting.origin,
            subject=subject,
            severity="info" if self.is_demo else "error" if wrong else "warning",
            certainty=high,
            because=(setting, subject.origin),
            fix=replace_value(setting, instead, "changes what is minimised"),
            what=what,
            value=value,
            effect="leaves nothing but the penalty to minimise" if wrong else "outweighs much of the loss",
            usual=usual,
        )


def at_least(setting: Setting[Any], bound: float) -> bool:
    return setting.violates(lambda value: is_number(value) and value >= bound) in SURE


def regularised(network: Network) -> Iterator[tuple[Setting[Any] | None, Setting[Any] | None]]:
    """Of each layer with weights in turn the dropout behind it and its penalty, where they are strong."""
    weighted: Layer | None = None
    rate: Setting[Any] | None = None
    for layer in network.layers if network.complete else ():
        if layer.kind in kinds.WEIGHTED:
            if weighted is not None:
                yield rate, penalty_of(weighted)
            weighted, rate = layer, None
        elif layer.kind == "dropout":
            given = layer.settings.get("rate")
            rate = given if given is not None and at_least(given, HALF) else None
    if weighted is not None:
        yield rate, penalty_of(weighted)


def penalty_of(layer: Layer) -> Setting[Any] | None:
    factor = layer.settings.get("kernel_regularizer.l2")
    return factor if factor is not None and at_least(factor, PENALTY) else None


SURE = (Certainty.EXACT, Certainty.DEFAULT)


def is_decoupled(optimizer: Optimizer) -> bool:
    """Whether decay shrinks the weights apart from the gradient."""
    return optimizer.framework == "keras" or optimizer.name in DECOUPLED


def is_shared(plan: TrainingPlan, decay: Setting[Any]) -> bool:
    """Whether a default goes to an optimizer with decoupled decay as well, which it was made for."""
    if decay.certainty is not Certainty.DEFAULT:
        return False
    written = {step.site for origin in decay.origins for step in origin.chain() if not step.parents}
    others = (other.settings.get("weight_decay") for other in plan.optimizers if is_decoupled(other))
    return any(
        step.site in written
        for other in others
        if other is not None
        for origin in other.origins
        for step in origin.chain()
        if not step.parents
    )


def is_linear(network: Network) -> bool:
    """Whether a network is one layer of weights: a linear model."""
    if not network.complete:
        return False
    return sum(1 for _ in network.of_kind(*kinds.WEIGHTED)) == 1


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
