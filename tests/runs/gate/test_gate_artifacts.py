"""Every backtest passes the gateway: under research nothing changes, under a profile refusals are told."""

import io
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tradewright.execution.limits.registry import PROFILES
from tradewright.execution.profiles import registry as profiles
from tradewright.kernel.batch import simulate
from tradewright.runs.artifacts import table_bytes
from tradewright.runs.backtest import backtest
from tradewright.runs.gate.artifacts import NOBODY_ASKED, gate_before, gateway_summary, gateway_table
from tradewright.strategies.contract import Strategy
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import View, Weights, Wish
from tradewright.values.errors import UnknownName
from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.order import Amend, Bracket, Cancel, Order, OrderType, TimeInForce
from tradewright.values.outcome import NO_VOLUME, REJECTED, TOO_LATE
from tradewright.values.panel import Panel, no_actions
from tradewright.values.profile import AccountOptions

ACCOUNT = AccountOptions(capital_usd=1e6)
REALISTIC = profiles.find("realistic")
SESSION_NS = 23_400 * 10**9


def market(rows: int = 400, assets: int = 2, seed: int = 1) -> Panel:
    random = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0005, 0.015, (rows, assets)), axis=0))
    instants = instant_of("2015-01-02T21:00:00") + np.arange(rows, dtype=np.int64) * NS_PER_DAY
    symbols = tuple("ABCDEFGH"[:assets])
    columns = (close.copy(), close.copy(), close.copy(), close, np.full(close.shape, 1e6))
    return Panel(instants, instants - SESSION_NS, symbols, *columns, no_actions())


class Wisher(Strategy):
    """Wants one share of everything on every tenth row, and more and more of it."""

    @property
    def warm_up_bars(self) -> int:
        """One row."""
        return 1

    def decide(self, view: View) -> Weights:
        """A wish that grows."""
        return np.full(len(view.symbols), 0.002 * view.row) if view.row % 10 == 0 else None


PANEL = market()


@pytest.fixture(scope="module")
def balanced():
    return backtest(Wisher(), PANEL, ACCOUNT, REALISTIC, limits="balanced")


@pytest.fixture(scope="module")
def research():
    return backtest(Wisher(), PANEL, ACCOUNT, REALISTIC)


def test_the_default_profile_is_research_and_changes_nothing(research):
    assert research.limits == "research"
    plain = simulate(PANEL, research.decisions, ACCOUNT, REALISTIC)
    assert np.array_equal(research.outcome.equity_usd, plain.equity_usd)
    assert research.outcome.orders.tolist() == plain.orders.tolist()


def test_research_stands_no_compiled_gate_in_the_way():
    assert gate_before("research", PANEL) is None
    assert gate_before("balanced", PANEL) is not None


def test_a_misspelt_profile_is_refused_before_anything_runs():
    with pytest.raises(UnknownName, match="Did you mean 'balanced'"):
        backtest(Wisher(), PANEL, ACCOUNT, REALISTIC, limits="balancd")


def test_a_profile_refuses_what_is_too_large(balanced, research):
    assert len(balanced.outcome.refusals) > 0
    assert np.abs(balanced.outcome.long_usd).max() < np.abs(research.outcome.long_usd).max()


@pytest.mark.parametrize("limits", [name for name in PROFILES if name != "research"])
def test_both_paths_of_a_strategy_pass_the_same_gate(limits):
    strategy, panel = SmaCross(fast=5, slow=20), market(assets=1)
    at_once = backtest(strategy, panel, ACCOUNT, REALISTIC, "targets", limits)
    by_row = backtest(strategy, panel, ACCOUNT, REALISTIC, "decide", limits)
    assert np.array_equal(at_once.outcome.equity_usd, by_row.outcome.equity_usd)
    assert at_once.outcome.refusals.tolist() == by_row.outcome.refusals.tolist()
    one, other = (gateway_table(run.gateway, panel) for run in (at_once, by_row))
    assert one.equals(other)


def test_the_summary_counts_every_order(balanced):
    found = gateway_summary(balanced.gateway, PANEL, balanced.outcome)
    assert found["asked"] == found["passed"] + found["scaled"] + found["refused"]
    assert found["refused"] == len(balanced.outcome.refusals)
    assert found["passed"] + found["scaled"] == len(balanced.outcome.orders)
    assert found["limits"] == "balanced"


def test_the_summary_names_what_bars_cannot_tell(balanced):
    found = gateway_summary(balanced.gateway, PANEL, balanced.outcome)
    assert "needs_attestation" in found["not_simulated"]
    assert "max_gross" not in found["not_simulated"]


def test_under_research_the_kernels_own_refusals_are_counted():
    small = AccountOptions(capital_usd=40.0)
    run = backtest(Wisher(), PANEL, small, REALISTIC)
    found = gateway_summary(run.gateway, PANEL, run.outcome)
    assert found["refused_by"] == {"the target is less than one whole share": len(run.outcome.refusals)}
    assert found["asked"] == found["refused"] + len(run.outcome.orders)


