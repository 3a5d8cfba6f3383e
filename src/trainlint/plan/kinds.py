"""The words for layers that plans use, the same for every framework."""

from __future__ import annotations

ACTIVATIONS = frozenset(
    "relu relu6 leaky_relu prelu rrelu elu selu celu gelu silu mish softplus softsign hard_sigmoid "
    "hard_swish hard_tanh sigmoid log_sigmoid tanh softmax log_softmax softmin gumbel_softmax glu threshold "
    "exponential hard_shrink soft_shrink tanh_shrink sparse_plus sparsemax squareplus".split()
)
"""Layers that apply one nonlinear function; `linear_activation` (Keras' 'linear') is none of them."""

SATURATING = frozenset({"sigmoid", "hard_sigmoid", "softsign"})

WEIGHTED = frozenset(
    "linear bilinear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d depthwise_conv "
    "separable_conv1d separable_conv2d embedding embedding_bag rnn lstm gru attention transformer_encoder "
    "transformer_decoder transformer".split()
)
"""Layers that multiply by a learned matrix."""

AFFINE = frozenset(
    "linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d depthwise_conv "
    "separable_conv1d separable_conv2d".split()
)
"""Weighted layers that are a matrix product and a bias, with no nonlinearity of their own."""

NORMALISATIONS = frozenset(
    "batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm sync_batch_norm "
    "spectral_norm unit_norm".split()
)

RECURRENT = frozenset({"rnn", "lstm", "gru"})

TRANSPARENT = frozenset(
    "identity flatten reshape permute dropout squeeze unsqueeze cast detach contiguous linear_activation "
    "masking".split()
)
"""Layers that leave the values as they are (dropout: in expectation)."""

POOLING = frozenset(
    "max_pool avg_pool adaptive_avg_pool adaptive_max_pool global_avg_pool global_max_pool".split()
)

RANGE_KEEPING = (
    TRANSPARENT | POOLING | frozenset("pad padding crop resize upsample augmentation repeat".split())
)
"""Layers that leave the range of the values about as it is."""

FEATURE_KEEPING = TRANSPARENT - {"flatten", "reshape", "permute"}
"""Transparent layers that keep every axis in its place."""

UNKNOWN = "unknown"
"""An operation that could not be followed."""

EITHER = "either"
"""The output of one of its inputs, depending on a condition that is not decided."""
