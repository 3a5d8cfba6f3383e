"""Data sets of torchvision that are known by name: how many images, of which size, how many classes."""

from __future__ import annotations

from dataclasses import dataclass

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.signatures import Signature, signature_table
from trainlint.values.tensor import DataFacts, Operation, Shape, Tensor
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant, integer


@dataclass(frozen=True)
class ImageSet:
    """Sizes by split. Images are PIL images of 0 to 255."""

    dataset: str
    sizes: dict[str, int]
    classes: int | None
    shape: Shape  # channels, height, width; None where images differ in size


_UNSIZED: Shape = (3, None, None)

# Sizes as the data sets' own publications and torchvision's pages give them.
IMAGE_SETS: dict[str, ImageSet] = {
    "MNIST": ImageSet("mnist", {"train": 60_000, "test": 10_000}, 10, (1, 28, 28)),
    "FashionMNIST": ImageSet("fashion_mnist", {"train": 60_000, "test": 10_000}, 10, (1, 28, 28)),
    "KMNIST": ImageSet("kmnist", {"train": 60_000, "test": 10_000}, 10, (1, 28, 28)),
    "QMNIST": ImageSet("qmnist", {"train": 60_000, "test": 60_000}, 10, (1, 28, 28)),
    "EMNIST": ImageSet("emnist", {}, None, (1, 28, 28)),
    "CIFAR10": ImageSet("cifar10", {"train": 50_000, "test": 10_000}, 10, (3, 32, 32)),
    "CIFAR100": ImageSet("cifar100", {"train": 50_000, "test": 10_000}, 100, (3, 32, 32)),
    "SVHN": ImageSet("svhn", {"train": 73_257, "test": 26_032, "extra": 531_131}, 10, (3, 32, 32)),
    "STL10": ImageSet("stl10", {"train": 5_000, "test": 8_000, "unlabeled": 100_000}, 10, (3, 96, 96)),
    "USPS": ImageSet("usps", {"train": 7_291, "test": 2_007}, 10, (1, 16, 16)),
    "Flowers102": ImageSet("flowers102", {"train": 1_020, "val": 1_020, "test": 6_149}, 102, _UNSIZED),
    "OxfordIIITPet": ImageSet("oxford_iiit_pet", {"trainval": 3_680, "test": 3_669}, 37, _UNSIZED),
    "Food101": ImageSet("food101", {"train": 75_750, "test": 25_250}, 101, _UNSIZED),
    "ImageNet": ImageSet("imagenet", {"train": 1_281_167, "val": 50_000}, 1_000, _UNSIZED),
    "DTD": ImageSet("dtd", {"train": 1_880, "val": 1_880, "test": 1_880}, 47, _UNSIZED),
    "GTSRB": ImageSet("gtsrb", {"train": 26_640, "test": 12_630}, 43, _UNSIZED),
    "EuroSAT": ImageSet("eurosat", {"": 27_000}, 10, (3, 64, 64)),
    "Caltech101": ImageSet("caltech101", {}, 101, _UNSIZED),
    "Caltech256": ImageSet("caltech256", {"": 30_607}, 257, _UNSIZED),
    "ImageFolder": ImageSet("", {}, None, _UNSIZED),
    "FakeData": ImageSet("", {}, None, _UNSIZED),
}
"""By class name in torchvision.datasets."""