class Impatient(Wisher):
    """Wants ten shares at once or not at all, on one row."""

    def decide(self, view: View) -> list[Order] | None:
        """One order."""
        return [Order.market("A", 10.0, TimeInForce.IOC)] if view.row == 20 else None


@pytest.mark.parametrize("limits", ["research", "balanced"])
def test_an_order_that_met_a_silent_bar_was_let_in_and_is_counted_once(limits):
    volume = PANEL.volume.copy()
    volume[21] = 0.0
    panel = replace(PANEL, volume=volume)
    rules = replace(REALISTIC, reject_share=0.0)
    run = backtest(Impatient(), panel, ACCOUNT, rules, limits=limits)
    assert run.outcome.refusals["reason"].tolist() == [NO_VOLUME]
    found = gateway_summary(run.gateway, panel, run.outcome)
    assert (found["asked"], found["passed"], found["refused"]) == (1, 1, 0)


def test_the_table_has_a_row_for_every_decision_with_rule_inputs_verdict_and_time(balanced):
    table = gateway_table(balanced.gateway, PANEL)
    assert table.height == len(balanced.gateway.log)
    for name in ("decided_at", "symbol", "qty", "admitted_qty", "verdict", "rule", "equity_usd", "position"):
        assert name in table.columns
    assert set(table["verdict"].unique()) <= {"passed", "scaled", "refused"}
    assert table["decided_at"].is_in(PANEL.instants.tolist()).all()


def test_a_refused_row_names_limit_value_and_way_out(balanced):
    refused = gateway_table(balanced.gateway, PANEL).filter(pl.col("verdict") == "refused")
    assert refused.height > 0
    for name in ("rule", "limit", "value", "way_out"):
        assert refused[name].null_count() == 0
        assert (refused[name].str.len_chars() > 0).all()
    assert (refused["admitted_qty"] == 0.0).all()


def test_a_passed_row_has_passed_all_rules(balanced):
    passed = gateway_table(balanced.gateway, PANEL).filter(pl.col("verdict") == "passed")
    assert set(passed["rule"]) == {"all"}
    assert (passed["admitted_qty"] == passed["qty"]).all()


def test_under_research_every_order_has_passed(research):
    table = gateway_table(research.gateway, PANEL)
    assert table.height == len(research.outcome.orders)
    assert set(table["verdict"]) == {"passed"}
    assert set(table["rule"]) == {NOBODY_ASKED}
    assert table["equity_usd"].null_count() == table.height


def test_a_run_without_orders_has_an_empty_table_of_the_same_form(balanced):
    class Mute(Wisher):
        """Never speaks."""

        def decide(self, view: View) -> Weights:
            """Nothing."""
            return

    for limits in ("research", "balanced"):
        run = backtest(Mute(), PANEL, ACCOUNT, REALISTIC, limits=limits)
        table = gateway_table(run.gateway, PANEL)
        assert table.height == 0
        assert table.schema == gateway_table(balanced.gateway, PANEL).schema


def test_equal_runs_give_equal_bytes():
    tables = [
        gateway_table(backtest(Wisher(), PANEL, ACCOUNT, REALISTIC, limits="balanced").gateway, PANEL)
        for _ in range(2)
    ]
    assert table_bytes(tables[0]) == table_bytes(tables[1])
    assert pl.read_parquet(io.BytesIO(table_bytes(tables[0]))).equals(tables[0])


def test_the_day_of_the_kill_is_told():
    panel = market(rows=60)
    fallen = panel.close.copy()
    fallen[30:] *= 0.5
    columns = (fallen.copy(), fallen.copy(), fallen.copy(), fallen, panel.volume.copy())
    panel = Panel(panel.instants.copy(), panel.opens_at.copy(), panel.symbols, *columns, no_actions())

    class Small(Wisher):
        """Wants a fifth in all."""

        def decide(self, view: View) -> Weights:
            """A tenth of each, always."""
            return np.full(2, 0.1)

    run = backtest(Small(), panel, ACCOUNT, REALISTIC, limits="balanced")
    found = gateway_summary(run.gateway, panel, run.outcome)
    assert found["killed_at"] == "2015-02-01T21:00:00Z"
    assert found["killed_by"] == "loss since the session began"
    after = gateway_table(run.gateway, panel).filter(pl.col("decided_at") > int(panel.instants[30]))
    opened = after.filter(pl.col("qty") > 0)
    assert opened.height > 0
    assert set(opened["verdict"]) == {"refused"}


def counted(words, limits, account=ACCOUNT, costs=REALISTIC):
    """The statistics and the table of a run in which these words were said."""

    class Says(Wisher):
        """Says words on given rows, and nothing else."""

        def decide(self, view: View) -> Wish:
            """The words of this row."""
            return words.get(view.row)

    panel = market(rows=40, assets=1)
    run = backtest(Says(), panel, account, costs, limits=limits)
    table = gateway_table(run.gateway, panel)
    return gateway_summary(run.gateway, panel, run.outcome), table, run.outcome


