"""Catalyst: `SupervisedRunner().train(model=…, criterion=…, optimizer=…, loaders=…)`.

Catalyst 22 (catalyst/runners/runner.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.gradient_descent import advance, descend, each, supervised_loss
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import object_or_unknown
from trainlint.frameworks.signatures import Signature
from trainlint.values.value import Known, Mapped, Unknown, Value

RUNNER = "catalyst.dl.SupervisedRunner"
_TRAIN = Signature(
    "*, loaders=None, model=None, engine=None, criterion=None, optimizer=None, scheduler=None, callbacks=None, "
    "loggers=None, seed=42, hparams=None, num_epochs=1"
)


def _train(call: Call) -> Value:
    bound = call.bind(_TRAIN)
    loaders = bound["loaders"]
    entries = loaders.slots if isinstance(loaders, Mapped) else {}
    loader = entries.get("train", Unknown("a loader"))
    optimizers = each(bound["optimizer"])
    told = {
        "epochs": bound["num_epochs"],
        "callbacks": bound["callbacks"],
        "validation": Known("valid" in entries) if entries else Unknown("loaders"),
    }
    with call.machine.repeated("epochs", call.site, times=bound["num_epochs"], told=told):
        with call.machine.repeated("batches", call.site, iterable=loader):
            batch = call.machine.element(loader, call.site)
            descend(call, optimizers, supervised_loss(call, bound["model"], bound["criterion"], batch))
        advance(call, each(bound["scheduler"]))
    return Known(None)


LIBRARY = Library(methods={RUNNER: {"train": _train}}, fallback=object_or_unknown)
