"""The rule of the bracket case, for every contestant: in at a crossing, out by stop or target."""

STOP, TARGET = 0.01, 0.02


def exits(close: float) -> tuple[float, float]:
    """Stop and target of a long entry decided at this close."""
    return close * (1.0 - STOP), close * (1.0 + TARGET)
