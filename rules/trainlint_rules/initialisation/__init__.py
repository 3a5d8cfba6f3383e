"""Rules about what the weights start as."""
