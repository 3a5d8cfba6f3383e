"""`nn.Embedding.from_pretrained(vectors)`: a table of vectors that were learned elsewhere."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.parameters import TRAINABLE
from trainlint.frameworks.torch.sizes import size_value
from trainlint.values.value import Instance, Known, Reference, Unknown, Value, constant

_SIGNATURE = Signature(
    "embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, "
    "mode='mean', sparse=False"
)


def _from_pretrained(name: str) -> Handler:
    def handler(call: Call) -> Value:
        arguments = call.bind(_SIGNATURE)
        vectors = as_tensor(arguments.get("embeddings"))
        shape = vectors.shape if vectors is not None else None
        count, width = shape if shape is not None and len(shape) == 2 else (None, None)
        sizes = {"num_embeddings": size_value(count), "embedding_dim": size_value(width)}
        layer = Instance(Reference(name), {**arguments, **sizes}, call.origin)
        frozen = constant(arguments.get("freeze"))
        trained: Value = Known(not frozen) if isinstance(frozen, bool) else Unknown("whether it is frozen")
        layer.slots[TRAINABLE] = trained
        return layer

    return handler


FUNCTIONS: dict[str, Handler] = {
    f"{name}.from_pretrained": _from_pretrained(name)
    for name in ("torch.nn.Embedding", "torch.nn.EmbeddingBag")
}
