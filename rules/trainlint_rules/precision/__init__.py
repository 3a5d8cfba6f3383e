"""Rules about precision, devices and mixed precision."""
