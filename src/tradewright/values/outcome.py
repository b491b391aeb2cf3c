"""What the kernel reports of a simulated period: money at every bar, and each order, fill and cash flow."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradewright.values.order import OrderState
from tradewright.values.panel import Floats

# Plain numbers of `OrderState`, as compiled code and records keep them.
WORKING, FILLED, REPLACED, CANCELLED, EXPIRED, REJECTED, PENDING, HELD, TRIGGERED, PARTIALLY_FILLED = (
    int(state) for state in OrderState
)
ORDER_STATES = {int(state): state.name.lower().replace("_", " ") for state in OrderState}

INTEREST, BORROW_FEE, DIVIDEND_CASH, CASH_IN_LIEU, DELISTING_CASH, MERGER_CASH = 1, 2, 3, 4, 5, 6
EXCHANGE_GAIN, EXCHANGE_COST = 7, 8
FLOW_NAMES = {
    INTEREST: "interest",
    BORROW_FEE: "borrow fee",
    DIVIDEND_CASH: "dividend",
    CASH_IN_LIEU: "cash in lieu of fractional shares",
    DELISTING_CASH: "delisting proceeds",
    MERGER_CASH: "merger proceeds",
    EXCHANGE_GAIN: "gain on balances in other currencies",
    EXCHANGE_COST: "cost of changing money",
}

NO_PRICE, DELISTED, RUINED, UNDER_ONE_SHARE = 1, 2, 3, 4
ORDER_ENDED, NOTHING_TO_REDUCE, SPLIT_BETWEEN = 5, 6, 7
CASH_ACCOUNT, NOT_BORROWED, UNSETTLED, STOOD_DOWN, TOO_LARGE, NO_RATE, ENLARGED = 8, 9, 10, 11, 12, 13, 14
NO_VOLUME, PAST_CUTOFF, TOO_LATE = 15, 16, 17
REFUSAL_NAMES = {
    NO_PRICE: "no price is known yet",
    DELISTED: "the instrument was delisted",
    RUINED: "equity is gone; only exits are allowed",
    UNDER_ONE_SHARE: "the target is less than one whole share",
    ORDER_ENDED: "the order had ended before this word arrived",
    NOTHING_TO_REDUCE: "the order only reduces, and nothing is held against it",
    SPLIT_BETWEEN: "a split came between the word and its arrival",
    CASH_ACCOUNT: "a cash account sells nothing short",
    NOT_BORROWED: "the shares cannot be borrowed",
    UNSETTLED: "the cash for it has not settled; the order waits",
    STOOD_DOWN: "the kill switch cancelled what worked and could have opened a position",
    ENLARGED: "the kill switch has tripped; an order may only be made smaller",
    NO_RATE: "no exchange rate was known when the word was said",
    NO_VOLUME: "nothing traded on the bar on which it had to fill",
    PAST_CUTOFF: "the closing auction takes no more changes; the order stays as it was",
    TOO_LATE: "the order had ended while its cancellation was on the way",
    TOO_LARGE: "no market could fill a size of a trillion shares",
}

# qty is signed: positive buys. `row` is the decision's row; `done_row` the row of the last change of state.
# `ticket` is that of a submitted order, -1 where a target weight made the order, FORCED for the broker's.
order_dtype = np.dtype(
    [
        ("order_id", np.int64), ("row", np.int64), ("asset", np.int64), ("qty", np.float64),
        ("filled_qty", np.float64), ("state", np.int64), ("done_row", np.int64), ("ticket", np.int64),
    ],
    align=True,
)  # fmt: skip

# price = what was paid; reference = its printed price; costs are positive dollars. Spread, impact and
# latency are in the price: |qty| x |price - reference| is their sum. Commission and fees are beside it.
# `held_usd` is what was reckoned beyond the order's limit: nobody paid it, and none of the terms has it.
# `sigma` and `usual_volume`, what impact was reckoned from, are of a bar and 0 where unknown.
fill_dtype = np.dtype(
    [
        ("order_id", np.int64), ("row", np.int64), ("asset", np.int64), ("qty", np.float64),
        ("price", np.float64), ("reference", np.float64), ("spread_usd", np.float64),
        ("commission_usd", np.float64), ("impact_usd", np.float64), ("latency_usd", np.float64),
        ("regulatory_usd", np.float64), ("sigma", np.float64), ("usual_volume", np.float64),
        ("latency_ms", np.float64), ("held_usd", np.float64),
    ],
    align=True,
)  # fmt: skip

# asset is -1 where the flow belongs to the whole account; amount in dollars, positive comes in.
flow_dtype = np.dtype(
    [("row", np.int64), ("asset", np.int64), ("kind", np.int64), ("amount_usd", np.float64)], align=True
)

# `ticket` of an order that the broker sent to meet a margin call.
FORCED = -2

# A margin call at the close of `row`: equity that is there, and what maintenance asks for, in dollars.
call_dtype = np.dtype(
    [("row", np.int64), ("equity_usd", np.float64), ("required_usd", np.float64)], align=True
)

# A submitted order's change of state: a ticket's events in their order are its life.
event_dtype = np.dtype([("row", np.int64), ("ticket", np.int64), ("state", np.int64)], align=True)

# A wish that became no order: `row` is the decision's row, `reason` one of REFUSAL_NAMES.
refusal_dtype = np.dtype([("row", np.int64), ("asset", np.int64), ("reason", np.int64)], align=True)


def _no_amounts() -> Floats:
    """An empty path of dollars."""
    return np.zeros(0)


def _no_table() -> Floats:
    """No balances."""
    return np.zeros((0, 0))


def _no_refusals() -> NDArray[np.void]:
    """An empty list of refusals."""
    return np.zeros(0, dtype=refusal_dtype)


def _no_events() -> NDArray[np.void]:
    """An empty list of events."""
    return np.zeros(0, dtype=event_dtype)


def _no_calls() -> NDArray[np.void]:
    """An empty list of margin calls."""
    return np.zeros(0, dtype=call_dtype)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The simulated account, bar by bar.

    Shape: `equity_usd`, `cash_usd`, `long_usd`, `short_usd` are T, after each row's close; `positions` is N,
    shares at the end; `orders`, `fills`, `flows` are records (see the dtypes above).
    Units: dollars; `short_usd` is the liability, zero or more. At every row equity = cash + long - short, and
    what dividends still owe between their row and their pay date.
    `interest_usd` (signed, negative is paid) and `borrow_fee_usd` (paid, zero or more) are T and cumulative:
    interest is booked into cash at every row. `flows` holds their total as one record each, at the last row,
    so that flows summed by kind are complete; the path of either is its array here, never both.
    `events` are the changes of state of submitted orders, in the order they happened.
    `margin_calls` are those of a margin account, one a close at which equity was below maintenance.
    `ruined_row` is the first row at which equity was zero or less, -1 if never.
    An account that keeps balances has them as `balances`, T x K in the units of its `currencies`, the own one
    first: at every row cash is what they are worth together. `exchanged` is what each row changed into a
    currency, negative where out of it. `exchange_gain_usd`, what rates did to balances, and
    `exchange_cost_usd`, what changing money cost, are T and cumulative, with their totals in `flows`.
    """

    equity_usd: Floats
    cash_usd: Floats
    long_usd: Floats
    short_usd: Floats
    positions: Floats
    orders: NDArray[np.void]
    fills: NDArray[np.void]
    flows: NDArray[np.void]
    interest_usd: Floats = field(default_factory=_no_amounts)
    borrow_fee_usd: Floats = field(default_factory=_no_amounts)
    refusals: NDArray[np.void] = field(default_factory=_no_refusals)
    ruined_row: int = -1
    events: NDArray[np.void] = field(default_factory=_no_events)
    margin_calls: NDArray[np.void] = field(default_factory=_no_calls)
    currencies: tuple[str, ...] = ()
    balances: Floats = field(default_factory=_no_table)
    exchanged: Floats = field(default_factory=_no_table)
    exchange_gain_usd: Floats = field(default_factory=_no_amounts)
    exchange_cost_usd: Floats = field(default_factory=_no_amounts)

    @property
    def forced_orders(self) -> NDArray[np.void]:
        """The orders that the broker sent to meet margin calls."""
        forced: NDArray[np.void] = self.orders[self.orders["ticket"] == FORCED]
        return forced

    @property
    def receivable_usd(self) -> Floats:
        """T: dividends due and not paid yet, less those owed; where there are none, zero but for rounding."""
        return self.equity_usd - self.cash_usd - self.long_usd + self.short_usd
