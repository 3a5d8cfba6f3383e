"""timm.data: loaders of normalised images, and mixing of samples.

timm 1.0 (timm/data/loader.py, timm/data/mixup.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import LoaderMade
from trainlint.frameworks.passing_on import an_object, unknown
from trainlint.frameworks.signatures import Signature
from trainlint.values.tensor import BATCH, DataFacts, Tensor
from trainlint.values.value import Instance, Items, Reference, Unknown, Value, constant, integer

LOADER = "timm.data.Loader"

_CREATE = Signature("dataset, input_size, batch_size, is_training=False, no_aug=False, re_prob=0.0")


def _create(call: Call) -> Value:
    bound = call.bind(_CREATE)
    arguments = {
        "dataset": bound.get("dataset", Unknown("a data set")),
        "batch_size": bound.get("batch_size", Unknown("the size of a batch")),
        "shuffle": bound["is_training"],
        "drop_last": bound["is_training"],
        "input_size": bound.get("input_size", Unknown("the size of images")),
    }
    made = Instance(Reference(LOADER), arguments, call.origin)
    call.machine.note(LoaderMade(made, call.site))
    return made


def _batch(call: Call) -> Value:
    """Images with mean 0 and deviation 1, and the numbers of their classes."""
    loader = call.receiver
    if not isinstance(loader, Instance):
        return Unknown("a batch")
    batch = integer(loader.arguments.get("batch_size")) or BATCH
    given = loader.arguments.get("input_size")
    sizes = [integer(item) for item in given.items] if isinstance(given, Items) else [integer(given)] * 2
    shape = (batch, *([3] if len(sizes) == 2 else []), *sizes)
    augmented = constant(loader.arguments.get("shuffle")) is True
    facts = DataFacts(image=True, augmented=augmented, origin=loader.origin)
    images = Tensor(shape, "float32", scale="standardised", library="torch", data=facts, origin=loader.origin)
    labels = DataFacts(labels=True, encoding="index", origin=loader.origin)
    targets = Tensor((batch,), "int64", low=0, library="torch", data=labels, origin=loader.origin)
    return Items([images, targets], "tuple")


def _mix(call: Call) -> Value:
    """`mixup_fn(images, targets)`: mixed images, and shares of classes as targets."""
    images = call.argument(0, "x")
    mixed = images.changed(operation=images.operation) if isinstance(images, Tensor) else Unknown("images")
    facts = DataFacts(labels=True, encoding="one_hot", origin=call.origin)
    batch = images.shape[0] if isinstance(images, Tensor) and images.shape else None
    shares = Tensor((batch, None), "float32", low=0, high=1, library="torch", data=facts, origin=call.origin)
    return Items([mixed, shares], "tuple", origin=call.origin)


_MIXERS = ("timm.data.Mixup", "timm.data.FastCollateMixup")

FUNCTIONS: dict[str, Handler] = {
    "timm.data.create_loader": _create,
    "timm.data.create_dataset": unknown("a data set of images"),
    "timm.data.create_transform": unknown("a transform of images"),
    "timm.data.resolve_data_config": unknown("how images are prepared"),
    "timm.data.resolve_model_data_config": unknown("how images are prepared"),
    **dict.fromkeys(_MIXERS, an_object),
}

CALLS: dict[str, Handler] = dict.fromkeys(_MIXERS, _mix)
ELEMENTS: dict[str, Handler] = {LOADER: _batch}


def bases(name: str) -> tuple[str, ...]:
    return ("torch.utils.data.DataLoader",) if name == LOADER else ()
