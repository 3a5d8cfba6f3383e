"""The names of Lightning, `lightning.pytorch` and `pytorch_lightning` as `lightning`."""

from __future__ import annotations

from trainlint.frameworks.library import Library, merged
from trainlint.frameworks.lightning import callbacks, fabric, module, trainer
from trainlint.frameworks.passing_on import object_or_unknown

_BASES = {module.MODULE: ("torch.nn.Module",)}

LIBRARY = Library(
    functions=merged(callbacks.FUNCTIONS, trainer.FUNCTIONS, fabric.FUNCTIONS),
    methods=merged(module.METHODS, trainer.METHODS, fabric.METHODS),
    attributes=merged(module.ATTRIBUTES, fabric.ATTRIBUTES),
    unused={module.MODULE: trainer.train_unused},
    bases=lambda name: _BASES.get(name, ()),
    fallback=object_or_unknown,
)
