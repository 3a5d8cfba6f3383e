"""Attention and transformers of torch.nn: shapes as the query has them, weights counted part by part."""

from __future__ import annotations

from dataclasses import replace

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.layers import application, class_tables
from trainlint.frameworks.torch.meaning import Meaning
from trainlint.frameworks.torch.normalisation import LAYERS
from trainlint.frameworks.torch.shapes import same
from trainlint.frameworks.torch.sizes import Bound, flag, is_none, whole
from trainlint.values.tensor import Shape, Tensor
from trainlint.values.value import Instance, Items, Known, Value, constant

_ATTENTION_TEXT = (
    "embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, "
    "vdim=None, "
    "batch_first=False, device=None, dtype=None"
)
_BLOCK_TEXT = (
    "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, "
    "batch_first=False, "
    "norm_first=False, bias=True, device=None, dtype=None"
)
_BLOCK_SETTINGS = {
    "units": "d_model",
    "heads": "nhead",
    "hidden_units": "dim_feedforward",
    "rate": "dropout",
    "activation": "activation",
    "batch_first": "batch_first",
    "norm_first": "norm_first",
}


def attention_parameters(arguments: Bound, shape: Shape | None) -> int | None:
    """Projections of query, key, value and output, each with a bias."""
    size, bias, extra = whole(arguments, "embed_dim"), flag(arguments, "bias"), flag(arguments, "add_bias_kv")
    key = size if is_none(arguments, "kdim") else whole(arguments, "kdim")
    value = size if is_none(arguments, "vdim") else whole(arguments, "vdim")
    if size is None or key is None or value is None or bias is None or extra is None:
        return None
    return size * (2 * size + key + value) + 4 * size * bias + 2 * size * extra


def _block(arguments: Bound, attentions: int) -> int | None:
    """An encoder layer has one attention, a decoder layer two; a norm follows each, and the linear maps."""
    size, hidden, bias = (
        whole(arguments, "d_model"),
        whole(arguments, "dim_feedforward"),
        flag(arguments, "bias"),
    )
    if size is None or hidden is None or bias is None:
        return None
    attention = 4 * size * size + 4 * size * bias
    linear = 2 * size * hidden + (hidden + size) * bias
    norms = (attentions + 1) * size * (1 + bias)
    return attentions * attention + linear + norms


def _encoder_layer(arguments: Bound, shape: Shape | None) -> int | None:
    return _block(arguments, 1)


def _decoder_layer(arguments: Bound, shape: Shape | None) -> int | None:
    return _block(arguments, 2)


def _stack(name: str, attentions: int, arguments: Bound) -> int | None:
    """Copies of a layer, and a norm if there is one."""
    layer, count = arguments.get(name), whole(arguments, "num_layers")
    if not isinstance(layer, Instance) or count is None:
        return None
    each = _block(layer.arguments, attentions)
    norm = 0 if is_none(arguments, "norm") else _norm(arguments.get("norm"))
    return None if each is None or norm is None else count * each + norm


def _norm(value: Value | None) -> int | None:

    if not isinstance(value, Instance) or value.title not in LAYERS:
        return None
    return LAYERS[value.title].parameters(value.arguments, None)


def _encoder(arguments: Bound, shape: Shape | None) -> int | None:
    return _stack("encoder_layer", 1, arguments)


def _decoder(arguments: Bound, shape: Shape | None) -> int | None:
    return _stack("decoder_layer", 2, arguments)


def _transformer(arguments: Bound, shape: Shape | None) -> int | None:
    """Encoder and decoder, each with a norm at its end."""
    encoders, decoders = whole(arguments, "num_encoder_layers"), whole(arguments, "num_decoder_layers")
    size, bias = whole(arguments, "d_model"), flag(arguments, "bias")
    encoder, decoder = _block(arguments, 1), _block(arguments, 2)
    own = all(is_none(arguments, name) for name in ("custom_encoder", "custom_decoder"))
    if None in (encoders, decoders, size, bias, encoder, decoder) or not own:
        return None
    assert encoders is not None
    assert decoders is not None
    assert size is not None
    assert bias is not None
    assert encoder is not None
    assert decoder is not None
    return encoders * encoder + decoders * decoder + 2 * size * (1 + bias)


_MULTIHEAD = Meaning(
    Signature(_ATTENTION_TEXT),
    "attention",
    same,
    settings={
        "units": "embed_dim",
        "heads": "num_heads",
        "rate": "dropout",
        "bias": "bias",
        "batch_first": "batch_first",
    },
    parameters=attention_parameters,
    carries_data=False,
)


