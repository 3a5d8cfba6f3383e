"""Rules about recurrent networks and the axes of their sequences."""
