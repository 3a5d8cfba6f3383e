"""torchvision.transforms, first and second version: shape and range of images on their way to a network.

Images are held with the channel axis first, PIL images too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.signatures import Signature, signature_table
from trainlint.frameworks.torch.meaning import bound
from trainlint.frameworks.torch.sizes import dimensions, flag, whole
from trainlint.frameworks.torch.tensor_methods import dtype_name
from trainlint.values.join import either
from trainlint.values.tensor import Dimension, Shape, Tensor
from trainlint.values.value import (
    Absent,
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Reference,
    Unknown,
    Value,
    number,
)

PREFIX = "torchvision.transforms."

SIGNATURES: dict[str, Signature] = signature_table("""
Compose(transforms)
ToTensor()
PILToTensor()
ToImage()
ToImageTensor()
ToPILImage(mode=None)
ToDtype(dtype, scale=False)
ConvertImageDtype(dtype)
ConvertDtype(dtype)
Normalize(mean, std, inplace=False)
Resize(size, interpolation=None, max_size=None, antialias=True)
CenterCrop(size)
RandomCrop(size, padding=None, pad_if_needed=False, fill=0, padding_mode='constant')
RandomResizedCrop(size, scale=(0.08, 1.0), ratio=(0.75, 1.3333333333333333), interpolation=None,
 antialias=True)
