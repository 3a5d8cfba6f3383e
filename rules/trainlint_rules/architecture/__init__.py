"""Rules about activations and the way layers are put together."""
