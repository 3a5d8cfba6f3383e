"""Parts of torchvision's networks by name: `vgg.features`, `resnet.named_children()`."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.torch.residual_parts import NAMES, RESIDUAL
from trainlint.values.value import Instance, Items, Known, Reference, Value

PREFIX = "torchvision.models."

_PLANS = {
    "vgg11": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "vgg13": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    "vgg16": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    "vgg19": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}
"""Channels of the convolutions, and M for a pool (torchvision/models/vgg.py)."""


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


def _named_children(call: Call) -> Value:
    """`resnet.named_children()`: the parts in their order, each with its name."""
    model = call.receiver
    assert isinstance(model, Instance)
    found = call.machine.call(call.machine.attribute(model, "children", call.site), Arguments(), call.site)
    parts = found.items if isinstance(found, Items) else ()
    pairs = zip((*NAMES, "fc"), parts, strict=False)
    return Items([Items([Known(name), part], "tuple") for name, part in pairs])


METHODS: dict[str, dict[str, Handler]] = {
    f"{PREFIX}{short}": {"named_children": _named_children} for short in RESIDUAL
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {
    f"{PREFIX}{short}{suffix}": {"features": _features(plan, normalised=bool(suffix))}
    for short, plan in _PLANS.items()
    for suffix in ("", "_bn")
}
