"""The `Tokenizer` of Keras 2: texts as numbers of words."""

from __future__ import annotations

from trainlint.frameworks.arrays.subject import tensor_of
from trainlint.frameworks.call import Call
from trainlint.frameworks.facts import ScalerFitted
from trainlint.frameworks.signatures import Signature
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Known, Reference, Unknown, Value, constant, integer

TOKENIZER = "keras.preprocessing.text.Tokenizer"

_SIGNATURE = Signature(
    "num_words=None, filters='', lower=True, split=' ', char_level=False, oov_token=None, analyzer=None"
)
"""Keras 2.15 (keras/src/preprocessing/text.py)."""


def construct(call: Call) -> Value:
    return Instance(Reference(TOKENIZER), call.bind(_SIGNATURE), call.origin)


def fit(call: Call) -> Value:
    """`fit_on_texts`: a number for each word that occurs."""
    given = _texts(call)
    if given is not None and isinstance(call.receiver, Instance):
        call.machine.note(ScalerFitted(call.receiver, given, call.site))
    return Known(None)


def sequences(call: Call) -> Value:
    """`texts_to_sequences`, `texts_to_matrix`: a list of numbers for each text, or a row as wide as the vocabulary."""
    tokenizer, given = call.receiver, _texts(call)
    if given is None or not isinstance(tokenizer, Instance):
        return Unknown("numbers of words", call.origin)
    words = integer(tokenizer.arguments.get("num_words"))
    samples = given.shape[0] if given.shape else None
    settings: dict[str, Value] = {"scaler": tokenizer}
    if call.title == "texts_to_matrix":
        high = 1.0 if constant(call.argument(1, "mode")) in (None, "binary") else None
        return call.tensor(
            "encode", [given], (samples, words), settings=settings, dtype="float64", low=0.0, high=high, library="numpy"
        )  # fmt: skip
    high = None if words is None else float(words - 1)
    return call.tensor("encode", [given], (samples, None), settings=settings, dtype="int32", low=0.0, high=high,
                       library="numpy")  # fmt: skip


def _texts(call: Call) -> Tensor | None:
    """The texts as an array: what is not known is the same array each time."""
    given, tokenizer = call.argument(0, "texts"), call.receiver
    if isinstance(given, Tensor) or not isinstance(tokenizer, Instance):
        return given if isinstance(given, Tensor) else None
    if not isinstance(given, Unknown | Reference):
        return None
    slot = ("texts", given.name if isinstance(given, Reference) else given)
    known = tokenizer.slots.get(slot)
    if isinstance(known, Tensor):
        return known
    made = tensor_of(Unknown("texts", given.origin), "numpy", call)
    call.machine.write(tokenizer, slot, made)
    return made


FUNCTIONS = {TOKENIZER: construct}

METHODS = {
    TOKENIZER: {
        "fit_on_texts": fit,
        "texts_to_sequences": sequences,
        "texts_to_matrix": sequences,
    }
}
