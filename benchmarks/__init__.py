"""How fast Tradewright is, always as a ratio to something else measured in the same run."""
