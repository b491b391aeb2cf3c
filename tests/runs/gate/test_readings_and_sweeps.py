"""Limits bind in every reading of a bar and in every candidate of a sweep, each behind a gate of its own."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.cli.summaries import gateway_line
from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel.band import band_of
from tradewright.runs.backtest import backtest
from tradewright.runs.gate.artifacts import gateway_summary
from tradewright.runs.sweep import sweep
from tradewright.strategies.breakout import VolatilityBreakout
from tradewright.strategies.contract import Strategy
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import View, Wish
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.order import Order, OrderType, TimeInForce
from tradewright.values.outcome import STOOD_DOWN
from tradewright.values.panel import Panel, no_actions
from tradewright.values.profile import AccountOptions

ACCOUNT, REALISTIC = AccountOptions(100_000.0), PROFILES["realistic"]
BREAKOUT = VolatilityBreakout(window=5, entry=0.1, stop=0.3, target=0.3)


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Restless bars, so that stop and target often lie inside one of them."""
    random = np.random.default_rng(8)
    close = 50.0 * np.exp(np.cumsum(random.normal(-0.002, 0.02, (130, 12)), axis=0))
    opened = np.vstack([close[:1], close[:-1]])
    high, low = np.maximum(opened, close) * 1.02, np.minimum(opened, close) * 0.98
    instants = instant_of("2015-01-02T21:00:00") + np.arange(130, dtype=np.int64) * NS_PER_DAY
    columns = (opened, high, low, close, np.full(close.shape, 1e6))
    return Panel(instants, instants - 6 * 3600 * 10**9, tuple("ABCDEFGHIJKL"), *columns, no_actions())


def test_under_limits_the_band_is_as_wide_as_its_readings(panel):
    run = backtest(BREAKOUT, panel, ACCOUNT, REALISTIC, limits="conservative")
    final = run.band.final_equity_usd
    assert final.base == run.outcome.equity_usd[-1]
    assert final.base < final.optimistic
    assert len(set(final.values)) == 3


def test_each_reading_is_asked_of_a_gate_of_its_own(panel):
    made = []

    def new_gate():
        from tradewright.runs.gate.artifacts import gate_before

        made.append(gate_before("conservative", panel))
        return made[-1]

    run = backtest(BREAKOUT, panel, ACCOUNT, REALISTIC, limits="conservative")
    band = band_of(panel, run.decisions, run.outcome, ACCOUNT, REALISTIC, new_gate)
    assert band == run.band
    records = [gate.record() for gate in made]
    assert len(records) == 2
    # What was refused hangs on what each account went through, and none of them was asked nothing.
    assert all(len(record.log) > 20 for record in records)
    passed = [int(np.count_nonzero(record.log["code"] == 0)) for record in (*records, run.gateway)]
    assert len(set(passed)) > 1
    assert run.gateway.kill_row > 0


class Patient(Strategy):
    """Buys once, and waits far below the market for more."""

    @property
    def warm_up_bars(self) -> int:
        """One."""
        return 1

    def decide(self, view: View) -> Wish:
        """A purchase of A and a limit order on B that nobody will meet."""
        if view.row > 0:
            return None
        far = Order("B", 10.0, OrderType.LIMIT, 0.1, time_in_force=TimeInForce.GTC)
        return [Order.market("A", 150.0), far]


def test_the_summary_counts_what_the_kill_switch_cancelled_beside_what_was_refused(panel):
    run = backtest(Patient(), fallen(panel), ACCOUNT, REALISTIC, limits="aggressive")
    told = gateway_summary(run.gateway, panel, run.outcome)
    assert run.outcome.refusals.tolist() == [(run.gateway.kill_row, 1, STOOD_DOWN)]
    assert (told["asked"], told["passed"], told["refused"], told["stood_down"]) == (2, 2, 0, 1)
    assert "it cancelled 1 working order, and" in gateway_line(told)


def fallen(panel: Panel) -> Panel:
    """The same market, in which everything is nearly worthless from row 20 on."""
    late = np.arange(len(panel.instants))[:, None] >= 20
    columns = [np.ascontiguousarray(np.where(late, column * 0.01, column)) for column in panel.columns()[:4]]
    opened, high, low, close = columns
    return replace(panel, open=opened, high=high, low=low, close=close)


def test_a_sweep_under_limits_is_as_many_backtests_under_limits(panel):
    candidates = (SmaCross(fast=3, slow=10), BREAKOUT, SmaCross(fast=5, slow=20))
    one, two = (sweep(candidates, panel, ACCOUNT, REALISTIC, threads, "conservative") for threads in (1, 2))
    for place, candidate in enumerate(candidates):
        alone = backtest(candidate, panel, ACCOUNT, REALISTIC, limits="conservative").outcome
        assert np.array_equal(one.equity_usd[place], alone.equity_usd)
    assert np.array_equal(one.equity_usd, two.equity_usd)
    free = sweep(candidates, panel, ACCOUNT, REALISTIC)
    assert not np.array_equal(free.equity_usd, one.equity_usd)


def test_a_sweep_refuses_limits_that_do_not_exist(panel):
    with pytest.raises(UnknownName, match="balanced"):
        sweep((SmaCross(fast=3, slow=10),), panel, ACCOUNT, REALISTIC, limits="balancd")


def test_an_account_that_is_not_in_the_panels_currency_is_refused_before_anything_is_traded(panel):
    with pytest.raises(InvalidOption, match="an account in EUR over prices in USD"):
        sweep((SmaCross(fast=3, slow=10),), panel, replace(ACCOUNT, currency="EUR"), REALISTIC)
