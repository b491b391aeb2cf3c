"""Laws that need no truth to compare with: a market is changed in a way whose consequence is known before.

Each law runs the strategy, or the trades it made, a second time on a changed market or under other terms, and
says where the answer is not what it must be. Users ask them by `tradewright backtest --check-laws`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tradewright.kernel.batch import simulate_orders
from tradewright.runs.backtest import backtest
from tradewright.strategies.contract import Strategy
from tradewright.values.decisions import Decisions
from tradewright.values.order import Amend, Bracket, Cancel, Instruction, OneCancelsOther, Order
from tradewright.values.outcome import Outcome
from tradewright.values.panel import DIVIDEND, SPLIT, Floats, Panel, event_dtype
from tradewright.values.profile import AccountOptions, ExecutionProfile

HOLDS, BROKEN, NOT_ASKED = "holds", "BROKEN", "not asked"
# Prices times a power of two change no digit; what still differs leans on the unit.
FACTOR = 4.0
RATIO = 2.0
# Rows after which the future is changed, one after the other.
CUTS = 5
# Sums in another order differ in their last bits.
ROUNDING = 1e-9
# Words on an order beside the types of orders.
_AMENDED, _CANCELLED = -1, -2
PLAIN = ExecutionProfile("plain", 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
PARTS = AccountOptions(1_000_000.0, 10.0, fractional=True)


@dataclass(frozen=True)
class LawAnswer:
    """One law, whether it holds, and where it does not."""

    name: str
    status: str
    words: str = ""


@dataclass(frozen=True, eq=False)
class Run:
    """What the laws are asked of."""

    strategy: Strategy
    panel: Panel
    account: AccountOptions
    profile: ExecutionProfile


def check_laws(
    strategy: Strategy, panel: Panel, account: AccountOptions, profile: ExecutionProfile
) -> list[LawAnswer]:
    """Ask every law of a strategy on a market; costs and caps stand aside where a law is about signals."""
    run = Run(strategy, panel, account, profile)
    return [_answer(name, law, run) for name, law in LAWS.items()]


def _answer(name: str, law: Callable[[Run], str | None], run: Run) -> LawAnswer:
    """A law's words: None where it cannot be asked here, empty where it holds."""
    words = law(run)
    if words is None:
        return LawAnswer(name, NOT_ASKED)
    return LawAnswer(name, BROKEN if words else HOLDS, words)


def _decided(run: Run, panel: Panel) -> Decisions:
    """What the strategy wants on a market, in parts of shares and without costs."""
    return backtest(run.strategy, panel, replace(PARTS, currency=panel.currency), PLAIN).decisions


