"""OpenCV and PIL: pictures read from files."""

from __future__ import annotations

from trainlint.frameworks.arrays import moving
from trainlint.frameworks.arrays.subject import Subject, as_function, as_method, dimensions_in
from trainlint.frameworks.call import Call
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import object_or_unknown
from trainlint.values.tensor import DataFacts, Shape, Tensor
from trainlint.values.value import Items, Reference, Unknown, Value, constant

_GREY = (0, "cv2.IMREAD_GRAYSCALE")


def _picture(call: Call, shape: Shape | None, library: str) -> Tensor:
    facts = DataFacts(name=call.title, image=True, origin=call.origin)
    return call.tensor("data", (), shape, dtype="uint8", low=0.0, high=255.0, library=library, data=facts)


def read(call: Call) -> Value:
    """`cv2.imread(filename, flags)`."""
    flags = call.argument(1, "flags")
    grey = constant(flags) == 0 or (isinstance(flags, Reference) and flags.name in _GREY)
    plain = flags is None or constant(flags) == 1
    return _picture(call, (None, None) if grey else (None, None, 3) if plain else None, "numpy")


def resize(subject: Subject) -> Value:
    """`cv2.resize(picture, (width, height))`."""
    size, shape = subject.argument(0, "dsize"), subject.shape
    sides = dimensions_in(size) if size is not None else None
    if shape is None or sides is None or len(sides) != 2:
        return subject.made("resize", None)
    return subject.made("resize", (sides[1], sides[0], *shape[2:]))


def recoloured(subject: Subject) -> Value:
    """`cv2.cvtColor(picture, code)`: bytes stay bytes."""
    return subject.made("cast", None)


def opened(call: Call) -> Value:
    """`Image.open(file)`: of one channel or of several."""
    return _picture(call, (None, None, None), "PIL")


_CHANNELS = {"RGB": 3, "L": 1, "1": 1, "RGBA": 4}


def converted(subject: Subject) -> Value:
    """`picture.convert("RGB")`"""
    channels = _CHANNELS.get(str(subject.constant(0, "mode")))
    sides = subject.shape[1:] if subject.shape is not None and len(subject.shape) == 3 else (None, None)
    return subject.made("cast", (channels, *sides))


def resized(subject: Subject) -> Value:
    """`picture.resize((width, height))`"""
    size, shape = subject.argument(0, "size"), subject.shape
    sides = dimensions_in(size) if size is not None else None
    if shape is None or sides is None or len(sides) != 2:
        return subject.made("resize", None)
    return subject.made("resize", (shape[0], sides[1], sides[0]))


def moved(subject: Subject) -> Value:
    """`picture.crop(box)`, `picture.rotate(angle)`"""
    return subject.made("augmentation", (subject.shape[0], None, None) if subject.shape else None)


def size(call: Call) -> Value:
    return Items([Unknown("width of a picture"), Unknown("height of a picture")], "tuple")


def side(call: Call) -> Value:
    return Unknown(f"{call.title} of a picture", call.origin)


def fallback(call: Call) -> Value:
    """A name that stands in no table: a class gives an object, a function something unknown."""
    return object_or_unknown(call)


_UNCHANGED = ("GaussianBlur", "medianBlur", "blur", "flip")

LIBRARY = Library(
    functions={
        "cv2.imread": read,
        "cv2.resize": as_function(resize, "numpy"),
        "cv2.cvtColor": as_function(recoloured, "numpy"),
        **{f"cv2.{name}": as_function(moving.unchanged("augmentation"), "numpy") for name in _UNCHANGED},
        "PIL.Image.open": opened,
    },
    tensor_methods={
        "convert": as_method(converted),
        "resize": as_method(resized),
        "copy": as_method(moving.unchanged("identity")),
        **dict.fromkeys(("crop", "rotate", "transpose"), as_method(moved)),
    },
    tensor_attributes={"size": size, "width": side, "height": side},
    fallback=fallback,
)
