"""One place to ask what a library's name means; a library's tables are loaded when first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from trainlint.frameworks.call import Handler
from trainlint.frameworks.library import Library
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Reference, Value

_SETTINGS = (
    "argparse", "absl", "addict", "asyncclick", "attrdict", "attributedict", "box", "chz", "click", "clize", "commentjson",
    "configargparse", "configparser", "defopt", "detectron2", "dotmap", "draccus", "easydict", "fire", "fvcore",
    "hf_argparser", "hydra", "json", "jsonargparse", "ml_collections", "mmcv", "mmengine", "munch", "omegaconf", "optparse",
    "oyaml", "plac", "pyrallis", "pytoml", "rich_click", "ruamel", "simple_parsing", "simplejson", "tap", "toml", "tomli",
    "tomllib", "typer", "tyro", "ujson", "yacs", "yaml",
)  # fmt: skip
_PYTHON = (
    "builtins", "math", "functools", "itertools", "types", "copy", "collections", "os", "dataclasses", "tqdm", "rich",
    "progressbar", "contextlib", "typing", "pydantic", "attr", "attrs", "pathlib", "io", "codecs", "upath", "importlib",
    "enum", "operator", "pydoc", "string", "pydantic_settings", "msgspec", "typing_extensions", "random", "time", "abc",
)  # fmt: skip

_TORCH_COMPANIONS = (
    "bitsandbytes", "lion_pytorch", "adabelief_pytorch", "prodigyopt", "torch_optimizer",
)  # fmt: skip

_HUGGING_FACE = ("transformers", "datasets", "peft", "trl", "sentence_transformers")

_PEERS = ("fastai", "ignite", "skorch", "catalyst", "horovod")
_ENGINES = ("deepspeed", "apex", "opacus")

_LIBRARIES = {
    "torch": "trainlint.frameworks.torch.library",
    "torchvision": "trainlint.frameworks.torch.library",
    "keras": "trainlint.frameworks.keras.library",
    "tensorflow": "trainlint.frameworks.keras.library",
    "tensorflow_addons": "trainlint.frameworks.keras.library",
    "tensorflow_datasets": "trainlint.frameworks.keras.library",
    "tensorflow_hub": "trainlint.frameworks.keras.library",
    "jax": "trainlint.frameworks.keras.stateless",
    "lightning": "trainlint.frameworks.lightning.library",
    "accelerate": "trainlint.frameworks.accelerate",
    "einops": "trainlint.frameworks.einops",
    "timm": "trainlint.frameworks.timm.library",
    "torchmetrics": "trainlint.frameworks.torchmetrics",
    "numpy": "trainlint.frameworks.arrays.library",
    "sklearn": "trainlint.frameworks.arrays.library",
    "imblearn": "trainlint.frameworks.arrays.library",
    "cv2": "trainlint.frameworks.arrays.pictures",
    "PIL": "trainlint.frameworks.arrays.pictures",
    "pandas": "trainlint.frameworks.arrays.library",
    **dict.fromkeys(_TORCH_COMPANIONS, "trainlint.frameworks.torch.companions"),
    **dict.fromkeys(_HUGGING_FACE, "trainlint.frameworks.huggingface.library"),
    **{name: f"trainlint.frameworks.peers.{name}" for name in _PEERS},
    **dict.fromkeys(_ENGINES, "trainlint.frameworks.peers.engines"),
    **dict.fromkeys(_SETTINGS, "trainlint.frameworks.settings.library"),
    **dict.fromkeys(_PYTHON, "trainlint.frameworks.python.library"),
}
"""The module that holds a `LIBRARY`, by the first part of a canonical name."""

_ALIASES = [
    # The same object under the names it can be imported by, most specific first.
    (re.compile(r"^tensorflow\.(compat\.v[12]\.)?(_api\.v2\.)?(python\.)?keras\b"), "keras"),
    (re.compile(r"^tensorflow\.compat\.v2\b"), "tensorflow"),
    (re.compile(r"^tensorflow\.(?:compat\.v1\.)?(?:app\.)?flags\b"), "absl.flags"),
    (re.compile(r"^tensorflow\.(?:compat\.v1\.)?app\.run$"), "absl.app.run"),
    (re.compile(r"^transformers\.(?:hf_argparser\.)?HfArgumentParser$"), "hf_argparser.HfArgumentParser"),
    (re.compile(r"^trl\.(?:\w+\.)*(?:TrlParser|H4ArgumentParser)$"), "hf_argparser.HfArgumentParser"),
    (re.compile(r"^typed_argument_parser\."), "tap."),
    (re.compile(r"^(tf_keras|keras\.(src|api|_tf_keras\.keras|api\._v2\.keras))\b"), "keras"),
    (re.compile(r"^keras\.(?:engine|models)\.(?:\w+\.)?(Sequential|Model)$"), r"keras.\1"),
    (re.compile(r"^keras\.layers\.(?:\w+\.)+([A-Z]\w*)$"), r"keras.layers.\1"),
    (
        re.compile(r"^keras\.optimizers\.schedules\.(?:[a-z]\w*\.)+([A-Z]\w*)$"),
        r"keras.optimizers.schedules.\1",
    ),
    (
        re.compile(
            r"^keras\.(optimizers(?!\.schedules|\.legacy)|losses|metrics|callbacks|regularizers|initializers)"
            r"\.(?:[a-z]\w*\.)+([A-Z]\w*)$"
        ),
        r"keras.\1.\2",
    ),
    (re.compile(r"^tensorflow\.(losses|metrics|initializers|optimizers)\.(?=[A-Z])"), r"keras.\1."),
    # Functions of TensorFlow 2 (Keras'); those of TensorFlow 1 have names of their own.
    (
        re.compile(
            r"^tensorflow\.losses\.(?=\w+_crossentropy$|mse$|mae$|mape$|msle$|kld$|mean_absolute_error$)"
        ),
        "keras.losses.",
    ),
    (re.compile(r"^torch\.nn\.modules\.(?:\w+\.)?([A-Z]\w*)$"), r"torch.nn.\1"),
    (re.compile(r"^torch\.optim\.(?:[a-z]\w*\.)([A-Z]\w*)$(?<!lr_scheduler)"), r"torch.optim.\1"),
    (re.compile(r"^torch\.utils\.data\.(?:[a-z]\w*\.)([A-Za-z]\w*)$"), r"torch.utils.data.\1"),
    (re.compile(r"^torchvision\.(datasets|models)\.(?:[a-z]\w*\.)(\w+)$"), r"torchvision.\1.\2"),
    (re.compile(r"^torchvision\.transforms\.(?:transforms|v2)\.(\w+)$"), r"torchvision.transforms.\1"),
    (
        re.compile(r"^(pytorch_lightning|lightning_fabric|lightning\.pytorch|lightning\.fabric)\b"),
        "lightning",
    ),
    (
        re.compile(
            r"^lightning\.(?:[a-z_]\w*\.)+"
            r"(LightningModule|LightningDataModule|LightningCLI|Trainer|Fabric|seed_everything)$"
        ),
        r"lightning.\1",
    ),
    (re.compile(r"^transformers\.optimization\.(\w+)$"), r"transformers.\1"),
    (re.compile(r"^(transformers|peft|trl)\.(?:[a-z_]\w*\.)+([A-Z]\w*(?:\.\w+)?)$"), r"\1.\2"),
    (re.compile(r"^fastai\.(?:[a-z_]\w*\.)+(\w+)$"), r"fastai.\1"),
    (re.compile(r"^ignite\.engine\.(?:[a-z_]\w*\.)*(\w+)$"), r"ignite.\1"),
    (re.compile(r"^skorch\.(?:[a-z_]\w*\.)+(NeuralNet\w*)$"), r"skorch.\1"),
    (re.compile(r"^catalyst\.(?:[a-z_]\w*\.)+(SupervisedRunner)$"), r"catalyst.dl.\1"),
    (re.compile(r"^opacus\.privacy_engine\.(\w+)$"), r"opacus.\1"),
    (re.compile(r"^einops\.einops\.(\w+)$"), r"einops.\1"),
    (re.compile(r"^accelerate\.accelerator\.(\w+)$"), r"accelerate.\1"),
    (re.compile(r"^timm\.(optim|scheduler|loss|data|utils)\.(?:[a-z_]\w*\.)+(\w+)$"), r"timm.\1.\2"),
    (re.compile(r"^timm\.models\.(?!layers\.)(?:[a-z_]\w*\.)+(\w+)$"), r"timm.models.\1"),
    (re.compile(r"^timm\.(?:models\.)?layers\.(?:[a-z_]\w*\.)*(\w+)$"), r"timm.layers.\1"),
    (re.compile(r"^torchmetrics\.(?:[a-z_]\w*\.)+([A-Z]\w*)$"), r"torchmetrics.\1"),
    (re.compile(r"^torchmetrics\.functional\.(?:[a-z_]\w*\.)+(\w+)$"), r"torchmetrics.functional.\1"),
    (re.compile(r"^datasets\.(?:arrow_dataset|dataset_dict|load)\.(\w+(?:\.\w+)?)$"), r"datasets.\1"),
    (re.compile(r"^sklearn\.(\w+)\.(?:_\w+)\.(\w+)$"), r"sklearn.\1.\2"),
]


@cache
def canonical(name: str) -> str:
    """The one name of something that can be imported by several."""
    if name.startswith("torch.optim.lr_scheduler"):
        return name
    for pattern, replacement in _ALIASES:
        name = pattern.sub(replacement, name)
    return name


@cache
def library_of(name: str) -> Library | None:
    """The library that a canonical name belongs to."""
    module = _LIBRARIES.get(name.partition(".")[0])
    if module is None:
        return None
    library: Library = import_module(module).LIBRARY
    return library


def function(name: str) -> Handler | None:
    """What calling a library's function or class means."""
    library = library_of(name)
    if library is None:
        return None
    return library.functions.get(name) or library.fallback


