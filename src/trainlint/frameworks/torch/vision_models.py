"""torchvision.models: networks by name, whether they come with weights, and their replaceable heads."""

from __future__ import annotations

from dataclasses import dataclass

from trainlint.frameworks.call import Arguments, Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch import residual_parts
from trainlint.frameworks.torch.module import applied
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Dimension, Shape
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

PREFIX = "torchvision.models."


@dataclass(frozen=True)
class Family:
    """A network: the features that reach its head, the attribute that holds the head, and where in it the
    last linear map stands (None: the attribute itself)."""

    features: int
    head: str
    last: int | None = None
    parameters: int | None = None  # all weights with the head for 1 000 classes


# Numbers: the pages of torchvision's models ("num_params") and the constructors in torchvision/models.
FAMILIES: dict[str, Family] = {
    "resnet18": Family(512, "fc", None, 11_689_512),
    "resnet34": Family(512, "fc", None, 21_797_672),
    "resnet50": Family(2048, "fc", None, 25_557_032),
    "resnet101": Family(2048, "fc", None, 44_549_160),
    "resnet152": Family(2048, "fc", None, 60_192_808),
    "resnext50_32x4d": Family(2048, "fc", None, 25_028_904),
    "resnext101_32x8d": Family(2048, "fc", None, 88_791_336),
    "wide_resnet50_2": Family(2048, "fc", None, 68_883_240),
    "wide_resnet101_2": Family(2048, "fc", None, 126_886_696),
    "googlenet": Family(1024, "fc", None, 6_624_904),
    "inception_v3": Family(2048, "fc", None, 27_161_264),
    "shufflenet_v2_x1_0": Family(1024, "fc", None, 2_278_604),
    "regnet_y_400mf": Family(440, "fc", None, 4_344_144),
    "alexnet": Family(4096, "classifier", 6, 61_100_840),
    "vgg11": Family(4096, "classifier", 6, 132_863_336),
    "vgg11_bn": Family(4096, "classifier", 6, 132_868_840),
    "vgg13": Family(4096, "classifier", 6, 133_047_848),
    "vgg16": Family(4096, "classifier", 6, 138_357_544),
    "vgg16_bn": Family(4096, "classifier", 6, 138_365_992),
    "vgg19": Family(4096, "classifier", 6, 143_667_240),
    "vgg19_bn": Family(4096, "classifier", 6, 143_678_248),
    "mobilenet_v2": Family(1280, "classifier", 1, 3_504_872),
    "mobilenet_v3_large": Family(1280, "classifier", 3, 5_483_032),
    "mobilenet_v3_small": Family(1024, "classifier", 3, 2_542_856),
    "efficientnet_b0": Family(1280, "classifier", 1, 5_288_548),
    "efficientnet_b1": Family(1280, "classifier", 1, 7_794_184),
    "efficientnet_b2": Family(1408, "classifier", 1, 9_109_994),
    "efficientnet_b3": Family(1536, "classifier", 1, 12_233_232),
    "efficientnet_v2_s": Family(1280, "classifier", 1, 21_458_488),
    "densenet121": Family(1024, "classifier", None, 7_978_856),
    "densenet161": Family(2208, "classifier", None, 28_681_000),
    "densenet169": Family(1664, "classifier", None, 14_149_480),
    "densenet201": Family(1920, "classifier", None, 20_013_928),
    "convnext_tiny": Family(768, "classifier", 2, 28_589_128),
    "convnext_small": Family(768, "classifier", 2, 50_223_688),
    "convnext_base": Family(1024, "classifier", 2, 88_591_464),
    "vit_b_16": Family(768, "heads", 0, 86_567_656),
    "vit_b_32": Family(768, "heads", 0, 88_224_232),
    "vit_l_16": Family(1024, "heads", 0, 304_326_632),
    "swin_t": Family(768, "head", None, 28_288_354),
    "squeezenet1_0": Family(512, "classifier", None, 1_248_424),
    "squeezenet1_1": Family(512, "classifier", None, 1_235_496),
}

_TEXT = Signature("*, weights=None, progress=True")
PRETRAINED = "parameters.pretrained"
"""The slot of a network that says whether it came with weights."""


