"""The verbs of `tradewright runs`."""
