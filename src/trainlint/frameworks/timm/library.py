"""The names of timm."""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.library import Library, merged
from trainlint.frameworks.passing_on import object_or_unknown
from trainlint.frameworks.timm import data, losses, models, optimization
from trainlint.frameworks.torch import companions
from trainlint.values.value import Value


def fallback(call: Call) -> Value:
    return models.fallback(call) or object_or_unknown(call)


def bases(name: str) -> tuple[str, ...]:
    """The classes that a class of timm inherits from."""
    own = optimization.bases(name) or data.bases(name) or companions.LIBRARY.bases(name)
    if own:
        return own
    return ("torch.nn.Module",) if name.startswith("timm.loss.") else models.bases(name)


LIBRARY = Library(
    functions=merged(
        {name: found for name, found in companions.LIBRARY.functions.items() if name.startswith("timm.")},
        models.FUNCTIONS,
        optimization.FUNCTIONS,
        losses.FUNCTIONS,
        data.FUNCTIONS,
    ),
    methods=merged(
        {name: found for name, found in companions.LIBRARY.methods.items() if name.startswith("timm.")},
        models.METHODS,
        optimization.METHODS,
    ),
    calls=merged(models.CALLS, optimization.CALLS, losses.CALLS, data.CALLS),
    elements=data.ELEMENTS,
    bases=bases,
    fallback=fallback,
)
