"""Statistics that say what they rest on: figures with intervals, gates and verdicts. Nothing but values."""
