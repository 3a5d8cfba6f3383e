"""keras.applications: known architectures, pretrained unless `weights=None`."""

from __future__ import annotations

from dataclasses import dataclass

from trainlint.frameworks.arrays.subject import dimensions_in
from trainlint.frameworks.call import Call
from trainlint.frameworks.keras.activations import activated
from trainlint.frameworks.keras.inputs import input_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.values.tensor import BATCH, Operation, Shape, Tensor
from trainlint.values.value import Instance, Known, Reference, Unknown, Value, constant, integer


@dataclass(frozen=True)
class Backbone:
    """An architecture: channels of its last feature map, default size of images, and weights without the top
    that training changes, for images of three channels."""

    channels: int
    size: int
    parameters: int | None = None


_SIGNATURE = Signature(
    "include_top=True, weights='imagenet', input_tensor=None, input_shape=None, pooling=None, classes=1000, "
    "classifier_activation='softmax', name=None"
)
"""Keras 3.15; families differ in further arguments only."""

BACKBONES = {
    "VGG16": Backbone(512, 224, 14_714_688),
    "VGG19": Backbone(512, 224, 20_024_384),
    "ResNet50": Backbone(2048, 224, 23_534_592),
    "ResNet101": Backbone(2048, 224, 42_552_832),
    "ResNet152": Backbone(2048, 224, 58_219_520),
    "ResNet50V2": Backbone(2048, 224, 23_519_360),
    "ResNet101V2": Backbone(2048, 224, 42_528_896),
    "ResNet152V2": Backbone(2048, 224, 58_187_904),
    "InceptionV3": Backbone(2048, 299, 21_768_352),
    "InceptionResNetV2": Backbone(1536, 299, 54_276_192),
    "Xception": Backbone(2048, 299, 20_806_952),
    "MobileNet": Backbone(1024, 224, 3_206_976),
    "MobileNetV2": Backbone(1280, 224, 2_223_872),
    "MobileNetV3Small": Backbone(576, 224, 927_008),
    "MobileNetV3Large": Backbone(960, 224, 2_971_952),
    "DenseNet121": Backbone(1024, 224, 6_953_856),
    "DenseNet169": Backbone(1664, 224, 12_484_480),
    "DenseNet201": Backbone(1920, 224, 18_092_928),
    "NASNetMobile": Backbone(1056, 224),
    "NASNetLarge": Backbone(4032, 331),
    "EfficientNetB0": Backbone(1280, 224, 4_007_548),
    "EfficientNetB1": Backbone(1280, 240, 6_513_184),
    "EfficientNetB2": Backbone(1408, 260, 7_700_994),
    "EfficientNetB3": Backbone(1536, 300, 10_696_232),
    "EfficientNetB4": Backbone(1792, 380, 17_548_616),
    "EfficientNetB5": Backbone(2048, 456, 28_340_784),
    "EfficientNetB6": Backbone(2304, 528, 40_735_704),
    "EfficientNetB7": Backbone(2560, 600),
    "EfficientNetV2B0": Backbone(1280, 224, 5_858_704),
    "EfficientNetV2B1": Backbone(1280, 240, 6_860_052),
    "EfficientNetV2B2": Backbone(1408, 260, 8_687_086),
    "EfficientNetV2B3": Backbone(1536, 300, 12_821_406),
    "EfficientNetV2S": Backbone(1280, 384, 20_177_488),
    "EfficientNetV2M": Backbone(1280, 480, 52_858_356),
    "EfficientNetV2L": Backbone(1280, 480),
    "ConvNeXtTiny": Backbone(768, 224, 27_820_128),
    "ConvNeXtSmall": Backbone(768, 224, 49_454_688),
    "ConvNeXtBase": Backbone(1024, 224, 87_566_464),
    "ConvNeXtLarge": Backbone(1536, 224),
    "ConvNeXtXLarge": Backbone(2048, 224),
}
"""Keras 3.15 (keras/src/applications). Feature maps are a 32nd of the image on each side."""

_SCALE_THEMSELVES = ("EfficientNet", "MobileNetV3", "ConvNeXt", "RegNet")


