"""The names of transformers, datasets, peft, trl and sentence_transformers."""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.huggingface import arguments, datasets, models, trainer
from trainlint.frameworks.library import Library, merged
from trainlint.frameworks.passing_on import object_or_unknown, seed
from trainlint.frameworks.torch import companions
from trainlint.values.value import Unknown, Value


def fallback(call: Call) -> Value:
    found = models.fallback(call)
    if found is not None:
        return found
    return (
        Unknown(f"{call.name} is not followed", call.origin)
        if "from_" in call.title
        else object_or_unknown(call)
    )


def bases(name: str) -> tuple[str, ...]:
    """The classes that a class of these libraries inherits from."""
    if name == models.MODEL:
        return ("torch.nn.Module",)
    if models.is_model_name(name):
        return (models.MODEL,)
    if name in trainer.TRAINERS and name != trainer.TRAINER:
        return (trainer.TRAINER,)
    return companions.LIBRARY.bases(name)


LIBRARY = Library(
    functions=merged(
        {"transformers.set_seed": seed},
        {
            name: found
            for name, found in companions.LIBRARY.functions.items()
            if name.startswith("transformers.")
        },
        arguments.FUNCTIONS,
        datasets.FUNCTIONS,
        models.FUNCTIONS,
        trainer.FUNCTIONS,
    ),
    methods=merged(
        {
            name: found
            for name, found in companions.LIBRARY.methods.items()
            if name.startswith("transformers.")
        },
        arguments.METHODS,
        datasets.METHODS,
        models.METHODS,
        trainer.METHODS,
    ),
    calls=models.CALLS,
    attributes=datasets.ATTRIBUTES,
    bases=bases,
    fallback=fallback,
)
