"""What is claimed by each rule, and which numbers of a run settle it: tables.

A claim is confirmed when all conditions of one of its groups hold, refuted likewise; where a statistic is missing
a condition neither holds nor fails, so that nothing follows from it. The numbers were read from runs of faulty
networks and their healthy twins; tests/probe/calibration holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sign = Literal["<", "<=", ">", ">=", "is", "says"]


@dataclass(frozen=True)
class Condition:
    """A statistic compared with a number or a word; `says`: a message in which a pattern is found."""

    statistic: str
    sign: Sign
    bound: float | str

    @property
    def threshold(self) -> str:
        if self.sign == "says":
            return ""
        shown = f"{self.bound:g}" if isinstance(self.bound, float | int) else self.bound
        return f"{self.sign} {shown}"


Group = tuple[Condition, ...]


@dataclass(frozen=True)
class Claim:
    """How a finding is judged. `steps` are the fewest that say anything. `told` is the sentence of a confirmed or
    refuted claim, about the first statistic of the group that holds. `settled`: a fact of the program that takes
    no luck, so that one seed is as good as three. `modes` are those that can see it. `control_steps`: those that
    a run with the fix takes, and one as written beside it, 0 for as many as it takes to judge. `of_network`: the network
    alone shows it, whatever loss and optimizer train it."""

    confirm: tuple[Group, ...]
    refute: tuple[Group, ...] = ()
    steps: int = 30
    settled: bool = False
    modes: tuple[str, ...] = ("synthetic", "script")
    needs_certain_targets: bool = False
    control_steps: int = 0
    of_network: bool = False


LONG = 200
"""Steps in which a deep network that can learn shows it: in 60 even one with the fix may have lost a fiftieth of
its loss (12 layers), which says nothing."""


def group(*conditions: tuple[str, Sign, float | str]) -> Group:
    """Conditions that hold together."""
    return tuple(Condition(*condition) for condition in conditions)


SHAPES = "shape|size|dimension|channel|expected|broadcast"
LABELS = f"bounds|label|dtype|type|{SHAPES}"

MISFITS = group(("misfit", "is", "said"))


def _fails(pattern: str) -> Group:
    """The first step fails, and says so in such words: a failure of another kind confirms nothing."""
    return group(("failure", "says", pattern))


NO_GRAPH = _fails("does not require grad|grad_fn")

RATE_TOO_LOW = Claim(
    # A weight needs more than a million such steps to change by its own size. A warm-up begins like this.
    confirm=(group(("update_ratio", "<", 1e-6), ("rate_rises", "<=", 0)),),
    refute=(group(("update_ratio", ">", 1e-4)),),
)
RATE_TOO_HIGH = Claim(
    confirm=(
        group(("non_finite", ">", 0)),
        group(("loss_rise", ">", 50)),
        group(("loss_rise", ">", 3), ("loss_end_ratio", ">", 1.5)),  # Keras clips: the loss stops at 16.1
        # A network that is dead after its first steps: it moved or rose before, unlike one that never moves.
        group(("update_ratio", "<", 1e-12), ("weights_grown", ">", 1.2), ("loss_end_ratio", ">", 0.7)),
        group(("update_ratio", "<", 1e-12), ("loss_rise", ">", 1.3), ("loss_end_ratio", ">", 0.7)),
    ),
    refute=(
        group(
            ("loss_drop", ">", 0.05),
            ("loss_rise", "<", 1.5),
            ("update_ratio", "<", 0.1),
            ("non_finite", "<=", 0),
        ),
    ),
)
VANISHING = Claim(
    confirm=(
        group(("gradient_ratio", "<", 1e-4)),
        group(("gradient_ratio", "<", 1e-2), ("output_spread", "<", 1e-3)),
    ),
    refute=(group(("gradient_ratio", ">", 1e-2)),),
    control_steps=LONG,
)
PROBABILITIES_AS_LOGITS = Claim(
    confirm=(group(("loss_probabilities", ">=", 1), ("loss_takes_logits", ">=", 1)),),
    refute=(group(("loss_probabilities", "<=", 0)),),
    steps=3,
    settled=True,
)
ACTIVATION_BEFORE_LOGITS = Claim(
    confirm=(
        group(("loss_probabilities", ">=", 1), ("loss_takes_logits", ">=", 1)),
        group(("loss_within_unit", ">=", 1), ("loss_takes_logits", ">=", 1)),
    ),
    refute=(group(("loss_within_unit", "<=", 0)),),
    steps=3,
    settled=True,
)
LOGITS_AS_PROBABILITIES = Claim(
    confirm=(
        group(("loss_outside_unit", ">", 0.5), ("loss_takes_logits", "<=", 0)),
        _fails("between 0 and 1"),
    ),
    refute=(group(("loss_outside_unit", "<=", 0)),),
    steps=1,
    settled=True,
)
NO_LOG_PROBABILITIES = Claim(
    confirm=(group(("loss_log_rows_unequal", ">", 0.01), ("loss_kind", "is", "nll_loss")),),
    refute=(group(("loss_log_rows_unequal", "<", 1e-3)),),
    steps=3,
    settled=True,
)
CONSTANT_OUTPUT = Claim(
    confirm=(group(("zero_gradients", ">=", 1), ("output_spread", "<", 1e-7)), _fails(LABELS)),
    refute=(group(("output_spread", ">", 2e-2)),),
    steps=3,
    settled=True,
)
ROWS_DO_NOT_ADD_UP = Claim(
    confirm=(
        group(("loss_rows_unequal", ">", 0.01), ("loss_takes_logits", "<=", 0), ("scores", ">", 1)),
        group(("loss_log_rows_unequal", ">", 0.01), ("loss_kind", "is", "nll_loss")),
    ),
    refute=(group(("loss_rows_unequal", "<", 1e-3)),),
    steps=3,
    settled=True,
)
OTHER_ACTIVATION = Claim(
    confirm=(
        group(("loss_rows_unequal", ">", 0.01), ("loss_kind", "is", "categorical")),
        group(("loss_rows_unequal", ">", 0.01), ("loss_kind", "is", "sparse_categorical")),
        group(("loss_probabilities", ">=", 1), ("loss_kind", "is", "binary_cross_entropy")),
    ),
    steps=3,
    settled=True,
)
OUT_OF_REACH = Claim(
    confirm=(
        group(("target_low", "<", -1e-6), ("reach_low", ">=", 0)),
        group(("target_high", ">", 1.000001), ("reach_high", "<=", 1), ("reach_low", ">=", 0)),
    ),
    refute=(group(("target_low", ">=", 0), ("target_high", "<=", 1)),),
    steps=3,
    settled=True,
    needs_certain_targets=True,
)
LABELS_DO_NOT_FIT = Claim(
    confirm=(_fails(LABELS), group(("loss_lowest", "<", 0))),
    steps=1,
    settled=True,
    needs_certain_targets=True,
)
OUTPUTS_DIFFER = Claim(
    confirm=(_fails("bounds|label"), group(("outputs_without_label", ">", 0))),
    refute=(group(("outputs_without_label", "<=", 0)),),
    steps=1,
    settled=True,
    needs_certain_targets=True,
)
BROADCASTS = Claim(
    confirm=(group(("loss_broadcast", ">=", 1)), _fails(SHAPES)),
    refute=(group(("loss_broadcast", "<=", 0)),),
    steps=3,
    settled=True,
    needs_certain_targets=True,
)
NO_GRADIENTS = Claim(
    confirm=(NO_GRAPH, group(("no_gradient", ">=", 1))),
    refute=(group(("no_gradient", "<", 1), ("gradient_last", ">", 0)),),
    steps=0,
    settled=True,
)
AFFINE = Claim(
    # A collapsed network is trivially affine, and one layer alone is a logistic regression.
    confirm=(
        group(("affinity_error", "<", 1e-5), ("output_spread", ">", 1e-3), ("weighted_layers", ">=", 2)),
    ),
    refute=(group(("affinity_error", ">", 1e-3)),),
    steps=1,
    settled=True,
    of_network=True,
)
DOES_NOT_FIT = Claim(
    confirm=(MISFITS, _fails(SHAPES)),
    refute=(group(("input_certain", ">=", 1), ("steps", ">=", 3)),),
    steps=0,
    settled=True,
    of_network=True,
)
FLATTEN_MISSING = Claim(confirm=(MISFITS, _fails(SHAPES)), steps=0, settled=True, of_network=True)
LEFT_OUT = Claim(
    confirm=(group(("weights_left_out", ">", 0)),),
    refute=(group(("weights_left_out", "<=", 0)),),
    steps=3,
    settled=True,
    of_network=True,
)
UNITS_ALIKE = Claim(
    confirm=(group(("identical_units", ">", 0.99)),),
    refute=(group(("identical_units", "<", 0.5)),),
)
STARTS_WIDE_OR_NARROW = Claim(
    confirm=(
        group(("loss_start_ratio", ">", 3)),
        group(("first_spread_high", ">", 100)),
        group(("first_spread_low", "<", 1e-2), ("output_spread", "<", 1e-3)),
        group(("gradient_ratio", "<", 1e-4)),
    ),
    refute=(
        group(
            ("loss_start_ratio", "<", 1.5), ("first_spread_low", ">", 0.05), ("first_spread_high", "<", 20)
        ),
    ),
    control_steps=LONG,
)
SAMPLES_MIX = Claim(
    confirm=(group(("sample_dependence", ">", 1e-4)),),
    refute=(group(("sample_dependence", "<", 1e-6)),),
    steps=1,
    settled=True,
    of_network=True,
)
DROPS_TOO_MUCH = Claim(
    confirm=(MISFITS, group(("zero_gradients", ">=", 1))),
    steps=0,
)
DROPS_IN_EVALUATION = Claim(
    confirm=(group(("evaluation_difference", ">", 1e-6)),),
    refute=(group(("evaluation_difference", "<=", 0)),),
    steps=1,
    settled=True,
    of_network=True,
)
PENALTY_RULES = Claim(
    confirm=(
        group(("penalty_share", ">", 0.9)),
        group(("weights_shrunk", "<", 0.5), ("output_spread", "<", 1e-3)),
    ),
    refute=(group(("weights_shrunk", ">", 0.8), ("penalty_share", "<", 0.5)),),
    steps=60,
)
INPUTS_TOO_LARGE = Claim(
    # Large inputs alone are a fact, no harm: with Adam such a run may even learn faster.
    confirm=(
        group(("input_largest", ">", 50), ("non_finite", ">", 0)),
        group(("input_largest", ">", 50), ("loss_rise", ">", 50)),
        group(("input_largest", ">", 50), ("output_spread", "<", 1e-3)),
        group(("input_largest", ">", 50), ("control_gain", ">", 0.1)),
        group(("input_largest", ">", 50), ("loss_start_ratio", ">", 100)),
    ),
    refute=(
        group(("input_largest", "<", 20)),
        group(("control_gain", "<", -0.05), ("loss_drop", ">", 0.05), ("loss_rise", "<", 50)),
    ),
)
INPUTS_TOO_SMALL = Claim(
    confirm=(group(("input_spread", "<", 0.02), ("control_gain", ">", 0.1)),),
    refute=(group(("input_spread", ">", 0.1)),),
)
NOT_SHUFFLED = Claim(
    confirm=(group(("label_entropy", "<", 0.6)),),
    refute=(group(("label_entropy", ">", 0.75)),),
    steps=10,
    modes=("script",),
)
STALE_GRADIENTS = Claim(
    confirm=(group(("stale_gradients", ">=", 0.9)),),
    refute=(group(("stale_gradients", "<=", 0)),),
    steps=5,
    settled=True,
)
NOTHING_CHANGES = Claim(
    confirm=(group(("steps", "<=", 0), ("backward_passes", ">=", 30)), group(("no_gradient", ">=", 1))),
    refute=(group(("steps", ">=", 5), ("unchanged_weights", "<=", 0)),),
    steps=0,
    settled=True,
)
WITHOUT_GRADIENTS = Claim(
    confirm=(NO_GRAPH,),
    refute=(group(("steps", ">=", 3), ("no_gradient", "<", 1)),),
    steps=0,
    settled=True,
)
TRAINS_IN_EVALUATION = Claim(
    confirm=(group(("trained_in_evaluation", ">", 0)),), steps=1, settled=True, modes=("script",)
)
EVALUATES_IN_TRAINING = Claim(
    confirm=(group(("evaluated_in_training", ">", 0)),),
    refute=(group(("evaluated_in_training", "<=", 0)),),
    steps=1,
    settled=True,
    modes=("script",),
)
LEFT_OUT_BY_OPTIMIZER = Claim(
    confirm=LEFT_OUT.confirm, refute=LEFT_OUT.refute, steps=3, settled=True, modes=("script",)
)

CLAIMS: dict[str, Claim] = {
    "learning-rate-too-low": RATE_TOO_LOW,
    "learning-rate-too-high": RATE_TOO_HIGH,
    "optimizer-misses-parameters": LEFT_OUT_BY_OPTIMIZER,
    "softmax-before-cross-entropy": PROBABILITIES_AS_LOGITS,
    "sigmoid-before-bce-with-logits": ACTIVATION_BEFORE_LOGITS,
    "logits-into-probability-loss": LOGITS_AS_PROBABILITIES,
    "from-logits-with-activation": ACTIVATION_BEFORE_LOGITS,
    "log-probability-loss-misused": NO_LOG_PROBABILITIES,
    "single-unit-categorical-output": CONSTANT_OUTPUT,
    "softmax-over-wrong-axis": ROWS_DO_NOT_ADD_UP,
    "output-activation-loss-mismatch": OTHER_ACTIVATION,
    "bounded-output-for-regression": OUT_OF_REACH,
    "label-encoding-mismatch": LABELS_DO_NOT_FIT,
    "output-units-differ-from-classes": OUTPUTS_DIFFER,
    "loss-broadcasts-shapes": BROADCASTS,
    "non-differentiable-loss": NO_GRADIENTS,
    "saturating-activation-stack": VANISHING,
    "missing-nonlinearity": AFFINE,
    "missing-flatten": FLATTEN_MISSING,
    "layer-shape-mismatch": DOES_NOT_FIT,
    "parameters-not-registered": LEFT_OUT,
    "constant-weight-initialisation": UNITS_ALIKE,
    "initial-weight-scale": STARTS_WIDE_OR_NARROW,
    "rnn-batch-axis-mismatch": SAMPLES_MIX,
    "dropout-rate-out-of-range": DROPS_TOO_MUCH,
    "functional-dropout-always-on": DROPS_IN_EVALUATION,
    "regularisation-too-strong": PENALTY_RULES,
    "input-not-scaled": INPUTS_TOO_LARGE,
    "input-scaled-twice": INPUTS_TOO_SMALL,
    "training-data-not-shuffled": NOT_SHUFFLED,
    "missing-zero-grad": STALE_GRADIENTS,
    "training-step-incomplete": NOTHING_CHANGES,
    "training-under-no-grad": WITHOUT_GRADIENTS,
    "train-mode-not-restored": TRAINS_IN_EVALUATION,
    "evaluation-in-train-mode": EVALUATES_IN_TRAINING,
}
"""By the name of the rule."""

_LONG = "it shows after epochs, not in the steps of a short run"
_TEXT = "it is settled by the text of the program; training shows nothing more"
_HELD_OUT = "it shows in scores on held-out data, which a short run does not have"

NOT_JUDGED: dict[str, str] = {
    "learning-rate-argument-ignored": _TEXT,
    "scheduler-step-misplaced": _LONG,
    "monitor-mode-mismatch": _LONG,
    "squared-error-for-classification": "how much slower it learns depends on the data; no number of a short run separates it",
    "large-model-without-regularisation": _LONG,
    "splits-scaled-differently": _HELD_OUT,
    "preprocessing-fit-outside-training-split": _HELD_OUT,
    "inputs-and-labels-shuffled-separately": "labels that do not belong look like a low learning rate in a short run",
    "too-little-training-data": _HELD_OUT,
    "evaluating-on-training-data": _TEXT,
    "batch-size-too-large": "it is a matter of cost and noise; no number of a short run separates it",
    "loss-history-keeps-graph": "memory grows over epochs, too slowly for a short run",
    "trainable-changed-after-compile": _TEXT,
    "requires-grad-misspelt": _TEXT,
    "too-few-epochs": _LONG,
    "grad-scaler-misused": "it needs a GPU with half precision",
    "device-transfer-discarded": "it needs a GPU",
    "accuracy-for-regression": _TEXT,
    "accuracy-metric-mismatch": _TEXT,
}
"""Why a rule of the default profile has no judgement."""
