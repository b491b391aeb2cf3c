"""What the kernel reports of a simulated period: money at every bar, and each order, fill and cash flow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.values.panel import Floats

WORKING, FILLED, REPLACED, CANCELLED = 0, 1, 2, 3
ORDER_STATES = {WORKING: "working", FILLED: "filled", REPLACED: "replaced", CANCELLED: "cancelled"}

INTEREST, BORROW_FEE, DIVIDEND_CASH, CASH_IN_LIEU, DELISTING_CASH = 1, 2, 3, 4, 5
FLOW_NAMES = {
    INTEREST: "interest",
    BORROW_FEE: "borrow fee",
    DIVIDEND_CASH: "dividend",
    CASH_IN_LIEU: "cash in lieu of fractional shares",
    DELISTING_CASH: "delisting proceeds",
}

# qty is signed: positive buys. `row` is the decision's row; `done_row` the row of the last change of state.
order_dtype = np.dtype(
    [
        ("order_id", np.int64), ("row", np.int64), ("asset", np.int64), ("qty", np.float64),
        ("filled_qty", np.float64), ("state", np.int64), ("done_row", np.int64),
    ],
    align=True,
)  # fmt: skip

# price = what was paid, spread included; reference = its printed price; costs are positive dollars.
fill_dtype = np.dtype(
    [
        ("order_id", np.int64), ("row", np.int64), ("asset", np.int64), ("qty", np.float64),
        ("price", np.float64), ("reference", np.float64), ("spread_usd", np.float64),
        ("commission_usd", np.float64),
    ],
    align=True,
)  # fmt: skip

# asset is -1 where the flow belongs to the whole account; amount in dollars, positive comes in.
flow_dtype = np.dtype(
    [("row", np.int64), ("asset", np.int64), ("kind", np.int64), ("amount_usd", np.float64)], align=True
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The simulated account, bar by bar.

    Shape: `equity_usd`, `cash_usd`, `long_usd`, `short_usd` are T, after each row's close; `positions` is N,
    shares at the end; `orders`, `fills`, `flows` are records (see the dtypes above).
    Units: dollars; `short_usd` is the liability, zero or more. At every row equity = cash + long - short.
    """

    equity_usd: Floats
    cash_usd: Floats
    long_usd: Floats
    short_usd: Floats
    positions: Floats
    orders: NDArray[np.void]
    fills: NDArray[np.void]
    flows: NDArray[np.void]
