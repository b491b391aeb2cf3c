"""This side's contestants: Tradewright through its public calls, and the bare loops it is held against."""
