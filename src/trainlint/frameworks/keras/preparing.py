"""Helpers that prepare data: keras.utils, generators of images, and `preprocess_input`."""

from __future__ import annotations

from dataclasses import replace

from trainlint.frameworks.arrays.computing import encoded
from trainlint.frameworks.arrays.subject import Subject, dimensions_in, tensor_of
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.keras.pipelines import DATASET, dataset, one_element
from trainlint.frameworks.passing_on import seed
from trainlint.frameworks.signatures import Signature
from trainlint.values.tensor import BATCH, DataFacts, Dimension, Shape, Tensor
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Reference,
    Value,
    constant,
    integer,
    number,
)

GENERATOR, ITERATOR = "keras.preprocessing.image.ImageDataGenerator", "keras.preprocessing.image.Iterator"

_FROM_DIRECTORY = Signature(
    "directory, labels='inferred', label_mode='int', class_names=None, color_mode='rgb', batch_size=32, "
    "image_size=(256, 256), shuffle=True, seed=None, validation_split=None, subset=None"
)
_TEXT_FROM_DIRECTORY = Signature(
    "directory, labels='inferred', label_mode='int', class_names=None, batch_size=32, max_length=None, "
    "shuffle=True, seed=None, validation_split=None, subset=None"
)
_GENERATOR = Signature(
    "featurewise_center=False, samplewise_center=False, featurewise_std_normalization=False, "
    "samplewise_std_normalization=False, zca_whitening=False, zca_epsilon=1e-06, rotation_range=0, "
    "width_shift_range=0.0, height_shift_range=0.0, brightness_range=None, shear_range=0.0, zoom_range=0.0, "
    "channel_shift_range=0.0, fill_mode='nearest', cval=0.0, horizontal_flip=False, vertical_flip=False, "
    "rescale=None, preprocessing_function=None, data_format=None, validation_split=0.0"
)
_FLOW = Signature("x, y=None, batch_size=32, shuffle=True, sample_weight=None, seed=None")
_FLOW_FROM_DIRECTORY = Signature(
    "directory, target_size=(256, 256), color_mode='rgb', classes=None, class_mode='categorical', "
    "batch_size=32, shuffle=True, seed=None"
)
_FLOW_FROM_DATAFRAME = Signature(
    "dataframe, directory=None, x_col='filename', y_col='class', weight_col=None, target_size=(256, 256), "
    "color_mode='rgb', classes=None, class_mode='categorical', batch_size=32, shuffle=True, seed=None"
)
"""Keras 3.15 (keras/src/utils, keras/src/legacy/preprocessing/image.py)."""

_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}

AUGMENTING = (
    "rotation_range", "width_shift_range", "height_shift_range", "brightness_range", "shear_range",
    "zoom_range", "channel_shift_range", "horizontal_flip", "vertical_flip",
)  # fmt: skip


def to_categorical(call: Call) -> Value:
    """Class numbers as one-hot rows."""
    tensor = tensor_of(call.argument(0, "x", "y"), "numpy", call)
    if tensor is None:
        return call.unknown()
    classes = integer(call.argument(1, "num_classes", "nb_classes"))
    if classes is None and tensor.data is not None:
        classes = tensor.data.classes
    made = encoded(Subject(call, tensor, 1), classes)
    return made.changed(library="numpy", dtype="float64")


def pad_sequences(call: Call) -> Value:
    sequences = call.argument(0, "sequences")
    length = integer(call.argument(1, "maxlen"))
    tensor = sequences if isinstance(sequences, Tensor) else None
    samples: Dimension = tensor.shape[0] if tensor is not None and tensor.shape else None
    return call.tensor(
        "pad",
        [tensor] if tensor is not None else [],
        (samples, length),
        dtype="int32",
        low=tensor.low if tensor is not None else None,
        high=tensor.high if tensor is not None else None,
        library="numpy",
    )


def normalize(call: Call) -> Value:
    """keras.utils.normalize: rows of length 1."""
    tensor = tensor_of(call.argument(0, "x"), "numpy", call)
    if tensor is None:
        return call.unknown()
    low = 0.0 if tensor.low is not None and tensor.low >= 0 else -1.0
    return Subject(call, tensor, 1).made("unit_norm", tensor.shape, low=low, high=1.0)


def img_to_array(call: Call) -> Value:
    facts = DataFacts(name=call.title, image=True, origin=call.origin)
    return call.tensor(
        "input", (), (None, None, None), dtype="float32", low=0, high=255, library="numpy", data=facts
    )