@cache
def ancestry(name: str) -> tuple[str, ...]:
    """A library class and the library classes it inherits from."""
    library = library_of(name)
    found = [name]
    for parent in library.bases(name) if library else ():
        found += [ancestor for ancestor in ancestry(parent) if ancestor not in found]
    return tuple(found)


def decorator(value: Value) -> Handler | None:
    """What a decorator of a library makes of the function or class below it."""
    names = value.library_names if isinstance(value, Instance) else ()
    for name in (value.name,) if isinstance(value, Reference) else names:
        library = library_of(name)
        if library is not None and name in library.decorators:
            return library.decorators[name]
    return None


def is_shared(name: str) -> bool:
    """Whether a name stands for an object that a program has once and that programs change."""
    library = library_of(name)
    return library is not None and name in library.shared


@cache
def _classes(names: tuple[str, ...]) -> tuple[tuple[Library, str], ...]:
    """The library classes that an object of these library classes is of, each with its library."""
    found = [(library_of(ancestor), ancestor) for name in names for ancestor in ancestry(name)]
    return tuple((library, ancestor) for library, ancestor in found if library is not None)


@cache
def kinds(names: tuple[str, ...]) -> frozenset[str]:
    """Library classes and all that they inherit from."""
    return frozenset(ancestor for name in names for ancestor in ancestry(name))


