"""Buy and sell. The side owns its sign, so nothing else needs mirrored code."""

from enum import Enum


class Side(Enum):
    """The direction of an order or a fill."""

    BUY = 1
    SELL = -1

    @classmethod
    def of(cls, qty: float) -> "Side":
        """The side that moves a position by `qty` shares; zero is no side.

        Raises: ValueError for zero or NaN.
        """
        if qty > 0:
            return cls.BUY
        if qty < 0:
            return cls.SELL
        raise ValueError(f"a quantity of {qty} has no side")

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return self.value

    @property
    def opposite(self) -> "Side":
        """The side that undoes this one."""
        return Side(-self.value)

    def worse(self, price: float, by_bps: float) -> float:
        """The price moved against this side: up for a buyer, down for a seller."""
        return price * (1.0 + self.sign * by_bps * 1e-4)
