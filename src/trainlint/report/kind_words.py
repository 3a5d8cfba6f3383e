"""The words of layers (plan/kinds.py) as people say them."""

from __future__ import annotations

_WORDS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "leaky ReLU",
    "prelu": "parametric ReLU",
    "rrelu": "randomised ReLU",
    "elu": "ELU",
    "selu": "SELU",
    "celu": "CELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "glu": "gated linear unit",
    "conv1d": "1-D convolution",
    "conv2d": "2-D convolution",
    "conv3d": "3-D convolution",
    "conv_transpose1d": "1-D transposed convolution",
    "conv_transpose2d": "2-D transposed convolution",
    "conv_transpose3d": "3-D transposed convolution",
    "depthwise_conv": "depthwise convolution",
    "separable_conv1d": "1-D separable convolution",
    "separable_conv2d": "2-D separable convolution",
    "rnn": "recurrent",
    "lstm": "LSTM",
    "gru": "GRU",
    "batch_norm": "batch normalisation",
    "sync_batch_norm": "batch normalisation",
    "layer_norm": "layer normalisation",
    "group_norm": "group normalisation",
    "instance_norm": "instance normalisation",
    "rms_norm": "RMS normalisation",
    "spectral_norm": "spectral normalisation",
    "unit_norm": "unit normalisation",
    "local_response_norm": "local response normalisation",
    "max_pool": "max pooling",
    "avg_pool": "average pooling",
    "adaptive_avg_pool": "adaptive average pooling",
    "adaptive_max_pool": "adaptive max pooling",
    "global_avg_pool": "global average pooling",
    "global_max_pool": "global max pooling",
    "linear_activation": "no activation",
    "matmul": "matrix product",
    "add": "sum",
    "concat": "concatenation",
    "unknown": "not followed",
}


def kind_word(kind: str) -> str:
    """`global_avg_pool` as "global average pooling"; a word that is plain already as it is."""
    return _WORDS.get(kind) or kind.replace("_", " ")
