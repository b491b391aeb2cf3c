"""What an account did: exposure, turnover, costs by cause, and round trips."""

import math
from dataclasses import dataclass, field

import numpy as np

from tradewright.validation.conversions import Happening, shares_given
from tradewright.validation.figure import Figure, fact, figure, not_evaluated
from tradewright.values.outcome import (
    BORROW_FEE,
    CASH_IN_LIEU,
    DELISTING_CASH,
    INTEREST,
    MERGER_CASH,
    Outcome,
)
from tradewright.values.panel import SPLIT, Floats, Panel

# Shares left over by rounding after splits count as flat below this share of the largest position held.
FLAT_SHARE = 1e-9
# How the cash flows that belong to one asset touch its position; all others, dividends, are cash alone.
FILL_COSTS = ("spread_usd", "impact_usd", "latency_usd", "commission_usd", "regulatory_usd")
FLOW_WORDS = {CASH_IN_LIEU: "lieu", DELISTING_CASH: "delisting"}


@dataclass(frozen=True)
class RoundTrip:
    """One position from flat to flat, or to the end of the period where it is still open.

    Units: rows of the panel; shares and prices stand on the basis of the exit: `splits` is what one share of
    the entry has become by then. `qty` is the largest position, signed, `opened_qty` all that was opened, in
    dollars `entry_price` the average of what opened and `exit_price` of what closed: fills as they were paid,
    spread included, a delisting at its payout, what is still held at the last mark; None where that is
    unknown. `pnl_usd` is all cash that came in less all that went out, plus that mark: summed over all trips,
    with interest, borrow fees and what kept balances gained and cost, it is the account's whole gain.
    `commission_usd` includes fees on sales; `costs_usd` is that, spread, impact and latency.
    Property: pnl = (exit price - entry price) x opened_qty + dividends - commission.
    """

    asset: int
    entry_row: int
    exit_row: int
    is_open: bool
    qty: float
    opened_qty: float
    entry_price: float | None
    exit_price: float | None
    splits: float
    dividends_usd: float
    commission_usd: float
    costs_usd: float
    pnl_usd: float


@dataclass(frozen=True)
class Costs:
    """Where money went, by cause.

    Units: dollars over the period, positive is paid; `interest_earned_usd` is what idle cash brought in.
    Where balances are kept, `exchange_usd` is what changing them cost, and `exchange_gain_usd` what rates
    added to them, negative where they took.
    """

    spread_usd: float
    impact_usd: float
    latency_usd: float
    commission_usd: float
    regulatory_usd: float
    borrow_usd: float
    margin_interest_usd: float
    interest_earned_usd: float
    exchange_usd: float = 0.0
    exchange_gain_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        """Everything paid; interest earned and the gain on balances left out."""
        in_prices = self.spread_usd + self.impact_usd + self.latency_usd
        fees = self.commission_usd + self.regulatory_usd
        return in_prices + fees + self.borrow_usd + self.margin_interest_usd + self.exchange_usd


@dataclass
class _Position:
    """A position while it is being followed, fill by fill.

    `cash_usd` is what it brought in less what it cost so far; `bought` and `sold` are (shares, price) on the
    basis of today's shares, which are `splits` for one of the first day.
    """

    entry_row: int
    qty: float = 0.0
    largest: float = 0.0
    cash_usd: float = 0.0
    costs_usd: float = 0.0
    commission_usd: float = 0.0
    dividends_usd: float = 0.0
    splits: float = 1.0
    bought: list[tuple[float, float]] = field(default_factory=list)
    sold: list[tuple[float, float]] = field(default_factory=list)


def net_exposure(outcome: Outcome) -> Floats:
    """Long less short value over equity at each close; T, NaN where no equity is left."""
    return _over_equity(outcome.long_usd - outcome.short_usd, outcome.equity_usd)


def gross_exposure(outcome: Outcome) -> Floats:
    """Long plus short value over equity at each close; T, NaN where no equity is left."""
    return _over_equity(outcome.long_usd + outcome.short_usd, outcome.equity_usd)


def traded_share(outcome: Outcome) -> Floats:
    """Turnover of each bar: half of what was bought and sold, as a share of the equity before it; T."""
    notional = np.abs(outcome.fills["qty"]) * outcome.fills["price"]
    return _share_of_equity_before(_by_bar(outcome, notional) / 2.0, outcome)


def turnover_figure(outcome: Outcome, years: float, start_row: int = 0) -> Figure:
    """How often a year the account was replaced: the turnover of each bar, added up.

    Units: one-sided; 1.0 is the whole account bought and sold once a year. `years` is the time from
    `start_row` on.
    """
    name, unit, bars = "Turnover a year, one-sided", "times a year", len(outcome.equity_usd) - start_row
    if bars < 2 or not years > 0:
        return not_evaluated(name, unit, bars, "the period holds no time")
    rate = float(np.sum(traded_share(outcome)[start_row + 1 :])) / years
    return fact(figure(name, rate, unit, bars))


