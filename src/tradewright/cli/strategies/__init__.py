"""The verbs of `tradewright strategies`."""
