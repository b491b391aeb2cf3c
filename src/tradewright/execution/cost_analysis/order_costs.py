"""What each order of a simulated account cost, read from its fills: shortfall, slippage, markout.

All prices and shares of an order stand on the basis of its decision: a split while it worked, or between it
and the markout, is taken out.
"""

from collections.abc import Iterable
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from tradewright.execution.cost_analysis.at_market import AtMarket, at_market
from tradewright.execution.cost_analysis.shortfall import Executed, shortfall
from tradewright.execution.cost_analysis.slippage import markout_bps, participation, slippage_bps
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Instruction, OrderState
from tradewright.values.outcome import Outcome
from tradewright.values.panel import SPLIT, Floats, Ints, Panel

MARKOUT_BARS = (1, 5)
_UNFINISHED = [state for state in OrderState if not state.is_final]

# One record an order. `row` decided it, `done_row` saw its last fill or its end. The four parts of the
# shortfall are shares of the paper value; `_bps` are signed so that worse is positive, but markouts, where
# positive is the market going the trade's way. NaN: not determined (nothing filled, no volume, no later bar).
# `sigma` and `usual_volume` are of the bars before the first fill, 0 where unknown.
order_cost_dtype = np.dtype(
    [
        *((name, np.int64) for name in ("order_id", "row", "done_row", "asset", "sign")),
        *((name, np.float64) for name in (
            "ordered", "filled", "decision_price", "arrival_price", "paid_price", "last_price", "fees_usd",
            "explicit", "realised", "delay", "missed", "arrival_bps", "vwap_bps", "close_bps",
            "participation", "markout_1_bps", "markout_5_bps", "sigma", "usual_volume",
        )),
    ]
)  # fmt: skip


def order_costs(
    panel: Panel, outcome: Outcome, said: Iterable[tuple[int, Instruction]] = ()
) -> NDArray[np.void]:
    """Every order's cost against its decision, in the order of the orders.

    Shape: K records of `order_cost_dtype`, K the orders that wanted to trade (`at_market.py`); `said` are the
    words that submitted single orders. The arrival price is the first print the order could meet: the next
    open, or the next close of a series without opens. What waits for a price of its own, a stop or an exit,
    is decided and arrives at the print that sets it off: the way there is the strategy's, no cost of
    execution. VWAP is made of the bars' typical prices, (high + low + close) / 3, from arrival to the last
    fill.
    """
    market, last = _Tape(panel), len(panel.instants) - 1
    found = _with_a_price(at_market(outcome, _terms(panel, said)), market, last)
    orders = found.orders
    costs = np.zeros(len(orders), dtype=order_cost_dtype)
    asset, row = orders["asset"], found.row
    done_row = np.where(np.isin(orders["state"], _UNFINISHED), last, orders["done_row"])
    basis = market.basis(row, asset)
    for name in ("order_id", "asset"):
        costs[name] = orders[name]
    costs["row"], costs["done_row"], costs["sign"] = row, done_row, np.sign(orders["qty"])
    costs["ordered"] = np.abs(orders["qty"]) * basis / market.basis(done_row, asset)
    printed = found.reference * market.basis(np.maximum(found.first_fill, 0), asset) / basis
    mark = market.mark(found.since, asset)
    unknown = ~(mark > 0.0)  # said before its first close: decided at the first print it could meet
    mark[unknown] = market.first_print(found.since[unknown], done_row[unknown], asset[unknown])
    costs["decision_price"] = np.where(found.at_print, printed, mark / basis)
    costs["last_price"] = market.mark(done_row, asset) / basis
    last_fill = _add_fills(costs, outcome, market, basis)
    costs["ordered"] = np.where(found.taken, costs["filled"], costs["ordered"])
    first = _arrive(costs, found, market, last_fill, (basis, printed))
    _add_benchmarks(costs, market, (first, last_fill), basis)
    _add_shortfall(costs)
    return costs