def future_changed(run: Run) -> str | None:
    """Other prices from some row on leave every decision before it as it was.

    The cut lies right after a decision, for a few of them over the whole period: whoever looks a bar ahead is
    seen on the last row before it alone.
    """
    mine = _decided(run, run.panel)
    rows = np.union1d(mine.rows, [row for row, _ in mine.said]).astype(np.int64)
    rows = rows[rows + 1 < len(run.panel.instants)]
    cuts = rows[np.linspace(0, len(rows) - 1, min(CUTS, len(rows))).astype(np.int64)] + 1
    if not len(rows):
        cuts = np.array([len(run.panel.instants) // 2])
        if cuts[0] <= run.strategy.warm_up_bars:
            return None
    for cut in cuts.tolist():
        other = _decided(run, _other_future(run.panel, cut))
        words = _differ(_before(mine, cut), _before(other, cut))
        if words:
            return words
    return ""


def _other_future(panel: Panel, cut: int) -> Panel:
    """The panel whose prices from a row on go the other way, twice as far, and whose volumes are others."""
    generator = np.random.default_rng(cut)
    known = np.where(panel.close[:cut] > 0.0, np.arange(cut)[:, None], -1).max(axis=0)
    last = np.where(known >= 0, panel.close[known, np.arange(panel.shape[1])], np.nan)
    shaken = generator.lognormal(0.0, 0.005, panel.shape)  # what stood still moves as well
    opened, high, low, close, volume = (column.copy() for column in panel.columns())
    future = slice(cut, None)
    # A name without a past goes on from its first price.
    first = np.where(np.isnan(last), np.nanmax(np.nan_to_num(panel.close), axis=0, initial=1.0), last)
    for column, source in ((opened, panel.open), (high, panel.low), (low, panel.high), (close, panel.close)):
        column[future] = first * (first / source[future]) ** 2 * shaken[future]
    volume[future] *= generator.lognormal(0.0, 0.5, panel.shape)[future]
    return _with(panel, [opened, high, low, close, volume])


def start_moved(run: Run) -> str | None:
    """A later start leaves the decisions of the rows both know as they were, where there is no memory."""
    later = run.strategy.warm_up_bars
    if run.strategy.watches_account or len(run.panel.instants) < 4 * later:
        return None
    whole, part = _decided(run, run.panel), _decided(run, run.panel.rows(later, len(run.panel.instants)))
    # What was asked for before is memory: the first words of a later start may repeat it.
    first = 3 * later
    shifted = Decisions(
        part.rows + later, part.weights, tuple((row + later, word) for row, word in part.said)
    )
    return _differ(_after(whole, first), _after(shifted, first))


def prices_scaled(run: Run) -> str | None:
    """All prices in another unit change no weight, and orders by that unit alone."""
    columns = [column * FACTOR for column in run.panel.columns()[:4]]
    actions = run.panel.actions.copy()
    actions["value"][actions["kind"] == DIVIDEND] *= FACTOR
    actions["cash_usd"] *= FACTOR
    scaled = _with(run.panel, [*columns, run.panel.volume / FACTOR], actions)
    return _differ(_decided(run, run.panel), _decided(run, scaled), lambda _: FACTOR)


def symbols_permuted(run: Run) -> str | None:
    """Another order of the symbols changes nothing but the order of the weights."""
    count = len(run.panel.symbols)
    if count < 2 or not run.strategy.is_symmetric:
        return None
    order = list(range(count))[::-1]
    columns = [np.ascontiguousarray(column[:, order]) for column in run.panel.columns()]
    actions = run.panel.actions.copy()
    actions["asset"] = count - 1 - actions["asset"]
    actions["other"] = np.where(actions["other"] < 0, actions["other"], count - 1 - actions["other"])
    turned = _decided(run, _with(run.panel, columns, actions, run.panel.symbols[::-1]))
    back = Decisions(turned.rows, np.ascontiguousarray(turned.weights[:, order]), turned.said)
    return _differ(_decided(run, run.panel), back)


def split_inserted(run: Run) -> str | None:
    """A split in the middle, with prices and volumes to match, changes no weight, and orders by its ratio.

    It stands before a row to which no order is on its way (one in old shares would be refused) and
    on which nothing else happens, so that nobody need ask what comes first.
    """
    plain = _decided(run, run.panel)
    taken = {row + 1 for row, _ in plain.said} | set(run.panel.actions["row"].tolist())
    later = range(max(len(run.panel.instants) // 2, 2), len(run.panel.instants))
    middle = next((row for row in later if row not in taken), None)
    if middle is None:
        return None
    there = np.arange(len(run.panel.instants)) >= middle
    factor = np.where(there, RATIO, 1.0)[:, None]
    columns = [np.ascontiguousarray(column / factor) for column in run.panel.columns()[:4]]
    splits = [(middle, asset, SPLIT, RATIO, -1, 0.0, 0) for asset in range(len(run.panel.symbols))]
    extra = np.array(splits, event_dtype)
    actions = np.concatenate([run.panel.actions, extra])
    actions = actions[np.argsort(actions["row"], kind="stable")]
    # After it dividends and cash of mergers are paid on more shares, and one that is spun off is worth less.
    later_on = actions["row"] >= middle
    actions["value"][later_on & (actions["kind"] == DIVIDEND)] /= RATIO
    actions["cash_usd"][later_on] /= RATIO
    split = _with(run.panel, [*columns, np.ascontiguousarray(run.panel.volume * factor)], actions)
    return _differ(plain, _decided(run, split), lambda row: 1.0 / RATIO if row >= middle else 1.0)


def costs_raised(run: Run) -> str | None:
    """Dearer terms never help a fixed list of trades."""
    trades, account = _fixed_trades(run)
    if not trades:
        return None
    dear = replace(
        run.profile,
        half_spread_bps=run.profile.half_spread_bps * 2.0 + 5.0,
        commission_bps=run.profile.commission_bps + 5.0,
    )
    cheap = simulate_orders(run.panel, trades, account, _uncapped(run.profile)).equity_usd[-1]
    after = simulate_orders(run.panel, trades, account, _uncapped(dear)).equity_usd[-1]
    return f"equity {cheap:,.2f} became {after:,.2f}" if after > cheap * (1.0 + ROUNDING) else ""


def volume_halved(run: Run) -> str | None:
    """Half the volume never fills more of a fixed list of trades."""
    trades, account = _fixed_trades(run)
    if not trades or np.isnan(run.panel.volume).all():
        return None
    thin = _with(run.panel, [*run.panel.columns()[:4], run.panel.volume / 2.0])
    wide, narrow = (
        _filled(simulate_orders(panel, trades, account, run.profile)) for panel in (run.panel, thin)
    )
    more = np.flatnonzero(narrow > wide * (1.0 + ROUNDING))
    return f"order {more[0]} filled {narrow[more[0]]:g} instead of {wide[more[0]]:g}" if len(more) else ""


LAWS: dict[str, Callable[[Run], str | None]] = {
    "the future changed, the past unchanged": future_changed,
    "the start moved, the overlap unchanged": start_moved,
    "prices scaled, decisions unchanged": prices_scaled,
    "symbols permuted, decisions unchanged": symbols_permuted,
    "a split inserted, decisions unchanged": split_inserted,
    "costs raised, a fixed list of trades earns no more": costs_raised,
    "volume halved, a fixed list of trades fills no more": volume_halved,
}


def _fixed_trades(run: Run) -> tuple[list[tuple[int, Instruction]], AccountOptions]:
    """The fills of the run as market orders of their own, in an account that cuts none of them."""
    made = backtest(run.strategy, run.panel, run.account, run.profile).outcome
    trades: list[tuple[int, Instruction]] = [
        (int(fill["row"]) - 1, Order.market(run.panel.symbols[fill["asset"]], float(fill["qty"])))
        for fill in made.fills
        if fill["row"] > 0
    ]
    return trades, replace(
        run.account, capital_usd=1e14, max_gross=10.0, liquidate_at_end=False, fractional=True
    )


def _uncapped(profile: ExecutionProfile) -> ExecutionProfile:
    """The same costs without a cap on participation and without rejects."""
    return replace(profile, participation=1.0, partial_fill_multiple=1.0, reject_share=0.0)


def _filled(outcome: Outcome) -> Floats:
    """What every ticket traded, in shares."""
    orders = np.sort(outcome.orders, order="ticket")
    filled: Floats = np.abs(orders["filled_qty"])
    return filled


def _with(
    panel: Panel,
    columns: list[Floats],
    actions: "np.ndarray[tuple[int, ...], np.dtype[np.void]] | None" = None,
    symbols: tuple[str, ...] | None = None,
) -> Panel:
    """The panel with other columns, and maybe other actions and symbols."""
    kept = panel.actions if actions is None else actions
    opened, high, low, close, volume = columns
    names, borrows = symbols or panel.symbols, panel.borrows.copy()
    order = [panel.symbols.index(name) for name in names]
    rates = np.ascontiguousarray(panel.rates[:, order]) if len(panel.rates) else panel.rates
    own = tuple(panel.quotes.currencies[place] for place in order) if panel.quotes.currencies else ()
    borrows["asset"] = [names.index(panel.symbols[asset]) for asset in borrows["asset"].tolist()]
    return Panel(
        *(panel.instants, panel.opens_at, names, opened, high, low, close, volume, kept, borrows),
        *(panel.currency, replace(panel.quotes, currencies=own), rates),
        None if panel.forecasts is None else panel.forecasts.of_symbols(order),
    )


def _before(decisions: Decisions, row: int) -> Decisions:
    """The decisions of earlier rows."""
    early = decisions.rows < row
    said = tuple((at, word) for at, word in decisions.said if at < row)
    return Decisions(decisions.rows[early], decisions.weights[early], said)


def _after(decisions: Decisions, row: int) -> Decisions:
    """The decisions from a row on."""
    late = decisions.rows >= row
    said = tuple((at, word) for at, word in decisions.said if at >= row)
    return Decisions(decisions.rows[late], decisions.weights[late], said)


def _same_unit(row: int) -> float:
    """Prices of both runs are in one unit."""
    return 1.0


def _differ(first: Decisions, second: Decisions, factor: Callable[[int], float] = _same_unit) -> str:
    """Where two answers part; empty where they are the same but for rounding.

    `factor` is what one unit of price in the first run counts in the second, by row.
    """
    if first.rows.tolist() != second.rows.tolist():
        rows = sorted(set(first.rows.tolist()) ^ set(second.rows.tolist()))
        return f"weights were decided at row {rows[0]} in one of two runs alone"
    close = np.isclose(first.weights, second.weights, rtol=1e-6, atol=ROUNDING, equal_nan=True).all(axis=1)
    if not close.all():
        return f"weights differ at row {first.rows[~close][0]}"
    mine, other = _spoken(first, factor), _spoken(second, _same_unit)
    if [key for key, _ in mine] != [key for key, _ in other]:
        return "other orders were said"
    for (key, numbers), (_, others) in zip(mine, other, strict=True):
        if not np.allclose(numbers, others, rtol=1e-6, atol=0.0, equal_nan=True):
            return f"orders for {key[1]} differ at row {key[0]}"
    return ""


def _spoken(
    decisions: Decisions, factor: Callable[[int], float]
) -> list[tuple[tuple[int, str, int, int], tuple[float, ...]]]:
    """Every word said, and its numbers in the other unit: size, limit, stop and trail."""
    found: list[tuple[tuple[int, str, int, int], tuple[float, ...]]] = []
    for row, word in decisions.said:
        unit = factor(row)
        for order in _orders_in(word):
            numbers = (order.qty / unit, *_in_unit(unit, order.limit_usd, order.stop_usd, order.trail_usd))
            found.append(((row, order.symbol, int(order.type), order.side.sign), numbers))
        if isinstance(word, Amend):
            numbers = (*_in_unit(1.0 / unit, word.qty), *_in_unit(unit, word.limit_usd, word.stop_usd))
            found.append(((row, "", _AMENDED, word.ticket), numbers))
        elif isinstance(word, Cancel):
            found.append(((row, "", _CANCELLED, word.ticket), ()))
    return sorted(found, key=lambda one: one[0])


def _in_unit(unit: float, *amounts: float | None) -> tuple[float, ...]:
    """Amounts in another unit; NaN for one that is not given."""
    return tuple(np.nan if one is None else one * unit for one in amounts)


def _orders_in(word: Instruction) -> list[Order]:
    """The orders that a word submits."""
    if isinstance(word, Bracket):
        return [word.entry, *word.exits]
    if isinstance(word, OneCancelsOther):
        return [word.first, word.second]
    return [word] if isinstance(word, Order) else []
