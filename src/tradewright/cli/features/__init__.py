"""The verbs of `tradewright features`."""
