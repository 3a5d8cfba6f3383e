"""PyTorch as it has to be while a program is probed: one process, one thread, no GPU, nothing saved, seeded."""

from __future__ import annotations

import importlib
import importlib.util
import os
from typing import Any


def quiet(seed: int, suppressed: set[str]) -> None:
    """Sets it up; `suppressed` hears what the program wanted to save."""
    import torch
    from torch.utils import data

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    try:
        import numpy

        numpy.random.seed(seed)
    except ImportError:
        pass

    torch.save = _leaves_empty("torch.save", suppressed)
    if importlib.util.find_spec("safetensors"):  # its writers are native code, which no guard of Python sees
        safetensors = importlib.import_module("safetensors.torch")
        for name in ("save_file", "save_model"):
            setattr(safetensors, name, _leaves_empty(f"safetensors.{name}", suppressed))
    made = data.DataLoader.__init__

    def in_one_process(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(args) > 5:  # dataset, batch_size, shuffle, sampler, batch_sampler, num_workers
            args = (*args[:5], 0, *args[6:])
        kwargs = {name: value for name, value in kwargs.items() if name not in _WORKERS}
        made(self, *args, **kwargs)

    data.DataLoader.__init__ = in_one_process
    torch.compile = lambda model=None, *args, **kwargs: (
        (lambda function: function) if model is None else model
    )
    _stay_on_processor(torch)


def _leaves_empty(name: str, suppressed: set[str]) -> Any:
    """A function that would save something to a file. What the program removes or renames later is there."""

    def save(saved: Any, file: Any = None, *args: Any, **kwargs: Any) -> None:
        suppressed.add(name)
        file = kwargs.get("f", kwargs.get("filename", file))
        if isinstance(file, (str, os.PathLike)):
            with open(file, "wb"):
                pass

    return save


_WORKERS = (
    "num_workers",
    "prefetch_factor",
    "persistent_workers",
    "multiprocessing_context",
    "worker_init_fn",
)


def _stay_on_processor(torch: Any) -> None:
    """`cuda()` and `to("cuda")` leave tensors and modules where they are."""
    for host in (torch.Tensor, torch.nn.Module):
        host.cuda = lambda self, *args, **kwargs: self
        moved = host.to

        def to(self: Any, *args: Any, __moved: Any = moved, **kwargs: Any) -> Any:
            return __moved(
                self, *map(_processor, args), **{name: _processor(value) for name, value in kwargs.items()}
            )

        host.to = to

    def _processor(value: Any) -> Any:
        if isinstance(value, str) and value.startswith(("cuda", "mps")):
            return "cpu"
        if isinstance(value, torch.device) and value.type in ("cuda", "mps"):
            return torch.device("cpu")
        return value
