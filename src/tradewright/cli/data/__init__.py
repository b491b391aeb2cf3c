"""The verbs of `tradewright data`."""
