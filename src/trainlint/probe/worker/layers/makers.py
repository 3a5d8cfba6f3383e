"""From a layer of a plan to a module: a table by kind. Keras' layers have their channels last, their own defaults,
and `padding="same"`."""

from __future__ import annotations

import torch
from torch import nn

from trainlint.probe.worker.layers.activation import leaky, plain, softmax
from trainlint.probe.worker.layers.applied import Maker
from trainlint.probe.worker.layers.arrangement import (
    concatenated,
    elementwise,
    flatten,
    joined,
    permute,
    product,
    reduced,
    reshape,
    same,
    select,
    squeeze,
    total,
)
from trainlint.probe.worker.layers.convolution import convolution, resized, separable
from trainlint.probe.worker.layers.dense import embedding, linear
from trainlint.probe.worker.layers.dropout import dropout
from trainlint.probe.worker.layers.normalisation import batch_norm, group_norm, instance_norm, layer_norm
from trainlint.probe.worker.layers.pooling import adaptive, pool, whole
from trainlint.probe.worker.layers.sequence import attention, recurrent, transformer_encoder

MAKERS: dict[str, Maker] = {
    "linear": linear,
    **{f"conv{axes}d": convolution(axes) for axes in (1, 2, 3)},
    **{f"conv_transpose{axes}d": convolution(axes, transposed=True) for axes in (1, 2, 3)},
    "depthwise_conv": convolution(2, depthwise=True),
    "separable_conv2d": separable,
    "max_pool": pool("Max"),
    "avg_pool": pool("Avg"),
    "adaptive_avg_pool": adaptive("Avg"),
    "adaptive_max_pool": adaptive("Max"),
    "global_avg_pool": whole("mean"),
    "global_max_pool": whole("amax"),
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "embedding": embedding,
    "rnn": recurrent("RNN"),
    "lstm": recurrent("LSTM"),
    "gru": recurrent("GRU"),
    "attention": attention,
    "transformer_encoder": transformer_encoder,
    "relu": plain(lambda given: nn.ReLU()),
    "relu6": plain(lambda given: nn.ReLU6()),
    "leaky_relu": leaky,
    "prelu": plain(lambda given: nn.PReLU()),
    "elu": plain(lambda given: nn.ELU(float(given.get("alpha", default=1.0)))),
    "selu": plain(lambda given: nn.SELU()),
    "gelu": plain(lambda given: nn.GELU()),
    "silu": plain(lambda given: nn.SiLU()),
    "mish": plain(lambda given: nn.Mish()),
    "softplus": plain(lambda given: nn.Softplus()),
    "softsign": plain(lambda given: nn.Softsign()),
    "sigmoid": plain(lambda given: nn.Sigmoid()),
    "hard_sigmoid": plain(lambda given: nn.Hardsigmoid()),
    "hard_swish": plain(lambda given: nn.Hardswish()),
    "hard_tanh": plain(lambda given: nn.Hardtanh()),
    "log_sigmoid": plain(lambda given: nn.LogSigmoid()),
    "tanh": plain(lambda given: nn.Tanh()),
    "softmax": softmax(nn.Softmax),
    "log_softmax": softmax(nn.LogSoftmax),
    "dropout": dropout,
    "flatten": flatten,
    "reshape": reshape,
    "squeeze": squeeze,
    "unsqueeze": reshape,
    "permute": permute,
    "upsample": resized,
    "select": select,
    "mean": reduced(lambda tensor, axes, keeps: tensor.mean(axes, keepdim=keeps)),
    "sum": reduced(lambda tensor, axes, keeps: tensor.sum(axes, keepdim=keeps)),
    "max": reduced(lambda tensor, axes, keeps: tensor.amax(axes, keepdim=keeps)),
    "add": joined(total),
    "multiply": joined(product),
    "mul": joined(product),
    "subtract": joined(lambda parts: parts[0] - parts[1]),
    "average": joined(lambda parts: total(parts) / len(parts)),
    "maximum": joined(lambda parts: torch.stack(list(parts)).amax(0)),
    "concatenate": concatenated,
    "concat": concatenated,
    "exponential": elementwise(torch.exp),
    "abs": elementwise(torch.abs),
    "square": elementwise(torch.square),
    "negate": elementwise(torch.neg),
    **dict.fromkeys(("identity", "linear_activation", "contiguous", "cast", "masking", "augmentation"), same),
    "detach": elementwise(lambda tensor: tensor.detach()),
}
"""By the words of plans."""
