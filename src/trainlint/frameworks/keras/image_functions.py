"""tf.image: images that are read, resized, cropped and changed at random."""

from __future__ import annotations

from trainlint.frameworks.arrays import moving
from trainlint.frameworks.arrays.subject import Operation, Subject, as_function, dimensions_in, dtype_name
from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.values.tensor import DataFacts, Dimension, Shape
from trainlint.values.value import Value, integer


def _sized(subject: Subject, height: Dimension, width: Dimension) -> Shape | None:
    """The shape of images of another size."""
    if subject.shape is None or len(subject.shape) not in (3, 4):
        return None
    return (*subject.shape[:-3], height, width, subject.shape[-1])


def resize(subject: Subject) -> Value:
    size = subject.sizes(0, "size")
    shape = _sized(subject, *size) if size is not None and len(size) == 2 else None
    return subject.made("resize", shape, dtype="float32")


def resize_around(subject: Subject) -> Value:
    """`tf.image.resize_with_pad(image, height, width)`, `pad_to_bounding_box(image, y, x, height, width)`."""
    first = 2 if subject.call.title in ("pad_to_bounding_box", "crop_to_bounding_box") else 0
    height = integer(subject.argument(first, "target_height"))
    width = integer(subject.argument(first + 1, "target_width"))
    low = None if subject.tensor.low is None else min(0.0, subject.tensor.low)
    return subject.made("resize", _sized(subject, height, width), low=low)


def crop(subject: Subject) -> Value:
    """`tf.image.random_crop(image, size)`: the size holds all axes."""
    return subject.made("augmentation", dimensions_in(subject.argument(0, "size")))


def central_crop(subject: Subject) -> Value:
    return subject.made("crop", _sized(subject, None, None))


def cut_out(call: Call) -> Value:
    """`tf.image.crop_and_resize(image, boxes, box_indices, crop_size)`: an image for each box."""
    images, boxes = as_tensor(call.argument(0, "image")), as_tensor(call.argument(1, "boxes"))
    size = dimensions_in(call.argument(3, "crop_size"))
    if images is None or boxes is None:
        return call.unknown()
    count = boxes.shape[0] if boxes.shape else None
    channels = images.shape[-1] if images.shape else None
    shape = (count, *size, channels) if size is not None and len(size) == 2 else None
    return call.tensor("resize", (images,), shape, dtype="float32", library="keras", data=None)


def convert_image_dtype(subject: Subject) -> Value:
    """Whole numbers become fractions of the largest one: 0..255 becomes 0..1."""
    dtype = dtype_name(subject.argument(0, "dtype"))
    low, high = subject.tensor.low, subject.tensor.high
    if (subject.tensor.dtype or "").startswith(("uint8", "int")) and (dtype or "").startswith("float"):
        low = None if low is None else low / 255
        high = None if high is None else high / 255
    return subject.made("cast", subject.shape, dtype=dtype, low=low, high=high)


def per_image_standardization(subject: Subject) -> Value:
    return subject.made(
        "normalization", subject.shape, low=None, high=None, scale="standardised", dtype="float32"
    )


def _channels(count: int, kind: str) -> Operation:
    def operation(subject: Subject) -> Value:
        return subject.made(kind, (*subject.shape[:-1], count) if subject.shape else None)

    return operation


def _changed(kind: str) -> Operation:
    """Another look of the same image; its values may go beyond the old ones."""
    return lambda subject: subject.made(kind, subject.shape, low=None, high=None, scale=None)


def _compared(call: Call) -> Value:
    """`tf.image.ssim(a, b, max_val)`, `tf.image.psnr`: a number for each pair of images."""
    one, other = as_tensor(call.argument(0, "img1", "a")), as_tensor(call.argument(1, "img2", "b"))
    if one is None or other is None:
        return call.unknown()
    shape = one.shape[:-3] if one.shape is not None and len(one.shape) >= 3 else None
    return call.tensor("similarity", (one, other), shape, dtype="float32", library="keras", data=None)


def _variation(subject: Subject) -> Value:
    shape = subject.shape[:-3] if subject.shape is not None and len(subject.shape) >= 3 else None
    return subject.made("total_variation", shape, low=0.0, high=None, scale=None, data=None)