def is_a(value: Value | None, *names: str) -> bool:
    """Whether a value is an instance of a library class or of one that inherits from it."""
    return isinstance(value, Instance) and not kinds(value.library_names).isdisjoint(names)


def _of_tensor(tensor: Tensor) -> Iterator[Library]:
    """The libraries that a tensor may belong to: its own, or those whose names nobody else has."""
    for name in (tensor.library,) if tensor.library else ("numpy", "torch"):
        library = library_of(name)
        if library is not None:
            yield library


def method(receiver: Value, name: str) -> Handler | None:
    """What a method of an object of a library means."""
    if isinstance(receiver, Tensor):
        return next(
            (found for library in _of_tensor(receiver) if (found := library.tensor_methods.get(name))), None
        )
    if isinstance(receiver, Instance):
        for library, ancestor in _classes(receiver.library_names):
            if (methods := library.methods.get(ancestor)) is not None and name in methods:
                return methods[name]
    return None


def attribute(receiver: Value, name: str) -> Handler | None:
    """What reading an attribute of an object of a library gives."""
    if isinstance(receiver, Tensor):
        return next(
            (found for library in _of_tensor(receiver) if (found := library.tensor_attributes.get(name))),
            None,
        )
    if isinstance(receiver, Instance):
        for library, ancestor in _classes(receiver.library_names):
            if (attributes := library.attributes.get(ancestor)) is not None and name in attributes:
                return attributes[name]
    return None


def assignment(receiver: Value, name: str) -> Handler | None:
    """What assigning to an attribute of an object of a library does, where it does more than keep the value."""
    if isinstance(receiver, Tensor):
        library = library_of(receiver.library or "numpy")
        return library.tensor_assignments.get(name) if library else None
    if isinstance(receiver, Instance):
        for library, ancestor in _classes(receiver.library_names):
            if (assignments := library.assignments.get(ancestor)) is not None and name in assignments:
                return assignments[name]
    return None


def calling(receiver: Instance) -> Handler | None:
    """What calling an object means."""
    return next(
        (library.calls[name] for library, name in _classes(receiver.library_names) if name in library.calls),
        None,
    )


def element(receiver: Instance) -> Handler | None:
    """What one turn of a loop over an object gives."""
    return next(
        (
            library.elements[name]
            for library, name in _classes(receiver.library_names)
            if name in library.elements
        ),
        None,
    )


def unused(receiver: Instance) -> Handler | None:
    """What happens to an object whose class this program defines for others to use."""
    return next(
        (
            library.unused[name]
            for library, name in _classes(receiver.library_names)
            if name in library.unused
        ),
        None,
    )
