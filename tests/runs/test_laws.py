"""The laws of changed markets: honest strategies keep them, cheats are told where they break them."""

import numpy as np
import pytest

from tradewright.execution.profiles.registry import PROFILES
from tradewright.runs.laws import BROKEN, HOLDS, LAWS, NOT_ASKED, check_laws
from tradewright.strategies.breakout import VolatilityBreakout
from tradewright.strategies.buy_and_hold import BuyAndHold
from tradewright.strategies.contract import Strategy
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import View, Wish
from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.panel import Panel, no_actions
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


HONEST = [
    BuyAndHold(),
    SmaCross(fast=3, slow=10),
    Momentum(lookback=20, skip=0),
    VolatilityBreakout(window=5),
]


@pytest.fixture(params=HONEST, ids=lambda strategy: type(strategy).__name__)
def answers(request):
    return check_laws(request.param, market(), ACCOUNT, PROFILES["realistic"])


def test_honest_strategies_keep_every_law(answers):
    assert [one for one in answers if one.status == BROKEN] == []
    assert [one.name for one in answers] == list(LAWS)


def test_most_laws_can_be_asked_of_anybody(answers):
    assert sum(one.status == HOLDS for one in answers) >= 5


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