def exposure_figures(outcome: Outcome, start_row: int = 0) -> tuple[Figure, Figure, Figure]:
    """Average gross exposure, average net exposure, and the share of bars with any position."""
    bars = len(outcome.equity_usd) - start_row
    gross, net = gross_exposure(outcome)[start_row:], net_exposure(outcome)[start_row:]
    invested = float(np.mean(gross > 0.0)) if bars else float("nan")
    return (
        fact(figure("Average gross exposure", _mean(gross), "share of equity", bars)),
        fact(figure("Average net exposure", _mean(net), "share of equity", bars)),
        fact(figure("Share of bars in the market", invested, "share", bars)),
    )


def costs_of(outcome: Outcome, start_row: int = 0) -> Costs:
    """Split what trading and holding cost by its cause, from the close of `start_row` on.

    Interest is split bar by bar: what a bar charged is margin interest, what it brought is earned. Nothing
    is traded or borrowed before a strategy can decide, but its cash earns.
    """
    paths = _cost_paths(outcome)
    return Costs(**{cause: float(np.sum(path[start_row + 1 :])) for cause, path in paths.items()})


def costs_a_year_bps(outcome: Outcome, years: float, start_row: int = 0) -> dict[str, float]:
    """Each cause's cost a year in basis points of the equity of its day, by the names of `Costs`.

    What each bar cost over the equity before it, added up and divided by the years: an account that grew a
    thousandfold does not make its early costs look small. NaN where the period holds no time or no equity.
    """
    if not years > 0:
        return dict.fromkeys(_cost_paths(outcome), math.nan)
    shares = {name: _share_of_equity_before(path, outcome) for name, path in _cost_paths(outcome).items()}
    return {name: float(np.sum(share[start_row + 1 :])) / years * 1e4 for name, share in shares.items()}


def _cost_paths(outcome: Outcome) -> dict[str, Floats]:
    """What each bar cost, T, by the names of `Costs`; what was earned is positive too."""
    accrued = _accrued(outcome.interest_usd, outcome)
    return {
        **{name: _by_bar(outcome, outcome.fills[name]) for name in FILL_COSTS},
        "borrow_usd": _accrued(outcome.borrow_fee_usd, outcome),
        "margin_interest_usd": np.maximum(-accrued, 0.0),
        "interest_earned_usd": np.maximum(accrued, 0.0),
        "exchange_usd": _accrued(outcome.exchange_cost_usd, outcome),
        "exchange_gain_usd": _accrued(outcome.exchange_gain_usd, outcome),
    }


def _accrued(total_usd: Floats, outcome: Outcome) -> Floats:
    """What each bar added to a running total; nothing where none was kept."""
    bars = len(outcome.equity_usd)
    return np.diff(total_usd, prepend=total_usd[:1]) if len(total_usd) else np.zeros(bars)


def _by_bar(outcome: Outcome, amounts: Floats) -> Floats:
    """An amount a fill, added up by the bar of the fill; T."""
    by_bar = np.zeros(len(outcome.equity_usd))
    np.add.at(by_bar, outcome.fills["row"], amounts)
    return by_bar


def _share_of_equity_before(usd: Floats, outcome: Outcome) -> Floats:
    """An amount a bar over the equity at the close before; T, NaN where none was left."""
    return _over_equity(usd, np.concatenate([outcome.equity_usd[:1], outcome.equity_usd[:-1]]))


def round_trips(outcome: Outcome, panel: Panel) -> tuple[RoundTrip, ...]:
    """Every position from flat to flat, in order of exit; a fill through zero ends one and begins the next.

    No cost-basis rule (FIFO, average) is needed: a trip's gain is the cash it left behind.
    """
    book: dict[int, _Position] = {}
    trips: list[RoundTrip] = []
    for row, _, asset, kind, record in _happenings(outcome, panel):
        if kind == "split":
            _split(book.get(asset), record[0])
        elif kind == "given":
            trips += _given(book, asset, row, record)
        elif kind == "fill":
            trips += _fill(book, asset, row, record)
        else:
            trips += _cash(book, asset, row, (kind, record[0]))
    marks = last_marks(panel, bool(outcome.currencies))
    for asset, position in sorted(book.items()):
        worth_usd = position.qty * float(marks[asset])
        _pay_out(position, position.qty, worth_usd)
        position.cash_usd += worth_usd
        trips.append(_trip(asset, position, len(panel.instants) - 1, is_open=True))
    return tuple(trips)


def _happenings(outcome: Outcome, panel: Panel) -> list[Happening]:
    """Splits, cash flows and fills of single assets, in the order in which the kernel booked them."""
    actions, flows, fills = panel.actions, outcome.flows, outcome.fills
    splits = actions[actions["kind"] == SPLIT]
    told = splits[["row", "asset", "kind", "value"]]
    found: list[Happening] = [(row, 0, asset, "split", (value,)) for row, asset, _, value in told.tolist()]
    given, counted = shares_given(panel, outcome)
    found += given
    owned = flows[(flows["asset"] >= 0) & ~np.isin(flows["kind"], (INTEREST, BORROW_FEE, MERGER_CASH))]
    owned = owned[[(row, asset, kind) not in counted for row, asset, kind, _ in owned.tolist()]]
    # The flow says itself what it is: a dividend may fall on the day of the delisting.
    for row, asset, flow, amount in owned.tolist():
        found.append((row, 1, asset, FLOW_WORDS.get(flow, "cash"), (amount,)))
    moved = fills["spread_usd"] + fills["impact_usd"] + fills["latency_usd"]
    beside = fills["commission_usd"] + fills["regulatory_usd"]
    columns = (fills["row"], fills["asset"], fills["qty"], fills["price"], moved, beside)
    for row, asset, *record in zip(*(column.tolist() for column in columns), strict=True):
        found.append((row, 2, asset, "fill", tuple(record)))
    # The sort is stable: several fills of one asset in one bar keep the kernel's order.
    return sorted(found, key=lambda one: one[:2])


