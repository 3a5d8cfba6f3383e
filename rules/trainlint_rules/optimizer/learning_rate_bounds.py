"""Learning rates that do not train, by optimizer, each bound with its source.

"Measured" numbers come from short runs on one synthetic task (ten classes, two hidden ReLU layers of 64 or
128 units, no normalisation, 300 steps): they fix orders of magnitude, not fine bounds. "Judgement" is what it
says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from trainlint.api import Certainty, Optimizer, Setting, TrainingPlan, weakest

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Bounds:
    """What rates an optimizer trains with. None: there is no such bound.

    At or below `stalls` and at or above `diverges` nothing is learned; below `slow` and above `jumps` it is
    unlikely. `budget` says that one step moves a weight by about the rate, so that rate times number of steps
    bounds the whole way of a weight.
    """

    stalls: float | None
    slow: float | None
    band: str
    jumps: float | None
    diverges: float | None
    source: str
    default: Mapping[str, str] = field(default_factory=dict)  # by framework, as people write it
    fine_tuning_slow: float | None = None
    budget: bool = False


ADAPTIVE = Bounds(
    stalls=1e-8,
    slow=1e-6,
    fine_tuning_slow=1e-7,
    band="1e-5 to 3e-3",
    jumps=0.03,
    diverges=1.0,
    default={"keras": "1e-3", "torch": "1e-3"},
    budget=True,
    source="Measured: at 1e-8 Adam changes the loss by 0.001 % in 300 steps, at 0.01 it takes 97 % off, at "
    "0.1 between a quarter and a half, at 0.3 it diverges. UMLAUT's upper bound of 0.01 would flag many "
    "tutorials that work.",
)

SGD = Bounds(
    stalls=1e-7,
    slow=1e-5,
    band="1e-3 to 0.5",
    jumps=1.0,
    diverges=10.0,
    default={"keras": "0.01", "torch": "0.01"},
    source="Measured: 1e-7 changes nothing in 300 steps, 3 fails. Dive into Deep Learning trains LeNet at "
    "0.5 to 0.9. The bounds of AutoTrainer and DeepDiagnosis, 1e-5 to 1e-1, are tighter than practice.",
)

SGD_MOMENTUM = Bounds(
    stalls=1e-6,
    slow=1e-4,
    band="1e-2 to 1, counted as rate / (1 - momentum)",
    jumps=2.0,
    diverges=50.0,
    default={"keras": "0.01", "torch": "0.01"},
    source="Measured at momentum 0.9: 0.3, an effective rate of 3, fails; normalised it trains. timm starts "
    "from 0.1 for a batch of 256; ResNet recipes go from 0.1 to 0.6 with normalisation and warm-up.",
)

RMSPROP = Bounds(
    stalls=1e-8,
    slow=1e-6,
    fine_tuning_slow=1e-7,
    band="1e-5 to 1e-2",
    jumps=0.03,
    diverges=1.0,
    default={"keras": "1e-3", "torch": "1e-3"},
    budget=True,
    source="Measured: 0.1 halves what is gained, 1.0 triples the loss. Chollet's Deep Learning with Python "
    "uses RMSprop(1.0) as its deliberately bad example.",
)

ADAGRAD = Bounds(
    stalls=1e-7,
    slow=1e-5,
    band="1e-3 to 0.5",
    jumps=1.0,
    diverges=10.0,
    default={"keras": "0.01", "torch": "0.01"},
    source="Measured: 1e-6 changes the loss by 0.01 %, 1 still trains, 3 hardly, 10 diverges.",
)

ADADELTA = Bounds(
    stalls=1e-6,
    slow=None,  # a rule of its own looks at rates below 0.01, Keras' default among them
    band="0.1 to 1",
    jumps=10.0,
    diverges=None,
    default={"keras": "1.0", "torch": "1.0"},
    source="Measured: 1e-6 changes nothing, 10 still trains. Zeiler (2012) has no rate: it is 1.",
)

LION = Bounds(
    stalls=1e-9,
    slow=1e-7,
    band="1e-5 to 3e-4",
    jumps=3e-3,
    diverges=0.1,
    default={"keras": "1e-4", "torch": "1e-4"},
    budget=True,
    source="Measured: 0.01 already loses a third of what 1e-3 gains, 0.03 diverges. timm's default is 1e-4; "
    "the paper (Chen et al. 2023, section 5) asks for three to ten times less than AdamW.",
)

ADAFACTOR_RELATIVE = Bounds(
    stalls=None,  # the step is scaled by the size of the weights
    slow=None,
    band="the default",
    jumps=0.1,
    diverges=None,
    default={"keras": "1e-3", "torch": "1e-2"},
    source="Judgement: the rate caps a step that is relative to the size of the weights.",
)

ADAFACTOR = Bounds(
    stalls=1e-8,
    slow=1e-6,
    band="1e-4 to 1e-2",
    jumps=0.1,
    diverges=None,
    default={"keras": "1e-3", "torch": "1e-3"},
    source="Judgement: with a rate of its own it moves weights as Adam does.",
)

LAMB = Bounds(
    stalls=1e-7,
    slow=1e-5,
    band="1e-3 to 1e-2",
    jumps=0.1,
    diverges=1.0,
    default={"keras": "1e-3", "torch": "1e-3"},
    source="Judgement: the trust ratio scales the step. The default is Keras' and timm's.",
)

LARS = Bounds(
    stalls=1e-4,
    slow=1e-2,
    band="0.3 to 10",
    jumps=50.0,
    diverges=None,
    default={"torch": "1.0"},
    source="timm has a trust coefficient of 1e-3 and a default rate of 1.0; the bounds are judgement.",
)

MUON = Bounds(
    stalls=1e-7,
    slow=1e-5,
    band="1e-3 to 0.05",
    jumps=0.5,
    diverges=None,
    default={"keras": "1e-3", "torch": "1e-3"},
    source="Judgement: the update is orthogonal, so its size is that of the rate.",
)

LBFGS = Bounds(
    stalls=None,
    slow=1e-6,
    band="1 with a line search",
    jumps=None,
    diverges=None,
    source="Judgement.",
)

BY_NAME: Mapping[str, Bounds] = {
    **dict.fromkeys(
        "adam adamw nadam nadamw radam adamax amsgrad adabelief adam8bit adamw8bit pagedadam8bit "
        "pagedadamw8bit pagedadamw fusedadam cpuadam deepspeedcpuadam".split(),
        ADAPTIVE,
    ),
    "sgd": SGD,
    "rmsprop": RMSPROP,
    "adagrad": ADAGRAD,
    "ftrl": ADAGRAD,
    "adadelta": ADADELTA,
    "lion": LION,
    "lion8bit": LION,
    "adafactor": ADAFACTOR,
    "lamb": LAMB,
    "lars": LARS,
    "muon": MUON,
    "lbfgs": LBFGS,
    "rprop": LBFGS,
    "asgd": LBFGS,
}

SETS_RATES = re.compile(r"warm|schedul|finder|cycl|(?:^|_)lr(?:_|$)|LR$|rate", re.IGNORECASE)
ONLY_WATCHES = re.compile(r"monitor|logg|reduce|plateau|print|record", re.IGNORECASE)
"""Names of callbacks that give the optimizer a rate of their own, and of those that report it or lower it."""


def is_set_by_callback(plan: TrainingPlan, optimizer: Optimizer) -> bool:
    """Whether a callback writes the rate before the first step, so that the constructor's never counts."""
    names = [name for run in plan.runs_of(optimizer) for name in run.callbacks or ()]
    return any(SETS_RATES.search(name) and not ONLY_WATCHES.search(name) for name in names)


