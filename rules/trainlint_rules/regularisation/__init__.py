"""Rules about regularisation and normalisation."""