def _with_a_price(found: AtMarket, market: "_Tape", last: int) -> AtMarket:
    """The orders that can be measured: not those of an instrument that had not printed by their end."""
    asset, state = found.orders["asset"], found.orders["state"]
    done_row = np.where(np.isin(state, _UNFINISHED), last, found.orders["done_row"])
    priced = found.at_print | (market.mark(found.since, asset) > 0.0)
    unknown = np.flatnonzero(~priced)
    priced[unknown] = market.first_print(found.since[unknown], done_row[unknown], asset[unknown]) > 0.0
    return AtMarket(*(getattr(found, one.name)[priced] for one in fields(found)))


def _terms(panel: Panel, said: Iterable[tuple[int, Instruction]]) -> NDArray[np.void]:
    """The terms of every submitted order, by ticket."""
    words = instructions_of(panel, said)
    return words.tickets[: words.submitted]


def _add_fills(costs: NDArray[np.void], outcome: Outcome, market: "_Tape", basis: Floats) -> Ints:
    """Shares filled, their average price, the fees; gives each order's last row with a fill, or its end."""
    fills = outcome.fills
    place = np.searchsorted(costs["order_id"], fills["order_id"])
    scale = basis[place] / market.basis(fills["row"], fills["asset"])
    shares, paid = np.abs(fills["qty"]) * scale, np.zeros(len(costs))
    np.add.at(costs["filled"], place, shares)
    np.add.at(paid, place, shares * fills["price"] / scale)
    np.add.at(costs["fees_usd"], place, fills["commission_usd"] + fills["regulatory_usd"])
    first = place[::-1]  # of several fills the first is written last, and stays
    costs["sigma"][first] = fills["sigma"][::-1]
    costs["usual_volume"][first] = (fills["usual_volume"] * scale)[::-1]
    costs["filled"] = np.minimum(costs["filled"], costs["ordered"])  # parts add up but for rounding
    costs["paid_price"] = _ratio(paid, costs["filled"])
    last_fill = np.full(len(costs), -1, dtype=np.int64)
    np.maximum.at(last_fill, place, fills["row"])
    return np.where(last_fill < 0, costs["done_row"], last_fill)


def _arrive(
    costs: NDArray[np.void],
    found: AtMarket,
    market: "_Tape",
    last_fill: Ints,
    prices: tuple[Floats, Floats],
) -> Ints:
    """The first print that each order could meet; gives the rows on which these lie.

    `prices` are the basis of each decision and the print of each first fill.
    """
    # A last sale at the end of the period trades on the row that decided it: it meets no later print.
    first = np.minimum(found.since + 1, last_fill)
    at_once, (basis, printed) = found.at_print | found.at_auction, prices
    first = np.where(at_once, found.first_fill, first)
    arrival = market.first_print(first, costs["done_row"], costs["asset"]) / basis
    arrival = np.where(first == found.since, costs["decision_price"], arrival)
    costs["arrival_price"] = np.where(at_once, printed, arrival)
    return first


def _add_benchmarks(
    costs: NDArray[np.void], market: "_Tape", worked: tuple[Ints, Ints], basis: Floats
) -> None:
    """VWAP from arrival to the last fill, close and later prices, and how the fills compare with them."""
    asset, sign, paid = costs["asset"], costs["sign"], costs["paid_price"]
    first, last_fill = worked
    dollars, shares = market.traded(first, last_fill, asset)
    shares *= basis
    close = market.mark(last_fill, asset) / basis
    costs["arrival_bps"] = slippage_bps(sign, paid, costs["arrival_price"])
    costs["vwap_bps"] = slippage_bps(sign, paid, _ratio(dollars, shares))
    costs["close_bps"] = slippage_bps(sign, paid, close)
    costs["participation"] = participation(costs["filled"], shares)
    for bars in MARKOUT_BARS:
        later = last_fill + bars
        inside = np.minimum(later, market.last_row)
        price = market.mark(inside, asset) / basis
        costs[f"markout_{bars}_bps"] = markout_bps(sign, paid, np.where(later == inside, price, np.nan))