Grayscale(num_output_channels=1)
RandomGrayscale(p=0.1)
Lambda(lambd)
RandomApply(transforms, p=0.5)
RandomChoice(transforms, p=None)
RandomOrder(transforms)
Pad(padding, fill=0, padding_mode='constant')
FiveCrop(size)
RandomHorizontalFlip(p=0.5)
RandomVerticalFlip(p=0.5)
RandomRotation(degrees, interpolation=None, expand=False, center=None, fill=0)
RandomAffine(degrees, translate=None, scale=None, shear=None, interpolation=None, fill=0, center=None)
RandomPerspective(distortion_scale=0.5, p=0.5, interpolation=None, fill=0)
RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)
ColorJitter(brightness=0, contrast=0, saturation=0, hue=0)
GaussianBlur(kernel_size, sigma=(0.1, 2.0))
RandomAdjustSharpness(sharpness_factor, p=0.5)
RandomAutocontrast(p=0.5)
RandomEqualize(p=0.5)
RandomInvert(p=0.5)
RandomPosterize(bits, p=0.5)
RandomSolarize(threshold, p=0.5)
RandAugment(num_ops=2, magnitude=9, num_magnitude_bins=31, interpolation=None, fill=None)
AutoAugment(policy=None, interpolation=None, fill=None)
TrivialAugmentWide(num_magnitude_bins=31, interpolation=None, fill=None)
AugMix(severity=3, mixture_width=3, chain_depth=-1, alpha=1.0, all_ops=True, interpolation=None, fill=None)
ElasticTransform(alpha=50.0, sigma=5.0, interpolation=None, fill=0)
""")
"""As torchvision documents them."""

Change = Callable[[Call, Instance, Tensor], Tensor]


def _to_tensor(call: Call, transform: Instance, image: Tensor) -> Tensor:
    """Images and arrays of bytes become [0, 1]; arrays of floats pass unscaled."""
    shape = image.shape
    if image.library == "numpy" and shape is not None and len(shape) == 3:
        shape = (shape[2], shape[0], shape[1])
    elif image.library == "numpy" and shape is not None and len(shape) == 2:
        shape = (1, *shape)
    if image.dtype == "uint8":
        return _made(call, "scale", image, shape, low=0.0, high=1.0, dtype="float32")
    if image.dtype is None:
        return _made(call, "scale", image, shape, low=None, high=None, dtype=None)
    return _made(call, "cast", image, shape, low=image.low, high=image.high, dtype=image.dtype)


def _to_bytes(call: Call, transform: Instance, image: Tensor) -> Tensor:
    return _made(call, "cast", image, image.shape, low=image.low, high=image.high, dtype=image.dtype)


def _to_image(call: Call, transform: Instance, image: Tensor) -> Tensor:
    return _made(call, "cast", image, image.shape, low=None, high=None, dtype="uint8").changed(library="PIL")


def _converted(call: Call, transform: Instance, image: Tensor) -> Tensor:
    """ConvertImageDtype scales between types; ToDtype does so with `scale=True`."""
    wanted = dtype_name(transform.arguments.get("dtype"))
    scales = flag(transform.arguments, "scale") if transform.title == "ToDtype" else True
    if image.dtype == "uint8" and wanted is not None and wanted.startswith(("float", "bfloat")) and scales:
        return _made(call, "scale", image, image.shape, low=0.0, high=1.0, dtype=wanted)
    known = wanted is not None and image.dtype is not None and scales is not None
    low, high = (image.low, image.high) if known else (None, None)
    return _made(call, "cast", image, image.shape, low=low, high=high, dtype=wanted)


def _numbers(value: Value | None) -> list[float] | None:
    if isinstance(value, Items):
        found = [number(item) for item in value.items]
        return None if None in found or not found else [item for item in found if item is not None]
    single = number(value)
    return None if single is None else [single]


def _normalised(call: Call, transform: Instance, image: Tensor) -> Tensor:
    """(x - mean) / std by channel. 0.5 and 0.5 map [0, 1] to [-1, 1]; statistics of the data standardise."""
    means, deviations = _numbers(transform.arguments.get("mean")), _numbers(transform.arguments.get("std"))
    if means is None or deviations is None or 0 in deviations or len(means) != len(deviations):
        return _made(call, "normalise", image, image.shape, scale="standardised")
    low = high = None
    if image.low is not None and image.high is not None:
        low = min((image.low - mean) / deviation for mean, deviation in zip(means, deviations, strict=True))
        high = max((image.high - mean) / deviation for mean, deviation in zip(means, deviations, strict=True))
    fits = low is not None and high is not None and -10 <= low < 0 < high <= 10
    halves = set(means) == {0.5} and set(deviations) == {0.5}
    scale = "standardised" if fits and not halves else None
    return _made(call, "normalise", image, image.shape, low=low, high=high, dtype=image.dtype, scale=scale)


def _square(value: Value | None) -> tuple[Dimension, Dimension]:
    """A size: one number is a square."""
    sizes = dimensions(value)
    if sizes is None or len(sizes) not in (1, 2):
        return None, None
    return (sizes[0], sizes[0]) if len(sizes) == 1 else (sizes[0], sizes[1])


def _resized(call: Call, transform: Instance, image: Tensor) -> Tensor:
    """Resize((h, w)) gives that size; Resize(n) the shorter side only."""
    sizes = dimensions(transform.arguments.get("size"))
    height: Dimension = None
    width: Dimension = None
    if sizes is not None and len(sizes) == 2:
        height, width = sizes
    elif sizes is not None and len(sizes) == 1 and _is_square(image.shape):
        height = width = sizes[0]
    return _of_size(call, image, height, width)


def _is_square(shape: Shape | None) -> bool:
    return shape is not None and len(shape) == 3 and shape[1] == shape[2] and shape[1] is not None


def _cropped(call: Call, transform: Instance, image: Tensor) -> Tensor:
    return _of_size(call, image, *_square(transform.arguments.get("size")))


def _of_size(call: Call, image: Tensor, height: Dimension, width: Dimension) -> Tensor:
    shape = None if image.shape is None or len(image.shape) < 2 else (*image.shape[:-2], height, width)
    return _kept(call, image, shape)


def _padded(call: Call, transform: Instance, image: Tensor) -> Tensor:
    margin = whole(transform.arguments, "padding")
    shape = image.shape
    if shape is not None and len(shape) >= 2:
        sides = (
            size + 2 * margin if isinstance(size, int) and margin is not None else None for size in shape[-2:]
        )
        shape = (*shape[:-2], *sides)
    return _kept(call, image, shape)


def _grey(call: Call, transform: Instance, image: Tensor) -> Tensor:
    channels = whole(transform.arguments, "num_output_channels")
    shape = (
        None
        if image.shape is None or len(image.shape) < 3
        else (*image.shape[:-3], channels, *image.shape[-2:])
    )
    return _kept(call, image, shape)


def _unchanged(call: Call, transform: Instance, image: Tensor) -> Tensor:
    return _kept(call, image, image.shape)


def _kept(call: Call, image: Tensor, shape: Shape | None) -> Tensor:
    made = _made(
        call, "transform", image, shape, low=image.low, high=image.high, dtype=image.dtype, scale=image.scale
    )
    return made.changed(library=image.library)


def _made(call: Call, kind: str, image: Tensor, shape: Shape | None, **fields: Any) -> Tensor:
    title = call.receiver.title if isinstance(call.receiver, Instance) else call.title
    made = call.tensor(kind, (image,), shape, title=title, library="torch", **fields)
    augmented = title in AUGMENTING
    if made.data is not None and augmented:
        made = made.changed(data=replace(made.data, augmented=True))
    return made


AUGMENTING = frozenset(
    name for name in SIGNATURES if name.startswith(("Random", "RandAugment")) and name != "RandomApply"
) | {"ColorJitter", "AutoAugment", "TrivialAugmentWide", "AugMix", "ElasticTransform", "GaussianBlur"}
"""Transforms that give another image every time."""

_SPECIAL = {"RandomCrop", "RandomResizedCrop", "RandomChoice", "RandomOrder", "GaussianBlur"}

CHANGES: dict[str, Change] = {
    "ToTensor": _to_tensor,
    **dict.fromkeys(("PILToTensor", "ToImage", "ToImageTensor"), _to_bytes),
    "ToPILImage": _to_image,
    **dict.fromkeys(("ToDtype", "ConvertImageDtype", "ConvertDtype"), _converted),
    "Normalize": _normalised,
    "Resize": _resized,
    **dict.fromkeys(("CenterCrop", "RandomCrop", "RandomResizedCrop"), _cropped),
    "Pad": _padded,
    "Grayscale": _grey,
    "GaussianBlur": _unchanged,
    **dict.fromkeys(AUGMENTING - _SPECIAL, _unchanged),
}


def _call_of(change: Change) -> Handler:
    def handler(call: Call) -> Value:
        transform, given = call.receiver, call.argument(0, "img", "pic", "tensor", "inpt")
        if not isinstance(transform, Instance) or given is None:
            return Unknown("transformed image")
        return _mapped(given, lambda image: change(call, transform, image))

    return handler


def _mapped(given: Value, change: Callable[[Tensor], Tensor]) -> Value:
    if isinstance(given, Tensor):
        # Labels pass through joint transforms as they are.
        return given if given.data is not None and given.data.labels else change(given)
    if isinstance(given, OneOf):
        return either(_mapped(option, change) for option in given.options)
    if isinstance(given, Items):
        return Items([_mapped(item, change) for item in given.items], given.kind, complete=given.complete)
    if isinstance(given, Mapped):
        return given
    return Unknown(given.reason if isinstance(given, Unknown) else "a transformed value", given.origin)


def _compose(call: Call) -> Value:
    """One after the other. A transform that is there on some paths only is passed by."""
    transform, value = call.receiver, call.argument(0, "img", "inputs")
    steps = transform.arguments.get("transforms") if isinstance(transform, Instance) else None
    if value is None or not isinstance(steps, Items) or not steps.complete:
        return Unknown("an image after transforms that are not known")
    for item in steps.items:
        options = item.options if isinstance(item, OneOf) else (item,)
        value = either(_one(call, option, value) for option in options)
    return value


def _one(call: Call, step: Value, value: Value) -> Value:
    if isinstance(step, Known | Absent):
        return value
    return call.machine.call(step, Arguments((value,)), call.site)


def _perhaps(call: Call) -> Value:
    """RandomApply, RandomChoice, RandomOrder: the transforms may or may not have been applied."""
    value = call.argument(0, "img", "inputs")
    changed = _compose(call)
    if value is None:
        return Unknown("transformed image")
    return either((value, changed)) if call.title != "RandomOrder" else changed


def _lambda(call: Call) -> Value:
    transform, value = call.receiver, call.argument(0, "img")
    function = transform.arguments.get("lambd") if isinstance(transform, Instance) else None
    if function is None or value is None:
        return Unknown("transformed image")
    return call.machine.call(function, Arguments((value,)), call.site)


def _constructor(short: str) -> Handler:
    signature = SIGNATURES[short]

    def handler(call: Call) -> Value:
        return Instance(Reference(f"{PREFIX}{short}"), bound(call, signature), call.origin)

    return handler


FUNCTIONS: dict[str, Handler] = {f"{PREFIX}{short}": _constructor(short) for short in SIGNATURES}

CALLS: dict[str, Handler] = {
    **{f"{PREFIX}{short}": _call_of(change) for short, change in CHANGES.items()},
    f"{PREFIX}Compose": _compose,
    **dict.fromkeys(
        (f"{PREFIX}{short}" for short in ("RandomApply", "RandomChoice", "RandomOrder")), _perhaps
    ),
    f"{PREFIX}Lambda": _lambda,
    # What is not written down above changes an image in a way that is not followed.
    f"{PREFIX}FiveCrop": lambda call: Unknown("five crops"),
}
