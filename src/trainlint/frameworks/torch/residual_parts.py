"""The parts of torchvision's residual networks, which programs cut apart: `list(resnet.children())[:-1]`.

torchvision/models/resnet.py: conv1, bn1, relu, maxpool, layer1 to layer4, avgpool, fc.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.torch.module import applied
from trainlint.frameworks.torch.parameters import TRAINABLE
from trainlint.values.tensor import Dimension, Shape
from trainlint.values.value import Instance, Items, Known, Reference, Value, constant

PART = "torchvision.models.resnet.part"
NAMES = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool")

_KINDS = {"relu": "relu", "maxpool": "max_pool", "avgpool": "adaptive_avg_pool"}
"""What the parts without weights are; the others count as a backbone."""


@dataclass(frozen=True)
class Residual:
    """How many blocks each stage has; `expansion` 4 are the blocks with a bottleneck."""

    blocks: tuple[int, int, int, int]
    expansion: int = 4
    groups: int = 1
    width: int = 64  # of a group

    def channels(self, stage: int) -> int:
        """What a stage gives, from 1 on."""
        return (32 << stage) * self.expansion

    def parameters(self, stage: int) -> int:
        """The weights of a stage."""
        planes, given, total = 32 << stage, self.channels(stage), 0
        reads = 64 if stage == 1 else self.channels(stage - 1)
        for block in range(self.blocks[stage - 1]):
            if self.expansion == 1:
                total += 9 * reads * planes + 9 * planes * planes + 4 * planes
            else:
                inner = planes * self.width // 64 * self.groups
                total += (
                    reads * inner + 9 * inner * inner // self.groups + inner * given + 4 * inner + 2 * given
                )
            if block == 0 and (stage > 1 or reads != given):
                total += reads * given + 2 * given
            reads = given
        return total


RESIDUAL = {
    "resnet18": Residual((2, 2, 2, 2), expansion=1),
    "resnet34": Residual((3, 4, 6, 3), expansion=1),
    "resnet50": Residual((3, 4, 6, 3)),
    "resnet101": Residual((3, 4, 23, 3)),
    "resnet152": Residual((3, 8, 36, 3)),
    "resnext50_32x4d": Residual((3, 4, 6, 3), groups=32, width=4),
    "resnext101_32x8d": Residual((3, 4, 23, 3), groups=32, width=8),
    "wide_resnet50_2": Residual((3, 4, 6, 3), width=128),
    "wide_resnet101_2": Residual((3, 4, 23, 3), width=128),
}


def children_of(short: str, head: str, pretrained: Callable[[Instance], bool | None]) -> Handler:
    """`model.children()`: the parts and the head of a residual network, of others the head alone."""

    def handler(call: Call) -> Value:
        model = call.receiver
        last = model.slots.get(head) if isinstance(model, Instance) else None
        heads = [last] if isinstance(last, Value) else []
        if short not in RESIDUAL or not isinstance(model, Instance):
            return Items(heads, complete=False)
        parts = [_part(short, name, pretrained(model), model) for name in NAMES]
        return Items([*parts, *heads])

    return handler


def _part(short: str, name: str, is_pretrained: bool | None, model: Instance) -> Instance:
    arguments: dict[str, Value] = {
        "network": Known(short),
        "name": Known(name),
        "pretrained": Known(is_pretrained),
    }
    part = Instance(Reference(PART), arguments, model.origin)
    frozen = model.slots.get(TRAINABLE)
    if isinstance(frozen, Value):
        part.slots[TRAINABLE] = frozen
    return part


def _apply(call: Call) -> Value:
    part, given = call.receiver, as_tensor(call.argument(0, "input", "x"))
    if not isinstance(part, Instance) or given is None:
        return call.unknown()
    short, name = constant(part.arguments["network"]), constant(part.arguments["name"])
    if not isinstance(short, str) or not isinstance(name, str):
        return call.unknown()
    channels, weights, stride = _of(RESIDUAL[short], name)
    return call.tensor(
        _KINDS.get(name, "backbone"),
        (given,),
        _shape(given.shape, channels, None if name == "avgpool" else stride),
        layer=part,
        settings={"pretrained": part.arguments["pretrained"]} if weights else {},
        parameters=weights,
        title=f"{short}.{name}",
        dtype="float32",
        library="torch",
        data=None,
    )


def _of(network: Residual, name: str) -> tuple[int | None, int, int]:
    """Channels that a part gives (None: as many as it gets), its weights, how much smaller the map becomes."""
    if name.startswith("layer"):
        stage = int(name[-1])
        return network.channels(stage), network.parameters(stage), 1 if stage == 1 else 2
    return {"conv1": (64, 9408, 2), "bn1": (64, 128, 1), "maxpool": (None, 0, 2)}.get(name, (None, 0, 1))


def _shape(given: Shape | None, channels: int | None, stride: int | None) -> Shape | None:
    if given is None or len(given) != 4:
        return (None, channels, *((1, 1) if stride is None else (None, None)))

    def smaller(size: Dimension) -> Dimension:
        # Kernels and paddings are such that each stride of 2 rounds up.
        return 1 if stride is None else -(-size // stride) if isinstance(size, int) else None

    return (given[0], channels or given[1], smaller(given[2]), smaller(given[3]))


CALLS: dict[str, Handler] = {PART: applied(_apply)}
