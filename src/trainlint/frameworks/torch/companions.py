"""Packages that bring optimizers and schedules for PyTorch: transformers, timm, apex and others."""

from __future__ import annotations

from trainlint.frameworks.library import Library
from trainlint.frameworks.torch import optimizers, schedulers
from trainlint.frameworks.torch.hierarchy import bases

PACKAGES = tuple(
    sorted({name.partition(".")[0] for name in (*optimizers.OTHERS, *schedulers.TRANSFORMERS_FUNCTIONS)})
)
"""The first parts of their names."""

LIBRARY = Library(
    functions={
        **{name: handler for name, handler in optimizers.FUNCTIONS.items() if name in optimizers.OTHERS},
        **schedulers.TRANSFORMERS_FUNCTIONS,
    },
    methods={name: methods for name, methods in optimizers.METHODS.items() if name in optimizers.OTHERS},
    bases=bases,
)