def nothing(call: Call) -> Value:
    return Known(None)


# -- data sets from folders -------------------------------------------------------------------------------


def _labels(mode: str | None, classes: Value | None, call: Call) -> Tensor:
    number_of = len(classes.items) if isinstance(classes, Items) and classes.is_certain else None
    encoding = {"int": "index", "sparse": "index", "binary": "index", "categorical": "one_hot"}.get(
        mode or ""
    )
    if mode == "binary":
        number_of = 2
    shape: Shape | None = {"int": (BATCH,), "sparse": (BATCH,), "categorical": (BATCH, number_of)}.get(
        mode or ""
    )
    high = 1.0 if mode in ("binary", "categorical") else None if number_of is None else number_of - 1
    facts = DataFacts(labels=True, encoding=encoding, classes=number_of, origin=call.origin)
    return Tensor(shape, "float32", 0.0, high, library="keras", data=facts, origin=call.origin)


def _images(size: Value | None, color: str | None, call: Call, *, augmented: bool = False) -> Tensor:
    sides = dimensions_in(size)
    shape = None if sides is None or len(sides) != 2 else (BATCH, *sides, _CHANNELS.get(color or ""))
    facts = DataFacts(name=call.title, image=True, augmented=augmented, origin=call.origin)
    return Tensor(shape, "float32", 0.0, 255.0, library="keras", data=facts, origin=call.origin)


def image_dataset_from_directory(call: Call) -> Value:
    bound = call.bind(_FROM_DIRECTORY)
    images = _images(bound["image_size"], constant(bound["color_mode"]), call)
    return _from_directory(call, bound, images)


def text_dataset_from_directory(call: Call) -> Value:
    texts = Tensor(
        (BATCH,), "string", library="keras", data=DataFacts(origin=call.origin), origin=call.origin
    )
    return _from_directory(call, call.bind(_TEXT_FROM_DIRECTORY), texts)


def _from_directory(call: Call, bound: dict[str, Value], inputs: Tensor) -> Value:
    mode = constant(bound["label_mode"])
    labels = _labels(mode, bound["class_names"], call)
    if mode == "binary":
        labels = labels.changed(shape=(BATCH, 1))
    unlabelled = constant(bound["labels"]) is None and isinstance(bound["labels"], Known)
    bare = (mode is None and isinstance(bound["label_mode"], Known)) or unlabelled
    element: Value = inputs if bare else Items([inputs, labels], "tuple")
    facts = {"batch_size": bound["batch_size"], "shuffled": bound["shuffle"]}
    if constant(bound["subset"]) == "both":
        return Items([dataset(call, element, **facts), dataset(call, element, **facts)], "tuple")
    return dataset(call, element, **facts)


# -- ImageDataGenerator -----------------------------------------------------------------------------------


def make_generator(call: Call) -> Value:
    return Instance(Reference(GENERATOR), call.bind(_GENERATOR), call.origin)


def _prepared(call: Call, images: Tensor) -> Value:
    """Images as a generator hands them on: preprocessing function, scaling, standardisation, augmentation."""
    generator = call.receiver
    assert isinstance(generator, Instance)
    arguments = generator.arguments
    function = arguments.get("preprocessing_function")
    if function is not None and not isinstance(function, Known):
        result = call.machine.call(function, Arguments((images,)), call.site)
        images = result if isinstance(result, Tensor) else images.changed(low=None, high=None)
    scale = number(arguments.get("rescale"))
    if scale and scale != 1:
        low, high = (None if bound is None else bound * scale for bound in (images.low, images.high))
        images = call.tensor(
            "rescale",
            (images,),
            images.shape,
            dtype="float32",
            low=low,
            high=high,
            library="keras",
            data=images.data,
        )
    centred = ("featurewise_center", "samplewise_center", "samplewise_std_normalization", "zca_whitening")
    if any(constant(arguments.get(name)) is True for name in (*centred, "featurewise_std_normalization")):
        images = images.changed(low=None, high=None, scale="standardised")
    augmented = any(constant(arguments.get(name)) for name in AUGMENTING)
    facts = images.data or DataFacts(origin=call.origin)
    return images.changed(data=replace(facts, augmented=augmented, image=True), library="keras")