def _made(short: str, call: Call, arguments: dict[str, Value]) -> Instance:
    made = Instance(Reference(f"{PREFIX}{short}"), arguments, call.origin)
    made.slots[PRETRAINED] = Known(_is_pretrained(arguments), _evidence(arguments))
    family = FAMILIES.get(short)
    if family is None or short.startswith("squeezenet"):
        return made
    classes = arguments.get("num_classes") or Known(1000, Origin(Made.LIBRARY, None, f"default of {short}"))
    head = _linear(family.features, classes, call)
    if family.last is not None:
        before: list[Value] = [_inside(short, call) for _ in range(family.last)]
        container = Instance(Reference("torch.nn.Sequential"), {}, call.origin)
        container.slots["modules"] = Items([*before, head])
        if family.head == "heads":
            container.slots["head"] = head
        head = container
    made.slots[family.head] = head
    return made


def _linear(features: int, classes: Value, call: Call) -> Instance:
    return Instance(
        Reference("torch.nn.Linear"),
        {"in_features": Known(features, call.origin), "out_features": classes, "bias": Known(True)},
        call.origin,
    )


def _inside(short: str, call: Call) -> Instance:
    """A layer of the head in front of its last linear map; only its place counts."""
    return Instance(Reference("torch.nn.Identity"), {}, call.origin)


def _is_pretrained(arguments: dict[str, Value]) -> bool | None:
    flag = arguments.get("pretrained")
    if flag is not None:
        return bool(constant(flag)) if isinstance(flag, Known) else None
    weights = arguments.get("weights", arguments.get("*0"))
    if weights is None or (isinstance(weights, Known) and weights.value in (None, False)):
        return False
    return True if isinstance(weights, Known | Reference) else None


def _evidence(arguments: dict[str, Value]) -> Origin | None:
    found = arguments.get("pretrained") or arguments.get("weights") or arguments.get("*0")
    return found.origin if found is not None else None


def _constructor(short: str) -> Handler:
    def handler(call: Call) -> Value:
        return _made(short, call, call.bind(_TEXT))

    return handler


def unlisted(call: Call) -> Value:
    """A network of torchvision that stands in no table here."""
    return _made(call.name.removeprefix(PREFIX), call, call.bind(_TEXT))


def _by_name(call: Call) -> Value:
    """torchvision.models.get_model("resnet18", weights=…)."""
    name = constant(call.argument(0, "name"))
    arguments = {
        key: value for key, value in call.bind(Signature("name, weights=None")).items() if key != "name"
    }
    return (
        _made(name, call, arguments) if isinstance(name, str) else Unknown("a model whose name is not known")
    )


def _apply(call: Call) -> Value:
    """A backbone of which only the size is known, then the head as it stands now."""
    model, value = call.receiver, call.argument(0, "x", "input")
    given = as_tensor(value)
    if not isinstance(model, Instance) or given is None:
        return call.unknown()
    short = next((name.removeprefix(PREFIX) for name in model.library_names if name.startswith(PREFIX)), "")
    family = FAMILIES.get(short)
    batch: Dimension = given.shape[0] if given.shape else None
    if family is None:
        return call.tensor(
            "backbone",
            (given,),
            None,
            layer=model,
            settings={"pretrained": Known(_is_pretrained(model.arguments))},
            parameters=None,
            title=short or model.title,
            library="torch",
            data=None,
        )
    head = model.slots.get(family.head)
    shape: Shape = (batch, family.features if head is not None else 1000)
    if head is not None and short.startswith("squeezenet"):
        shape = (*shape, None, None)  # its head is a convolution and a pool: torchvision/models/squeezenet.py
    weights = family.parameters
    if weights is not None and head is not None:
        weights -= (family.features + 1) * 1000
    features = call.tensor(
        "backbone",
        (given,),
        shape,
        layer=model,
        settings={"pretrained": Known(_is_pretrained(model.arguments)), "units": Known(shape[1])},
        parameters=weights,
        title=short,
        dtype="float32",
        library="torch",
        data=None,
    )
    return (
        features
        if not isinstance(head, Value)
        else call.machine.call(head, Arguments((features,)), call.site)
    )


FUNCTIONS: dict[str, Handler] = {
    **{f"{PREFIX}{short}": _constructor(short) for short in FAMILIES},
    f"{PREFIX}get_model": _by_name,
}

CALLS: dict[str, Handler] = {
    **{f"{PREFIX}{short}": applied(_apply, container=True) for short in FAMILIES},
    **residual_parts.CALLS,
}

METHODS: dict[str, dict[str, Handler]] = {
    f"{PREFIX}{short}": {
        "children": residual_parts.children_of(
            short, family.head, lambda model: _is_pretrained(model.arguments)
        )
    }
    for short, family in FAMILIES.items()
}