SCALES_WITH_WEIGHTS = ("relative_step", "scale_parameter")


def bounds_of(optimizer: Optimizer) -> Bounds | None:
    """The bounds that hold for this optimizer; None for a class that is not in the table."""
    name = optimizer.name.lower()
    if name == "sgd" and gain_of(optimizer) != 1:
        return SGD_MOMENTUM
    if name == "adafactor":
        given = (optimizer.settings.get(word) for word in SCALES_WITH_WEIGHTS)
        is_fixed = any(setting is not None and setting.value is False for setting in given)
        return ADAFACTOR if is_fixed else ADAFACTOR_RELATIVE
    return BY_NAME.get(name)


def gain_of(optimizer: Optimizer) -> float | None:
    """By how much momentum multiplies the rate of SGD: 1 / (1 - momentum). 1 without momentum and for other
    optimizers, None when the momentum is unknown or wrong."""
    if optimizer.name.lower() != "sgd" or "momentum" not in optimizer.settings:
        return 1.0
    momentum = optimizer.number("momentum")
    return round(1 / (1 - momentum), 9) if momentum is not None and 0 <= momentum < 1 else None


def graded(
    rates: Sequence[Setting[float]],
    error: Callable[[float], bool],
    warning: Callable[[float], bool],
) -> tuple[Severity, Certainty] | None:
    """The severest test that all rates fail, and how sure that is; None when one of them is fine or unknown.

    Each test includes the severer ones. What fails a severe test on some paths only is judged by the next.
    """
    tests: tuple[tuple[Severity, Callable[[float], bool]], ...] = (("error", error), ("warning", warning))
    possible: tuple[Severity, Certainty] | None = None
    for severity, test in tests:
        found = [rate.violates(test) for rate in rates]
        certain = [certainty for certainty in found if certainty is not None]
        if not certain or len(certain) < len(found) or any(rate.is_library_default for rate in rates):
            continue
        if weakest(*certain) is not Certainty.POSSIBLE:
            return severity, weakest(*certain)
        possible = possible or (severity, Certainty.POSSIBLE)
    return possible
