"""The words for losses that plans use, the same for every framework."""

from __future__ import annotations

CROSS_ENTROPIES = frozenset(
    "cross_entropy nll categorical_cross_entropy sparse_categorical_cross_entropy binary_cross_entropy "
    "binary_focal_cross_entropy categorical_focal_cross_entropy generalized_cross_entropy gaussian_nll".split()
)
"""`cross_entropy` (torch) takes logits and either form of labels; `nll` takes log-probabilities."""

REGRESSIONS = frozenset("mse mae smooth_l1 huber log_cosh mape msle poisson gaussian_nll".split())

MARGINS = frozenset(
    "hinge squared_hinge categorical_hinge cosine triplet margin_ranking multi_margin multilabel_margin "
    "soft_margin multilabel_soft_margin hinge_embedding circle".split()
)

OTHERS = frozenset("kl_divergence ctc dice tversky custom".split())
"""`custom`: a function of the program."""

LOSSES = CROSS_ENTROPIES | REGRESSIONS | MARGINS | OTHERS
