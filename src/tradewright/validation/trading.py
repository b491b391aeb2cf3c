"""What an account did: exposure, turnover, costs by cause, and round trips."""

import math
from dataclasses import dataclass, field

import numpy as np

from tradewright.validation.figure import Figure, figure, not_evaluated
from tradewright.values.outcome import BORROW_FEE, CASH_IN_LIEU, DELISTING_CASH, INTEREST, Outcome
from tradewright.values.panel import SPLIT, Floats, Panel

# Shares left over by rounding after splits count as flat below this share of the largest position held.
FLAT_SHARE = 1e-9
# How the cash flows that belong to one asset touch its position; all others, dividends, are cash alone.
FLOW_WORDS = {CASH_IN_LIEU: "lieu", DELISTING_CASH: "delisting"}


@dataclass(frozen=True)
class RoundTrip:
    """One position from flat to flat, or to the end of the period where it is still open.

    Units: rows of the panel; `qty` the largest position, signed, in shares of its day; prices dollars, the
    average of the fills that opened and of those that closed (None where nothing was bought or sold, as in a
    delisting); `pnl_usd` is all cash that came in less all that went out, dividends and costs included, plus
    the last mark of what is still held: summed over all trips, with interest and borrow fees, it is the
    account's whole gain.
    """

    asset: int
    entry_row: int
    exit_row: int
    is_open: bool
    qty: float
    entry_price: float | None
    exit_price: float | None
    pnl_usd: float
    costs_usd: float


@dataclass(frozen=True)
class Costs:
    """Where money went, by cause.

    Units: dollars over the period, positive is paid; `interest_earned_usd` is what idle cash brought in.
    """

    spread_usd: float
    commission_usd: float
    borrow_usd: float
    margin_interest_usd: float
    interest_earned_usd: float

    @property
    def total_usd(self) -> float:
        """Everything paid, interest earned left out."""
        return self.spread_usd + self.commission_usd + self.borrow_usd + self.margin_interest_usd


@dataclass
class _Position:
    """A position while it is being followed, fill by fill.

    `cash_usd` is what it brought in less what it cost so far; `bought` and `sold` are (shares, price).
    """

    entry_row: int
    qty: float = 0.0
    largest: float = 0.0
    cash_usd: float = 0.0
    costs_usd: float = 0.0
    bought: list[tuple[float, float]] = field(default_factory=list)
    sold: list[tuple[float, float]] = field(default_factory=list)


def net_exposure(outcome: Outcome) -> Floats:
    """Long less short value over equity at each close; T, NaN where no equity is left."""
    return _over_equity(outcome.long_usd - outcome.short_usd, outcome.equity_usd)


def gross_exposure(outcome: Outcome) -> Floats:
    """Long plus short value over equity at each close; T, NaN where no equity is left."""
    return _over_equity(outcome.long_usd + outcome.short_usd, outcome.equity_usd)


def traded_share(outcome: Outcome) -> Floats:
    """Notional bought and sold at each bar, as a share of equity at its close; T."""
    traded = np.zeros(len(outcome.equity_usd))
    np.add.at(traded, outcome.fills["row"], np.abs(outcome.fills["qty"]) * outcome.fills["price"])
    return _over_equity(traded, outcome.equity_usd)


def turnover_figure(outcome: Outcome, years: float, start_row: int = 0) -> Figure:
    """How often a year the account was replaced: half of all notional traded, over average equity.

    Units: 1.0 is the whole account bought and sold once a year. `years` is the time from `start_row` on.
    """
    name, unit, bars = "Turnover a year", "times a year", len(outcome.equity_usd) - start_row
    if bars < 2 or not years > 0:
        return not_evaluated(name, unit, bars, "the period holds no time")
    traded = float(np.sum(np.abs(outcome.fills["qty"]) * outcome.fills["price"]))
    average = float(np.mean(outcome.equity_usd[start_row:]))
    rate = traded / 2.0 / average / years if average > 0 else float("nan")
    return figure(name, rate, unit, bars)


