"""The verbs of `tradewright profiles`."""
