"""Smaller trainers above PyTorch: fastai, Ignite, skorch, Catalyst; engines that wrap: DeepSpeed, Apex, Opacus."""
