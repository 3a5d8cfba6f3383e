"""torch.nn.AdaptiveLogSoftmaxWithLoss: a softmax over frequent and rare classes that gives its own loss."""

from __future__ import annotations

from itertools import pairwise

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.facts import LossApplied
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.sizes import Bound, dimensions, flag, whole
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Items, Known, Reference, Value, number

NAME = "torch.nn.AdaptiveLogSoftmaxWithLoss"

_SIGNATURE = Signature(
    "in_features, n_classes, cutoffs, div_value=4.0, head_bias=False, device=None, dtype=None"
)


def _construct(call: Call) -> Value:
    return Instance(Reference(NAME), call.bind(_SIGNATURE), call.origin)


def _parameters(arguments: Bound) -> int | None:
    """The head, and two matrices for each cluster of rarer classes (torch/nn/modules/adaptive.py)."""
    features, classes = whole(arguments, "in_features"), whole(arguments, "n_classes")
    cuts, divisor, bias = (
        dimensions(arguments.get("cutoffs")),
        number(arguments.get("div_value")),
        flag(arguments, "head_bias"),
    )
    if features is None or classes is None or cuts is None or not divisor or bias is None:
        return None
    ends = [cut for cut in (*cuts, classes) if isinstance(cut, int)]
    if len(ends) <= len(cuts):
        return None
    head = ends[0] + len(cuts)
    total = features * head + head * bias
    for cluster, (start, end) in enumerate(pairwise(ends)):
        inner = int(features // divisor ** (cluster + 1))
        total += features * inner + inner * (end - start)
    return total


def _apply(call: Call) -> Value:
    """The log-probability of each target, and the mean loss."""
    layer, prediction, target = (
        call.receiver,
        as_tensor(call.argument(0, "input")),
        call.argument(1, "target"),
    )
    if not isinstance(layer, Instance) or prediction is None:
        return call.unknown()
    rows = prediction.shape[:-1] if prediction.shape else None
    classes = whole(layer.arguments, "n_classes")
    scores = call.tensor(
        "adaptive_softmax", (prediction,), None if rows is None else (*rows, classes), layer=layer, high=0.0,
        parameters=_parameters(layer.arguments), settings={"units": layer.arguments.get("n_classes", Known(None))},
        title=layer.title, dtype="float32", library="torch", data=None,
    )  # fmt: skip
    inputs = [scores, *([target] if isinstance(target, Tensor) else [])]
    output = call.tensor("select", inputs, rows, high=0.0, dtype="float32", library="torch", data=None)
    loss = call.tensor("nll", (output,), (), title=layer.title, dtype="float32", library="torch", data=None)
    call.machine.note(
        LossApplied(
            "nll",
            layer.title,
            "torch",
            scores,
            target,
            Known(False),
            result=loss,
            origin=Origin(Made.COMPUTED, call.site, layer.title),
            loss_origin=layer.origin,
        )
    )
    call.machine.happen("loss", call.site, loss=loss)
    pair = Items([output, loss], "tuple", origin=call.origin)
    pair.fields = ("output", "loss")
    return pair


def _log_probabilities(call: Call) -> Value:
    """`log_prob(x)`: a value for each class; `predict(x)`: the class."""
    layer, value = call.receiver, as_tensor(call.argument(0, "input"))
    if not isinstance(layer, Instance) or value is None:
        return call.unknown()
    classes = whole(layer.arguments, "n_classes")
    rows = value.shape[:-1] if value.shape else None
    kind, last = ("log_softmax", (classes,)) if call.title == "log_prob" else ("argmax", ())
    shape = None if rows is None else (*rows, *last)
    return call.tensor(
        kind,
        (value,),
        shape,
        layer=layer,
        parameters=_parameters(layer.arguments),
        library="torch",
        data=None,
    )


FUNCTIONS: dict[str, Handler] = {NAME: _construct}

CALLS: dict[str, Handler] = {NAME: _apply}

METHODS: dict[str, dict[str, Handler]] = {
    NAME: {"forward": _apply, "log_prob": _log_probabilities, "predict": _log_probabilities}
}