def rescales_itself(name: str, include_preprocessing: Value | None = None) -> bool | None:
    """Whether an architecture scales images itself, so that it wants 0..255; None when that is not known."""
    if not name.startswith(_SCALE_THEMSELVES):
        return False
    if include_preprocessing is None:
        return True
    found = constant(include_preprocessing)
    return found if isinstance(found, bool) else None


def make_backbone(call: Call) -> Value:
    """A functional model of one operation of kind `backbone`."""
    known = BACKBONES[call.title]
    bound = call.bind(_SIGNATURE)
    model = Instance(Reference(f"keras.applications.{call.title}"), bound, call.origin)
    given = bound.get("input_tensor")
    top = constant(bound["include_top"])
    declared = dimensions_in(bound["input_shape"])
    if declared is None:
        side = known.size if top is True else None
        declared = (side, side, 3)
    start = given if isinstance(given, Tensor) else input_tensor((BATCH, *declared), call.origin)
    weights = bound["weights"]
    none = isinstance(weights, Known) and weights.value is None
    pretrained = Unknown("weights") if not isinstance(weights, Known) else Known(not none, weights.origin)
    settings = {
        "pretrained": pretrained,
        "weights": bound["weights"],
        "include_top": bound["include_top"],
        "pooling": bound["pooling"],
    }
    if "include_preprocessing" in bound:
        settings["include_preprocessing"] = bound["include_preprocessing"]
    operation = Operation(
        "backbone",
        call.title,
        (start,),
        model,
        settings,
        known.parameters if top is False and declared[-1] == 3 else None,
        call.origin,
    )
    shape = _output_shape(known, bound, start.shape, top)
    output: Value = Tensor(
        shape=shape, dtype="float32", library="keras", operation=operation, origin=call.origin
    )
    if top is True:
        output = activated(call, output, bound["classifier_activation"])
    call.machine.write(model, "inputs", start)
    call.machine.write(model, "outputs", output)
    call.machine.write(model, "pretrained", pretrained)
    return model


def _output_shape(known: Backbone, bound: dict[str, Value], shape: Shape | None, top: object) -> Shape | None:
    if top is True:
        return (BATCH, integer(bound["classes"]))
    if top is not False:
        return None
    if constant(bound["pooling"]) in ("avg", "max"):
        return (BATCH, known.channels)
    if shape is None or len(shape) != 4:
        return (BATCH, None, None, known.channels)
    # Rounding differs between families: only multiples of 32 are certain.
    valid = known.size in (299, 331)
    sides = [
        side // 32 if isinstance(side, int) and side % 32 == 0 and not valid else None for side in shape[1:3]
    ]
    return (BATCH, *sides, known.channels)


_MODULES = {
    "vgg16": ("VGG16",),
    "vgg19": ("VGG19",),
    "resnet": ("ResNet50", "ResNet101", "ResNet152"),
    "resnet50": ("ResNet50",),
    "resnet_v2": ("ResNet50V2", "ResNet101V2", "ResNet152V2"),
    "inception_v3": ("InceptionV3",),
    "inception_resnet_v2": ("InceptionResNetV2",),
    "xception": ("Xception",),
    "mobilenet": ("MobileNet",),
    "mobilenet_v2": ("MobileNetV2",),
    "mobilenet_v3": ("MobileNetV3Small", "MobileNetV3Large"),
    "densenet": ("DenseNet121", "DenseNet169", "DenseNet201"),
    "nasnet": ("NASNetMobile", "NASNetLarge"),
    "efficientnet": tuple(name for name in BACKBONES if name.startswith("EfficientNetB")),
    "efficientnet_v2": tuple(name for name in BACKBONES if name.startswith("EfficientNetV2")),
    "convnext": tuple(name for name in BACKBONES if name.startswith("ConvNeXt")),
}

FUNCTIONS = {f"keras.applications.{name}": make_backbone for name in BACKBONES} | {
    f"keras.applications.{module}.{name}": make_backbone
    for module, names in _MODULES.items()
    for name in names
}
