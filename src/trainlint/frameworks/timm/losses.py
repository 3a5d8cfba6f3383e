"""timm.loss: losses that take logits.

timm 1.0 (timm/loss). `SoftTargetCrossEntropy` and `JsdCrossEntropy` take shares of classes as targets.
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.facts import LossApplied
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Known, Reference, Value

LOSSES: dict[str, tuple[str, Signature]] = {
    "LabelSmoothingCrossEntropy": ("cross_entropy", Signature("smoothing=0.1")),
    "SoftTargetCrossEntropy": ("cross_entropy", Signature("")),
    "JsdCrossEntropy": ("cross_entropy", Signature("num_splits=3, alpha=12, smoothing=0.1")),
    "AsymmetricLossSingleLabel": (
        "cross_entropy",
        Signature("gamma_pos=1, gamma_neg=4, eps=0.1, reduction='mean'"),
    ),
    "BinaryCrossEntropy": (
        "binary_cross_entropy",
        Signature("smoothing=0.1, target_threshold=None, weight=None, reduction='mean', sum_classes=False"),
    ),
    "AsymmetricLossMultiLabel": (
        "binary_cross_entropy",
        Signature("gamma_neg=4, gamma_pos=1, clip=0.05, eps=1e-8, disable_torch_grad_focal_loss=False"),
    ),
}
"""The plan's word for each loss, and its settings."""


def _constructor(name: str) -> Handler:
    def handler(call: Call) -> Value:
        return Instance(Reference(f"timm.loss.{name}"), call.bind(LOSSES[name][1]), call.origin)

    return handler


def _apply(name: str) -> Handler:
    word = LOSSES[name][0]

    def handler(call: Call) -> Value:
        chosen, prediction, target = call.receiver, call.argument(0, "x"), call.argument(1, "target")
        if not isinstance(chosen, Instance) or prediction is None or target is None:
            return call.unknown()
        settings = dict(chosen.arguments)
        result = call.tensor(
            word, (prediction, target), (), layer=chosen, settings=settings, title=name, dtype="float32",
            library="torch", data=None,
        )  # fmt: skip
        call.machine.note(
            LossApplied(
                word,
                name,
                "torch",
                as_tensor(prediction),
                target,
                Known(True),
                settings,
                result,
                origin=Origin(Made.COMPUTED, call.site, name),
                loss_origin=chosen.origin,
            )
        )
        call.machine.happen("loss", call.site, loss=result)
        return result

    return handler


FUNCTIONS: dict[str, Handler] = {f"timm.loss.{name}": _constructor(name) for name in LOSSES}
CALLS: dict[str, Handler] = {f"timm.loss.{name}": _apply(name) for name in LOSSES}
