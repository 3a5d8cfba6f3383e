"""Layers that prepare data: scaling, resizing, augmentation, text and categories."""

from __future__ import annotations

from collections.abc import Callable

from trainlint.frameworks.keras.applied import Applied, Bounds, LayerMeaning, same_bounds
from trainlint.values.tensor import Shape
from trainlint.values.value import number


def _scaled(applied: Applied) -> Bounds:
    scale, offset = number(applied.value("scale")), number(applied.value("offset"))
    low, high = applied.bounds.low, applied.bounds.high
    if scale is None or offset is None or low is None or high is None:
        return Bounds()
    ends = sorted((low * scale + offset, high * scale + offset))
    return Bounds(ends[0], ends[1])


def _resized(applied: Applied) -> Shape | None:
    if applied.shape is None or len(applied.shape) not in (3, 4):
        return None
    size = (applied.integer("height"), applied.integer("width"))
    batch = applied.shape[:-3]
    channels = applied.shape[-3] if applied.channels_first else applied.shape[-1]
    return (*batch, channels, *size) if applied.channels_first else (*batch, *size, channels)


def _standardised(applied: Applied) -> Bounds:
    return Bounds(scale="standardised")


def _vectorised(applied: Applied) -> Shape | None:
    if applied.shape is None:
        return None
    batch = applied.shape[0] if applied.shape else None
    if applied.constant("output_mode") == "int":
        return (batch, applied.integer("output_sequence_length"))
    return (batch, applied.integer("max_tokens") if applied.flag("pad_to_max_tokens") else None)


def _encoded(applied: Applied) -> Shape | None:
    if not applied.shape:
        return None
    return (applied.shape[0], applied.integer("num_tokens"))


def _values(low: float, high: float) -> Callable[[Applied], Bounds]:
    return lambda applied: Bounds(low, high)


_AUGMENTATION = LayerMeaning("augmentation", bounds=same_bounds)

AUGMENTATIONS = frozenset(
    "RandomFlip RandomRotation RandomTranslation RandomZoom RandomContrast RandomBrightness RandomShear "
    "RandomHue RandomSaturation RandomSharpness RandomGrayscale RandomGaussianBlur RandomColorJitter "
    "RandomColorDegeneration RandomErasing RandomElasticTransform RandomInvert RandomPerspective "
    "RandomPosterization RandAugment AugMix AutoContrast CutMix MixUp Equalization Solarization "
    "RandomHeight RandomWidth ContrastLimitedAdaptiveHistogramEqualization".split()
)

LAYERS: dict[str, LayerMeaning] = {
    "Rescaling": LayerMeaning("rescale", bounds=_scaled),
    "Normalization": LayerMeaning("normalization", bounds=_standardised),
    "Resizing": LayerMeaning("resize", _resized, bounds=same_bounds),
    "CenterCrop": LayerMeaning("crop", _resized, bounds=same_bounds),
    "RandomCrop": LayerMeaning("augmentation", _resized, bounds=same_bounds),
    "TextVectorization": LayerMeaning("vectorize", _vectorised),
    "StringLookup": LayerMeaning("lookup"),
    "IntegerLookup": LayerMeaning("lookup"),
    "Hashing": LayerMeaning("lookup"),
    "Discretization": LayerMeaning("lookup"),
    "CategoryEncoding": LayerMeaning("encode", _encoded, bounds=_values(0.0, 1.0)),
} | dict.fromkeys(AUGMENTATIONS, _AUGMENTATION)
