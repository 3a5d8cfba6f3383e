"""Rules about the training data and how it reaches the network."""
