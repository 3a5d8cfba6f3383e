"""Callbacks of Lightning that watch a logged number."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import MonitorMade
from trainlint.frameworks.signatures import Signature
from trainlint.values.value import Instance, Reference, Value

_SIGNATURES = {
    "EarlyStopping": Signature("monitor, min_delta=0.0, patience=3, verbose=False, mode='min'"),
    "ModelCheckpoint": Signature(
        "dirpath=None, filename=None, monitor=None, verbose=False, save_last=None, save_top_k=1, "
        "save_weights_only=False, mode='min'"
    ),
}
"""Lightning 2 (lightning/pytorch/callbacks), as far as a plan needs them."""


def _constructor(name: str, signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        made = Instance(Reference(name), call.bind(signature), call.origin)
        call.machine.note(
            MonitorMade(made, "lightning", made.arguments.get("monitor"), made.arguments.get("mode"))
        )
        return made

    return handler


FUNCTIONS = {
    f"{place}.{name}": _constructor(f"{place}.{name}", signature)
    for name, signature in _SIGNATURES.items()
    for place in (
        "lightning.callbacks",
        "lightning.callbacks.early_stopping",
        "lightning.callbacks.model_checkpoint",
    )
}