def _split(position: _Position | None, ratio: float) -> None:
    """Put a position on the basis of its shares after a split, what was paid for them before included."""
    if position is None:
        return
    position.qty *= ratio
    position.largest *= ratio
    position.splits *= ratio
    position.bought = [(qty * ratio, price / ratio) for qty, price in position.bought]
    position.sold = [(qty * ratio, price / ratio) for qty, price in position.sold]


def _given(book: dict[int, _Position], asset: int, row: int, record: tuple[float, ...]) -> list[RoundTrip]:
    """Shares of another company: a gain of what gave them, and a position of its own from then on.

    Whatever price they are counted at is paid out here and paid in there, so that trips still add up.
    """
    other, ratio, price, cash_usd, ends, lieu_usd, parted = record
    position = book.get(asset)
    if position is None:
        return []
    shares = position.qty * ratio
    kept = float(math.trunc(round(shares, 9))) if parted else shares
    worth_usd = kept * price + lieu_usd + position.qty * cash_usd
    position.cash_usd += worth_usd
    done = []
    if ends:
        _pay_out(position, position.qty, worth_usd)
        del book[asset]
        done.append(_trip(asset, position, row, is_open=False))
    else:
        position.dividends_usd += worth_usd
    return done + (_fill(book, int(other), row, (kept, price, 0.0, 0.0)) if kept != 0.0 else [])


def _cash(book: dict[int, _Position], asset: int, row: int, flow: tuple[str, float]) -> list[RoundTrip]:
    """Book a dividend, cash in lieu or delisting proceeds to the position it belongs to."""
    kind, amount_usd = flow
    position = book.get(asset)
    if position is None:
        return []
    position.cash_usd += amount_usd
    if kind == "cash":
        position.dividends_usd += amount_usd
    if kind == "lieu":
        # The fraction is gone for this money; whole shares are left, as in the kernel's book.
        whole = float(math.trunc(position.qty))
        _pay_out(position, position.qty - whole, amount_usd)
        position.qty = whole
    if kind == "delisting":
        _pay_out(position, position.qty, amount_usd)
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
    position.commission_usd += commission_usd
    (position.bought if qty > 0 else position.sold).append((abs(qty), price))
    if abs(position.qty) > abs(position.largest):
        position.largest = position.qty
    if abs(position.qty) > FLAT_SHARE * abs(position.largest):
        return []
    del book[asset]
    return [_trip(asset, position, row, is_open=False)]


def _pay_out(position: _Position, qty: float, amount_usd: float) -> None:
    """Put down what `qty` shares brought without a fill: a payout, or the last mark of what is still held."""
    if qty != 0.0:
        (position.sold if qty > 0 else position.bought).append((abs(qty), amount_usd / qty))


def _trip(asset: int, position: _Position, row: int, is_open: bool) -> RoundTrip:
    is_long = position.largest > 0
    opened, closed = (position.bought, position.sold) if is_long else (position.sold, position.bought)
    shares = sum(qty for qty, _ in opened)
    return RoundTrip(
        asset=asset,
        entry_row=position.entry_row,
        exit_row=row,
        is_open=is_open,
        qty=position.largest,
        opened_qty=shares if is_long else -shares,
        entry_price=_average(opened),
        exit_price=_average(closed),
        splits=position.splits,
        dividends_usd=position.dividends_usd,
        commission_usd=position.commission_usd,
        costs_usd=position.costs_usd,
        pnl_usd=position.cash_usd,
    )


def _average(fills: list[tuple[float, float]]) -> float | None:
    shares = sum(qty for qty, _ in fills)
    price = sum(qty * price for qty, price in fills) / shares if shares > 0 else math.nan
    return price if math.isfinite(price) else None


def last_marks(panel: Panel, keeps_balances: bool = False) -> Floats:
    """The last known close of each instrument, in shares of the last row; NaN where none is known.

    An account that keeps balances tells it at the rate of the last row.
    """
    marks = np.full(len(panel.symbols), np.nan)
    for asset in range(len(marks)):
        known = np.flatnonzero(np.isfinite(panel.close[:, asset]))
        if len(known):
            marks[asset] = panel.close[known[-1], asset] / _later_splits(panel, asset, int(known[-1]))
            if keeps_balances and len(panel.rates):
                marks[asset] *= panel.rates[-1, asset] / panel.rates[known[-1], asset]
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