SIGNATURES = signature_table("""
MNIST(root, train=True, transform=None, target_transform=None, download=False)
FashionMNIST(root, train=True, transform=None, target_transform=None, download=False)
KMNIST(root, train=True, transform=None, target_transform=None, download=False)
QMNIST(root, what=None, compat=True, train=True, transform=None, target_transform=None, download=False)
EMNIST(root, split, train=True, transform=None, target_transform=None, download=False)
CIFAR10(root, train=True, transform=None, target_transform=None, download=False)
CIFAR100(root, train=True, transform=None, target_transform=None, download=False)
SVHN(root, split='train', transform=None, target_transform=None, download=False)
STL10(root, split='train', folds=None, transform=None, target_transform=None, download=False)
USPS(root, train=True, transform=None, target_transform=None, download=False)
Flowers102(root, split='train', transform=None, target_transform=None, download=False)
OxfordIIITPet(root, split='trainval', target_types='category', transforms=None, transform=None,
 target_transform=None, download=False)
Food101(root, split='train', transform=None, target_transform=None, download=False)
ImageNet(root, split='train', transform=None, target_transform=None)
DTD(root, split='train', partition=1, transform=None, target_transform=None, download=False)
GTSRB(root, split='train', transform=None, target_transform=None, download=False)
EuroSAT(root, transform=None, target_transform=None, download=False)
Caltech101(root, target_type='category', transform=None, target_transform=None, download=False)
Caltech256(root, transform=None, target_transform=None, download=False)
ImageFolder(root, transform=None, target_transform=None, loader=None, is_valid_file=None, allow_empty=False)
FakeData(size=1000, image_size=(3, 224, 224), num_classes=10, transform=None, target_transform=None,
 random_offset=0)
""")
"""Their constructors, as torchvision documents them."""

_EMNIST_SPLITS = {
    # split: training images, test images, classes
    "byclass": (697_932, 116_323, 62), "bymerge": (697_932, 116_323, 47), "balanced": (112_800, 18_800, 47),
    "letters": (124_800, 20_800, 37), "digits": (240_000, 40_000, 10), "mnist": (60_000, 10_000, 10),
}  # fmt: skip

_PREFIX = "torchvision.datasets."


def _row(dataset: Instance) -> ImageSet | None:
    return next(
        (
            IMAGE_SETS[name.removeprefix(_PREFIX)]
            for name in dataset.library_names
            if name.removeprefix(_PREFIX) in IMAGE_SETS
        ),
        None,
    )


def split_of(dataset: Instance) -> str | None:
    """train, test, val, …; empty for data sets without splits; None when it is not known."""
    if "train" in dataset.arguments:
        train = constant(dataset.arguments["train"])
        return None if not isinstance(train, bool) else "train" if train else "test"
    if "split" in dataset.arguments:
        split = constant(dataset.arguments["split"])
        return split if isinstance(split, str) else None
    return ""


def known_length(dataset: Instance) -> Value | None:
    """The number of images, None when it is not known."""
    row, split = _row(dataset), split_of(dataset)
    if row is None:
        return None
    if row.dataset == "emnist":
        found = _EMNIST_SPLITS.get(constant(dataset.arguments.get("split")) or "")
        return Known(found[0 if split == "train" else 1], dataset.origin) if found and split else None
    if "size" in dataset.arguments and not row.dataset:
        return dataset.arguments["size"]
    count = row.sizes.get(split) if split is not None else None
    return None if count is None else Known(count, dataset.origin)


def known_classes(dataset: Instance) -> int | None:
    row = _row(dataset)
    if row is not None and row.dataset == "emnist":
        found = _EMNIST_SPLITS.get(constant(dataset.arguments.get("split")) or "")
        return found[2] if found else None
    if "num_classes" in dataset.arguments:
        return integer(dataset.arguments["num_classes"])
    return row.classes if row is not None else None


_ROLES = {"train": "train", "trainval": "train", "test": "test", "val": "validation"}


