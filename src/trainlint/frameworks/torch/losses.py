"""Losses: torch.nn classes and functions that compare a prediction with a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainlint.frameworks.arithmetic import broadcast
from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.facts import LossApplied
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.parameters import defines
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Shape, Tensor
from trainlint.values.value import Instance, Known, Reference, Unknown, Value, constant

_OLD = "size_average=None, reduce=None, "
_MEAN = "reduction='mean'"


@dataclass(frozen=True)
class Loss:
    """One loss: its class, its function, the word for it, and what each takes.

    `takes_logits`: whether it applies the softmax or sigmoid itself; None where that is no question.
    """

    name: str
    function: str
    word: str
    takes_logits: bool | None
    settings: str  # parameters of the class
    function_text: str  # parameters of the function
    inputs: tuple[str, ...] = ("input", "target")  # the prediction first, the target last


_PAIR = "input, target, "

LOSSES = [
    Loss("CrossEntropyLoss", "cross_entropy", "cross_entropy", True,
         f"weight=None, size_average=None, ignore_index=-100, reduce=None, {_MEAN}, label_smoothing=0.0",
         f"{_PAIR}weight=None, size_average=None, ignore_index=-100, reduce=None, {_MEAN}, "
         f"label_smoothing=0.0"),
    Loss("NLLLoss", "nll_loss", "nll", False,
         f"weight=None, size_average=None, ignore_index=-100, reduce=None, {_MEAN}",
         f"{_PAIR}weight=None, size_average=None, ignore_index=-100, reduce=None, {_MEAN}"),
    Loss("NLLLoss2d", "", "nll", False,
         f"weight=None, size_average=None, ignore_index=-100, reduce=None, {_MEAN}", ""),
    Loss("BCELoss", "binary_cross_entropy", "binary_cross_entropy", False,
         f"weight=None, {_OLD}{_MEAN}", f"{_PAIR}weight=None, {_OLD}{_MEAN}"),
    Loss("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", "binary_cross_entropy", True,
         f"weight=None, {_OLD}{_MEAN}, pos_weight=None", f"{_PAIR}weight=None, {_OLD}{_MEAN}, "
                                        f"pos_weight=None"),
    Loss("MSELoss", "mse_loss", "mse", None, f"{_OLD}{_MEAN}", f"{_PAIR}{_OLD}{_MEAN}, weight=None"),
    Loss("L1Loss", "l1_loss", "mae", None, f"{_OLD}{_MEAN}", f"{_PAIR}{_OLD}{_MEAN}, weight=None"),
    Loss("SmoothL1Loss", "smooth_l1_loss", "smooth_l1", None, f"{_OLD}{_MEAN}, beta=1.0",
         f"{_PAIR}{_OLD}{_MEAN}, beta=1.0"),
    Loss("HuberLoss", "huber_loss", "huber", None, f"{_MEAN}, delta=1.0", f"{_PAIR}{_MEAN}, delta=1.0, "
                                        f"weight=None"),
    Loss("KLDivLoss", "kl_div", "kl_divergence", False, f"{_OLD}{_MEAN}, log_target=False",
         f"{_PAIR}{_OLD}{_MEAN}, log_target=False"),
    Loss("PoissonNLLLoss", "poisson_nll_loss", "poisson", None,
         f"log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, {_MEAN}",
         f"{_PAIR}log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, {_MEAN}"),
    Loss("GaussianNLLLoss", "gaussian_nll_loss", "gaussian_nll", None, f"*, full=False, eps=1e-06, {_MEAN}",
         f"{_PAIR}var, full=False, eps=1e-06, {_MEAN}"),
    Loss("HingeEmbeddingLoss", "hinge_embedding_loss", "hinge_embedding", None, f"margin=1.0, {_OLD}{_MEAN}",
         f"{_PAIR}margin=1.0, {_OLD}{_MEAN}"),
    Loss("MultiMarginLoss", "multi_margin_loss", "multi_margin", None,
         f"p=1, margin=1.0, weight=None, {_OLD}{_MEAN}", f"{_PAIR}p=1, margin=1.0, weight=None, "
                                        f"{_OLD}{_MEAN}"),
    Loss("MultiLabelMarginLoss", "multilabel_margin_loss", "multilabel_margin", None, f"{_OLD}{_MEAN}",
         f"{_PAIR}{_OLD}{_MEAN}"),
    Loss("MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss", "multilabel_soft_margin", True,
         f"weight=None, {_OLD}{_MEAN}", f"{_PAIR}weight=None, {_OLD}{_MEAN}"),
    Loss("SoftMarginLoss", "soft_margin_loss", "soft_margin", None, f"{_OLD}{_MEAN}",
         f"{_PAIR}{_OLD}{_MEAN}"),
    Loss("MarginRankingLoss", "margin_ranking_loss", "margin_ranking", None, f"margin=0.0, {_OLD}{_MEAN}",
         f"input1, input2, target, margin=0, {_OLD}{_MEAN}", ("input1", "input2", "target")),
    Loss("CosineEmbeddingLoss", "cosine_embedding_loss", "cosine", None, f"margin=0.0, {_OLD}{_MEAN}",
         f"input1, input2, target, margin=0, {_OLD}{_MEAN}", ("input1", "input2", "target")),
    Loss("TripletMarginLoss", "triplet_margin_loss", "triplet", None,
         f"margin=1.0, p=2.0, eps=1e-06, swap=False, {_OLD}{_MEAN}",
         f"anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False, {_OLD}{_MEAN}",
         ("anchor", "positive", "negative")),
    Loss("TripletMarginWithDistanceLoss", "triplet_margin_with_distance_loss", "triplet", None,
         f"*, distance_function=None, margin=1.0, swap=False, {_MEAN}",
         f"anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, {_MEAN}",
         ("anchor", "positive", "negative")),
    Loss("CTCLoss", "ctc_loss", "ctc", False, f"blank=0, {_MEAN}, zero_infinity=False",
         f"log_probs, targets, input_lengths, target_lengths, blank=0, {_MEAN}, zero_infinity=False",
         ("log_probs", "targets")),
]  # fmt: skip
"""Signatures as of torch 2.13 (tests compare them with the installed one)."""

_IGNORED = {"size_average", "reduce"}  # deprecated twins of `reduction`


def _apply(
    loss: Loss,
    call: Call,
    inputs: Sequence[Value | None],
    settings: dict[str, Value],
    title: str,
    chosen: Value | None,
) -> Value:
    """Notes that a loss met a prediction and a target; gives the loss."""
    given = [value for value in inputs if value is not None]
    if len(given) < 2:
        return call.unknown(f"{title} without a prediction and a target")
    prediction, target = as_tensor(given[0]), given[-1]
    settings = {"reduction": _reduction(settings)} | {
        name: value for name, value in settings.items() if name not in (*_IGNORED, "reduction")
    }
    result = call.tensor(
        loss.word,
        given,
        _shape(loss, settings, [as_tensor(value) for value in given]),
        settings=settings,
        title=title,
        layer=chosen,
        dtype="float32",
        library="torch",
        data=None,
    )
    certain = Known(loss.takes_logits) if loss.takes_logits is not None else Unknown("applies no activation")
    call.machine.note(
        LossApplied(
            loss.word,
            title,
            "torch",
            prediction,
            target,
            certain,
            settings,
            result,
            origin=Origin(Made.COMPUTED, call.site, title),
            loss_origin=chosen.origin if chosen is not None else call.origin,
        )
    )
    call.machine.happen("loss", call.site, loss=result)
    return result


def _reduction(settings: dict[str, Value]) -> Value:
    """How a loss is reduced, also where that is said by its older arguments (torch/nn/_reduction.py)."""
    adds, reduces = settings.get("size_average"), settings.get("reduce")
    if constant(reduces) is False:
        return Known("none", reduces.origin if reduces is not None else None)
    if constant(adds) is False:
        return Known("sum", adds.origin if adds is not None else None)
    return settings.get("reduction", Unknown("how the loss is reduced"))


def _shape(loss: Loss, settings: dict[str, Value], inputs: list[Tensor | None]) -> Shape | None:
    reduction = constant(settings.get("reduction"))
    if reduction != "none":
        return () if isinstance(reduction, str) else None
    shapes = [None if tensor is None else tensor.shape for tensor in inputs]
    if loss.word in ("cross_entropy", "nll"):  # the class axis goes
        return None if not shapes[0] else (shapes[0][:1] + shapes[0][2:] if len(shapes[0]) > 1 else ())
    return broadcast(shapes[0], shapes[-1])


def _constructor(loss: Loss) -> Handler:
    name, signature = f"torch.nn.{loss.name}", Signature(loss.settings)

    def handler(call: Call) -> Value:
        return Instance(Reference(name), call.bind(signature), call.origin)

    return handler


def _initialiser(loss: Loss) -> Handler:
    signature = Signature(loss.settings)

    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Instance):
            call.receiver.arguments.update(call.bind(signature))
        return Known(None)

    return handler


def _call_of_instance(loss: Loss) -> Handler:
    def handler(call: Call) -> Value:
        chosen = call.receiver
        if not isinstance(chosen, Instance):
            return call.unknown()
        if call.title != "forward" and defines(chosen, "forward"):
            forward = call.machine.attribute(chosen, "forward", call.site)
            return call.machine.call(forward, call.arguments, call.site)
        inputs = [call.argument(position, name) for position, name in enumerate(loss.inputs)]
        return _apply(loss, call, inputs, dict(chosen.arguments), loss.name, chosen)

    return handler


def _function(loss: Loss) -> Handler:
    signature = Signature(loss.function_text)

    def handler(call: Call) -> Value:
        arguments = call.bind(signature)
        inputs = [arguments.pop(name, None) for name in loss.inputs]
        title = f"F.{loss.function}" if call.name.startswith("torch.nn.") else loss.function
        return _apply(loss, call, inputs, arguments, title, None)

    return handler


_FOCAL = Loss(
    "", "sigmoid_focal_loss", "binary_focal_cross_entropy", True, "",
    "inputs, targets, alpha=0.25, gamma=2, reduction='none'", ("inputs", "targets"),
)  # fmt: skip
"""torchvision/ops/focal_loss.py"""

FUNCTIONS: dict[str, Handler] = (
    {f"torch.nn.{loss.name}": _constructor(loss) for loss in LOSSES}
    | {f"torch.nn.functional.{loss.function}": _function(loss) for loss in LOSSES if loss.function}
    | dict.fromkeys(
        ("torchvision.ops.sigmoid_focal_loss", "torchvision.ops.focal_loss.sigmoid_focal_loss"),
        _function(_FOCAL),
    )
)

METHODS: dict[str, dict[str, Handler]] = {
    f"torch.nn.{loss.name}": {"__init__": _initialiser(loss), "forward": _call_of_instance(loss)}
    for loss in LOSSES
}

CALLS: dict[str, Handler] = {f"torch.nn.{loss.name}": _call_of_instance(loss) for loss in LOSSES}