def exposure_figures(outcome: Outcome, start_row: int = 0) -> tuple[Figure, Figure, Figure]:
    """Average gross exposure, average net exposure, and the share of bars with any position."""
    bars = len(outcome.equity_usd) - start_row
    gross, net = gross_exposure(outcome)[start_row:], net_exposure(outcome)[start_row:]
    invested = float(np.mean(gross > 0.0)) if bars else float("nan")
    return (
        figure("Average gross exposure", _mean(gross), "share of equity", bars),
        figure("Average net exposure", _mean(net), "share of equity", bars),
        figure("Share of bars in the market", invested, "share", bars),
    )


def costs_of(outcome: Outcome, start_row: int = 0) -> Costs:
    """Split what trading and holding cost by its cause, from the close of `start_row` on.

    Interest is split bar by bar: what a bar charged is margin interest, what it brought is earned. Nothing
    is traded or borrowed before a strategy can decide, but its cash earns.
    """
    accrued = np.diff(outcome.interest_usd[start_row:])
    return Costs(
        spread_usd=float(np.sum(outcome.fills["spread_usd"])),
        commission_usd=float(np.sum(outcome.fills["commission_usd"])),
        borrow_usd=float(outcome.borrow_fee_usd[-1]) if len(outcome.borrow_fee_usd) else 0.0,
        margin_interest_usd=float(np.sum(-accrued[accrued < 0])),
        interest_earned_usd=float(np.sum(accrued[accrued > 0])),
    )


def cost_a_year_bps(cost_usd: float, equity_usd: Floats, years: float) -> float:
    """A cost as basis points of average equity a year; NaN where the period holds no time."""
    average = float(np.mean(equity_usd)) if len(equity_usd) else 0.0
    return cost_usd / average / years * 1e4 if average > 0 and years > 0 else float("nan")


def round_trips(outcome: Outcome, panel: Panel) -> tuple[RoundTrip, ...]:
    """Every position from flat to flat, in order of exit; a fill through zero ends one and begins the next.

    No cost-basis rule (FIFO, average) is needed: a trip's gain is the cash it left behind.
    """
    book: dict[int, _Position] = {}
    trips: list[RoundTrip] = []
    for row, _, asset, kind, record in _happenings(outcome, panel):
        if kind == "split":
            _split(book.get(asset), record[0])
        elif kind == "fill":
            trips += _fill(book, asset, row, record)
        else:
            trips += _cash(book, asset, row, (kind, record[0]))
    marks = last_marks(panel)
    for asset, position in sorted(book.items()):
        position.cash_usd += position.qty * marks[asset]
        trips.append(_trip(asset, position, len(panel.instants) - 1, is_open=True))
    return tuple(trips)


def _happenings(outcome: Outcome, panel: Panel) -> list[tuple[int, int, int, str, tuple[float, ...]]]:
    """Splits, cash flows and fills of single assets, in the order in which the kernel booked them."""
    actions, flows, fills = panel.actions, outcome.flows, outcome.fills
    splits = actions[actions["kind"] == SPLIT]
    found: list[tuple[int, int, int, str, tuple[float, ...]]] = [
        (row, 0, asset, "split", (value,)) for row, asset, _, value in splits.tolist()
    ]
    owned = flows[(flows["asset"] >= 0) & ~np.isin(flows["kind"], (INTEREST, BORROW_FEE))]
    # The flow says itself what it is: a dividend may fall on the day of the delisting.
    for row, asset, flow, amount in owned.tolist():
        found.append((row, 1, asset, FLOW_WORDS.get(flow, "cash"), (amount,)))
    for order in fills.tolist():
        _, row, asset, qty, price, _, spread, commission = order
        found.append((row, 2, asset, "fill", (qty, price, spread, commission)))
    # The sort is stable: several fills of one asset in one bar keep the kernel's order.
    return sorted(found, key=lambda one: one[:2])


