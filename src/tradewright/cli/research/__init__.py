"""The verbs of `tradewright research`."""