def _iterator(call: Call, bound: dict[str, Value], images: Tensor, labels: Value | None) -> Value:
    made = Instance(Reference(ITERATOR), bound, call.origin)
    inputs = _prepared(call, images)
    element: Value = inputs if labels is None else Items([inputs, labels], "tuple")
    for name, value in (
        ("element", element),
        ("batch_size", bound["batch_size"]),
        ("shuffled", bound["shuffle"]),
    ):
        call.machine.write(made, name, value)
    return made


def flow(call: Call) -> Value:
    bound = call.bind(_FLOW)
    x, y = bound.get("x"), bound.get("y")
    images = x if isinstance(x, Tensor) else Tensor(library="keras", origin=call.origin)
    none = isinstance(y, Known) and y.value is None
    return _iterator(call, bound, _in_batches(images), None if none or y is None else _batched(y))


def _in_batches(tensor: Tensor) -> Tensor:
    return tensor.changed(shape=(BATCH, *tensor.shape[1:]) if tensor.shape else None)


def _batched(value: Value) -> Value:
    return _in_batches(value) if isinstance(value, Tensor) else value


def flow_from_directory(call: Call) -> Value:
    signature = _FLOW_FROM_DATAFRAME if call.title == "flow_from_dataframe" else _FLOW_FROM_DIRECTORY
    bound = call.bind(signature)
    images = _images(bound["target_size"], constant(bound["color_mode"]), call)
    mode = constant(bound["class_mode"])
    labels = _labels(mode, bound["classes"], call)
    if mode == "binary":
        labels = labels.changed(shape=(BATCH,))
    return _iterator(call, bound, images, None if mode in (None, "input") else labels)


# -- preprocess_input -------------------------------------------------------------------------------------

PREPROCESSING = {
    "tf": "inception_v3 inception_resnet_v2 xception mobilenet mobilenet_v2 resnet_v2 nasnet".split(),
    "caffe": "vgg16 vgg19 resnet resnet50".split(),
    "torch": ["densenet"],
    "none": "efficientnet efficientnet_v2 mobilenet_v3 convnext regnet".split(),
}
"""Mode of `preprocess_input` by module (keras/src/applications): `tf` gives -1..1 of 0..255, `caffe` takes
the mean off, `torch` standardises, `none` leaves images alone because the model scales them itself."""


def preprocess_input(call: Call) -> Value:
    tensor = call.argument(0, "x")
    if not isinstance(tensor, Tensor):
        return call.unknown()
    module = call.name.split(".")[-2]
    mode = next((mode for mode, modules in PREPROCESSING.items() if module in modules), "caffe")
    subject = Subject(call, tensor, 1)
    if mode == "none":
        return tensor
    if mode == "tf":
        low = None if tensor.low is None else tensor.low / 127.5 - 1
        high = None if tensor.high is None else tensor.high / 127.5 - 1
        return subject.made("rescale", tensor.shape, low=low, high=high, dtype="float32")
    if mode == "torch":
        return subject.made(
            "normalization", tensor.shape, low=None, high=None, scale="standardised", dtype="float32"
        )
    # Means of ImageNet in BGR: 103.939, 116.779, 123.68.
    low = None if tensor.low is None else tensor.low - 123.68
    high = None if tensor.high is None else tensor.high - 103.939
    return subject.made("normalization", tensor.shape, low=low, high=high, dtype="float32")


_HOMES = (
    "keras.utils.",
    "keras.utils.np_utils.",
    "keras.preprocessing.",
    "keras.preprocessing.sequence.",
    "keras.preprocessing.image.",
)

_ANYWHERE = {
    "to_categorical": to_categorical,
    "pad_sequences": pad_sequences,
    "normalize": normalize,
    "img_to_array": img_to_array,
    "image_dataset_from_directory": image_dataset_from_directory,
    "text_dataset_from_directory": text_dataset_from_directory,
    "set_random_seed": seed,
}
"""Found in several modules, depending on the release."""

FUNCTIONS = (
    {f"{home}{name}": handler for home in _HOMES for name, handler in _ANYWHERE.items()}
    | {GENERATOR: make_generator, "keras.legacy.preprocessing.image.ImageDataGenerator": make_generator}
    | {
        f"keras.applications.{module}.preprocess_input": preprocess_input
        for modules in PREPROCESSING.values()
        for module in modules
    }
)

METHODS = {
    GENERATOR: {
        "flow": flow,
        "flow_from_directory": flow_from_directory,
        "flow_from_dataframe": flow_from_directory,
        "fit": nothing,
    },
    ITERATOR: {"next": one_element, "reset": nothing},
}

ELEMENTS = {ITERATOR: one_element}

BASES = {ITERATOR: (DATASET,)}