@pytest.mark.parametrize("limits", ["research", "aggressive"])
@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (Order.market("A", 1e12), "no market could fill a size of a trillion shares"),
        (Order.market("A", 0.4), "the target is less than one whole share"),
    ],
    ids=["too large", "too small"],
)
def test_one_refused_order_is_counted_once(limits, order, reason):
    told, table, outcome = counted({5: [order]}, limits)
    assert [told[name] for name in ("asked", "passed", "scaled", "refused")] == [1, 0, 0, 1]
    assert told["refused_by"] == {reason: 1}
    assert table.height == 0  # the market refused it: no check was reached, and none has passed it
    assert len(outcome.orders) == 1


@pytest.mark.parametrize("limits", ["research", "aggressive"])
def test_orders_are_counted_alike_under_every_profile(limits):
    bracket = Bracket.around(Order.market("A", 10), 60.0, 40.0)
    words = {5: [bracket], 8: [Order.market("A", -3)], 9: [Order.limit("A", 5, 1.0, TimeInForce.GTC)]}
    words[10] = [Amend(4, qty=4), Amend(1, limit_usd=70.0)]
    words[11] = [Order("A", -2, OrderType.LIMIT, 500.0, time_in_force=TimeInForce.GTC, reduce_only=True)]
    words[12] = [Cancel(4), Cancel(2)]
    words[39] = [Order.market("A", 1), Amend(4, qty=3)]  # nothing that was said on the last row arrives
    told, table, _ = counted(words, limits, replace(ACCOUNT, liquidate_at_end=True))
    # Neither the exits of the bracket nor the last sale are orders that somebody decided on.
    assert [told[name] for name in ("asked", "passed", "refused")] == [8, 8, 0]
    assert table["qty"].to_list()[:4] == [10.0, -3.0, 5.0, 4.0]
    assert table["asked_for"].to_list() == [*["order"] * 3, *["exit"] * 3, "cancel", "cancel"]
    assert table["verdict"].to_list() == ["passed"] * 8


@pytest.mark.parametrize("limits", ["research", "aggressive"])
def test_a_cancellation_that_finds_its_order_filled_was_asked_for_once(limits):
    slow = replace(REALISTIC, latency_low_ms=50.0, latency_high_ms=50.0, reject_share=0.0)
    told, _, outcome = counted({5: [Order.market("A", 10), Cancel(0)]}, limits, costs=slow)
    assert outcome.refusals["reason"].tolist() == [TOO_LATE]
    assert [told[name] for name in ("asked", "passed", "refused")] == [2, 2, 0]


def test_forced_sales_are_no_orders_of_the_strategy():
    panel = market(rows=60, assets=1)
    fallen = np.ascontiguousarray(np.where(np.arange(60)[:, None] >= 20, panel.close * 0.6, panel.close))
    columns = (fallen.copy(), fallen.copy(), fallen.copy(), fallen, panel.volume.copy())
    panel = Panel(panel.instants, panel.opens_at, panel.symbols, *columns, no_actions())

    class Levered(Wisher):
        """Twice its equity, once."""

        def decide(self, view: View) -> Weights:
            """At the first row."""
            return np.full(1, 1.9) if view.row == 1 else None

    terms = AccountOptions(capital_usd=1e6, max_gross=2.0, type="margin")
    run = backtest(Levered(), panel, terms, REALISTIC)
    assert len(run.outcome.forced_orders) > 0
    assert gateway_summary(run.gateway, panel, run.outcome)["asked"] == 1


def test_what_an_order_meets_after_it_was_let_in_is_no_refusal():
    # Both sales fit what a cash account holds; the second finds it sold.
    words = {5: [Order.market("A", 5)], 8: [Order.market("A", -5), Order.market("A", -5)]}
    told, _, outcome = counted(words, "research", AccountOptions(capital_usd=1e6, type="cash"))
    assert len(outcome.refusals) == 1
    assert [told[name] for name in ("asked", "passed", "refused")] == [3, 3, 0]


def test_an_order_turned_down_at_random_had_passed():
    words = {row: [Order.market("A", 1)] for row in range(2, 32)}
    told, _, outcome = counted(words, "research", costs=replace(REALISTIC, reject_share=0.5))
    assert 5 < np.count_nonzero(outcome.orders["state"] == REJECTED) < 25
    assert [told[name] for name in ("asked", "passed", "refused")] == [30, 30, 0]


def test_research_tells_kind_and_prices_of_what_nobody_asked_about():
    _, table, _ = counted({5: [Order.limit("A", 5, 1.0), Order.stop("A", 5, 900.0)]}, "research")
    assert set(table["rule"]) == {NOBODY_ASKED}
    assert table["equity_usd"].null_count() == 2
