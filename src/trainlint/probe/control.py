"""The proposed fix, applied to what is trained, and nothing else changed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

from trainlint.engine.check import plan_of_document
from trainlint.engine.diagnostic import Diagnostic
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.probe.describe import Description, NotDescribable, describe
from trainlint.sources import disk
from trainlint.sources.document import Document, Unreadable
from trainlint.syntax.gate import SyntaxProblem
from trainlint.syntax.rewriting import NotRewritable, PlacedEdit, rewritten

USUAL_RATE = {
    "SGD": 0.1,
    "Adam": 1e-3,
    "AdamW": 1e-3,
    "RMSprop": 1e-3,
    "Nadam": 1e-3,
    "NAdam": 1e-3,
    "Adamax": 2e-3,
    "Adagrad": 1e-2,
}
"""Rates with which a network of moderate size learns."""


def controlled(
    document: Document, diagnostic: Diagnostic, plan: TrainingPlan, run: TrainingRun, written: Description
) -> Description | None:
    """The description of the run with the fix; None when there is none that changes it."""
    fixed = _as_fixed(document, diagnostic, plan, run) or _as_known(diagnostic, written)
    return fixed if fixed is not None and fixed != written else None


def _as_fixed(
    document: Document, diagnostic: Diagnostic, plan: TrainingPlan, run: TrainingRun
) -> Description | None:
    """What the program would train once the finding's own edits are made."""
    fix = diagnostic.fix
    if fix is None or any(edit.place.filename != document.filename for edit in fix.edits):
        return None
    placed = [PlacedEdit(edit.place, edit.content, edit.cell) for edit in fix.edits]
    try:
        data = disk.read(document.path) if document.path else document.text.encode()
        changed = rewritten(data, document.filename, placed)
        path = disk.absolute(document.path or Path(document.filename))
        with disk.overlaid({str(path): changed}):
            mended = plan_of_document(Document.from_bytes(changed, document.filename))
        return describe(mended, mended.runs[plan.runs.index(run) if run in plan.runs else 0]).description
    except (OSError, NotRewritable, NotDescribable, SyntaxProblem, Unreadable, IndexError):
        return None


def _as_known(diagnostic: Diagnostic, written: Description) -> Description | None:
    """The usual remedy for a rule that offers no edit."""
    remedy = REMEDIES.get(diagnostic.name)
    if remedy is None:
        return None
    changed = copy.deepcopy(written)
    remedy(changed)
    return changed


def _usual_rate(description: Description) -> None:
    rate = USUAL_RATE.get(description["optimizer"]["name"])
    if rate is not None:
        description["optimizer"]["learning_rate"] = rate


def _replace(kinds: tuple[str, ...], by: str, *, last: bool) -> Callable[[Description], None]:
    """Other activations: only the last one, or all but the last."""

    def change(description: Description) -> None:
        output = description["network"]["output"]
        for entry in description["network"]["layers"]:
            if entry["kind"] in kinds and (entry["index"] == output) is last:
                entry["kind"] = by

    return change


def _default_weights(description: Description) -> None:
    for entry in description["network"]["layers"]:
        for name in [name for name in entry["settings"] if "_initializer" in name]:
            default = "glorot_uniform" if name == "kernel_initializer" else None
            keras = description["network"]["framework"] == "keras"
            entry["settings"][name] = default if keras else None


def _scaled_inputs(description: Description) -> None:
    description["data"].update(mean=0.0, spread=1.0, low=None, high=None)


def _milder_penalty(description: Description) -> None:
    for entry in description["network"]["layers"]:
        if "penalty" in entry:
            entry["penalty"] = dict.fromkeys(entry["penalty"], 0.0001)
    if description["optimizer"]["settings"].get("weight_decay"):
        description["optimizer"]["settings"]["weight_decay"] = 1e-4


def _milder_dropout(description: Description) -> None:
    for entry in description["network"]["layers"]:
        if entry["kind"] == "dropout":
            entry["settings"]["rate"] = 0.5


def _in_order(description: Description) -> None:
    description["loop"].update(clears=True, steps=True, goes_backward=True, without_gradients=False)


def _all_registered(description: Description) -> None:
    for entry in description["network"]["layers"]:
        entry["kept"] = "registered"


def _batch_first(description: Description) -> None:
    for entry in description["network"]["layers"]:
        if entry["kind"] in ("rnn", "lstm", "gru"):
            entry["settings"]["batch_first"] = True


REMEDIES: dict[str, Callable[[Description], None]] = {
    "learning-rate-too-low": _usual_rate,
    "learning-rate-too-high": _usual_rate,
    "saturating-activation-stack": _replace(
        ("sigmoid", "hard_sigmoid", "softsign", "tanh"), "relu", last=False
    ),
    "softmax-before-cross-entropy": _replace(("softmax", "log_softmax"), "linear_activation", last=True),
    "sigmoid-before-bce-with-logits": _replace(("sigmoid",), "linear_activation", last=True),
    "from-logits-with-activation": _replace(("softmax", "sigmoid"), "linear_activation", last=True),
    "bounded-output-for-regression": _replace(("relu", "sigmoid", "tanh"), "linear_activation", last=True),
    "single-unit-categorical-output": _replace(("softmax",), "sigmoid", last=True),
    "constant-weight-initialisation": _default_weights,
    "initial-weight-scale": _default_weights,
    "input-not-scaled": _scaled_inputs,
    "input-scaled-twice": _scaled_inputs,
    "regularisation-too-strong": _milder_penalty,
    "dropout-rate-out-of-range": _milder_dropout,
    "missing-zero-grad": _in_order,
    "training-step-incomplete": _in_order,
    "training-under-no-grad": _in_order,
    "parameters-not-registered": _all_registered,
    "rnn-batch-axis-mismatch": _batch_first,
}
"""By the name of the rule, for findings without edits of their own."""
