"""Hooks into TensorFlow, for loops of a program's own: a tape that is asked for gradients goes backward."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from trainlint.probe.worker.keras_hooks import KerasHooks


def install(hooks: KerasHooks) -> str:
    """Hooks in; the version of TensorFlow. Its functions run step by step, as numbers of a graph cannot be read."""
    tf.config.run_functions_eagerly(True)
    original = tf.GradientTape.gradient

    def gradient(tape: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(target, (list, tuple, dict)):
            hooks.went_backward(target)
        return original(tape, target, *args, **kwargs)

    tf.GradientTape.gradient = gradient
    return str(tf.__version__)
