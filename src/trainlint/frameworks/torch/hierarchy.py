"""Which library classes inherit from which."""

from __future__ import annotations

from functools import cache

from trainlint.frameworks.torch.optimizers import OTHERS

MODULE = "torch.nn.Module"
OPTIMIZER = "torch.optim.Optimizer"
SCHEDULE = "torch.optim.lr_scheduler.LRScheduler"
DATASET = "torch.utils.data.Dataset"

_ROOTS = {MODULE, OPTIMIZER, SCHEDULE, DATASET, "torch.utils.data.DataLoader", "torch.utils.data.Sampler"}

_PARENTS: dict[str, tuple[str, ...]] = {
    "torch.nn.Container": (MODULE,),
    "torch.optim.lr_scheduler._LRScheduler": (SCHEDULE,),
    "torch.utils.data.IterableDataset": (DATASET,),
    "torch.utils.data.Subset": (DATASET,),
    "torch.utils.data.dataset.Dataset": (DATASET,),
    "torch.utils.data.TensorDataset": (DATASET,),
    "torch.utils.data.ConcatDataset": (DATASET,),
    "torch.utils.data.ChainDataset": ("torch.utils.data.IterableDataset",),
    "torch.utils.data.StackDataset": (DATASET,),
    "torchvision.datasets.VisionDataset": (DATASET,),
    "torchvision.datasets.DatasetFolder": ("torchvision.datasets.VisionDataset",),
    "torchvision.datasets.ImageFolder": ("torchvision.datasets.DatasetFolder",),
}

_NOT_MODULES = {
    "torch.nn.Parameter",
    "torch.nn.parameter.Parameter",
    "torch.nn.UninitializedParameter",
    "torch.nn.Buffer",
}


@cache
def bases(name: str) -> tuple[str, ...]:
    """The classes of the library that a class inherits from."""
    if name in _PARENTS:
        return _PARENTS[name]
    if name in _ROOTS or name in _NOT_MODULES:
        return ()
    package, _, short = name.rpartition(".")
    if package.startswith("torchvision.models") and not name.endswith("_Weights"):
        return (MODULE,)
    if name.startswith("transformers.get_"):
        return (SCHEDULE,)
    if not short[:1].isupper():
        return ()
    if package in ("torch.nn", "torch.nn.parallel") or package.startswith("torch.nn.modules"):
        return (MODULE,)
    if package == "torch.optim" or name in OTHERS:
        return (OPTIMIZER,)
    if package == "torch.optim.lr_scheduler":
        return (SCHEDULE,)
    if package == "torchvision.datasets":
        return ("torchvision.datasets.VisionDataset",)
    if package == "torch.utils.data" and short.endswith("Sampler"):
        return ("torch.utils.data.Sampler",)
    return ()