def known_sample(dataset: Instance, call: Call) -> Value | None:
    """An image and its label, transformed as the data set was told to."""
    row = _row(dataset)
    if row is None:
        return None
    role = _ROLES.get(split_of(dataset) or "")
    facts = DataFacts(
        name=dataset.title,
        dataset=row.dataset or None,
        samples=known_length(dataset),
        classes=known_classes(dataset),
        role=role,
        random=dataset.title == "FakeData",
        image=True,
        origin=dataset.origin,
    )
    shape = row.shape
    if "image_size" in dataset.arguments:
        size = dataset.arguments["image_size"]
        shape = tuple(integer(item) for item in size.items) if isinstance(size, Items) else _UNSIZED
    origin = dataset.origin
    image = Tensor(shape, "uint8", 0.0, 255.0, library="PIL", data=facts, origin=origin,
                   operation=Operation("data", dataset.title, origin=origin))  # fmt: skip
    classes = facts.classes
    label_facts = DataFacts(
        name=dataset.title,
        dataset=facts.dataset,
        samples=facts.samples,
        classes=classes,
        role=role,
        labels=True,
        encoding="index",
        origin=origin,
    )
    label = Tensor(
        (),
        "int64",
        0.0,
        None if classes is None else float(classes - 1),
        library="torch",
        data=label_facts,
        origin=origin,
        operation=Operation("data", dataset.title, origin=origin),
    )
    return Items(
        [
            _transformed(image, dataset, "transform", call),
            _transformed(label, dataset, "target_transform", call),
        ],
        "tuple",
    )


def _transformed(value: Value, dataset: Instance, name: str, call: Call) -> Value:
    transform = dataset.slots.get(name, dataset.arguments.get(name))
    if not isinstance(transform, Value) or (isinstance(transform, Known) and transform.value is None):
        return value
    return call.machine.call(transform, Arguments((value,)), call.site)


def _constructor(name: str, signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        return Instance(Reference(name), call.bind(signature), call.origin)

    return handler


def _initialiser(signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Instance):
            call.receiver.arguments.update(call.bind(signature))
        return Known(None)

    return handler


def _classes(call: Call) -> Value:
    """`.classes`: as many names as there are classes."""
    count = known_classes(call.receiver) if isinstance(call.receiver, Instance) else None
    if count is None:
        return Unknown("classes of a data set", call.origin)
    return Items([Unknown("name of a class")] * count, origin=call.origin)


_BYTES = {
    "MNIST": "torch",
    "FashionMNIST": "torch",
    "KMNIST": "torch",
    "CIFAR10": "numpy",
    "CIFAR100": "numpy",
}
"""Data sets that lie in memory as a whole, and the library of their array (torchvision/datasets)."""


def _in_memory(call: Call) -> tuple[Value, Value] | None:
    """Pictures and labels as they lie in memory, whatever the data set is told to make of each."""
    dataset = call.receiver
    library = _BYTES.get(dataset.title) if isinstance(dataset, Instance) else None
    if library is None or not isinstance(dataset, Instance):
        return None
    bare = Instance(
        dataset.cls,
        {**dataset.arguments, "transform": Known(None), "target_transform": Known(None)},
        dataset.origin,
    )
    sample = known_sample(bare, call)
    assert isinstance(sample, Items)
    image, label = (item for item in sample.items if isinstance(item, Tensor))
    count = integer(known_length(dataset))
    sides = image.shape[1:] if image.shape else ()
    shape = (count, *sides) if library == "torch" else (count, *sides, 3)
    return image.changed(shape=shape, library=library), label.changed(shape=(count,), library=library)


def _data(call: Call) -> Value:
    """`dataset.data`: bytes that no transform has seen."""
    found = _in_memory(call)
    return found[0] if found is not None else Unknown("data of a data set", call.origin)


def _targets(call: Call) -> Value:
    found = _in_memory(call)
    return found[1] if found is not None else Unknown("targets of a data set", call.origin)


FUNCTIONS: dict[str, Handler] = {
    f"{_PREFIX}{name}": _constructor(f"{_PREFIX}{name}", signature) for name, signature in SIGNATURES.items()
}

METHODS: dict[str, dict[str, Handler]] = {
    f"{_PREFIX}{name}": {"__init__": _initialiser(signature)} for name, signature in SIGNATURES.items()
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {
    f"{_PREFIX}VisionDataset": {"classes": _classes, "data": _data, "targets": _targets}
}
