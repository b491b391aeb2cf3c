"""The laws of changed markets: honest strategies keep them, cheats are told where they break them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_forecasts import with_forecasts

from tradewright.execution.profiles.registry import PROFILES
from tradewright.runs.backtest import backtest
from tradewright.runs.laws import (
    BROKEN,
    LAWS,
    NOT_ASKED,
    Run,
    _other_future,
    check_laws,
    future_changed,
    prices_scaled,
    split_inserted,
    symbols_permuted,
)
from tradewright.strategies.buy_and_hold import BuyAndHold
from tradewright.strategies.contract import Strategy
from tradewright.strategies.registry import members
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import View, Wish
from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.order import Bracket, Instruction, OneCancelsOther, Order, OrderType
from tradewright.values.panel import MERGER, Panel, event_dtype, no_actions
from tradewright.values.profile import AccountOptions

ACCOUNT = AccountOptions(100_000.0)
FIRST = instant_of("2015-01-02T21:00:00")


def market(assets: int = 3, rows: int = 260) -> Panel:
    """Bars with ranges of their own."""
    random = np.random.default_rng(5)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, (rows, assets)), axis=0))
    opened = np.vstack([close[:1], close[:-1]])
    high, low = np.maximum(opened, close) * 1.01, np.minimum(opened, close) * 0.99
    instants = FIRST + np.arange(rows, dtype=np.int64) * NS_PER_DAY
    volume = np.full((rows, assets), 1e4)
    symbols = tuple(f"S{number}" for number in range(assets))
    return Panel(
        instants, instants - 6 * 3600 * 10**9, symbols, opened, high, low, close, volume, no_actions()
    )


class ByOrders(Strategy):
    """Speaks of orders alone, once every five rows, and of nothing that it would have to remember."""

    @property
    def warm_up_bars(self) -> int:
        """Ten."""
        return 10

    def decide(self, view: View) -> Wish:
        """What this kind of order says where the last close is the lowest or the highest of ten."""
        if view.row % 5:
            return None
        grown = view.window(10)  # raw closes would take a split for a fall
        said: list[Instruction] = []
        for place, symbol in enumerate(view.symbols):
            column, close = grown[:, place], float(view.close[place])
            if column[-1] in (column.min(), column.max()):
                said += self.words(symbol, 10_000.0 / close, close)
        return said

    def words(self, symbol: str, qty: float, close: float) -> list[Instruction]:
        """The orders of one name."""
        raise AssertionError("each member says its own")


class Limits(ByOrders):
    """A limit below the close, for a day."""

    def words(self, symbol: str, qty: float, close: float) -> list[Instruction]:
        """One order."""
        return [Order.limit(symbol, qty, close * 0.99)]


class Trails(ByOrders):
    """A purchase at the market with a stop that trails it by five dollars in a hundred."""

    def words(self, symbol: str, qty: float, close: float) -> list[Instruction]:
        """An entry with one exit."""
        trail = Order(symbol, -qty, OrderType.TRAILING_STOP, trail_usd=close * 0.05)
        return [Bracket(Order.market(symbol, qty), None, trail)]


class Pairs(ByOrders):
    """A stop above and a limit below, of which one ends the other."""

    def words(self, symbol: str, qty: float, close: float) -> list[Instruction]:
        """Two orders, one fill."""
        above, below = Order.stop(symbol, qty, close * 1.02), Order.limit(symbol, qty, close * 0.98)
        return [OneCancelsOther(above, below)]


class Auctions(ByOrders):
    """In at the open, out at the close of the same day."""

    def words(self, symbol: str, qty: float, close: float) -> list[Instruction]:
        """Two orders for the two auctions."""
        return [Order.at_open(symbol, qty), Order.at_close(symbol, -qty)]


class StopLimits(ByOrders):
    """Buys strength, but not at any price, and gives a name that was touched a second chance."""

    def words(self, symbol: str, qty: float, close: float) -> list[Instruction]:
        """Two entries that wait for their prices."""
        stop = Order(symbol, qty, OrderType.STOP_LIMIT, close * 1.02, close * 1.01)
        touch = Order(symbol, -qty, OrderType.LIMIT_IF_TOUCHED, close * 1.02, close * 1.03)
        return [stop, touch]


# Built-in members with what lets them speak on this market; others take their defaults.
SPEAKING: dict[str, dict[str, Any]] = {
    "breakout": {"window": 5},
    "mean_reversion": {"window": 10, "entry": 1.0, "exit": 0.2},
    "momentum": {"lookback": 20, "skip": 0},
    "sma_cross": {"fast": 3, "slow": 10},
}
BUILT_IN = {name: kind(**SPEAKING.get(name, {})) for name, kind in members().items()}
BY_ORDERS = {kind.__name__: kind() for kind in (Limits, Trails, Pairs, Auctions, StopLimits)}
HONEST = {**BUILT_IN, **BY_ORDERS}


@pytest.fixture(scope="module", params=sorted(HONEST))
def asked(request):
    """A strategy, and what every law says of it."""
    strategy = HONEST[request.param]
    return strategy, check_laws(strategy, with_forecasts(market()), ACCOUNT, PROFILES["realistic"])


def test_honest_strategies_keep_every_law(asked):
    _, answers = asked
    assert [one for one in answers if one.status == BROKEN] == []
    assert [one.name for one in answers] == list(LAWS)


def test_only_a_start_that_an_account_remembers_is_not_asked(asked):
    strategy, answers = asked
    silent = {one.name for one in answers if one.status == NOT_ASKED}
    assert silent == ({"the start moved, the overlap unchanged"} if strategy.watches_account else set())


def test_the_laws_are_asked_of_strategies_that_speak(asked):
    strategy, _ = asked
    made = backtest(strategy, with_forecasts(market()), ACCOUNT, PROFILES["realistic"])
    spoken = len(made.decisions.said) if strategy in BY_ORDERS.values() else len(made.outcome.fills)
    assert spoken >= 3


class Peeking(Strategy):
    """Knows how the whole period ends, by way of a number kept in the module."""

    @property
    def warm_up_bars(self) -> int:
        """One."""
        return 1

    def decide(self, view: View) -> Wish:
        """In whenever the last close of all is above this one."""
        return np.where(view._frame.close[-1] > view.close, 1.0 / len(view.symbols), 0.0)


class CountingDollars(Strategy):
    """Buys what costs less than forty dollars: a rule about a unit."""

    @property
    def warm_up_bars(self) -> int:
        """One."""
        return 1

    def decide(self, view: View) -> Wish:
        """Cheap names."""
        return np.where(view.close < 40.0, 1.0 / len(view.symbols), 0.0)


class FirstComes(Strategy):
    """Holds the first symbol, whichever it is."""

    @property
    def warm_up_bars(self) -> int:
        """One."""
        return 1

    def decide(self, view: View) -> Wish:
        """The first one."""
        return np.eye(len(view.symbols))[0]


@pytest.mark.parametrize(
    ("strategy", "law"),
    [
        (Peeking(), "the future changed, the past unchanged"),
        (CountingDollars(), "prices scaled, decisions unchanged"),
        (CountingDollars(), "a split inserted, decisions unchanged"),
        (FirstComes(), "symbols permuted, decisions unchanged"),
    ],
    ids=["peeking", "dollars", "dollars split", "first"],
)
def test_a_cheat_is_told_which_law_it_breaks_and_where(strategy, law):
    found = {one.name: one for one in check_laws(strategy, market(), ACCOUNT, PROFILES["realistic"])}
    assert found[law].status == BROKEN
    assert "row" in found[law].words


class SizedByEquity(Strategy):
    """The larger the account, the more of it is in the market: cash from a merger is seen at once."""

    watches_account = True

    @property
    def warm_up_bars(self) -> int:
        """One."""
        return 1

    def decide(self, view: View) -> Wish:
        """The same share of every name."""
        return np.full(len(view.symbols), 0.3 * min(view.equity_usd / 2e5, 1.0))


@pytest.mark.parametrize("row", [6, 12, 18])
@pytest.mark.parametrize(
    "terms", [(0.0, -1, 60.0), (1.5, 2, 0.0), (0.5, 2, 30.0)], ids=["cash", "stock", "both"]
)
def test_an_honest_strategy_keeps_the_laws_over_a_merger(terms, row):
    plain = market(3, 24)
    columns = [column.copy() for column in plain.columns()]
    for column in columns:
        column[row:, 0] = np.nan
    opened, high, low, close, volume = columns
    ratio, other, cash = terms
    panel = replace(
        plain, open=opened, high=high, low=low, close=close, volume=volume,
        actions=np.array([(row, 0, MERGER, ratio, other, cash, 0)], event_dtype),
    )  # fmt: skip
    run = Run(SizedByEquity(), panel, ACCOUNT, PROFILES["realistic"])
    made = backtest(run.strategy, panel, ACCOUNT, run.profile)
    assert len(made.outcome.flows) and made.outcome.positions[0] == 0.0
    assert [law(run) for law in (prices_scaled, split_inserted, symbols_permuted)] == ["", "", ""]


def test_a_law_that_cannot_be_asked_says_so():
    found = {
        one.name: one.status for one in check_laws(BuyAndHold(), market(1), ACCOUNT, PROFILES["realistic"])
    }
    assert found["symbols permuted, decisions unchanged"] == NOT_ASKED


def test_a_market_too_short_for_a_law_is_not_asked():
    strategy = SmaCross(fast=50, slow=100)
    found = {
        one.name: one.status for one in check_laws(strategy, market(2, 120), ACCOUNT, PROFILES["realistic"])
    }
    assert found["the start moved, the overlap unchanged"] == NOT_ASKED


class Silent(Strategy):
    """Says nothing."""

    @property
    def warm_up_bars(self) -> int:
        """One row."""
        return 1

    def decide(self, view: View) -> Wish:
        """Nothing."""
        return None


def peeking(offset: int) -> Strategy:
    """Looks at tomorrow's close on every 20th row; no other row decides."""

    class Peeks(Silent):
        """In where tomorrow is higher."""

        def decide(self, view: View) -> Wish:
            """Weights of one row in twenty."""
            if view.row % 20 != offset:
                return None
            close = view._frame.close
            tomorrow = close[min(view.row + 1, len(close) - 1)]
            return np.where(tomorrow > close[view.row], 1.0, 0.0) / len(tomorrow)

    return Peeks()