def _split(position: _Position | None, ratio: float) -> None:
    if position is not None:
        position.qty *= ratio
        position.largest *= ratio


def _cash(book: dict[int, _Position], asset: int, row: int, flow: tuple[str, float]) -> list[RoundTrip]:
    """Book a dividend, cash in lieu or delisting proceeds to the position it belongs to."""
    kind, amount_usd = flow
    position = book.get(asset)
    if position is None:
        return []
    position.cash_usd += amount_usd
    if kind == "lieu":
        # The fraction is gone for this money; whole shares are left, as in the kernel's book.
        position.qty = float(math.trunc(position.qty))
    if kind == "cash" or (kind == "lieu" and position.qty != 0.0):
        return []
    del book[asset]
    return [_trip(asset, position, row, is_open=False)]


def _fill(book: dict[int, _Position], asset: int, row: int, record: tuple[float, ...]) -> list[RoundTrip]:
    """Book one fill; a fill through zero is split into its closing and its opening part."""
    qty, price, spread_usd, commission_usd = record
    position = book.get(asset)
    if position is None or position.qty * qty >= 0 or abs(qty) <= abs(position.qty) * (1.0 + FLAT_SHARE):
        return _book(book, asset, row, (qty, price, spread_usd + commission_usd, commission_usd))
    # Whole quantities first: shares of shares would leave rounding dust behind.
    parts = (-position.qty, qty + position.qty)
    done: list[RoundTrip] = []
    for part in parts:
        share = part / qty
        costs_usd = share * (spread_usd + commission_usd)
        done += _book(book, asset, row, (part, price, costs_usd, share * commission_usd))
    return done


def _book(book: dict[int, _Position], asset: int, row: int, record: tuple[float, ...]) -> list[RoundTrip]:
    qty, price, costs_usd, commission_usd = record
    position = book.setdefault(asset, _Position(entry_row=row))
    position.qty += qty
    position.cash_usd -= qty * price + commission_usd
    position.costs_usd += costs_usd
    (position.bought if qty > 0 else position.sold).append((abs(qty), price))
    if abs(position.qty) > abs(position.largest):
        position.largest = position.qty
    if abs(position.qty) > FLAT_SHARE * abs(position.largest):
        return []
    del book[asset]
    return [_trip(asset, position, row, is_open=False)]


def _trip(asset: int, position: _Position, row: int, is_open: bool) -> RoundTrip:
    bought, sold = _average(position.bought), _average(position.sold)
    opened, closed = (bought, sold) if position.largest > 0 else (sold, bought)
    return RoundTrip(
        asset, position.entry_row, row, is_open, position.largest, opened, closed, position.cash_usd,
        position.costs_usd,
    )  # fmt: skip


def _average(fills: list[tuple[float, float]]) -> float | None:
    shares = sum(qty for qty, _ in fills)
    return sum(qty * price for qty, price in fills) / shares if shares > 0 else None


def last_marks(panel: Panel) -> Floats:
    """The last known close of each instrument, in shares of the last row; NaN where none is known."""
    marks = np.full(len(panel.symbols), np.nan)
    for asset in range(len(marks)):
        known = np.flatnonzero(np.isfinite(panel.close[:, asset]))
        if len(known):
            marks[asset] = panel.close[known[-1], asset] / _later_splits(panel, asset, int(known[-1]))
    return marks


def _later_splits(panel: Panel, asset: int, row: int) -> float:
    """What splits after the last known close made of one share: marks shrink as shares multiply."""
    # The kernel carries its marks through splits the same way, so that trips and equity agree.
    actions = panel.actions
    later = (actions["kind"] == SPLIT) & (actions["asset"] == asset) & (actions["row"] > row)
    return float(np.prod(actions["value"][later]))


def _over_equity(usd: Floats, equity_usd: Floats) -> Floats:
    return np.asarray(np.divide(usd, equity_usd, out=np.full(len(usd), np.nan), where=equity_usd > 0))


def _mean(values: Floats) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