def _patches(subject: Subject) -> Value:
    """Patches of images in a grid of unknown size; the values of a patch lie along the last axis."""
    sizes = dimensions_in(subject.argument(0, "sizes", "ksizes"))
    depth: Dimension = None
    if sizes is not None and len(sizes) == 4 and subject.shape and len(subject.shape) == 4:
        height, width, channels = sizes[1], sizes[2], subject.shape[-1]
        if isinstance(height, int) and isinstance(width, int) and isinstance(channels, int):
            depth = height * width * channels
    shape = (subject.shape[0], None, None, depth) if subject.shape and len(subject.shape) == 4 else None
    return subject.made("unfold", shape)


def _edges(subject: Subject) -> Value:
    return subject.made("gradient_image", (*subject.shape, 2) if subject.shape else None, low=None, high=None)


def _kept_boxes(call: Call) -> Value:
    """`tf.image.non_max_suppression(boxes, scores, max_output_size)`: indices of boxes."""
    boxes = as_tensor(call.argument(0, "boxes"))
    if boxes is None:
        return call.unknown()
    return call.tensor("select", (boxes,), (None,), dtype="int32", low=0.0, library="keras", data=None)


def decode_image(call: Call) -> Value:
    """Bytes of a file as pixels; `decode_image(dtype=tf.float32)` scales them to 0..1 as well."""
    channels = integer(call.argument(1, "channels"))
    dtype = dtype_name(call.argument(2, "dtype")) if call.title == "decode_image" else None
    scaled = (dtype or "").startswith("float")
    facts = DataFacts(name=call.title, image=True, origin=call.origin)
    return call.tensor(
        "decode", (), (None, None, channels or None), dtype=dtype if scaled else "uint8", low=0,
        high=1 if scaled else 255, library="keras", data=facts,
    )  # fmt: skip


_OPERATIONS: dict[str, Operation] = {
    "resize": resize,
    "resize_images": resize,
    **dict.fromkeys(
        ("resize_with_pad", "resize_with_crop_or_pad", "resize_image_with_pad", "resize_image_with_crop_or_pad",
         "pad_to_bounding_box", "crop_to_bounding_box"),
        resize_around,
    ),
    "random_crop": crop,
    "stateless_random_crop": crop,
    "central_crop": central_crop,
    "convert_image_dtype": convert_image_dtype,
    "per_image_standardization": per_image_standardization,
    "rgb_to_grayscale": _channels(1, "grayscale"),
    "grayscale_to_rgb": _channels(3, "repeat"),
    "total_variation": _variation,
    "extract_patches": _patches,
    "sobel_edges": _edges,
    **dict.fromkeys(("rgb_to_hsv", "hsv_to_rgb", "rgb_to_yuv", "yuv_to_rgb", "rgb_to_yiq"), _changed("cast")),
    **dict.fromkeys(
        [name for word in ("brightness", "contrast", "hue", "saturation", "jpeg_quality")
         for name in (f"random_{word}", f"adjust_{word}", f"stateless_random_{word}")],
        moving.unchanged("augmentation"),
    ),
    **dict.fromkeys(
        ("random_flip_left_right", "random_flip_up_down", "stateless_random_flip_left_right",
         "stateless_random_flip_up_down", "flip_left_right", "flip_up_down", "rot90", "transpose", "adjust_gamma"),
        moving.unchanged("augmentation"),
    ),
}  # fmt: skip

_DECODERS = ("decode_jpeg", "decode_png", "decode_image", "decode_bmp", "decode_gif", "decode_and_crop_jpeg")

FUNCTIONS: dict[str, Handler] = {
    **{
        f"tensorflow.image.{name}": as_function(operation, "keras") for name, operation in _OPERATIONS.items()
    },
    "tensorflow.random_crop": as_function(crop, "keras"),
    "keras.ops.image.resize": as_function(resize, "keras"),
    "tensorflow.image.crop_and_resize": cut_out,
    **dict.fromkeys(
        ("tensorflow.image.ssim", "tensorflow.image.psnr", "tensorflow.image.ssim_multiscale"), _compared
    ),
    **dict.fromkeys(
        ("tensorflow.image.non_max_suppression", "tensorflow.image.non_max_suppression_with_scores"),
        _kept_boxes,
    ),
    **{f"tensorflow.{home}.{name}": decode_image for home in ("io", "image") for name in _DECODERS},
}
"""By canonical name."""
