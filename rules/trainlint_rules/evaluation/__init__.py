"""Rules about what is measured, and on what."""
