"""The verbs of `tradewright study`."""
