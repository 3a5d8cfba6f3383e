"""tensorflow_hub: networks from a store, as one layer whose inner ones are not looked at."""

from __future__ import annotations

from trainlint.frameworks.arrays.subject import dimensions_in
from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.keras.applied import Applied, LayerMeaning
from trainlint.frameworks.signatures import Signature
from trainlint.values.tensor import Shape
from trainlint.values.value import Instance, Known, Reference, Value

LAYER = "keras.layers.KerasLayer"

_SIGNATURE = Signature(
    "handle, trainable=False, arguments=None, signature=None, signature_outputs_as_dict=None, output_key=None, "
    "output_shape=None, load_options=None, input_shape=None, dtype=None"
)
"""tensorflow_hub 0.16 (tensorflow_hub/keras_layer.py); the last two go to keras.layers.Layer."""


def _construct(call: Call) -> Value:
    arguments = call.bind(_SIGNATURE)
    arguments["pretrained"] = Known(True, call.origin)
    layer = Instance(Reference(LAYER), arguments, call.origin)
    call.machine.write(layer, "trainable", arguments["trainable"])
    return layer


def _shape(applied: Applied) -> Shape | None:
    """What `output_shape` says, without the batch; else only the batch is known to stay."""
    told = dimensions_in(applied.value("output_shape"))
    if told is None or not applied.shape:
        return None
    return (applied.shape[0], *told)


LAYERS = {"KerasLayer": LayerMeaning("backbone", _shape, lambda applied: None)}

FUNCTIONS: dict[str, Handler] = {"tensorflow_hub.KerasLayer": _construct}