def _attend(call: Call) -> Value:
    """query, key, value: the attended values and, unless it is told not to, the weights."""
    layer = call.receiver
    values = [call.argument(position, name) for position, name in enumerate(("query", "key", "value"))]
    given = [value for value in values if value is not None and as_tensor(value) is not None]
    if not isinstance(layer, Instance) or not given or values[0] is None:
        return call.unknown()
    output = _MULTIHEAD.result(
        call, given[0], layer.arguments, layer=layer, title=layer.title, more_inputs=tuple(given[1:])
    )
    wanted = call.argument(4, "need_weights") or Known(True)
    if constant(wanted) is False:
        return Items([output, Known(None)], "tuple")
    weights = call.tensor(
        "select", (output,), None, title="attention weights", low=0.0, high=1.0, library="torch", data=None
    )
    return Items([output, weights], "tuple")


def _decode(meaning: Meaning, second: str) -> Handler:
    """Target and memory: the shape is that of the target."""

    def handler(call: Call) -> Value:
        layer, target, memory = call.receiver, call.argument(0, "tgt"), call.argument(1, second)
        if second == "tgt":  # torch.nn.Transformer(src, tgt)
            target, memory = call.argument(1, "tgt"), call.argument(0, "src")
        if not isinstance(layer, Instance) or target is None or as_tensor(target) is None:
            return call.unknown()
        more = (memory,) if memory is not None else ()
        output = meaning.result(
            call, target, layer.arguments, layer=layer, title=layer.title, more_inputs=more
        )
        return _with_layout(output, layer, "decoder_layer")

    return handler


def _with_layout(output: Value, layer: Value | None, block: str) -> Value:
    """A stack of blocks reads its axes as its blocks do."""
    inner = layer.arguments.get(block) if isinstance(layer, Instance) else None
    first = inner.arguments.get("batch_first") if isinstance(inner, Instance) else None
    if isinstance(output, Tensor) and output.operation is not None and first is not None:
        settings = {**output.operation.settings, "batch_first": first}
        output = output.changed(operation=replace(output.operation, settings=settings))
    return output


def _encode(meaning: Meaning) -> Handler:
    plain = application(meaning)

    def handler(call: Call) -> Value:
        source = call.argument(0, "src")
        if source is not None and not call.arguments.positional:
            call.arguments.positional = (source,)
        return _with_layout(plain(call), call.receiver, "encoder_layer")

    return handler


_ENCODER_LAYER = Meaning(
    Signature(_BLOCK_TEXT),
    "transformer_encoder",
    settings=_BLOCK_SETTINGS,
    parameters=_encoder_layer,
    carries_data=False,
)
_DECODER_LAYER = Meaning(
    Signature(_BLOCK_TEXT),
    "transformer_decoder",
    settings=_BLOCK_SETTINGS,
    parameters=_decoder_layer,
    carries_data=False,
)
_ENCODER = Meaning(
    Signature("encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True"),
    "transformer_encoder",
    settings={"layers": "num_layers"},
    parameters=_encoder,
    carries_data=False,
)
_DECODER = Meaning(
    Signature("decoder_layer, num_layers, norm=None"),
    "transformer_decoder",
    settings={"layers": "num_layers"},
    parameters=_decoder,
    carries_data=False,
)
_TRANSFORMER = Meaning(
    Signature(
        "d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, "
        "dropout=0.1, "
        "activation='relu', custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, "
        "batch_first=False, "
        "norm_first=False, bias=True, device=None, dtype=None"
    ),
    "transformer",
    settings=_BLOCK_SETTINGS | {"layers": "num_encoder_layers"},
    parameters=_transformer,
    carries_data=False,
)

CLASSES: dict[str, tuple[Meaning, Handler]] = {
    "MultiheadAttention": (_MULTIHEAD, _attend),
    "TransformerEncoderLayer": (_ENCODER_LAYER, _encode(_ENCODER_LAYER)),
    "TransformerEncoder": (_ENCODER, _encode(_ENCODER)),
    "TransformerDecoderLayer": (_DECODER_LAYER, _decode(_DECODER_LAYER, "memory")),
    "TransformerDecoder": (_DECODER, _decode(_DECODER, "memory")),
    "Transformer": (_TRANSFORMER, _decode(_TRANSFORMER, "tgt")),
}
"""By class name in torch.nn: what it means, and how it is applied."""

FUNCTIONS, METHODS, CALLS = class_tables(CLASSES)
