"""The verbs of `tradewright limits`."""
