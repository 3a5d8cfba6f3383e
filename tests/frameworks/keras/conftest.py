"""Keras itself is asked what is true; PyTorch computes for it."""

import os

os.environ["KERAS_BACKEND"] = "torch"
