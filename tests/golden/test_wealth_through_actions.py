"""Wealth before and after every corporate action on file: none makes anybody richer or poorer by itself."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bars import KINDS
from drivers import DRIVERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from markets import market, profile, wishes

from tradewright.values.panel import DIVIDEND, SPLIT
from tradewright.values.profile import AccountOptions

pytestmark = pytest.mark.market

SYMBOLS = ("AAPL", "AIG", "BAC", "BNO", "FB", "GOOG", "IBM", "IWM", "SPY", "USO")
EXACT = 1e-9


def actions_on_file(market_dir: Path, symbol: str) -> list[tuple[str, int, float, float]]:
    """Each action of a symbol with the last raw close before it: day, kind, value, close."""
    facts = pl.read_csv(market_dir / "corporate_actions.csv").filter(pl.col("symbol") == symbol)
    bars = pl.read_csv(market_dir / "daily" / f"{symbol}.csv")
    days, closes = bars["date"].to_list(), bars["close"].to_list()
    found = []
    for _, day, kind, value in facts.sort("ex_date").iter_rows():
        before = int(np.searchsorted(days, day)) - 1
        if before >= 0:
            found.append((day, KINDS[kind], float(value), float(closes[before])))
    return found


def price_after(kind: int, value: float, close: float) -> float:
    """What a share is worth on the morning of an action that changes nothing else."""
    return close / value if kind == SPLIT else close - value


def through(kind: int, value: float, close: float, account: AccountOptions, weight: float, pay_row: int = 0):
    """Equity before and after an action, in a market that only follows the action."""
    after = price_after(kind, value, close)
    prices = [close, close, after, after, after]
    panel = market(prices, volume=[1e12] * 5, actions=[(2, 0, kind, value, -1, 0.0, pay_row)])
    return DRIVERS["batch"](panel, wishes({0: weight}), account, profile())


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("weight", [0.9, -0.9], ids=["long", "short"])
@pytest.mark.parametrize("fractional", [True, False], ids=["parts", "whole"])
def test_wealth_is_the_same_before_and_after_every_action_on_file(market_dir, symbol, weight, fractional):
    account = AccountOptions(capital_usd=1_000_000.0, fractional=fractional)
    actions = actions_on_file(market_dir, symbol)
    for day, kind, value, close in actions:
        equity = through(kind, value, close, account, weight).equity_usd
        assert equity[2] == pytest.approx(equity[1], rel=EXACT), (symbol, day)
        assert equity[4] == pytest.approx(equity[1], rel=EXACT), (symbol, day)


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("weight", [0.9, -0.9], ids=["long", "short"])
def test_a_dividend_paid_days_later_is_wealth_from_its_ex_date_on(market_dir, symbol, weight):
    account = AccountOptions(capital_usd=1_000_000.0, fractional=True)
    for day, kind, value, close in actions_on_file(market_dir, symbol):
        if kind != DIVIDEND:
            continue
        at_once = through(kind, value, close, account, weight)
        later = through(kind, value, close, account, weight, pay_row=4)
        assert later.equity_usd[2:] == pytest.approx(at_once.equity_usd[2:], rel=EXACT), day
        assert later.cash_usd[2:4] == pytest.approx(later.cash_usd[[1, 1]], rel=EXACT), day
        assert later.cash_usd[4] == pytest.approx(at_once.cash_usd[4], rel=EXACT), day
        assert later.flows["row"].tolist() == [4]
        assert np.sign(later.receivable_usd[3]) == np.sign(weight)


def test_the_file_holds_actions_of_both_kinds(market_dir):
    found = [action for symbol in SYMBOLS for action in actions_on_file(market_dir, symbol)]
    assert len(found) > 300
    assert {kind for _, kind, _, _ in found} == {SPLIT, DIVIDEND}