def _add_shortfall(costs: NDArray[np.void]) -> None:
    """The four parts of the implementation shortfall."""
    if not len(costs):
        return
    fields = ("ordered", "filled", "decision_price", "arrival_price", "paid_price", "last_price", "fees_usd")
    parts = shortfall(Executed(costs["sign"], *(costs[name] for name in fields)))
    for name in ("explicit", "realised", "delay", "missed"):
        costs[name] = getattr(parts, name)


class _Tape:
    """Prices of a panel as orders look for them, all on the basis of the shares of the first row."""

    def __init__(self, panel: Panel) -> None:
        """Read the panel once."""
        self.last_row = len(panel.instants) - 1
        self._splits = _split_factors(panel)
        splits = 1.0 if self._splits is None else self._splits
        self._prints = (panel.close if panel.is_close_only else panel.open) * splits
        self._close = _carried(panel.close * splits)
        volume = np.where(panel.volume > 0.0, panel.volume, 0.0)
        typical = np.where(volume > 0.0, (panel.high + panel.low + panel.close) / 3.0, 0.0)
        self._dollars = _running_total(np.where(np.isnan(typical), 0.0, typical) * volume)
        self._unknown = _running_total(np.isnan(typical).astype(np.float64))
        self._shares = _running_total(volume / splits)

    def basis(self, row: Ints, asset: Ints) -> Floats:
        """Shares that one share of the first row has become."""
        return np.ones(len(row)) if self._splits is None else self._splits[row, asset]

    def mark(self, row: Ints, asset: Ints) -> Floats:
        """The last known close at these rows."""
        return self._close[row, asset]

    def first_print(self, first: Ints, last: Ints, asset: Ints) -> Floats:
        """The first price printed from `first` to `last`; NaN where none was."""
        found = self._prints[first, asset]
        for place in np.flatnonzero(~(found > 0.0)).tolist():  # few: bars that did not open
            prices = self._prints[first[place] : last[place] + 1, asset[place]]
            known = prices[prices > 0.0]
            found[place] = known[0] if len(known) else np.nan
        return found

    def traded(self, first: Ints, last: Ints, asset: Ints) -> tuple[Floats, Floats]:
        """Dollars and shares that traded on these rows; NaN dollars where a price of them is not known."""
        dollars, shares, unknown = (
            total[last + 1, asset] - total[first, asset]
            for total in (self._dollars, self._shares, self._unknown)
        )
        return np.where(unknown > 0.0, np.nan, dollars), shares


def _carried(close: Floats) -> Floats:
    """Every row's last known close."""
    known = close > 0.0
    if bool(known.all()):
        return close
    row = np.where(known, np.arange(len(close))[:, None], 0)
    return np.take_along_axis(close, np.maximum.accumulate(row, axis=0), axis=0)


def _split_factors(panel: Panel) -> Floats | None:
    """What one share of the first row has become at each row, T x N; None where nothing ever split."""
    splits = panel.actions[panel.actions["kind"] == SPLIT]
    inside = splits[(splits["row"] >= 0) & (splits["row"] < len(panel.instants))]
    if not len(inside):
        return None
    ratios = np.ones(panel.shape)
    np.multiply.at(ratios, (inside["row"], inside["asset"]), inside["value"])
    return np.asarray(np.cumprod(ratios, axis=0))


def _running_total(amounts: Floats) -> Floats:
    """Totals before each row and after the last; T + 1 rows."""
    return np.concatenate([np.zeros((1, amounts.shape[1])), np.cumsum(amounts, axis=0)])


def _ratio(over: Floats, under: Floats) -> Floats:
    """A quotient, NaN where nothing stands below."""
    return np.asarray(np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0.0))
