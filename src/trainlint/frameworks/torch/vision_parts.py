"""Parts of torchvision's networks that programs take out: `vgg.features`, `list(resnet.children())[:-1]`."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler, as_tensor
from trainlint.frameworks.torch.module import applied
from trainlint.frameworks.torch.parameters import children
from trainlint.values.tensor import Dimension, Shape
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

PREFIX = "torchvision.models."
_STAGE = f"{PREFIX}Stage"

_PLANS = {
    "vgg11": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "vgg13": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    "vgg16": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    "vgg19": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}
"""Channels of the convolutions, and M for a pool (torchvision/models/vgg.py)."""

_WIDTHS = {"resnet18": 64, "resnet34": 64, **dict.fromkeys(
    ("resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2",
     "wide_resnet101_2"), 256)}  # fmt: skip
"""Channels after the first of four stages; each later one doubles them (torchvision/models/resnet.py)."""


def _layer(call: Call, name: str, *arguments: object, **keyword: object) -> Value:
    given = Arguments(
        tuple(Known(value, call.origin) for value in arguments),
        {key: Known(value, call.origin) for key, value in keyword.items()},
    )
    return call.machine.call(Reference(f"torch.nn.{name}"), given, call.site)


def _features(plan: str, *, normalised: bool) -> Handler:
    """`vgg.features`: convolutions, with batch normalisation in the variants that have it, and pools."""

    def handler(call: Call) -> Value:
        layers: list[Value] = []
        channels = 3
        for word in plan.split():
            if word == "M":
                layers.append(_layer(call, "MaxPool2d", 2, stride=2))
                continue
            layers.append(_layer(call, "Conv2d", channels, int(word), 3, padding=1))
            channels = int(word)
            if normalised:
                layers.append(_layer(call, "BatchNorm2d", channels))
            layers.append(_layer(call, "ReLU", inplace=True))
        made = call.machine.call(Reference("torch.nn.Sequential"), Arguments(tuple(layers)), call.site)
        if isinstance(call.receiver, Instance):
            call.machine.write(call.receiver, "features", made)
        return made

    return handler


def _parts(width: int) -> Handler:
    """The modules directly within a residual network, in their order; what a stage holds is not looked at."""

    def handler(call: Call) -> Value:
        model = call.receiver
        head = dict(children(model)).get("fc") if isinstance(model, Instance) else None
        stages = [
            Instance(
                Reference(_STAGE),
                {"channels": Known(width * 2**i), "stride": Known(2 if i else 1)},
                call.origin,
            )
            for i in range(4)
        ]
        parts = {
            "conv1": _layer(call, "Conv2d", 3, 64, 7, stride=2, padding=3, bias=False),
            "bn1": _layer(call, "BatchNorm2d", 64),
            "relu": _layer(call, "ReLU", inplace=True),
            "maxpool": _layer(call, "MaxPool2d", 3, stride=2, padding=1),
            **{f"layer{i + 1}": stage for i, stage in enumerate(stages)},
            "avgpool": _layer(call, "AdaptiveAvgPool2d", 1),
            "fc": head or Unknown("the head of the network"),
        }
        if call.title == "named_children":
            return Items([Items([Known(name), part], "tuple") for name, part in parts.items()])
        return Items(parts.values())

    return handler


def _not_listed(call: Call) -> Value:
    """The modules within another network: there are some, but which is not known here."""
    return Items([Unknown("a part of a known network")], complete=False)


def _apply_stage(call: Call) -> Value:
    stage, given = call.receiver, as_tensor(call.argument(0, "input"))
    if not isinstance(stage, Instance) or given is None:
        return call.unknown()
    channels, stride = constant(stage.arguments["channels"]), constant(stage.arguments["stride"])
    shape: Shape = (None, channels, None, None)
    if given.shape is not None and len(given.shape) == 4:
        shape = (given.shape[0], channels, _divided(given.shape[2], stride), _divided(given.shape[3], stride))
    return call.tensor(
        "backbone", (given,), shape, layer=stage, settings={"units": stage.arguments["channels"]}, parameters=None,
        title="stage", library="torch", data=None,
    )  # fmt: skip


def _divided(size: Dimension, stride: int) -> Dimension:
    return -(-size // stride) if isinstance(size, int) else None


METHODS: dict[str, dict[str, Handler]] = {
    f"{PREFIX}{short}": {"children": _parts(width), "named_children": _parts(width)}
    for short, width in _WIDTHS.items()
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {
    f"{PREFIX}{short}{suffix}": {"features": _features(plan, normalised=bool(suffix))}
    for short, plan in _PLANS.items()
    for suffix in ("", "_bn")
}

CALLS: dict[str, Handler] = {_STAGE: applied(_apply_stage)}


def methods_of(families: tuple[str, ...]) -> dict[str, dict[str, Handler]]:
    """Methods of all networks by class; of those that are not followed the parts are not known."""
    found: dict[str, dict[str, Handler]] = {
        f"{PREFIX}{short}": dict.fromkeys(("children", "named_children"), _not_listed) for short in families
    }
    return found | METHODS
