"""Trains briefly, in a process of its own, to confirm or refute what the rules say."""