@pytest.mark.parametrize("offset", [0, 5, 19])
@pytest.mark.parametrize("assets", [1, 3])
def test_whoever_looks_a_bar_ahead_on_some_rows_alone_is_seen(offset, assets):
    words = future_changed(Run(peeking(offset), market(assets), ACCOUNT, PROFILES["realistic"]))
    assert words.startswith("weights differ at row")


def test_a_strategy_that_never_speaks_has_nothing_to_hide():
    assert future_changed(Run(Silent(), market(1), ACCOUNT, PROFILES["realistic"])) == ""


@pytest.mark.parametrize("cut", [1, 100, 259])
def test_the_other_future_begins_at_its_cut_and_goes_the_other_way(cut):
    panel = market(2)
    other = _other_future(panel, cut)
    for mine, changed in zip(panel.columns(), other.columns(), strict=True):
        assert np.array_equal(mine[:cut], changed[:cut])
        assert (mine[cut:] != changed[cut:]).all()
    assert (other.low <= np.minimum(other.open, other.close) * (1.0 + 1e-12)).all()
    assert (other.high >= np.maximum(other.open, other.close) * (1.0 - 1e-12)).all()
    moved = np.log(panel.close[cut] / panel.close[cut - 1])
    wide = np.abs(moved) > 0.01
    assert (np.sign(np.log(other.close[cut] / panel.close[cut - 1])) == -np.sign(moved))[wide].all()
