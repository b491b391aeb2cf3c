"""The memory of the compiled kernel: a record for the account, one an instrument, and tuples of arrays."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from tradewright.kernel.inputs import Terms
from tradewright.values.panel import Floats, Ints

Record = Any  # one element of a structured array: np.void when interpreted, a numba record when compiled
Records = NDArray[np.void]
Marks = NDArray[np.int8]

# instants, prices at which orders meet the market, closes, volumes, corporate actions, closes end to end,
# highs, lows, when each bar begins, dated fees (K x 5), commission tiers (M x 2), facts about borrowing, each
# row's session and the one in which its sales settle, what settles in each session: the account's own, and
# the rates of the instruments' currencies (T x N, or nothing); where balances are kept the K of them, the
# rates of their currencies (T x K), and what each row left (T x 2 K + 2)
Market = tuple[
    *tuple[Ints, Floats, Floats, Floats, Records, Floats, Floats, Floats, Ints, Floats, Floats],
    *tuple[Records, Ints, Ints, Floats, Floats, Records, Floats, Floats],
]
# orders, fills, flows, refusals, margin calls
Journal = tuple[Records, Records, Records, Records, Records]
# words, tickets, live orders, one desk an instrument, events, what each row is to its session
Desk = tuple[Records, Records, Records, Records, Records, Marks]
# decision rows, targets (K x N), submitted orders
Intents = tuple[Ints, Floats, Desk]
# equity, cash, long, short, interest, borrow fees
Path = tuple[Floats, Floats, Floats, Floats, Floats, Floats]

# What the phases of submitted orders share: account, instruments, market, journal, orders.
World = tuple[Record, Records, Market, Journal, Desk]

compiled: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True, forceinline=True)
# What happens seldom is called: spliced in, it would only make the rest larger.
called: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True)
# Phases called once a bar in a loop are spliced in before optimisation.
spliced: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True, inline="always")

_STATE = (
    "cash", "equity", "long", "short", "interest", "borrow_fee", "receivable", "exchange_gain",
    "exchange_cost", "reserved",
)  # fmt: skip
_TERMS = (
    "capital", "max_gross", "capacity_share", "spread", "commission_share", "per_share", "minimum",
    "cash_rate", "margin_rate", "borrow_rate", "slippage", "spread_scale", "impact", "latency_low",
    "latency_span", "reject_share", "touch_share", "exchange_share",
)  # fmt: skip
# What holds on the row of a trade: fees on sales, the tick, the commission's tier and what the month traded.
_TODAY = ("sec_share", "taf", "taf_most", "tick", "rate", "month_shares")
# `row` is the next row to run, `decision` and `action` the next to come; `orders` ... count what was written;
# `word` is the next to be heard, `heard` counts tickets, `live` those that have not ended, `busy` instruments
# that have any; `table`, `phases` and `rules` are the addresses of the table and of the functions in
# `apart.py`, 0 where none is needed; `calls` counts margin calls, `fact` is the next about borrowing.
# Where `words_travel`, those from `travelling` to `word` are heard once the row has opened.
_PLACES = (
    "row", "stop", "ruined_row", "decision", "action", "orders", "fills", "flows", "refusals", "held",
    "working", "fee_step", "month", "seed", "claims", "word", "heard", "live", "events", "busy", "table",
    "phases", "rules", "calls", "fact", "travelling",
)  # fmt: skip
_FLAGS = (
    "whole", "has_volume", "accrues", "journals", "in_shares", "liquidates", "liquidated", "close_only",
    "estimates", "dated", "converts", "words_travel", "keeps",
)  # fmt: skip
_RULES = ("latency_bars", "cutoff_ns", "reading", "exchange")
# What the broker asks of the account: `forced` is the share of all positions that a margin call sells, `sold`
# are the proceeds of this row.
_BROKER = ("forced", "long_maintenance", "short_maintenance", "sold", "fee_multiple")
# `watches` asks for every close while something is held, `follows` shows the gate those at which something
# works; `entries` is what one row may write an instrument.
_ASKS = ("margins", "watches", "entries", "cuts", "cash_only", "by_name", "follows")
# Of `wires.py`: if the wires hold, if the end of a session counts, and the instant up to which they hold.
_WIRES = ("wired", "wired_day", "wired_until")

# Addresses of a function that every order is asked of, 0 for none, and of its memory; and what it last said.
# `killed` once it has said that nothing may open any more, as of the last close that it was shown.
_GATE = ("gate", "gate_memory", "gate_reason", "asked_type", "killed", "asked_reduces", "asked_cancels")
# The prices of the order that is asked for, NaN for one it has not; its type stands above.
_ASKED = ("asked_limit", "asked_stop")

account_dtype = np.dtype(
    [(name, np.float64) for name in _STATE + _TERMS + _TODAY + _ASKED + _BROKER]
    + [(name, np.int64) for name in _PLACES + _FLAGS + _RULES + _GATE + _ASKS + _WIRES]
)

# `held` and `working` are lists laid over the records: entry k is the k-th instrument held, or with an order.
# `number` is an instrument's own place; `mark` is up to date as of `seen_row`, or held; `order` is the id of
# the unfinished order, -1 for none.
# `reference`, `reducing`, `wanted` and the terms of slippage (`spread` to `usual_volume`) pass from matching
# to booking within one row. `decided` and `latency_ms` are the order's; prices before `restated_row`, of the
# last split, count 1 / `restated_ratio`, and none before `since_row` is looked at. `barred`:
# it cannot be borrowed. `conversion` is what changing its money costs, a share of the amount; where balances
# are kept, `currency` is the place of its own, `moved` and `sold` what it and its sales earned on this row,
# and `changing` what fills leave for the close to change their money. `limit` is that of the order that
# fills, NaN where it names none.
asset_dtype = np.dtype(
    [
        ("qty", np.float64), ("mark", np.float64), ("seen_row", np.int64), ("order", np.int64),
        ("ordered", np.float64), ("remaining", np.float64), ("number", np.int64), ("delisted", np.int64),
        ("held", np.int64), ("working", np.int64),
        ("reference", np.float64), ("reducing", np.float64), ("wanted", np.float64),
        ("spread", np.float64), ("drift", np.float64), ("impact", np.float64), ("sigma", np.float64),
        ("usual_volume", np.float64), ("latency_ms", np.float64), ("decided", np.int64),
        ("restated_row", np.int64), ("restated_ratio", np.float64), ("since_row", np.int64),
        ("barred", np.int64), ("borrow_fee", np.float64), ("conversion", np.float64),
        ("currency", np.int64), ("moved", np.float64), ("sold", np.float64), ("changing", np.float64),
        ("limit", np.float64),
    ]
)  # fmt: skip

# What is kept in one currency, in its units; `exchanged` is of this row, `short` and `fees` of its accruing.
balance_dtype = np.dtype(
    [(name, np.float64) for name in ("units", "claims", "exchanged", "credit", "debit", "short", "fees")]
)

# A submitted order and where it stands; number k is ticket k. Links are tickets, `next` the next order of the
# same instrument, -1 for none; `order` is its line in the journal; `best`, `newborn`, `visited` as in
# `reference_prices.LiveOrder`; `changed` until the journal's line says the same.
live_dtype = np.dtype(
    [
        (name, np.int64)
        for name in (
            "asset", "type", "time_in_force", "good_till", "reduce_only", "entry", "sibling", "next", "order",
            "state", "done_row", "arrived", "triggered", "newborn", "visited", "changed",
            "leaving",
        )
    ]
    + [
        (name, np.float64)
        for name in (
            "qty", "remaining", "filled", "limit", "stop", "trail_usd", "trail_share", "best", "latency_ms",
        )
    ]
)  # fmt: skip

# An instrument's submitted orders, from `first` to `last`, the bar that they meet, and the prices between
# which a bar sets none of them off.
desk_dtype = np.dtype(
    [(name, np.int64) for name in ("first", "last", "split_row", "newborn_row", "has_bar", "busy")]
    + [(name, np.float64) for name in ("open", "low", "high", "close", "room", "wire_low", "wire_high")]
)

# Where every array lies and how long it is: what a compiled call takes instead of twenty arguments.
_ADDRESSES = (
    "account", "assets", "instants", "prices", "close", "volume", "actions", "rows", "targets", "starts",
    "orders", "fills", "flows", "refusals", "equity", "cash", "long", "short", "interest", "borrow_fee",
    "high", "low", "opens_at", "steps", "tiers", "words", "tickets", "live", "desks", "events", "marks",
    "calls", "borrows", "sessions", "settles", "pending", "rates", "balances",
    "worth", "history",
)  # fmt: skip
_LENGTHS = (
    "bars", "count", "acts", "decisions", "orders_room", "fills_room", "flows_room", "refusals_room",
    "candidates", "step_count", "tier_count", "said", "submitted", "desks_count", "events_room",
    "marks_count", "calls_room", "borrows_count", "settling", "pending_count", "rated",
    "kinds", "kept_rows",
)  # fmt: skip
table_dtype = np.dtype([(name, np.int64) for name in _ADDRESSES + _LENGTHS])


def new_account(terms: Terms) -> Records:
    """An account of cash alone under these terms, before its first row."""
    accounts = np.zeros(1, dtype=account_dtype)
    account = accounts[0]
    account["capital"] = account["cash"] = account["equity"] = terms.capital_usd
    account["max_gross"], account["capacity_share"] = terms.max_gross, terms.capacity_share
    account["spread"], account["commission_share"] = terms.spread_bps, terms.commission_share
    account["per_share"], account["minimum"] = terms.per_share_usd, terms.minimum_usd
    account["cash_rate"], account["margin_rate"] = terms.cash_rate, terms.margin_rate
    account["borrow_rate"] = terms.borrow_rate
    account["slippage"], account["spread_scale"] = terms.slippage, terms.spread_scale
    account["impact"], account["reject_share"] = terms.impact, terms.reject_share
    account["latency_low"] = terms.latency_low_ms
    account["latency_span"] = terms.latency_high_ms - terms.latency_low_ms
    account["seed"], account["estimates"] = terms.seed, terms.estimates
    account["dated"] = len(terms.steps) + len(terms.tiers) > 0
    account["rate"] = terms.per_share_usd
    rates = (terms.cash_rate, terms.margin_rate, terms.borrow_rate)
    account["accrues"] = max(rates) > 0.0 or terms.rules.by_name or terms.keeps
    account["close_only"], account["converts"] = terms.close_only, len(terms.rates) > 0
    account["keeps"], account["exchange"] = terms.keeps, terms.currencies.exchange
    account["exchange_share"] = terms.currencies.exchange_share
    account["words_travel"] = terms.words_travel
    account["whole"], account["has_volume"] = terms.whole, terms.has_volume
    account["liquidates"], account["journals"] = terms.liquidate, 1
    account["touch_share"], account["latency_bars"] = terms.touch_share, terms.latency_bars
    account["cutoff_ns"], account["reading"] = terms.cutoff_ns, terms.reading
    account["ruined_row"] = -1
    rules = terms.rules
    account["margins"], account["watches"] = rules.calls, rules.calls or rules.by_name
    account["entries"] = 1 + 2 * rules.bind
    account["cuts"], account["cash_only"], account["by_name"] = rules.cuts, rules.cash_only, rules.by_name
    account["fee_multiple"] = rules.fee_multiple
    account["long_maintenance"] = rules.long_maintenance
    account["short_maintenance"] = rules.short_maintenance
    return accounts


def new_assets(count: int) -> Records:
    """Instruments that are not held and whose price is not known."""
    assets = np.zeros(count, dtype=asset_dtype)
    assets["number"] = np.arange(count)
    assets["mark"] = assets["limit"] = np.nan
    assets["seen_row"] = assets["order"] = -1
    assets["restated_ratio"] = 1.0
    return assets


def new_balances(terms: Terms) -> Records:
    """What an account keeps before its first row: all capital in its own currency, the first."""
    kinds = terms.currencies
    balances = np.zeros(len(kinds.names), dtype=balance_dtype)
    balances["credit"], balances["debit"] = kinds.credit, kinds.debit
    balances["units"][:1] = terms.capital_usd
    return balances


def new_desks(count: int) -> Records:
    """Instruments without submitted orders."""
    desks = np.zeros(count, dtype=desk_dtype)
    for name in ("first", "last", "split_row", "newborn_row"):
        desks[name] = -1
    return desks
