"""Tradewright: from a trading idea to controlled real money, earning every step."""
