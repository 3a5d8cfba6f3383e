"""Layers of plans as modules of PyTorch."""
