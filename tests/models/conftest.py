"""Keras computes with PyTorch; few threads, since many tests run side by side."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import torch

torch.set_num_threads(1)
