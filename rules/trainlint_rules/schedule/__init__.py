"""Rules about schedules and callbacks."""
