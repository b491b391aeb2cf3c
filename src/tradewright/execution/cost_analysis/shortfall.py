"""Implementation shortfall: what the decision would have earned on paper, less what the orders earned."""

from dataclasses import dataclass

import numpy as np

from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats

Numbers = float | Floats


@dataclass(frozen=True, eq=False)
class Executed:
    """What one order wanted and got, or many: each field is a number, or an array of the same K orders.

    Units: `sign` +1 buys, -1 sells; `ordered` and `filled` shares, never negative; prices dollars on the
    basis of the decision's shares. `decision_price` stood when the order was wanted, `arrival_price` when
    it reached the market, `paid_price` is the average of the fills (NaN where there is none), `last_price`
    stood when the rest was given up. `fees_usd` are commissions and fees: what is not in the price.
    """

    sign: Numbers
    ordered: Numbers
    filled: Numbers
    decision_price: Numbers
    arrival_price: Numbers
    paid_price: Numbers
    last_price: Numbers
    fees_usd: Numbers = 0.0

    def __post_init__(self) -> None:
        """Refuse fills beyond the order, and orders without a size or a price to measure from."""
        if not bool(np.all(np.asarray(self.ordered) > 0.0)):
            raise InvalidOption("an order of no shares has no shortfall.", "Leave it out.")
        if not bool(np.all(np.asarray(self.filled) <= np.asarray(self.ordered) * (1.0 + 1e-9))):
            raise InvalidOption("more shares filled than ordered.", "Give both on the decision's basis.")
        if not bool(np.all(np.asarray(self.decision_price) > 0.0)):
            raise InvalidOption("a decision price that is not above zero.", "Give the price that stood then.")


@dataclass(frozen=True, eq=False)
class Shortfall:
    """The four parts of the cost, as shares of the paper value (shares ordered at the decision price).

    `explicit` fees; `realised` from arrival to the fills; `delay` from the decision to arrival, of what
    filled; `missed` from the decision to the end, of what did not. Negative parts are gains.
    """

    explicit: Numbers
    realised: Numbers
    delay: Numbers
    missed: Numbers

    @property
    def total(self) -> Numbers:
        """All four: paper gain less real gain, over the paper value."""
        return self.explicit + self.realised + self.delay + self.missed


def shortfall(order: Executed) -> Shortfall:
    """Split what an order cost against its decision into fees, trading, waiting and what was missed.

    Property: the total is the paper portfolio's gain less the real one's, both at `last_price`.
    Source: Perold (1988), Journal of Portfolio Management 14(3); the four parts as in Wagner and Edwards
    (1993).
    """
    paper = order.ordered * np.asarray(order.decision_price)
    filled, missed = np.asarray(order.filled), np.asarray(order.ordered) - order.filled

    def part(shares: Numbers, before: Numbers, after: Numbers) -> Floats:
        # Shares that are none need no price: an order without a fill has no average to speak of.
        moved = np.asarray(order.sign) * shares * (np.asarray(after) - before) / paper
        return np.where(np.asarray(shares) == 0.0, 0.0, moved)

    return Shortfall(
        explicit=np.asarray(order.fees_usd / paper)[()],
        realised=part(filled, order.arrival_price, order.paid_price)[()],
        delay=part(filled, order.decision_price, order.arrival_price)[()],
        missed=part(missed, order.decision_price, order.last_price)[()],
    )
