"""Rules about the loss and the output that meets it."""
